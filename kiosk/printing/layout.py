"""How a ticket looks: from what it says to a neutral list of lines and pictures."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from PIL import Image

from kiosk.printing import pictures
from kiosk.printing.paper import PaperTicket, PaperWords, ascii_text

DOTS = {58: 384, 80: 576}
"""Printable dots across the paper, by its width in mm, at 203 dpi."""
CELL_WIDTH = 12
"""Dots across one character of font A."""

Size = tuple[int, int]
PLAIN: Size = (1, 1)
TALL: Size = (1, 2)
LARGE: Size = (2, 2)


@dataclass(frozen=True, slots=True)
class Text:
    """One line of ASCII, already short enough. ``size``: times as wide, times as high."""

    text: str
    align: str = "center"
    size: Size = PLAIN
    bold: bool = False
    reverse: bool = False
    """White on black."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Black and white dots, as wide as the paper."""

    image: Image.Image


@dataclass(frozen=True, slots=True)
class Qr:
    """A QR code, ``module`` dots a module."""

    data: str
    module: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A thin line across the paper."""


@dataclass(frozen=True, slots=True)
class Feed:
    """White paper, in dots."""

    dots: int


@dataclass(frozen=True, slots=True)
class Cut:
    """The ticket ends here."""


Element = Text | Picture | Qr | Rule | Feed | Cut


@dataclass(frozen=True, slots=True)
class Document:
    """A ticket for paper of ``width`` dots."""

    width: int
    elements: tuple[Element, ...]


def layout(ticket: PaperTicket, width_mm: int, words: PaperWords, dots: int | None = None) -> Document:
    """Lay a ticket out for paper of 58 or 80 mm. ``dots``: what the head has, if less than usual."""
    width = dots or DOTS[width_mm]
    elements = tuple(_elements(ticket, width, words))
    return Document(width, elements)


def _elements(ticket: PaperTicket, width: int, words: PaperWords) -> Iterator[Element]:
    columns = width // CELL_WIDTH
    if ticket.training:
        yield from _training(columns, words)
    yield from _lines(ticket.hall, columns)
    yield Feed(8)
    yield Picture(pictures.poleng_picture(width))
    yield Feed(16)
    yield from _lines(words("paper.number"), columns)
    yield Feed(12)
    yield Picture(pictures.number_picture(ascii_text(ticket.number), width))
    yield Feed(20)
    if ticket.priority:
        yield from _priority(ticket.klass, columns, words)
    yield from _headline(ticket.service, columns)
    yield Feed(6)
    yield from _lines(ticket.agency, columns)
    yield Feed(14)
    yield Rule()
    yield Feed(14)
    yield from _waiting(ticket, columns, words)
    yield Feed(14)
    yield Rule()
    yield Feed(14)
    yield from _to_have_ready(ticket.requirements, columns, words)
    yield from _code(ticket.url, width, words)
    yield Feed(10)
    yield from _issued(ticket, columns, words)
    if ticket.training:
        yield Feed(12)
        yield from _training(columns, words)
    yield Cut()


def _training(columns: int, words: PaperWords) -> Iterator[Element]:
    """Above and below, so that no part of a practice ticket passes for a real one."""
    yield from _banner(words("paper.training"), columns)
    yield Feed(12)


def _priority(klass: str, columns: int, words: PaperWords) -> Iterator[Element]:
    """The mark, and the class where its name says more than the mark does. Never the reason."""
    mark = words("paper.priority")
    yield from _banner(mark, columns)
    if klass.casefold() != mark.casefold():
        yield Feed(6)
        yield from _lines(klass, columns)
    yield Feed(16)


def _waiting(ticket: PaperTicket, columns: int, words: PaperWords) -> Iterator[Element]:
    """Where, how many are ahead, and how long."""
    place = [words("paper.floor").format(floor=ticket.floor)] if ticket.floor else []
    place += [ticket.zone] if ticket.zone else []
    if place:
        yield from _lines(words("paper.wait_at"), columns)
        yield from _headline(", ".join(place), columns)
        yield Feed(12)
    ahead = "paper.ahead" if ticket.ahead > 0 else "paper.ahead_none"
    yield from _lines(words(ahead).format(ahead=ticket.ahead), columns)
    yield from _headline(_range(ticket, words), columns, most=1)
    if ticket.p80_minutes > 0:  # a range is honest only if it says how often it holds
        yield from _lines(words("paper.honest").format(high=_bounds(ticket)[1]), columns)


def _bounds(ticket: PaperTicket) -> tuple[int, int]:
    """Median and 80th percentile, minutes; a forecast that has them crossed promises the later."""
    return ticket.median_minutes, max(ticket.median_minutes, ticket.p80_minutes)


def _range(ticket: PaperTicket, words: PaperWords) -> str:
    low, high = _bounds(ticket)
    if high < 1:
        key = "paper.range_none"
    elif low < 1:
        key = "paper.range_up_to"
    elif low == high:
        key = "paper.range_about"
    else:
        key = "paper.range"
    return words(key).format(low=low, high=high)


def _to_have_ready(requirements: tuple[str, ...], columns: int, words: PaperWords) -> Iterator[Element]:
    """Whole requirements on two lines; the rest is on the ticket's page, and the paper says so."""
    items = [text for text in map(ascii_text, requirements) if text]
    if not items:
        return
    yield from _lines(words("paper.ready"), columns, bold=True)
    if len(items) <= 2 and all(len(item) <= columns for item in items):
        yield from map(Text, items)
    else:
        chosen: list[str] = []
        for item in items:
            if len(_wrap("; ".join([*chosen, item]), columns)) <= 2:
                chosen.append(item)
        # One that needs more than two lines is still better whole than cut or left out.
        chosen = chosen or items[:1]
        yield from _lines("; ".join(chosen), columns)
        if len(chosen) < len(items):
            yield from _lines(words("paper.ready_more"), columns)
    yield Feed(8)


