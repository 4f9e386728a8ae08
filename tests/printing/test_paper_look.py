"""What stands on the paper: drawn from the very bytes, then read as a citizen and a phone read it."""

from dataclasses import replace
from datetime import datetime

import pytest
import zxingcpp
from PIL import Image

from core.settings import PrinterSettings
from kiosk.printing import pictures, reader, typeface
from kiosk.printing.escpos_bytes import head_dots, render, ticket_bytes
from kiosk.printing.layout import Cut, Feed, Picture, Qr, Text, layout
from kiosk.printing.paper import ascii_text
from kiosk.printing.reader import Printed, read

WIDTHS = (58, 80)
LONGEST_SERVICE = "Verifikasi sertifikat produksi pangan industri rumah tangga (SPP-IRT)"
LONGEST_AGENCY = "Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu Kota Denpasar"
LONGEST_REQUIREMENT = (
    "Surat keterangan kelahiran dari rumah sakit atau SPTJM kebenaran data kelahiran (F-2.03)"
)


def printed(ticket, width_mm, words) -> Printed:
    document = layout(ticket, width_mm, words(ticket.lang))
    return read(render(document, "default", document.width), document.width)


def text(paper: Printed) -> str:
    """The paper's text without its line breaks."""
    return " ".join(paper.lines)


@pytest.mark.parametrize("width_mm", WIDTHS)
@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_qr_on_the_paper_leads_to_the_ticket(ticket, words, width_mm, lang):
    paper = printed(replace(ticket, lang=lang), width_mm, words)
    codes = zxingcpp.read_barcodes(paper.image)
    assert [code.text for code in codes] == [ticket.url]
    assert codes[0].ec_level in "MQH"


@pytest.mark.parametrize("width_mm", WIDTHS)
def test_a_long_address_is_still_a_code_that_scans(ticket, words, width_mm):
    url = "https://mal-pelayanan-publik.denpasarkota.go.id/antrean/t/" + "a1B2" * 20
    paper = printed(replace(ticket, url=url), width_mm, words)
    assert [code.text for code in zxingcpp.read_barcodes(paper.image)] == [url]


def test_an_address_too_long_for_any_code_is_printed_as_text(ticket, words):
    url = "http://hall/t/" + "x" * 3000
    document = layout(replace(ticket, url=url), 58, words("id"))
    assert not any(isinstance(element, Qr) for element in document.elements)
    assert "".join(printed(replace(ticket, url=url), 58, words).lines).count("x") >= 3000


@pytest.mark.parametrize("width_mm", WIDTHS)
def test_a_qr_has_at_least_three_dots_a_module_and_its_quiet_zone(ticket, words, width_mm):
    document = layout(ticket, width_mm, words("id"))
    (code,) = (element for element in document.elements if isinstance(element, Qr))
    assert code.module >= 3
    picture = pictures.qr_picture(code.data, code.module, document.width)
    left, top, right, bottom = picture.convert("L").point(lambda level: 255 - level).getbbox()
    quiet = 4 * code.module
    assert min(left, top, picture.width - right, picture.height - bottom) >= quiet


@pytest.mark.parametrize("width_mm", WIDTHS)
@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_longest_names_are_whole_and_nothing_runs_over_the_edge(ticket, words, width_mm, lang):
    long = replace(
        ticket,
        lang=lang,
        number="A1000",
        service=LONGEST_SERVICE,
        agency=LONGEST_AGENCY,
        zone="Zona Pelayanan Administrasi Kependudukan",
        priority=True,
        klass="Lansia, penyandang disabilitas, ibu hamil dan menyusui",
        requirements=(LONGEST_REQUIREMENT,) * 4,
        training=True,
    )
    paper = printed(long, width_mm, words)
    assert paper.wrapped == 0
    for name in (long.service, long.agency, long.zone, long.klass, LONGEST_REQUIREMENT):
        assert name in text(paper)
    assert zxingcpp.read_barcodes(paper.image)[0].text == ticket.url


