"""How a ticket looks: from what it says to a neutral list of lines and pictures."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from PIL import Image

from kiosk.printing import pictures
from kiosk.printing.paper import PaperTicket, PaperWords, printable

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
    """One line in the printer's characters, already short enough. ``size``: times as wide, times as high."""

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


@dataclass(frozen=True, slots=True)
class Style:
    """How a printer's tickets differ from another's."""

    lines: tuple[str, ...] = ("ahead", "range", "ready")
    """Which of the lines that may be left out are printed."""
    logo: Image.Image | None = None
    """Black and white, as wide as the paper: stands at the top."""
    has: Callable[[str], bool] = lambda _: False
    """Whether the printer has a character beside ASCII."""


PLAIN_STYLE = Style()


@dataclass(frozen=True, slots=True)
class Sheet:
    """The paper that a ticket is laid out for."""

    width: int
    words: PaperWords
    style: Style

    @property
    def columns(self) -> int:
        """Plain characters across."""
        return self.width // CELL_WIDTH

    def plain(self, text: str) -> str:
        """``text`` in the characters that the printer has."""
        return printable(text, self.style.has)

    def lines(self, text: str, size: Size = PLAIN, bold: bool = False) -> Iterator[Text]:
        """As many lines as the text needs."""
        for line in _wrap(self.plain(text), self.columns // size[0]):
            yield Text(line, size=size, bold=bold)

    def headline(self, text: str, most: int = 2) -> Iterable[Text]:
        """Bold, and large where that takes at most ``most`` lines; else tall, which is half as wide."""
        large = _fits(self.plain(text), self.columns // 2, most)
        return self.lines(text, LARGE if large else TALL, bold=True)

    def banner(self, text: str) -> Iterator[Text]:
        """White on black, as wide as the paper, so that it is seen from a distance."""
        plain = self.plain(text)
        size = LARGE if _fits(plain, self.columns // 2 - 2, 1) else TALL
        room = self.columns // size[0]
        for line in _wrap(plain, room - 2):
            yield Text(line.center(room), size=size, bold=True, reverse=True)


def layout(
    ticket: PaperTicket,
    width_mm: int,
    words: PaperWords,
    dots: int | None = None,
    style: Style = PLAIN_STYLE,
) -> Document:
    """Lay a ticket out for paper of 58 or 80 mm. ``dots``: what the head has, if less than usual."""
    width = dots or DOTS[width_mm]
    return Document(width, tuple(_elements(ticket, Sheet(width, words, style))))


def _elements(ticket: PaperTicket, sheet: Sheet) -> Iterator[Element]:
    if ticket.training:
        yield from _training(sheet)
    if ticket.copy:
        # In both languages whatever the citizen's: an officer must know it for a copy as well.
        yield from sheet.banner(sheet.words("paper.copy").format(copy=ticket.copy))
        yield Feed(12)
    if sheet.style.logo is not None:
        yield Picture(sheet.style.logo)
        yield Feed(10)
    yield from sheet.lines(ticket.hall)
    yield Feed(8)
    yield Picture(pictures.poleng_picture(sheet.width))
    yield Feed(16)
    yield from sheet.lines(sheet.words("paper.number"))
    yield Feed(12)
    yield Picture(pictures.number_picture(sheet.plain(ticket.number), sheet.width))
    yield Feed(20)
    if ticket.priority:
        yield from _priority(ticket.klass, sheet)
    yield from sheet.headline(ticket.service)
    yield Feed(6)
    yield from sheet.lines(ticket.agency)
    yield from _also(ticket.also, sheet)
    yield Feed(14)
    yield Rule()
    yield Feed(14)
    yield from _waiting(ticket, sheet)
    yield Feed(14)
    yield Rule()
    yield Feed(14)
    if "ready" in sheet.style.lines:
        yield from _to_have_ready(ticket.requirements, sheet)
    yield from _code(ticket.url, sheet)
    yield Feed(10)
    yield from _issued(ticket, sheet)
    if ticket.training:
        yield Feed(12)
        yield from _training(sheet)
    yield Cut()


def _training(sheet: Sheet) -> Iterator[Element]:
    """Above and below, so that no part of a practice ticket passes for a real one."""
    yield from sheet.banner(sheet.words("paper.training"))
    yield Feed(12)


def _priority(klass: str, sheet: Sheet) -> Iterator[Element]:
    """The mark, and the class where its name says more than the mark does. Never the reason."""
    mark = sheet.words("paper.priority")
    yield from sheet.banner(mark)
    if klass.casefold() != mark.casefold():
        yield Feed(6)
        yield from sheet.lines(klass)
    yield Feed(16)


def _also(services: tuple[str, ...], sheet: Sheet) -> Iterator[Element]:
    """What else this number is for, in order, one below the other."""
    if services:
        yield Feed(12)
        yield from sheet.lines(sheet.words("paper.also"))
        for service in services:
            yield Feed(4)
            yield from sheet.lines(service, bold=True)


def _waiting(ticket: PaperTicket, sheet: Sheet) -> Iterator[Element]:
    """Where, how many are ahead, and how long."""
    words, shown = sheet.words, sheet.style.lines
    place = [words("paper.floor").format(floor=ticket.floor)] if ticket.floor else []
    place += [ticket.zone] if ticket.zone else []
    if place:
        yield from sheet.lines(words("paper.wait_at"))
        yield from sheet.headline(", ".join(place))
    if place and {"ahead", "range"} & set(shown):
        yield Feed(12)
    if "ahead" in shown:
        ahead = "paper.ahead" if ticket.ahead > 0 else "paper.ahead_none"
        yield from sheet.lines(words(ahead).format(ahead=ticket.ahead))
    if "range" in shown:
        yield from sheet.headline(_range(ticket, words), most=1)
        if ticket.p80_minutes > 0:  # a range is honest only if it says how often it holds
            yield from sheet.lines(words("paper.honest").format(high=_bounds(ticket)[1]))


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


def _to_have_ready(requirements: tuple[str, ...], sheet: Sheet) -> Iterator[Element]:
    """Whole requirements on two lines; the rest is on the ticket's page, and the paper says so."""
    columns = sheet.columns
    items = [text for text in map(sheet.plain, requirements) if text]
    if not items:
        return
    yield from sheet.lines(sheet.words("paper.ready"), bold=True)
    if len(items) <= 2 and all(len(item) <= columns for item in items):
        yield from map(Text, items)
    else:
        chosen: list[str] = []
        for item in items:
            if len(_wrap("; ".join([*chosen, item]), columns)) <= 2:
                chosen.append(item)
        # One that needs more than two lines is still better whole than cut or left out.
        chosen = chosen or items[:1]
        yield from sheet.lines("; ".join(chosen))
        if len(chosen) < len(items):
            yield from sheet.lines(sheet.words("paper.ready_more"))
    yield Feed(8)


def _code(url: str, sheet: Sheet) -> Iterator[Element]:
    """The way to the ticket's page: a QR, or the address itself when no code of it would scan."""
    module = pictures.qr_module(url, sheet.width)
    if module is None:
        yield from sheet.lines(url)
        return
    yield Qr(url, module)
    yield from sheet.lines(sheet.words("paper.scan"))


def _issued(ticket: PaperTicket, sheet: Sheet) -> Iterator[Element]:
    """Date and time, on one line where both fit; never torn inside the date."""
    at, words = ticket.issued_at, sheet.words
    day = sheet.plain(
        words("paper.date").format(
            weekday=words(f"paper.weekday.{at.isoweekday()}"),
            day=at.day,
            month=words(f"paper.month.{at.month}"),
            year=at.year,
        )
    )
    time = words("paper.time").format(hour=at.hour, minute=at.minute, zone=ticket.timezone)
    both = f"{day}, {sheet.plain(time)}"
    if len(both) <= sheet.columns:
        yield Text(both)
    else:
        yield from sheet.lines(day)
        yield from sheet.lines(time)


def _fits(text: str, columns: int, most: int) -> bool:
    """Whether ``text`` takes at most ``most`` lines without a word being broken."""
    return max(map(len, text.split()), default=0) <= columns and len(_wrap(text, columns)) <= most


def _wrap(text: str, columns: int) -> list[str]:
    """Lines of about one length: a title with one lonely word below it reads badly.

    What stands in brackets stays together where that fits.
    """

    def wrapped(width: int) -> list[str]:
        return textwrap.wrap(text, width, break_on_hyphens=False)

    lines = wrapped(columns)
    name, bracket, more = text.partition(" (")
    if len(lines) == 2 and bracket and len(name) <= columns and len(more) < columns:
        return [name, f"({more}"]
    if len(lines) > 1:
        longest = max(map(len, text.split()))
        for width in range(max(longest, len(text) // len(lines)), columns):
            closer = wrapped(width)
            if len(closer) == len(lines):
                return closer
    return lines
