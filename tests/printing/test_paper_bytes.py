"""The bytes by their structure, and the software printer that reads them."""

import re
from dataclasses import replace

import pytest
from escpos.printer import Dummy
from PIL import Image

from core.settings import PrinterSettings
from kiosk.printing.escpos_bytes import FRAGMENT, render, ticket_bytes
from kiosk.printing.layout import Cut, Document, Feed, Picture, Rule, Text, layout
from kiosk.printing.reader import PaperError, read


def bytes_of(*elements, width=384, profile="default") -> bytes:
    return render(Document(width, elements), profile, width)


def test_a_job_starts_from_a_printer_without_a_past():
    assert bytes_of(Text("x")).startswith(b"\x1b@\x1bR\x00")


def test_the_code_page_is_set_after_the_reset_and_before_the_first_letter():
    data = bytes_of(Text("Lantai 1"))
    assert data.index(b"\x1b@") < data.index(b"\x1bt\x00") < data.index(b"Lantai 1\n")


def test_a_code_page_is_set_once_and_its_letters_are_kept(ticket, words):
    printer = PrinterSettings(id="p", name="P", code_page="CP850")
    data = ticket_bytes(replace(ticket, service="Caf\u00e9 \u0b05 Ni\u00f1o"), printer, words("id"))
    assert data.count(b"\x1bt") == 1
    assert data.startswith(b"\x1b@\x1bR\x00\x1bt\x02")
    assert "Caf\u00e9 ? Ni\u00f1o" in read(data, 576).lines


def test_every_job_sets_its_code_page_again():
    assert bytes_of(Text("a")) == bytes_of(Text("a"))


def test_text_says_all_of_its_style_each_time():
    data = bytes_of(Text("A", size=(2, 2), bold=True, reverse=True), Text("B", align="left"))
    first, second = data.split(b"A\n")
    assert all(code in first for code in (b"\x1d!\x11", b"\x1bE\x01", b"\x1dB\x01", b"\x1ba\x01"))
    assert all(code in second for code in (b"\x1d!\x00", b"\x1bE\x00", b"\x1dB\x00", b"\x1ba\x00"))


def test_pictures_come_in_fragments_that_small_printers_hold():
    picture = Image.new("1", (576, 200), 0)
    data = bytes_of(Picture(picture), width=576)
    heights = [
        int.from_bytes(match[1], "little") for match in re.finditer(rb"\x1dv0\x00\x48\x00(..)", data, re.S)
    ]
    assert heights == [48, 48, 48, 48, 8]
    assert FRAGMENT * 576 // 8 + 8 <= 4096
    paper = read(data, 576).image
    assert paper.getextrema() == (0, 0)


def test_the_raster_is_the_one_of_python_escpos():
    picture = Image.radial_gradient("L").resize((384, 100)).point(lambda v: 255 * (v > 90), "1")
    theirs = Dummy()
    theirs.image(picture.convert("RGB"), impl="bitImageRaster", fragment_height=FRAGMENT)
    assert bytes_of(Picture(picture)).endswith(theirs.output)


def test_the_dots_arrive_as_they_were_drawn():
    picture = Image.radial_gradient("L").resize((384, 100)).point(lambda v: 255 * (v > 90), "1")
    paper = read(bytes_of(Picture(picture)), 384).image
    assert paper.crop((0, 0, 384, 100)).tobytes() == picture.convert("L").tobytes()


def test_a_long_feed_is_split():
    data = bytes_of(Feed(600))
    assert b"\x1bJ\xff\x1bJ\xff\x1bJ\x5a" in data
    assert read(data, 384).image.height == 600


def test_the_cut_comes_last_and_after_a_feed():
    data = bytes_of(Text("x"), Cut())
    assert data.endswith(b"\x1bd\x06\x1dV\x01")


def test_a_printer_without_a_knife_gets_no_cut():
    data = bytes_of(Text("x"), Cut(), profile="POS-5890")
    assert b"\x1dV" not in data
    assert data.endswith(b"\x1bd\x06")


def test_a_document_wider_than_the_printer_is_refused():
    with pytest.raises(ValueError, match="576"):
        render(Document(576, (Rule(),)), "default", 384)


def test_nothing_is_said_on_standard_output(ticket, words, capsys):
    render(layout(ticket, 80, words("id")), "default", 576)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("data", "offset", "what"),
    [
        (b"\x1b@\x1b\x99", 2, "ESC 0x99"),
        (b"abc\x1dz", 3, "GS 0x7a"),
        (b"ab\x07", 2, "0x07"),
        (b"ab\xe9", 2, "0xe9"),
        (b"\x1b", 1, "ends inside"),
        (b"\x1dv0\x00\x02\x00\x02\x00\xff", 9, "ends inside a raster"),
        (b"\x1dv0\x00\xff\x00\x01\x00" + b"\0" * 255, 2, "2040 dots on paper of 384"),
        (b"\x1dv0\x03\x01\x00\x01\x00\x00", 2, "full density"),
        (b"\x1ba\x07", 2, "alignment 7"),
        (b"\x1bt\x63", 2, "no table 99"),
        (b"\x1bR\x08", 2, "only country 0"),
        (b"\x1dV\x09", 2, "no cut 9"),
    ],
)
def test_the_reader_names_the_byte_it_does_not_understand(data, offset, what):
    with pytest.raises(PaperError, match=what) as refusal:
        read(data, 384)
    assert refusal.value.offset == offset
    assert str(refusal.value).startswith(f"byte {offset}: ")


def test_text_stands_where_its_alignment_says():
    ink = [
        read(b"\x1ba" + bytes((align,)) + b"HHHH\n", 384).image.point(lambda level: 255 - level).getbbox()
        for align in (0, 1, 2)
    ]
    assert ink[0][0] < 12
    assert abs((ink[1][0] + ink[1][2]) / 2 - 192) <= 2
    assert ink[2][2] > 372


def test_size_multiplies_the_cell_and_the_line():
    plain, large = read(b"H\n", 384), read(b"\x1d!\x33H\n", 384)
    assert (plain.image.height, large.image.height) == (30, 96)
    assert large.image.point(lambda level: 255 - level).getbbox()[2] <= 48


def test_a_line_too_long_is_continued_and_counted():
    paper = read(b"x" * 40 + b"\n", 384)
    assert paper.lines == ("x" * 32, "x" * 8)
    assert paper.wrapped == 1


def test_reverse_prints_black_around_the_letter():
    assert read(b"\x1dB\x01 \n", 384).image.crop((0, 0, 12, 24)).getextrema() == (0, 0)


def test_print_mode_font_underline_and_spacing_are_obeyed():
    assert read(b"\x1b!\x38H\n", 384).image.height == 48
    assert len(read(b"\x1bM\x01" + b"x" * 42 + b"\n", 384).lines) == 1
    assert read(b"\x1b-\x02 \n", 384).image.getextrema()[0] == 0
    assert read(b"\x1b3\x40x\n\x1b2x\n", 384).image.height == 64 + 30
    assert read(b"x\x1bd\x02", 384).image.height == 30 + 60
    assert read(b"x\x1bJ\x05", 384).image.height == 35


def test_a_reset_forgets_the_style():
    assert read(b"\x1d!\x11\x1b@H\n", 384).image.height == 30


def test_cuts_are_remembered_where_they_fell():
    assert read(b"x\n\x1dV\x42\x0a\x1dV\x00", 384).cuts == (40, 40)