def _code(url: str, width: int, words: PaperWords) -> Iterator[Element]:
    """The way to the ticket's page: a QR, or the address itself when no code of it would scan."""
    columns = width // CELL_WIDTH
    module = pictures.qr_module(url, width)
    if module is None:
        yield from _lines(url, columns)
        return
    yield Qr(url, module)
    yield from _lines(words("paper.scan"), columns)


def _issued(ticket: PaperTicket, columns: int, words: PaperWords) -> Iterator[Element]:
    """Date and time, on one line where both fit; never torn inside the date."""
    at = ticket.issued_at
    day = ascii_text(
        words("paper.date").format(
            weekday=words(f"paper.weekday.{at.isoweekday()}"),
            day=at.day,
            month=words(f"paper.month.{at.month}"),
            year=at.year,
        )
    )
    time = words("paper.time").format(hour=at.hour, minute=at.minute, zone=ticket.timezone)
    both = f"{day}, {ascii_text(time)}"
    if len(both) <= columns:
        yield Text(both)
    else:
        yield from _lines(day, columns)
        yield from _lines(time, columns)


def _headline(text: str, columns: int, most: int = 2) -> Iterable[Text]:
    """Bold, and large where that takes at most ``most`` lines; else tall, which is half as wide."""
    plain = ascii_text(text)
    size = LARGE if _fits(plain, columns // 2, most) else TALL
    return _lines(plain, columns, size, bold=True)


def _banner(text: str, columns: int) -> Iterator[Text]:
    """White on black, as wide as the paper, so that it is seen from a distance."""
    plain = ascii_text(text)
    size = LARGE if _fits(plain, columns // 2 - 2, 1) else TALL
    room = columns // size[0]
    for line in _wrap(plain, room - 2):
        yield Text(line.center(room), size=size, bold=True, reverse=True)


def _fits(text: str, columns: int, most: int) -> bool:
    """Whether ``text`` takes at most ``most`` lines without a word being broken."""
    return max(map(len, text.split()), default=0) <= columns and len(_wrap(text, columns)) <= most


def _lines(text: str, columns: int, size: Size = PLAIN, bold: bool = False) -> Iterator[Text]:
    for line in _wrap(ascii_text(text), columns // size[0]):
        yield Text(line, size=size, bold=bold)


def _wrap(text: str, columns: int) -> list[str]:
    """Lines of about one length: a title with one lonely word below it reads badly."""

    def wrapped(width: int) -> list[str]:
        return textwrap.wrap(text, width, break_on_hyphens=False)

    lines = wrapped(columns)
    if len(lines) > 1:
        longest = max(map(len, text.split()))
        for width in range(max(longest, len(text) // len(lines)), columns):
            closer = wrapped(width)
            if len(closer) == len(lines):
                return closer
    return lines