@pytest.mark.parametrize("width_mm", WIDTHS)
def test_a_word_longer_than_the_line_is_continued_not_lost(ticket, words, width_mm):
    word = "Pertanggungjawabanketerbukaaninformasipublikdaerah" * 2
    paper = printed(replace(ticket, service=word), width_mm, words)
    assert paper.wrapped == 0
    assert word in "".join(paper.lines)


@pytest.mark.parametrize(("number", "tallest"), [("A007", 140), ("A1000", 110), ("1", 192)])
def test_the_number_is_the_hero(number, tallest):
    picture = pictures.number_picture(number, 576)
    ink = picture.convert("L").point(lambda level: 255 - level).getbbox()
    assert picture.width == 576
    assert tallest <= picture.height <= pictures.TALLEST + 2
    assert ink is not None
    assert ink[0] > 0
    assert ink[2] < 576
    # In the middle of the paper, by eye.
    assert abs(ink[0] - (576 - ink[2])) <= 4


def test_a_number_on_narrow_paper_is_as_wide_as_the_paper_allows():
    picture = pictures.number_picture("A1000", 384)
    left, _, right, _ = picture.convert("L").point(lambda level: 255 - level).getbbox()
    assert 0.93 * 384 <= right - left <= 384
    assert picture.height >= 75


@pytest.fixture
def halls_type(monkeypatch):
    """Put another file in the place of the hall's type; what it drew is forgotten after the test."""

    def forget():
        typeface.type_face.cache_clear()
        reader._glyph.cache_clear()

    def replace_with(data):
        monkeypatch.setattr(typeface, "_hall_font", lambda: data)
        forget()

    yield replace_with
    forget()


def test_a_ticket_is_printed_without_the_halls_type(ticket, words, halls_type):
    halls_type(None)
    paper = printed(replace(ticket, number="A1000"), 58, words)
    assert zxingcpp.read_barcodes(paper.image)[0].text == ticket.url


def test_a_damaged_type_does_not_stop_a_ticket(halls_type):
    halls_type(b"not a font")
    assert pictures.number_picture("A007", 384).height > 50


def test_the_paper_says_where_when_and_how_long(ticket, words):
    paper = printed(ticket, 80, words)
    assert "Lantai 1, Zona A" in paper.lines
    assert "Selasa, 24 November 2026, 09.05 WITA" in paper.lines
    assert "5 nomor di depan Anda" in paper.lines
    assert "Perkiraan 10-25 menit" in paper.lines
    assert "8 dari 10 orang dipanggil dalam 25 menit" in paper.lines
    assert {"Sudah melakukan perekaman", "Fotokopi KK"} <= set(paper.lines)


def test_the_paper_speaks_the_ticket_s_language(ticket, words):
    paper = printed(replace(ticket, lang="en", zone="Zone A"), 80, words)
    assert "Floor 1, Zone A" in paper.lines
    assert "Tuesday, 24 November 2026, 09:05 WITA" in paper.lines
    assert "Expect 10-25 minutes" in paper.lines


@pytest.mark.parametrize(
    ("median", "p80", "said"),
    [
        (10, 25, "Perkiraan 10-25 menit"),
        (10, 10, "Perkiraan sekitar 10 menit"),
        (0, 5, "Perkiraan sampai 5 menit"),
        (0, 0, "Perkiraan kurang dari 1 menit"),
        (12, 8, "Perkiraan sekitar 12 menit"),
    ],
)
def test_the_range_is_said_honestly(ticket, words, median, p80, said):
    paper = printed(replace(ticket, median_minutes=median, p80_minutes=p80), 80, words)
    assert said in paper.lines
    assert any("8 dari 10" in line for line in paper.lines) == (p80 > 0)


def test_the_first_in_the_hall_has_nobody_ahead(ticket, words):
    assert "Tidak ada nomor di depan Anda" in printed(replace(ticket, ahead=0), 80, words).lines


