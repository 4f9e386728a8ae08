"""What stands on a ticket, before anybody decides how it looks."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

PaperWords = Callable[[str], str]
"""A key of the catalogue (``paper.*``) -> its text in the ticket's language, for ``str.format``."""


@dataclass(frozen=True, slots=True)
class PaperTicket:
    """One citizen's number as the paper tells it; names are already in the ticket's language."""

    number: str
    service: str
    agency: str
    zone: str
    floor: str
    issued_at: datetime
    """Aware, in the hall's own zone."""
    timezone: str
    """How people call that zone: ``WITA``."""
    ahead: int
    median_minutes: int
    p80_minutes: int
    url: str
    """The ticket's own page, for the QR."""
    hall: str
    klass: str = ""
    """Name of the class, printed with the mark."""
    priority: bool = False
    requirements: tuple[str, ...] = ()
    lang: str = "id"
    copy: int = 0
    """Which reprint this is; 0: the first print. The paper says so: two papers are not two numbers."""
    also: tuple[str, ...] = ()
    """Further services on this number, in order."""
    training: bool = False


_SPELLED = str.maketrans(
    {
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
        "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u02bc": "'", "\u201c": '"', "\u201d": '"',
        "\u201e": '"', "\u00ab": '"', "\u00bb": '"', "\u2022": "-", "\u00b7": "-", "\u00d7": "x",
        "\u00f7": "/", "\u2044": "/", "\u20ac": "EUR", "\u00df": "ss", "\u00e6": "ae", "\u00c6": "AE",
        "\u00f8": "o", "\u00d8": "O", "\u0111": "d", "\u0110": "D", "\u0142": "l", "\u0141": "L",
        "\u2192": "->", "\u2190": "<-",
    }
)  # fmt: skip
"""What Unicode's own decomposition leaves out of ASCII."""


def ascii_text(text: str) -> str:
    """``text`` in the characters that every printer has, on one line.

    Control characters become spaces: a name in the catalogue must never reach the printer as a
    command. What has no ASCII form is a question mark, so that a loss is seen.
    """
    return printable(text, lambda _: False)


def printable(text: str, has: Callable[[str], bool]) -> str:
    """The same for a printer that ``has`` some characters beside ASCII: these stay as they are."""
    composed = unicodedata.normalize("NFC", text)
    kept = "".join(c if c > "\x9f" and not c.isspace() and has(c) else _reduced(c) for c in composed)
    return " ".join(kept.split())


def _reduced(character: str) -> str:
    """One character in ASCII."""
    plain = unicodedata.normalize("NFKD", character.translate(_SPELLED))
    kept = (c for c in plain if not unicodedata.combining(c))
    return "".join(c if " " <= c <= "~" else " " if c <= "\x9f" or c.isspace() else "?" for c in kept)
