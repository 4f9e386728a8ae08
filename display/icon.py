"""The icon of a ticket that was put on a phone's home screen: drawn here, in the hall's own colours.

A slip of paper with a notch on either side, the poleng band at its foot; no letters, so it needs no typeface.
"""

from __future__ import annotations

import io
from functools import cache

SIZES = (96, 192, 512)
GROUND = "#faf6ee"
INK = "#1b1613"


@cache
def icon(size: int, accent: str, *, maskable: bool = False, badge: bool = False) -> bytes:
    """A PNG of ``size`` pixels a side.

    ``maskable``: the drawing keeps to the inner four fifths, as phones cut what they like from the rest.
    ``badge``: white on nothing, for a status bar that knows no colours.
    """
    from PIL import Image, ImageDraw  # noqa: PLC0415 - most halls are never asked for one

    scale = 4  # drawn larger and made smaller: smooth edges
    side = size * scale
    back = (0, 0, 0, 0) if badge else accent
    slip, mark = ("#ffffff", (0, 0, 0, 0)) if badge else (GROUND, INK)
    picture = Image.new("RGBA", (side, side), back)
    pen = ImageDraw.Draw(picture)
    inset = side * (0.24 if maskable else 0.06 if badge else 0.17)
    left, right, top, foot = inset * 1.12, side - inset * 1.12, inset * 0.9, side - inset * 0.9
    pen.rounded_rectangle((left, top, right, foot), radius=side * 0.05, fill=slip)
    notch, middle = (right - left) * 0.11, top + (foot - top) * 0.6
    for edge in (left, right):
        pen.ellipse((edge - notch, middle - notch, edge + notch, middle + notch), fill=back)
    stroke = (right - left) * 0.14  # a tall figure, the one that everybody waits for
    centre = (left + right) / 2
    pen.rectangle((centre - stroke / 2, top + stroke, centre + stroke / 2, middle - stroke * 0.7), fill=mark)
    pen.polygon(
        (
            (centre - stroke / 2, top + stroke),
            (centre - stroke * 1.5, top + stroke * 1.75),
            (centre - stroke * 1.5, top + stroke * 2.6),
            (centre, top + stroke * 1.9),
        ),
        fill=mark,
    )
    square = (right - left) / 8
    for place in range(8):
        start = foot - square * (2.4 if place % 2 else 1.5)
        x = left + place * square
        pen.rectangle((x, start, x + square, start + square * 0.9), fill=mark)
    made = io.BytesIO()
    picture.resize((size, size), Image.Resampling.LANCZOS).save(made, "PNG", optimize=True)
    return made.getvalue()
