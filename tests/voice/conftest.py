"""Pieces made once by the real workshop, and a studio whose clock and workshop a test may choose."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.config import load
from core.web.concurrency import concurrency
from core.web.i18n import Texts
from display.voice import workshop
from display.voice.asked import hall_texts
from display.voice.parts import Parts
from display.voice.spoken import Piece, counting, needed, sign_of
from display.voice.studio import Studio

CONFIG = Path(__file__).parents[2] / "config.toml"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.fixture(scope="session")
def texts() -> Texts:
    return hall_texts()


@pytest.fixture(scope="session")
def config() -> Any:
    return load(CONFIG)


@pytest.fixture(scope="session")
def everything(config: Any, texts: Texts) -> list[Piece]:
    """All that the shipped hall can need, all letters, and the hundreds and thousands."""
    pieces: dict[Piece, None] = {}
    for lang in ("id", "en"):
        pieces |= dict.fromkeys(needed(config.plan, lang, texts))
        pieces |= dict.fromkeys(sign_of(each, lang) for each in LETTERS)
        pieces |= dict.fromkeys(
            each for n in (99, 100, 111, 900, 999, 1000, 1999) for each in counting(n, lang)
        )
    return list(pieces)


@pytest.fixture(scope="session")
def spoken(everything: list[Piece], tmp_path_factory: pytest.TempPathFactory) -> Parts:
    """``everything``, on disk."""
    parts = Parts(tmp_path_factory.mktemp("voice"), everything)
    Studio(parts, concurrency("threading")).prepare()
    return parts


@pytest.fixture
def studio() -> Iterator[Callable[..., Studio]]:
    """Starts a studio; it is stopped afterwards."""
    begun: list[Studio] = []

    def begin(parts: Parts, **options: Any) -> Studio:
        made = Studio(parts, concurrency("threading"), **options)
        begun.append(made)
        made.start()
        return made

    yield begin
    for each in begun:
        each.stop()


def samples(pcm: bytes | None) -> array[int]:
    assert pcm is not None
    heard = array("h")
    heard.frombytes(pcm)
    return heard


def tone(seconds: float, hertz: float = 440.0, amplitude: float = 0.3) -> array[int]:
    """A sine between two silences of 0.2 s, as a recording might be."""
    quiet = [0] * int(0.2 * workshop.RATE)
    step = 2 * math.pi * hertz / workshop.RATE
    sine = [int(32767 * amplitude * math.sin(each * step)) for each in range(int(seconds * workshop.RATE))]
    return array("h", [*quiet, *sine, *quiet])
