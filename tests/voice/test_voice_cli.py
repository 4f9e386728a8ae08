"""``antrean voice``, and what the doctor says of recordings."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import miniaudio
import pytest
from click.testing import CliRunner, Result

from core.cli import main
from core.config import load
from display.voice import sound
from display.voice.asked import recordings_told, to_record
from display.voice.spoken import NUMBER_MS, OPENING_MS, PLACE_MS, SIGN_MS
from tests.voice.conftest import CONFIG, tone

Antrean = Callable[..., Result]


@pytest.fixture
def antrean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Antrean:
    """The command, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ANTREAN_CONFIG", str(CONFIG))

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["voice", *arguments])

    return run


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A hall whose recordings lie in ``rec`` beside its file."""
    shutil.copytree(CONFIG.parent / "hall", tmp_path / "hall")
    path = tmp_path / "config.toml"
    path.write_text(CONFIG.read_text() + '\n[voice]\nrecordings = "rec"\n')
    (tmp_path / "rec" / "id").mkdir(parents=True)
    return path


def test_a_call_is_written_for_listening(antrean: Antrean) -> None:
    result = antrean("say", "A007", "3")
    assert result.exit_code == 0, result.output
    said = "A007-3-id.mp3: Nomor antrean, A, nol, nol, tujuh, silakan menuju loket tiga"
    assert result.stdout.startswith(said)
    assert 5 < miniaudio.mp3_get_file_info("A007-3-id.mp3").duration < 9


def test_a_call_is_written_in_english_and_without_loss(antrean: Antrean) -> None:
    result = antrean("say", "b012", "12", "--lang", "en", "--output", "call.wav")
    assert result.exit_code == 0, result.output
    assert "Queue number, B, zero, one, two, please go to counter twelve" in result.stdout
    told = miniaudio.wav_get_file_info("call.wav")
    assert (told.nchannels, told.sample_rate) == (1, 22050)
    assert f"({told.duration:.1f} s)" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("A007", "99"), "there is no counter '99'; the hall has 1, 2, 3"),
        (("hello!", "3"), "'hello!' is not a ticket's number: letters and digits, such as A007"),
        (("../A007", "3"), "is not a ticket's number"),
        (
            ("A007", "3", "--output", "nowhere/x.mp3"),
            "nowhere/x.mp3: No such file or directory; name another",
        ),
    ],
)
def test_a_mistake_is_told_with_what_to_do(antrean: Antrean, arguments: tuple[str, ...], told: str) -> None:
    result = antrean("say", *arguments)
    assert result.exit_code == 2
    assert told in result.stderr
    assert list(Path().iterdir()) == []


def test_a_language_that_the_hall_does_not_speak_is_told(antrean: Antrean, recorded: Path) -> None:
    both = 'languages = ["id", "en"]'
    text = recorded.read_text()
    assert both in text
    recorded.write_text(text.replace(both, 'languages = ["id"]'))
    for command in (["say", "A007", "3"], ["record-list"]):
        result = antrean(*command, "--lang", "en", "--config", str(recorded))
        assert result.exit_code == 2, result.output
        assert "--lang en: the hall speaks id" in result.stderr


def test_what_to_record_is_listed_with_its_words(antrean: Antrean) -> None:
    lines = [line.split("\t") for line in antrean("record-list").stdout.splitlines()]
    told = dict(lines)
    assert len(told) == len(lines)
    assert told["id/nomor-antrean.wav"] == "Nomor antrean"
    assert told["id/silakan-menuju-loket.wav"] == "silakan menuju loket"
    assert told["id/0.wav"] == "nol"
    assert told["id/61.wav"] == "enam puluh satu"
    assert told["en/a.wav"] == "A"
    assert "id/62.wav" not in told
    only = antrean("record-list", "--lang", "id").stdout.splitlines()
    assert only == [line for line in map("\t".join, lines) if line.startswith("id/")]


def test_all_that_is_listed_replaces_the_machine(antrean: Antrean, recorded: Path) -> None:
    """Recordings under the names of the list leave nothing of a call to the machine."""
    folder = recorded.parent / "rec"
    for file, _ in to_record(load(recorded), "id"):
        (folder / file).write_bytes(sound.wav(tone(0.3).tobytes()))
    result = antrean("say", "A123", "45", "--config", str(recorded), "--output", "call.wav")
    assert result.exit_code == 0, result.output
    wave = miniaudio.decode_file("call.wav", nchannels=1, sample_rate=22050)
    ups = sum((a < 0) != (b < 0) for a, b in zip(wave.samples, wave.samples[1:], strict=False))
    assert abs(ups - 2 * 440 * 0.3 * 7) < 100  # seven tones of 440 Hz, and nothing else
    pauses = (OPENING_MS + 3 * SIGN_MS + NUMBER_MS + PLACE_MS + sound.BEFORE_MS + sound.AFTER_MS) / 1000
    assert abs(wave.duration - 7 * 0.33 - pauses) < 0.1


def test_the_doctor_tells_of_recordings(recorded: Path) -> None:
    folder = recorded.parent / "rec" / "id"
    (folder / "a.wav").write_bytes(sound.wav(tone(0.3).tobytes()))
    (folder / "7.mp3").write_bytes(b"no sound")
    (folder / "nomer-antrean.wav").write_bytes(sound.wav(tone(0.3).tobytes()))
    (folder / "notes.txt").write_text("spoken by Made")
    told = {file: (found, advice) for file, found, advice in recordings_told(load(recorded)) if file}
    assert set(told) == {"id/7.mp3", "id/nomer-antrean.wav"}
    assert "cannot be read" in told["id/7.mp3"][0]
    assert "record it anew" in told["id/7.mp3"][1]
    assert "antrean voice record-list" in told["id/nomer-antrean.wav"][1]
    counts = [found for file, found, advice in recordings_told(load(recorded)) if not file and not advice]
    assert counts[0].startswith("id: 2 of 88 pieces")


def test_the_doctor_tells_of_a_folder_that_is_not_there(recorded: Path) -> None:
    shutil.rmtree(recorded.parent / "rec")
    [(file, found, advice)] = recordings_told(load(recorded))
    assert file == ""
    assert found.endswith("rec cannot be read")
    assert "take recordings out of [voice]" in advice