def test_priority_is_marked_once_and_only_for_those_who_have_it(ticket, words):
    assert "PRIORITAS" not in printed(ticket, 58, words).lines
    paper = printed(replace(ticket, priority=True), 58, words)
    assert paper.lines.count("PRIORITAS") == 1
    assert "Prioritas" not in paper.lines
    assert "Janji temu" in printed(replace(ticket, priority=True, klass="Janji temu"), 58, words).lines


@pytest.mark.parametrize("width_mm", WIDTHS)
def test_a_training_ticket_says_so_above_and_below(ticket, words, width_mm):
    lines = printed(replace(ticket, training=True), width_mm, words).lines
    assert lines[0] == lines[-1] == "LATIHAN - TRAINING"
    assert "LATIHAN - TRAINING" not in printed(ticket, width_mm, words).lines


def test_what_does_not_fit_on_two_lines_is_left_to_the_page_and_said(ticket, words):
    many = tuple(f"Dokumen nomor {n} yang asli dan fotokopinya" for n in range(9))
    lines = printed(replace(ticket, requirements=many), 80, words).lines
    ready = lines.index("Mohon disiapkan")
    assert lines[ready + 3] == "Selengkapnya: pindai kode di bawah"


def test_nothing_to_have_ready_leaves_no_heading(ticket, words):
    assert "Mohon disiapkan" not in printed(replace(ticket, requirements=()), 80, words).lines


def test_a_place_without_floor_or_zone_is_left_out(ticket, words):
    assert "Zona A" in printed(replace(ticket, floor=""), 80, words).lines
    assert "Lantai 2" in printed(replace(ticket, floor="2", zone=""), 80, words).lines
    assert "Silakan menunggu di" not in printed(replace(ticket, floor="", zone=""), 80, words).lines


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Ibu\u2019s \u201cakta\u201d 10\u201325\u00a0menit", 'Ibu\'s "akta" 10-25 menit'),
        ("Caf\u00e9 \u2022 4 \u00d7 6 \u2026", "Cafe - 4 x 6 ..."),
        ("a\x1b@b\x1dV\x00c\n", "a @b V c"),
        ("\u0b05", "?"),
    ],
)
def test_text_is_reduced_to_what_every_printer_has(text, plain):
    assert ascii_text(text) == plain


def test_a_name_cannot_command_the_printer(ticket, words):
    evil = replace(ticket, service="KTP\x1dV\x00\x1b@", number="A\x1b@1")
    assert len(printed(evil, 80, words).cuts) == 1


def test_the_layout_is_a_neutral_list_that_ends_with_the_cut(ticket, words):
    elements = layout(ticket, 80, words("id")).elements
    assert isinstance(elements[-1], Cut)
    assert sum(isinstance(element, Cut) for element in elements) == 1
    for element in elements:
        match element:
            case Text(line, size=(across, _)):
                assert line.isascii()
                assert len(line) * across <= 48
            case Picture(image):
                assert isinstance(image, Image.Image)
                assert (image.mode, image.width) == ("1", 576)
            case Feed(dots):
                assert 0 < dots < 60


def test_the_layout_has_no_clock_of_its_own(ticket, words):
    at = datetime(2026, 1, 2, 3, 4, tzinfo=ticket.issued_at.tzinfo)
    assert "Jumat, 2 Januari 2026, 03.04 WITA" in printed(replace(ticket, issued_at=at), 80, words).lines


@pytest.mark.parametrize(
    ("width_mm", "profile", "dots"),
    [
        (58, "default", 384),
        (80, "default", 576),
        (80, "TM-T88V", 512),
        (80, "TM-T20II-42col", 544),
        (80, "CT-S651", 576),
    ],
)
def test_the_head_may_be_narrower_than_the_paper(ticket, words, width_mm, profile, dots):
    assert head_dots(width_mm, profile) == dots
    printer = PrinterSettings(id="p", name="P", width_mm=width_mm, profile=profile)
    paper = read(ticket_bytes(replace(ticket, number="A1000"), printer, words("id")), dots)
    assert paper.wrapped == 0
    assert zxingcpp.read_barcodes(paper.image)[0].text == ticket.url
