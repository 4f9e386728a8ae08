"""A thermal printer in software: draws the very bytes, so that paper can be looked at and tested."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw

from kiosk.printing.typeface import type_face

CELL = (12, 24)
"""Dots of one character of font A."""
CELL_B = (9, 17)
TABLES = {0: "cp437", 2: "cp850", 3: "cp860", 4: "cp863", 5: "cp865", 16: "cp1252", 18: "cp852", 19: "cp858"}
"""Code pages by the number that ESC t gives them on Epson's printers, and on most that imitate them."""
SPACING = 30
"""Dots from line to line after ESC @ (1/6 inch on most 203 dpi printers)."""


class PaperError(ValueError):
    """The bytes are not what this printer understands. ``offset``: where, in bytes from the start."""

    def __init__(self, offset: int, what: str) -> None:
        super().__init__(f"byte {offset}: {what}")
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Printed:
    """One strip of paper."""

    image: Image.Image
    """``L``, 255 is white; as wide as the head."""
    lines: tuple[str, ...]
    """The text, line by line, as it stands on the paper."""
    wrapped: int
    """How many lines ran over the edge and were continued on the next."""
    cuts: tuple[int, ...]
    """Where the knife fell, in dots from the top."""


def whole(data: bytes) -> tuple[bool, bool]:
    """Whether ``data`` has a cut, and whether it ends between two commands. Refuses nothing."""
    at, cut = 0, False
    while at < len(data):
        name = data[at : at + 2]
        if name == b"\x1dv":
            head = data[at + 4 : at + 8]
            body = int.from_bytes(head[:2], "little") * int.from_bytes(head[2:], "little")
            at += 8 + body
        elif name == b"\x1dV":
            cut = cut or len(data) >= at + 3
            at += 4 if data[at + 2 : at + 3] in (b"A", b"B") else 3
        elif name[0] in (0x1B, 0x1D):
            at += 2 if name in (b"\x1b@", b"\x1b2") else 3
        else:
            at += 1
    return cut, at == len(data)


def read(data: bytes, width: int) -> Printed:
    """Print ``data`` on paper of ``width`` dots. Raises ``PaperError`` at the first unknown byte."""
    return _Head(data, width).run()


@dataclass
class _Mode:
    """What ESC @ resets."""

    align: int = 0
    bold: bool = False
    underline: int = 0
    reverse: bool = False
    across: int = 1
    down: int = 1
    font_b: bool = False
    spacing: int = SPACING
    table: str | None = None
    """Python's name of the code page; ``None`` until one is chosen, as the DIP switches may say any."""

    @property
    def cell(self) -> tuple[int, int]:
        """Dots of the next character."""
        wide, high = CELL_B if self.font_b else CELL
        return wide * self.across, high * self.down


