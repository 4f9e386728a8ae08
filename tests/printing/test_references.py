"""The tickets that were looked at: the very bytes, and the picture that is drawn from them."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageChops

from kiosk.printing.escpos_bytes import head_dots, ticket_bytes
from kiosk.printing.reader import read
from kiosk.printing.typeface import _hall_font
from kiosk.printing.virtual import picture_of
from tests.printing.tickets import longest, plan, tickets

FOLDER = Path(__file__).parent / "references"
TICKETS = tickets()
AGAIN = "look at it, then: python -m tests.printing"

pytestmark = pytest.mark.skipif(_hall_font() is None, reason="the hall's type comes with the browser build")


@pytest.mark.parametrize("name", TICKETS)
def test_a_ticket_is_byte_for_byte_the_reference(name, words):
    ticket, printer = TICKETS[name]
    assert ticket_bytes(ticket, printer, words(ticket.lang)) == (FOLDER / f"{name}.bin").read_bytes(), AGAIN


@pytest.mark.parametrize("name", TICKETS)
def test_the_reference_prints_as_its_picture(name):
    ticket, printer = TICKETS[name]
    paper = read((FOLDER / f"{name}.bin").read_bytes(), head_dots(printer.width_mm))
    drawn = Image.open(BytesIO(picture_of(paper.image))).convert("L")
    kept = Image.open(FOLDER / f"{name}.png").convert("L")
    assert drawn.size == kept.size
    assert ImageChops.difference(drawn, kept).getbbox() is None, AGAIN
    assert paper.wrapped == 0
    assert [code.text for code in zxingcpp.read_barcodes(kept)] == [ticket.url]


def test_every_reference_is_still_tested():
    known = {f"{name}.{kind}" for name in TICKETS for kind in ("bin", "png")} | {"mark.png"}
    assert {path.name for path in FOLDER.iterdir()} == known


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_longest_names_of_the_catalogue_are_on_the_reference(lang, words):
    ticket = longest(plan(), lang)
    for width in (58, 80):
        lines = read((FOLDER / f"longest-{lang}-{width}.bin").read_bytes(), head_dots(width)).lines
        said = " ".join(lines)
        assert all(name in said for name in (ticket.service, ticket.agency, ticket.zone))


def test_a_copy_says_so_in_both_languages_and_names_what_follows():
    lines = read((FOLDER / "reprint-en-58.bin").read_bytes(), 384).lines
    assert lines[0] == "CETAK ULANG 1 / REPRINT 1"
    at = lines.index("Then, with the same number")
    assert lines[at + 1 : at + 3] == ("Child ID card", "Certified copies")


def test_the_mark_stands_at_the_top_and_lines_left_out_are_not_there():
    paper = read((FOLDER / "mark-id-58.bin").read_bytes(), 384)
    assert "Perkiraan kurang dari 1 menit" in paper.lines
    assert not any("di depan Anda" in line or "Mohon" in line for line in paper.lines)
    assert paper.image.height > read((FOLDER / "plain-id-58.bin").read_bytes(), 384).image.height - 200


def test_a_mark_that_cannot_be_drawn_costs_no_ticket(words, tmp_path, caplog):
    ticket, printer = TICKETS["plain-id-80"]
    (tmp_path / "logo.png").write_bytes(b"no picture")
    for path in (tmp_path / "logo.png", tmp_path / "missing.png"):
        data = ticket_bytes(ticket, replace(printer, logo=path), words("id"))
        assert data == (FOLDER / "plain-id-80.bin").read_bytes()
    assert len(caplog.records) == 2
