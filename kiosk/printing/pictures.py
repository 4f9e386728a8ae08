"""What is drawn on the ticket dot by dot: the number, the QR, the ornament."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path

import segno
from PIL import Image, ImageDraw

from kiosk.printing.typeface import tabular, type_face

log = logging.getLogger(__name__)

TALLEST = 192
"""The number's greatest height, dots (24 mm at 203 dpi): a short number must not eat the paper."""
QUIET = 4
"""Modules of white around a QR (ISO/IEC 18004)."""
FINEST = 3
"""Dots a module below which cheap heads and cheap phones fail (0.375 mm at 203 dpi)."""
COARSEST = 5
LOGO_TALLEST = 96
"""Dots: the city's mark says where one is, the number is what one came for."""


def number_picture(number: str, width: int) -> Image.Image:
    """The number as large as ``width`` dots allow, black on white, as wide as the paper."""
    trial = _ink(number, 100)
    # The type scales evenly, so one measurement tells the size; 2 % less for what rounding adds.
    scale = min(0.98 * width / trial.width, TALLEST / trial.height)
    ink = _ink(number, int(100 * scale))
    picture = Image.new("1", (width, ink.height), 1)
    picture.paste(0, ((width - ink.width) // 2, 0), ink)
    return picture


def _ink(text: str, size: int) -> Image.Image:
    """The mask of ``text``, cropped to its very dots: side bearings would push it off the middle."""
    face = type_face(size)
    left, top, right, bottom = face.getbbox(text, **tabular(face))
    mask = Image.new("L", (int(right - left) + size, int(bottom - top) + size), 0)
    at = (size // 2 - left, size // 2 - top)
    ImageDraw.Draw(mask).text(at, text, font=face, fill=255, **tabular(face))
    # A threshold, not a dither: a thermal head has no grey, and dither frays the edges.
    sharp = mask.point(lambda level: 255 if level > 127 else 0)
    return sharp.crop(sharp.getbbox() or (0, 0, 1, 1)).convert("1")


@lru_cache(maxsize=8)
def logo_picture(path: Path, width: int) -> Image.Image | None:
    """A picture file in black and white, in the middle of ``width`` dots; ``None`` if it cannot be drawn.

    At most ``LOGO_TALLEST`` high and half as wide as the paper; what is transparent stays white. Read once:
    another file counts after a restart.
    """
    try:
        with Image.open(path) as file:
            picture = file.convert("RGBA")
    except (OSError, ValueError) as error:  # a ticket without the mark is better than no ticket
        log.error("logo %s: %s", path, error)
        return None
    ground = Image.new("RGBA", picture.size, "white")
    grey = Image.alpha_composite(ground, picture).convert("L")
    scale = min(LOGO_TALLEST / grey.height, width / 2 / grey.width)
    size = max(1, round(grey.width * scale)), max(1, round(grey.height * scale))
    small = grey.resize(size, Image.Resampling.LANCZOS).point(lambda level: 255 if level > 127 else 0)
    paper = Image.new("1", (width, size[1]), 1)
    paper.paste(small.convert("1", dither=Image.Dither.NONE), ((width - size[0]) // 2, 0))
    return paper


def rule_picture(width: int, thickness: int = 2) -> Image.Image:
    """A line across the paper."""
    return Image.new("1", (width, thickness), 0)


def poleng_picture(width: int, square: int = 8) -> Image.Image:
    """Two rows of black and white squares, the cloth of Bali's gates: the one ornament."""
    tile = Image.new("1", (2 * square, 2 * square), 1)
    tile.paste(0, (0, 0, square, square))
    tile.paste(0, (square, square, 2 * square, 2 * square))
    band = Image.new("1", (width, 2 * square), 1)
    for x in range(0, width, 2 * square):
        band.paste(tile, (x, 0))
    return band


def qr_module(data: str, width: int) -> int | None:
    """Dots a module for a QR on paper of ``width`` dots; ``None`` if it cannot be made to scan.

    Under half of the paper, 20 to 26 mm, as a phone at arm's length likes it; never below ``FINEST``.
    """
    try:
        side = int(_qr(data).symbol_size(border=QUIET)[0])
    except segno.DataOverflowError:
        return None
    module = max(FINEST, min(COARSEST, int(width * 0.45) // side))
    return module if side * module <= width else None


def qr_picture(data: str, module: int, width: int) -> Image.Image:
    """The QR, ``module`` dots a module, with its quiet zone, in the middle of ``width`` dots."""
    rows = list(_qr(data).matrix_iter(border=QUIET))
    side = len(rows)
    small = Image.new("1", (side, side), 1)
    small.putdata([0 if dark else 1 for row in rows for dark in row])
    code = small.resize((side * module, side * module), Image.Resampling.NEAREST)
    picture = Image.new("1", (width, code.height), 1)
    picture.paste(code, ((width - code.width) // 2, 0))
    return picture


@lru_cache(maxsize=8)
def _qr(data: str) -> segno.QRCode:
    # Correction M or better: a crease or a thumb must not make it unreadable.
    return segno.make(data, error="m", micro=False)
