"""What is said for a call, as a list of pieces. Pure: knows no sound.

"Nomor antrean, A, nol, nol, tujuh, silakan menuju loket tiga": the number of a ticket is said letter by
letter and digit by digit, as people compare it with their paper; the number of a counter as a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from num2words import num2words  # type: ignore[import-untyped]

from core.domain.plan import Counter, Plan
from core.ports import Catalogue

HIGHEST = 1999
"""Of the numbers that are said as numbers; no counter has a higher one."""
OPENING_MS, SIGN_MS, NUMBER_MS, PLACE_MS, WITHIN_MS = 220, 140, 320, 70, 30
"""Pauses after: the opening, a letter or digit, the whole number, "… loket", a part of a counter's number."""
COMMA_MS = 100
"""A pause that is written as a comma."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What is spoken, recorded and kept in one piece."""

    lang: str
    name: str
    """Of its recording, without ending: ``nomor-antrean``, ``a``, ``7``, ``100-and``."""
    words: str


@dataclass(frozen=True, slots=True)
class Said:
    """A piece in a sentence, and the pause after it, in milliseconds."""

    piece: Piece
    pause_ms: int


Sentence = tuple[Said, ...]


def sentence(number: str, counter: Counter, lang: str, texts: Catalogue) -> Sentence:
    """The call of ``number`` (letters A-Z and digits) to ``counter`` in ``lang`` (``id`` or ``en``)."""
    *signs, last = (sign_of(each, lang) for each in number)
    *parts, end = place(counter, lang)
    return (
        Said(phrase("voice.number", lang, texts), OPENING_MS),
        *(Said(each, SIGN_MS) for each in signs),
        Said(last, NUMBER_MS),
        Said(phrase("voice.counter", lang, texts), PLACE_MS),
        *(Said(each, WITHIN_MS) for each in parts),
        Said(end, 0),
    )


def written(said: Sentence) -> str:
    """The sentence as text."""
    text = "".join(f"{each.piece.words}{', ' if each.pause_ms >= COMMA_MS else ' '}" for each in said)
    return text.strip(" ,")


def phrase(key: str, lang: str, texts: Catalogue) -> Piece:
    """A part of the sentence that is the same in every call."""
    words = texts.say(key, lang)
    return Piece(lang, re.sub(r"\W+", "-", words.lower()), words)


def sign_of(sign: str, lang: str) -> Piece:
    """One letter or digit of a ticket's number. Raises ``ValueError`` for anything else."""
    if re.fullmatch("[0-9]", sign):
        return _counted(int(sign), lang)
    if re.fullmatch("[A-Z]", sign):
        return Piece(lang, sign.lower(), sign)
    raise ValueError(f"{sign!r} is not a letter A-Z or a digit")


def place(counter: Counter, lang: str) -> tuple[Piece, ...]:
    """How a counter is named: its number, then the letters by which its name goes on ("Loket 3A")."""
    found = re.search(rf"(?<!\d){counter.number} ?([A-Za-z]{{1,2}})$", counter.name.of(lang).strip())
    letters = found[1].upper() if found else ""
    return (*counting(counter.number, lang), *(sign_of(each, lang) for each in letters))


def counting(number: int, lang: str) -> tuple[Piece, ...]:
    """A number from 0 to 1999 as it is counted, in pieces: thousand, hundreds, and what is below.

    Raises ``ValueError`` beyond that.
    """
    if not 0 <= number <= HIGHEST:
        raise ValueError(f"{number} is not from 0 to {HIGHEST}")
    thousands, hundreds, rest = number // 1000 * 1000, number % 1000 // 100 * 100, number % 100
    pieces = []
    if thousands:
        pieces.append(_counted(thousands, lang, leads_on=rest > 0 and not hundreds))
    if hundreds:
        pieces.append(_counted(hundreds, lang, leads_on=rest > 0))
    if rest or not pieces:
        pieces.append(_counted(rest, lang))
    return tuple(pieces)


def _counted(number: int, lang: str, *, leads_on: bool = False) -> Piece:
    """``leads_on``: something below 100 follows, which English joins with "and"."""
    words = str(num2words(number, lang=lang))
    if leads_on and lang == "en":
        return Piece(lang, f"{number}-and", f"{words} and")
    return Piece(lang, str(number), words)


def needed(plan: Plan, lang: str, texts: Catalogue) -> tuple[Piece, ...]:
    """Every piece that a call of this hall can need, each once: sentences, letters, digits, numbers."""

    def all_of_them() -> Iterator[Piece]:
        yield phrase("voice.number", lang, texts)
        yield phrase("voice.counter", lang, texts)
        yield from (sign_of(each, lang) for each in _signs(plan))
        for counter in sorted(plan.counters.values(), key=lambda each: each.number):
            yield from place(counter, lang)

    return tuple(dict.fromkeys(all_of_them()))


def _signs(plan: Plan) -> Iterable[str]:
    letters = {sign for series in plan.series.values() for sign in series.prefix if sign.isalpha()}
    return [*sorted(letters), *"0123456789"]
