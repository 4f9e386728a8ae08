"""The studio beside the hall: recordings, and all that can go wrong with pieces, disk and workshop."""

from __future__ import annotations

import itertools
import logging
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.web.i18n import Texts
from display.voice import sound, workshop
from display.voice.parts import Parts
from display.voice.spoken import Piece, Sentence, sentence
from display.voice.studio import FILES_KEPT, REST_S, Silent, Studio
from tests.running import PATIENCE_S, eventually
from tests.voice.conftest import samples, tone

Begin = Callable[..., Studio]


@pytest.fixture
def said(config: Any, texts: Texts) -> Sentence:
    return sentence("A007", config.plan.counters["3"], "id", texts)


def pieces(said: Sentence) -> list[Piece]:
    return list(dict.fromkeys(each.piece for each in said))


def record(folder: Path, name: str, hertz: float = 440.0, content: bytes | None = None) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if content is not None else sound.wav(tone(0.4, hertz).tobytes()))
    return path


def program(tmp_path: Path, text: str) -> tuple[str, ...]:
    """Another workshop."""
    path = tmp_path / "program.py"
    path.write_text(text)
    return sys.executable, "-P", str(path)


def crossings(pcm: bytes | None) -> float:
    """Of zero, a second, in the middle of a piece: twice the frequency of a tone."""
    wave = samples(pcm)
    wave = wave[len(wave) // 4 : len(wave) * 3 // 4]
    ups = sum((a < 0) != (b < 0) for a, b in itertools.pairwise(wave))
    return ups / (len(wave) / workshop.RATE)


# -- pieces and recordings ---------------------------------------------------------------------------


def test_a_call_has_its_pieces_made_when_nothing_is_there(
    studio: Begin, said: Sentence, tmp_path: Path
) -> None:
    file = studio(Parts(tmp_path / "voice", [])).file(said)
    assert file.mp3[:2] in (b"\xff\xf3", b"\xff\xf2")  # MPEG-2, layer III
    assert len(list((tmp_path / "voice" / "id").glob("*.pcm"))) == 6


def test_recordings_replace_the_machine_piece_by_piece(said: Sentence, studio: Begin, tmp_path: Path) -> None:
    record(tmp_path / "rec", "id/0.wav", 300)
    record(tmp_path / "rec", "id/Nomor-Antrean.WAV", 500)
    record(tmp_path / "rec", "en/a.wav", 700)
    parts = Parts(tmp_path / "voice", pieces(said), tmp_path / "rec")
    machine = Parts(tmp_path / "voice", pieces(said))
    studio(machine).prepare()
    by_machine = {piece.name: machine.pcm(piece) for piece in pieces(said)}
    studio(parts).prepare()
    assert parts.missing() == []
    made = {piece.name: parts.pcm(piece) for piece in pieces(said)}
    assert abs(crossings(made["0"]) - 600) < 30
    assert abs(crossings(made["nomor-antrean"]) - 1000) < 50
    assert {name for name, pcm in made.items() if pcm != by_machine[name]} == {"0", "nomor-antrean"}
    loud = {name: workshop.loudness([each / 32768 for each in samples(pcm)]) for name, pcm in made.items()}
    assert max(loud.values()) - min(loud.values()) < 1.0


def test_recordings_may_be_of_any_common_kind(said: Sentence, studio: Begin, tmp_path: Path) -> None:
    record(tmp_path / "rec", "id/7.mp3", content=sound.mp3([tone(0.5, 400).tobytes()]))
    parts = Parts(tmp_path / "voice", pieces(said), tmp_path / "rec")
    studio(parts).prepare()
    made = {piece.name: parts.pcm(piece) for piece in pieces(said)}
    assert abs(crossings(made["7"]) - 800) < 60


def test_a_recording_that_has_changed_is_taken_at_the_next_start(
    said: Sentence, studio: Begin, tmp_path: Path
) -> None:
    seven = next(piece for piece in pieces(said) if piece.name == "7")
    heard = []
    for hertz in (300, 600):
        record(tmp_path / "rec", "id/7.wav", hertz)
        parts = Parts(tmp_path / "voice", pieces(said), tmp_path / "rec")
        studio(parts).prepare()
        heard.append(crossings(parts.pcm(seven)))
    assert heard[1] > 1.8 * heard[0]
    assert len(list((tmp_path / "voice" / "id").glob("7-*.pcm"))) == 1  # the old one is gone


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"no sound", "cannot be read"),
        (b"", "cannot be read"),
        (sound.wav(bytes(44100)), "silent"),
        (sound.wav(tone(21.0).tobytes()), "longer than 20 s"),
    ],
)
def test_a_bad_recording_is_told_once_and_the_machine_says_it(
    said: Sentence, studio: Begin, tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes, why: str
) -> None:
    path = record(tmp_path / "rec", "id/7.wav", content=content)
    parts = Parts(tmp_path / "voice", pieces(said), tmp_path / "rec")
    made = studio(parts)
    with caplog.at_level(logging.WARNING):
        made.prepare()
        assert made.file(said).mp3
    told = [each.getMessage() for each in caplog.records]
    assert len(told) == 1
    assert str(path) in told[0]
    assert why in told[0]