@dataclass
class _Head:
    """The head over the paper: reads commands, keeps the line that is not yet printed."""

    data: bytes
    width: int
    at: int = 0
    y: int = 0
    mode: _Mode = field(default_factory=_Mode)
    strips: list[tuple[int, int, Image.Image]] = field(default_factory=list)
    row: list[tuple[str, Image.Image]] = field(default_factory=list)
    used: int = 0
    lines: list[str] = field(default_factory=list)
    wrapped: int = 0
    cuts: list[int] = field(default_factory=list)

    def run(self) -> Printed:
        while self.at < len(self.data):
            start, byte = self.at, self._byte()
            if byte == 0x0A:
                self._line()
            elif byte in (0x1B, 0x1D):
                self._command(start, bytes((byte, self._byte())))
            elif 0x20 <= byte <= 0x7E:
                self._character(chr(byte))
            elif byte > 0x7F and self.mode.table is not None:
                self._character(bytes((byte,)).decode(self.mode.table, "replace"))
            elif byte != 0x0D:  # CR does nothing on a printer that feeds by LF
                raise PaperError(start, f"unknown byte 0x{byte:02x}")
        if self.row:
            self._line()
        paper = Image.new("L", (self.width, max(1, self.y)), 255)
        for x, y, strip in self.strips:
            paper.paste(strip, (x, y))
        return Printed(paper, tuple(self.lines), self.wrapped, tuple(self.cuts))

    def _byte(self) -> int:
        if self.at >= len(self.data):
            raise PaperError(len(self.data), "the data ends inside a command")
        self.at += 1
        return self.data[self.at - 1]

    def _word(self) -> int:
        return self._byte() + 256 * self._byte()

    def _command(self, start: int, name: bytes) -> None:
        action = _COMMANDS.get(name)
        if action is None:
            lead = "ESC" if name[0] == 0x1B else "GS"
            raise PaperError(start, f"unknown command {lead} 0x{name[1]:02x} {chr(name[1])!r}")
        action(self)

    def _character(self, character: str) -> None:
        mode = self.mode
        wide = mode.cell[0]
        if self.used + wide > self.width:
            self.wrapped += 1
            self._line()
        self.row.append((character, _glyph(character, mode.cell, mode.bold, mode.reverse, mode.underline)))
        self.used += wide

    def _line(self) -> None:
        """Print what is in the buffer and feed; tall characters feed as much as they need."""
        high = max((glyph.height for _, glyph in self.row), default=0)
        if self.row:
            x = (self.width - self.used) * self.mode.align // 2
            for _, glyph in self.row:
                self.strips.append((x, self.y + high - glyph.height, glyph))
                x += glyph.width
            self.lines.append("".join(character for character, _ in self.row).strip())
        self.y += max(high, self.mode.spacing)
        self.row, self.used = [], 0

    def _flush(self) -> None:
        if self.row:
            self._line()

    def _reset(self) -> None:
        self.row, self.used, self.mode = [], 0, _Mode()

    def _align(self) -> None:
        start, n = self.at, self._byte()
        if n % 48 > 2:
            raise PaperError(start, f"no alignment {n}")
        self.mode.align = n % 48

    def _print_mode(self) -> None:
        n = self._byte()
        self.mode.font_b, self.mode.bold = bool(n & 1), bool(n & 8)
        self.mode.down, self.mode.across = 1 + bool(n & 16), 1 + bool(n & 32)
        self.mode.underline = int(bool(n & 128))

    def _size(self) -> None:
        n = self._byte()
        self.mode.across, self.mode.down = (n >> 4 & 7) + 1, (n & 7) + 1

    def _font(self) -> None:
        self.mode.font_b = bool(self._byte() & 1)

    def _bold(self) -> None:
        self.mode.bold = bool(self._byte() & 1)

    def _underline(self) -> None:
        self.mode.underline = self._byte() % 48

    def _reverse(self) -> None:
        self.mode.reverse = bool(self._byte() & 1)

    def _spacing(self) -> None:
        self.mode.spacing = self._byte()

    def _usual_spacing(self) -> None:
        self.mode.spacing = SPACING

    def _feed_dots(self) -> None:
        n = self._byte()
        self._flush()
        self.y += n

    def _feed_lines(self) -> None:
        n = self._byte()
        self._flush()
        self.y += n * self.mode.spacing

    def _country(self) -> None:
        """Another country's set than the first would change the letters of ASCII."""
        start, n = self.at, self._byte()
        if n != 0:
            raise PaperError(start, f"only country 0 is known, not {n}")

    def _table(self) -> None:
        start, n = self.at, self._byte()
        if n not in TABLES:
            raise PaperError(start, f"no table {n}")
        self.mode.table = TABLES[n]

    def _raster(self) -> None:
        start = self.at
        kind, mode = self._byte(), self._byte()
        wide, high = self._word(), self._word()
        if kind != 0x30 or mode % 48 != 0:
            raise PaperError(start, f"only GS v 0 in full density is known, not {kind} {mode}")
        if wide * 8 > self.width:
            raise PaperError(start, f"a raster of {wide * 8} dots on paper of {self.width}")
        body = self.data[self.at : self.at + wide * high]
        if len(body) < wide * high:
            raise PaperError(len(self.data), "the data ends inside a raster")
        self.at += wide * high
        self._flush()
        strip = ImageChops.invert(Image.frombytes("1", (wide * 8, high), body).convert("L"))
        self.strips.append(((self.width - strip.width) * self.mode.align // 2, self.y, strip))
        self.y += high

    def _cut(self) -> None:
        start, n = self.at, self._byte()
        if n in (65, 66):
            self.y += self._byte()
        elif n not in (0, 1, 48, 49):
            raise PaperError(start, f"no cut {n}")
        self.cuts.append(self.y)


_COMMANDS: dict[bytes, Callable[[_Head], None]] = {
    b"\x1b@": _Head._reset,
    b"\x1ba": _Head._align,
    b"\x1b!": _Head._print_mode,
    b"\x1bE": _Head._bold,
    b"\x1bG": _Head._bold,
    b"\x1b-": _Head._underline,
    b"\x1bM": _Head._font,
    b"\x1bR": _Head._country,
    b"\x1bt": _Head._table,
    b"\x1bd": _Head._feed_lines,
    b"\x1bJ": _Head._feed_dots,
    b"\x1b2": _Head._usual_spacing,
    b"\x1b3": _Head._spacing,
    b"\x1d!": _Head._size,
    b"\x1dB": _Head._reverse,
    b"\x1dv": _Head._raster,
    b"\x1dV": _Head._cut,
}


@lru_cache(maxsize=1024)
def _glyph(character: str, cell: tuple[int, int], bold: bool, reverse: bool, underline: int) -> Image.Image:
    """One character in its cell, grey at the edges as ink looks to the eye.

    Drawn four times as large, squeezed into the cell where it is too wide, then reduced.
    """
    wide, high = cell
    # The plain cell decides the shape; size multiplies it, as on the printer.
    unit = 17 if high % 17 == 0 and high % 24 else 24
    tall, across = unit * 4, (9 if unit == 17 else 12) * 4
    face = type_face(int(tall * 0.78), 700 if bold else 450)
    left, _, right, _ = face.getbbox(character, anchor="ls")
    ink = Image.new("L", (max(1, int(right - left) + 2), tall), 255)
    ImageDraw.Draw(ink).text((1 - left, int(tall * 0.79)), character, font=face, fill=0, anchor="ls")
    room = across - 4
    if ink.width > room:
        ink = ink.resize((room, tall))
    glyph = Image.new("L", (across, tall), 255)
    glyph.paste(ink, ((across - ink.width) // 2, 0))
    glyph = glyph.resize(cell, Image.Resampling.BOX)
    if underline:
        glyph.paste(0, (0, high - underline - 1, wide, high - 1))
    return ImageChops.invert(glyph) if reverse else glyph
