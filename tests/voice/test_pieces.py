"""How the pieces and the files sound: loudness, gaps, ends, length, size."""

from __future__ import annotations

import subprocess
import sys
from array import array
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import miniaudio
import pytest

from core.web.i18n import Texts
from display.voice import sound, workshop
from display.voice.parts import Parts
from display.voice.spoken import Piece, Sentence, sentence
from display.voice.workshop import RATE, Unusable
from tests.voice.conftest import samples, tone

QUIET = 0.012
"""Of full scale: what is below counts as a gap."""


def heard(pcm: bytes | None) -> list[float]:
    return [each / 32768 for each in samples(pcm)]


def joined(parts: Parts, said: Sentence) -> bytes:
    pieces = [(parts.pcm(each.piece), each.pause_ms) for each in said]
    return b"".join(sound.stretches((pcm, pause) for pcm, pause in pieces if pcm is not None))


def decoded(mp3: bytes) -> array[int]:
    found = miniaudio.decode(mp3, nchannels=1, sample_rate=RATE)
    assert (found.nchannels, found.sample_rate) == (1, RATE)
    return array("h", found.samples)


def gaps(wave: array[int]) -> list[tuple[float, float]]:
    """Begin and length, in seconds, of each stretch of at least 60 ms in which nothing is heard."""
    loud = [place for place, each in enumerate(wave) if abs(each) > QUIET * 32768]
    return [(a / RATE, (b - a) / RATE) for a, b in pairwise(loud) if b - a > 0.06 * RATE]


def test_all_pieces_of_both_voices_are_as_loud_as_each_other(spoken: Parts, everything: list[Piece]) -> None:
    measured = {piece: workshop.loudness(heard(spoken.pcm(piece))) for piece in everything}
    assert max(measured.values()) - min(measured.values()) < 1.0
    assert abs(sum(measured.values()) / len(measured) - workshop.LOUDNESS) < 0.3


def test_no_piece_is_cut_off_at_the_top_or_clicks_at_its_ends(spoken: Parts, everything: list[Piece]) -> None:
    for piece in everything:
        wave = heard(spoken.pcm(piece))
        assert max(map(abs, wave)) <= workshop.CEILING + 0.001, piece
        assert abs(wave[0]) < 0.01, piece
        assert abs(wave[-1]) < 0.01, piece


def test_a_piece_has_no_silence_around_it_and_takes_its_time(spoken: Parts, everything: list[Piece]) -> None:
    for piece in everything:
        wave = heard(spoken.pcm(piece))
        loud = [place for place, each in enumerate(wave) if abs(each) > 0.02]
        assert loud[0] < 0.06 * RATE, piece
        assert len(wave) - loud[-1] < 0.09 * RATE, piece
        assert 0.3 < len(wave) / RATE < 3.0, piece


CALLS = [("A007", "3", "id"), ("A007", "3", "en"), ("W888", "61", "id"), ("X1999", "57", "en")]


@pytest.mark.parametrize(("number", "place", "lang"), CALLS)
def test_a_call_as_a_file(
    spoken: Parts, config: Any, texts: Texts, number: str, place: str, lang: str
) -> None:
    said = sentence(number, config.plan.counters[place], lang, texts)
    pcm = joined(spoken, said)
    mp3 = sound.mp3([pcm])
    wave = decoded(mp3)
    assert 5 < len(pcm) / 2 / RATE < 10
    assert abs(len(wave) - len(pcm) / 2) < 0.15 * RATE
    assert abs(len(mp3) * 8 / (sound.BITS * 1000) - len(wave) / RATE) < 0.1  # as players reckon it
    assert len(mp3) < 45_000
    assert max(map(abs, wave)) < 32767  # also what MP3 adds to the peaks stays below the end of the scale
    assert abs(workshop.loudness([each / 32768 for each in wave]) - workshop.LOUDNESS) < 1.5


def test_the_gaps_are_those_of_the_rule(spoken: Parts, config: Any, texts: Texts) -> None:
    said = sentence("A007", config.plan.counters["3"], "id", texts)
    place, expected = sound.BEFORE_MS / 1000, []
    for each in said[:-1]:
        place += len(samples(spoken.pcm(each.piece))) / RATE
        expected.append((place, each.pause_ms / 1000))
        place += each.pause_ms / 1000
    found = gaps(samples(joined(spoken, said)))
    for begin, pause in expected:
        near = [
            length for start, length in found if start - 0.02 <= begin + pause / 2 <= start + length + 0.02
        ]
        assert len(near) == 1, (begin, found)
        assert pause <= near[0] < pause + 0.11, (begin, pause, near)  # and the soft ends of its neighbours


def test_the_longest_call_of_any_hall_stays_small(
    config: Any, texts: Texts, tmp_path: Path, studio: Any
) -> None:
    far = replace(config.plan.counters["1"], number=999)
    said = sentence("WWWW99999", far, "id", texts)
    file = studio(Parts(tmp_path, [])).file(said)
    assert len(decoded(file.mp3)) / RATE < 15
    assert len(file.mp3) < 60_000


# -- the workshop ------------------------------------------------------------------------------------


def test_a_tone_is_trimmed_and_levelled() -> None:
    quiet, loud = workshop.finished(tone(0.5, amplitude=0.01)), workshop.finished(tone(0.5, amplitude=0.9))
    assert abs(len(quiet) / RATE - 0.53) < 0.02
    for each in (quiet, loud):
        assert abs(workshop.loudness([value / 32768 for value in each]) - workshop.LOUDNESS) < 0.3


def test_peaks_far_above_the_rest_are_bent_and_the_loudness_is_kept() -> None:
    wave = tone(1.0, amplitude=0.08)
    for start in range(int(0.3 * RATE), int(1.1 * RATE), RATE // 10):
        for each in range(40):
            wave[start + each] = 30000 if each % 2 else -30000
    made = [each / 32768 for each in workshop.finished(wave)]
    assert max(map(abs, made)) <= workshop.CEILING
    assert abs(workshop.loudness(made) - workshop.LOUDNESS) < 0.5


@pytest.mark.parametrize("wave", [[], [0] * RATE, [3, -3] * RATE])
def test_silence_is_no_piece(wave: list[int]) -> None:
    with pytest.raises(Unusable, match="silent"):
        workshop.finished(wave)


def test_a_single_click_is_no_piece_or_a_levelled_one() -> None:
    try:
        made = workshop.finished([0] * 5000 + [32000] + [0] * 5000)
    except Unusable:
        return
    assert abs(workshop.loudness([each / 32768 for each in made]) - workshop.LOUDNESS) < 0.5


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    whole = workshop.packed(tone(0.3))
    assert workshop.unpacked(whole) == tone(0.3).tobytes()
    for broken in (b"", whole[:20], whole[:-1], whole + b"x", whole[:200] + b"\0\1" + whole[202:], b"x" * 99):
        assert workshop.unpacked(broken) is None
    workshop.leave(tmp_path / "a" / "b.pcm", whole)
    assert [each.name for each in (tmp_path / "a").iterdir()] == ["b.pcm"]


def test_the_workshop_starts_without_the_hall() -> None:
    """It is begun in the middle of a call: nothing of flask and the rest may be read for it."""
    program = (
        "import runpy, sys; sys.stdin = open('/dev/null'); runpy.run_path(sys.argv[1]);"
        "print([each for each in ('flask', 'display', 'core', 'pydantic') if each in sys.modules])"
    )
    told = subprocess.run(
        [sys.executable, "-P", "-c", program, str(workshop.__file__)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "[]"
