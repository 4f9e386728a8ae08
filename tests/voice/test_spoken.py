"""What is said for a call: the sentence, all letters, all numbers."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from core.domain.plan import Counter, Words
from core.web.i18n import Texts
from display.voice.spoken import HIGHEST, counting, needed, place, sentence, sign_of, written
from tests.voice.conftest import LETTERS

ONES = {
    "id": ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"],
    "en": ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
}
TEENS = [
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["-", "-", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def indonesian(number: int) -> str:
    """How Indonesian counts: ``se-`` for one, ``belas`` for the teens, then tens and ones."""
    ones = ONES["id"]
    if number < 10:
        return ones[number]
    if number in (10, 11):
        return {10: "sepuluh", 11: "sebelas"}[number]
    if number < 20:
        return f"{ones[number - 10]} belas"
    for unit, name in ((1000, "ribu"), (100, "ratus"), (10, "puluh")):
        if number >= unit:
            head = f"se{name}" if number // unit == 1 else f"{ones[number // unit]} {name}"
            return head if number % unit == 0 else f"{head} {indonesian(number % unit)}"
    raise AssertionError(number)


def english(number: int) -> str:
    """British: "and" before what is below a hundred."""
    ones = ONES["en"]
    if number < 10:
        return ones[number]
    if number < 20:
        return TEENS[number - 10]
    if number < 100:
        return TENS[number // 10] + (f"-{ones[number % 10]}" if number % 10 else "")
    unit, name = (1000, "thousand") if number >= 1000 else (100, "hundred")
    rest = number % unit
    head = f"{ones[number // unit]} {name}"
    return head if rest == 0 else f"{head} {'and ' if rest < 100 else ''}{english(rest)}"


@pytest.mark.parametrize(("lang", "rule"), [("id", indonesian), ("en", english)])
def test_numbers_are_counted_by_the_rule_of_the_language(lang: str, rule: Any) -> None:
    for number in range(HIGHEST + 1):
        assert " ".join(each.words for each in counting(number, lang)) == rule(number), number


@pytest.mark.parametrize("lang", ["id", "en"])
def test_a_piece_is_named_by_what_it_says(lang: str) -> None:
    names: dict[str, str] = {}
    for number in range(HIGHEST + 1):
        for piece in counting(number, lang):
            assert names.setdefault(piece.name, piece.words) == piece.words
            assert re.fullmatch(r"\d+(-and)?", piece.name)
    assert len(names) == len(set(names.values())) == (110 if lang == "id" else 120)


@pytest.mark.parametrize("number", [-1, HIGHEST + 1])
def test_other_numbers_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="0 to 1999"):
        counting(number, "id")


@pytest.mark.parametrize("sign", ["a", "Ä", "-", "", "AB", "٣"])
def test_other_signs_are_refused(sign: str) -> None:
    with pytest.raises(ValueError, match="is not a letter"):
        sign_of(sign, "id")


@pytest.mark.parametrize("lang", ["id", "en"])
def test_digits_are_said_as_the_boards_write_them(texts: Texts, lang: str) -> None:
    for digit in "0123456789":
        assert sign_of(digit, lang).words == texts.say(f"spoken.digit.{digit}", lang)


def counter(number: int, name: str = "") -> Counter:
    told = name or f"Loket {number}"
    return Counter(str(number), number, Words(told, told.replace("Loket", "Counter")), "X", "A", ())


@pytest.mark.parametrize(
    ("number", "place", "id_", "en"),
    [
        (
            "A007",
            3,
            "Nomor antrean, A, nol, nol, tujuh, silakan menuju loket tiga",
            "Queue number, A, zero, zero, seven, please go to counter three",
        ),
        (
            "BX1000",
            111,
            "Nomor antrean, B, X, satu, nol, nol, nol, silakan menuju loket seratus sebelas",
            "Queue number, B, X, one, zero, zero, zero, please go to counter one hundred and eleven",
        ),
        (
            "2F019",
            12,
            "Nomor antrean, dua, F, nol, satu, sembilan, silakan menuju loket dua belas",
            "Queue number, two, F, zero, one, nine, please go to counter twelve",
        ),
    ],
)
def test_the_sentence_of_a_call(texts: Texts, number: str, place: int, id_: str, en: str) -> None:
    assert written(sentence(number, counter(place), "id", texts)) == id_
    assert written(sentence(number, counter(place), "en", texts)) == en


@pytest.mark.parametrize(
    ("number", "name", "words"),
    [
        (3, "Loket 3A", ["tiga", "A"]),
        (3, "Loket 3 B", ["tiga", "B"]),
        (3, "Loket 3c", ["tiga", "C"]),
        (3, "Loket 13A", ["tiga"]),
        (7, "Loket Prioritas", ["tujuh"]),
        (7, "Loket 7 Lantai Dua", ["tujuh"]),
        (31, "Loket 31", ["tiga puluh satu"]),
    ],
)
def test_a_counters_letter_is_said_after_its_number(number: int, name: str, words: list[str]) -> None:
    assert [each.words for each in place(counter(number, name), "id")] == words


@pytest.mark.parametrize("lang", ["id", "en"])
def test_whatever_a_hall_calls_is_on_its_list(config: Any, texts: Texts, lang: str) -> None:
    odd = counter(999, "Loket 999Z")
    plan = replace(config.plan, counters={**config.plan.counters, "odd": odd})
    listed = needed(plan, lang, texts)
    assert len({each.name for each in listed}) == len(listed)
    for series in plan.series.values():
        for each in plan.counters.values():
            said = sentence(series.number(1234567890), each, lang, texts)
            assert {part.piece for part in said} <= set(listed)


def test_a_hall_needs_no_letters_but_its_own(config: Any, texts: Texts) -> None:
    series = {key: config.plan.series[key] for key in list(config.plan.series)[:1]}
    letters = {sign.lower() for each in series.values() for sign in each.prefix}
    listed = needed(replace(config.plan, series=series), "id", texts)
    assert {each.name for each in listed if re.fullmatch("[a-z]", each.name)} == letters


NAMES_ID = "a be tSe de e Ef ge ha i dZe ka El Em En o pe ki ER Es te u fe we Eks je zEt"
"""In espeak's own letters. Q is "ki" and V is said "fe", as the Indonesian dictionary has it."""
NAMES_EN = (
    "eI bi: si: di: i: Ef dZi: eItS aI dZeI keI El Em En oU pi: kju: A@ Es ti: ju: vi: dVb@Lju: Eks waI zEd"
)

PHONEMES = """
import ctypes, sys, espeakng_loader as loader
espeak = ctypes.CDLL(loader.get_library_path())
espeak.espeak_Initialize(1, 0, loader.get_data_path().encode(), 0)
espeak.espeak_SetVoiceByName(sys.argv[1].encode())
espeak.espeak_TextToPhonemes.restype = ctypes.c_char_p
for letter in sys.argv[2]:
    text = ctypes.c_char_p(letter.encode())
    print(espeak.espeak_TextToPhonemes(ctypes.byref(text), 1, 0).decode())
"""


@pytest.mark.parametrize(("voice", "names"), [("id", NAMES_ID), ("en", NAMES_EN)])
def test_the_machine_says_each_letter_by_its_name(voice: str, names: str) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-c", PHONEMES, voice, LETTERS], capture_output=True, text=True, check=True
    )
    heard = [re.sub("[',_ ]", "", line) for line in done.stdout.splitlines()]
    assert dict(zip(LETTERS, heard, strict=True)) == dict(zip(LETTERS, names.split(), strict=True))
