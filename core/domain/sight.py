"""How large a board's letters are for those who stand at its distance.

Rule: the capital letters of a called number are seen under 0.7° at least, about 12 mm for each metre; that is
eight times what a healthy eye needs, and legible at a visual acuity of 0.2. Lengths on the screen are
in *units*: a 1080th of the short side of a 16:9 screen, one pixel of 1920x1080.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

ANGLE = math.radians(0.7)
CAPITAL_EM = 0.668
"""Height of a capital of Atkinson Hyperlegible Next, in em: ``sCapHeight`` of the font."""
FIGURE_EM = 0.642
"""Width of a tabular figure with its letter spacing, measured in Chromium."""
LETTERS_EM = {"W": 0.9, "M": 0.87, "Q": 0.77, "O": 0.76}
LETTER_EM = 0.73
"""Every other letter is no wider."""
ARROW_EM = 0.48
LONG, SHORT = 1920, 1080
MARGINS = 104
"""Left and right of a row of calls together, units."""


def capital_mm(distance_m: float) -> float:
    """The least height of a capital letter seen from ``distance_m``, in millimetres."""
    return distance_m * 1000 * math.tan(ANGLE)


def unit_mm(screen_inches: float) -> float:
    """One unit of a 16:9 screen with this diagonal, in millimetres."""
    short_side = screen_inches * 25.4 * 9 / math.hypot(16, 9)
    return short_side / SHORT


def capital_units(distance_m: float, screen_inches: float) -> float:
    """The least height of a capital letter in units of the screen."""
    return capital_mm(distance_m) / unit_mm(screen_inches)


def number_em(prefixes: Iterable[str], ordinal_figures: int = 3) -> float:
    """The widest number of these series, in em of its letters."""
    widths = (sum(_width(sign) for sign in prefix) for prefix in prefixes)
    return max(widths, default=LETTER_EM) + ordinal_figures * FIGURE_EM


def row_em(prefixes: Iterable[str], highest_counter: int) -> float:
    """A row "number → counter" of these series, both in full letters, in em."""
    return number_em(prefixes) + ARROW_EM + max(2, len(str(highest_counter))) * FIGURE_EM


def largest_capital(row: float, width: int = LONG) -> float:
    """The largest capitals with which a row of ``row`` em fits a screen ``width`` units wide, in units."""
    return (width - MARGINS) / row * CAPITAL_EM


def _width(sign: str) -> float:
    return FIGURE_EM if sign.isdigit() else LETTERS_EM.get(sign, LETTER_EM)