# -- what goes wrong -----------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", [b"", b"garbage", None])
def test_a_piece_that_is_torn_is_made_anew(
    said: Sentence, studio: Begin, tmp_path: Path, damage: bytes | None
) -> None:
    parts = Parts(tmp_path, pieces(said))
    first = studio(parts).file(said)
    path = parts.kept(said[1].piece).path
    path.write_bytes(path.read_bytes()[:-500] if damage is None else damage)
    assert parts.missing() == [said[1].piece]
    again = studio(parts).file(said)
    assert abs(len(again.mp3) - len(first.mp3)) < 500  # the machine never says a word twice alike
    assert parts.missing() == []


def test_a_workshop_that_dies_costs_this_call_and_the_next_ones_go_on(
    said: Sentence, studio: Begin, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    marks = tmp_path / "begun"
    dies = program(
        tmp_path,
        f"import os, signal; open({str(marks)!r}, 'a').write('x'); os.kill(os.getpid(), signal.SIGSEGV)",
    )
    now = [0.0]
    parts = Parts(tmp_path / "voice", pieces(said))
    made = studio(parts, steady=lambda: now[0], program=dies)
    for _ in range(3):
        with pytest.raises(Silent):
            made.file(said)
    assert marks.read_text() == "x"  # it rests: no call waits for a workshop that cannot work
    assert "ended with -11" in caplog.text
    made._program = (sys.executable, "-P", str(workshop.__file__))
    with pytest.raises(Silent, match="rests"):
        made.file(said)
    now[0] += REST_S + 1
    assert made.file(said).mp3


def test_a_workshop_that_hangs_is_ended(said: Sentence, studio: Begin, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    hangs = program(
        tmp_path, f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    )
    now = [0.0]

    def steady() -> float:
        if pid.exists() and pid.read_text():
            now[0] += 100.0
        return now[0]

    made = studio(Parts(tmp_path / "voice", pieces(said)), steady=steady, program=hangs)
    with pytest.raises(Silent, match="takes too long"):
        made.file(said)
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


def test_a_hall_that_stops_ends_its_workshop_and_nobody_is_left_waiting(
    said: Sentence, studio: Begin, tmp_path: Path
) -> None:
    pid = tmp_path / "pid"
    hangs = program(
        tmp_path, f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    )
    made = studio(Parts(tmp_path / "voice", pieces(said)), program=hangs)
    answers: list[Any] = []

    def ask() -> None:
        try:
            answers.append(made.file(said))
        except Silent as trouble:
            answers.append(str(trouble))

    asking = threading.Thread(target=ask)
    asking.start()
    eventually(lambda: pid.exists() and pid.read_text())
    made.stop()
    asking.join(PATIENCE_S)
    assert answers == ["the hall is stopping"]
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)
    with pytest.raises(Silent, match="stopping"):
        made.file(said)


FULL = """
import errno, runpy, sys
module = runpy.run_path({workshop!r})
def full(target, content):
    raise OSError(errno.ENOSPC, "No space left on device")
module["work"].__globals__["leave"] = full
import json
print(json.dumps(module["work"](json.load(sys.stdin))))
"""


def test_a_full_disk_gives_silence_and_a_line_in_the_log(
    said: Sentence, studio: Begin, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    full = program(tmp_path, FULL.format(workshop=str(workshop.__file__)))
    made = studio(Parts(tmp_path / "voice", pieces(said)), program=full)
    with pytest.raises(Silent, match="there is no piece for Nomor antrean"):
        made.file(said)
    assert "No space left on device" in caplog.text
    assert list((tmp_path / "voice").rglob("*")) == []


def test_a_disk_that_is_full_later_silences_nobody(said: Sentence, studio: Begin, tmp_path: Path) -> None:
    parts = Parts(tmp_path / "voice", pieces(said))
    studio(parts).prepare()
    for folder in (tmp_path / "voice", tmp_path / "voice" / "id"):
        folder.chmod(0o500)
    try:
        dead = program(tmp_path, "raise SystemExit(1)")
        assert studio(parts, program=dead).file(said).mp3
    finally:
        for folder in (tmp_path / "voice", tmp_path / "voice" / "id"):
            folder.chmod(0o700)


def test_a_data_folder_that_is_a_file_gives_silence(
    said: Sentence, studio: Begin, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "voice").write_text("")
    made = studio(Parts(tmp_path / "voice", pieces(said)))
    made.prepare()
    with pytest.raises(Silent):
        made.file(said)
    assert "voice" in caplog.text


def test_what_the_workshop_says_in_its_death_is_told(
    said: Sentence, studio: Begin, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = studio(
        Parts(tmp_path / "voice", pieces(said)),
        program=program(tmp_path, "raise ValueError('no such thing')"),
    )
    with pytest.raises(Silent, match="ended with 1"):
        made.file(said)
    assert "no such thing" in caplog.text


# -- ahead and in memory -------------------------------------------------------------------------------


def done(made: Studio, find: Callable[[], list[Sentence]]) -> None:
    """Ask for files ahead, and wait until the studio has gone on to the next wish."""
    behind = threading.Event()

    def last() -> list[Sentence]:
        behind.set()
        return []

    made.soon(find)
    made.soon(last)
    assert behind.wait(10)


def test_a_file_is_made_before_it_is_asked_for(said: Sentence, studio: Begin, spoken: Parts) -> None:
    made = studio(spoken)
    done(made, lambda: [said])
    assert list(made._files) == [said]


def test_no_workshop_is_begun_ahead(said: Sentence, studio: Begin, tmp_path: Path) -> None:
    """Pieces that are missing are made by ``prepare``, or when somebody waits for them."""
    mark = tmp_path / "begun"
    made = studio(
        Parts(tmp_path / "voice", pieces(said)), program=program(tmp_path, f"open({str(mark)!r}, 'w')")
    )
    done(made, lambda: [said])
    assert not mark.exists()
    with pytest.raises(Silent):
        made.file(said)
    assert mark.exists()


def test_a_listener_that_fails_leaves_the_studio_working(
    said: Sentence, studio: Begin, spoken: Parts, caplog: pytest.LogCaptureFixture
) -> None:
    made = studio(spoken)

    def fails() -> list[Sentence]:
        raise RuntimeError("gone")

    done(made, fails)
    assert "made ahead" in caplog.text
    assert made.file(said).mp3


def test_memory_keeps_the_newest_files_only(config: Any, texts: Texts, studio: Begin, spoken: Parts) -> None:
    made = studio(spoken)
    counter = config.plan.counters["1"]
    said = [sentence(f"A{each:03d}", counter, "id", texts) for each in range(FILES_KEPT + 3)]
    for each in said:
        made.file(each)
    assert list(made._files) == said[3:]


def test_the_same_call_is_the_same_file_after_a_restart(said: Sentence, studio: Begin, spoken: Parts) -> None:
    one, other = studio(spoken).file(said), studio(spoken).file(said)
    assert one is not other
    assert one == other
