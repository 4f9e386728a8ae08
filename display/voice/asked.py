"""What a technician asks of the voice on the command line: a call to listen to, what to record."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import core.web
from core.config import Config
from core.domain.plan import Counter, Plan
from core.web.concurrency import concurrency
from core.web.i18n import Texts
from display.voice import sound, workshop
from display.voice.parts import Parts, readable, recordings
from display.voice.spoken import Piece, needed, sentence, written
from display.voice.studio import Silent, Studio

NUMBER = re.compile(r"[A-Z0-9]{0,3}[A-Z][0-9]{1,5}")
RECORDED_AS = ".wav"


class Mistake(Exception):
    """What was asked for cannot be done; says what to do."""


def hall_texts() -> Texts:
    """The catalogues that the voice speaks from."""
    folders = [Path(str(core.web.__file__)).parent, Path(__file__).parents[1]]
    return Texts([each / "translations" for each in folders])


def spoken_file(config: Config, call: tuple[str, str], lang: str, output: Path) -> tuple[str, float]:
    """Write the file of ``call`` (number, counter); answers with its words and its length in seconds.

    WAV if ``output`` ends so, else the very MP3 that boards are given. Raises ``Mistake``. The hall need
    not run, and its data folder is left alone.
    """
    number, counter = call[0].strip().upper(), _counter(config.plan, call[1])
    if not NUMBER.fullmatch(number):
        raise Mistake(f"{call[0]!r} is not a ticket's number: letters and digits, such as A007")
    _require(config, lang)
    said = sentence(number, counter, lang, hall_texts())
    with tempfile.TemporaryDirectory(prefix="antrean-voice-") as folder:
        parts = Parts(Path(folder), [each.piece for each in said], readable(config.settings.voice.recordings))
        studio = Studio(parts, concurrency("threading"))
        try:
            studio.prepare()
            pieces = [(parts.pcm(each.piece) or b"", each.pause_ms) for each in said]
            if not all(pcm for pcm, _ in pieces):
                raise Silent("not every piece could be made: see above")
            pcm = b"".join(sound.stretches(pieces))
            content = sound.wav(pcm) if output.suffix.lower() == ".wav" else sound.mp3([pcm])
            output.write_bytes(content)
        except Silent as trouble:
            raise Mistake(str(trouble)) from trouble
        except OSError as trouble:
            raise Mistake(f"{output}: {trouble.strerror}; name another file with --output") from trouble
    return written(said), len(pcm) / 2 / workshop.RATE


def _counter(plan: Plan, asked: str) -> Counter:
    found = plan.counters.get(asked)
    if found is None:
        found = next((each for each in plan.counters.values() if str(each.number) == asked), None)
    if found is None:
        raise Mistake(f"there is no counter {asked!r}; the hall has {', '.join(plan.counters)}")
    return found


def _require(config: Config, lang: str) -> None:
    languages = config.settings.languages
    if lang not in languages:
        raise Mistake(f"--lang {lang}: the hall speaks {', '.join(languages)}; see languages of [hall]")


def to_record(config: Config, lang: str | None) -> list[tuple[str, str]]:
    """Every file that can replace the machine's voice in this hall, and its words. Raises ``Mistake``."""
    if lang is not None:
        _require(config, lang)
    texts = hall_texts()
    wanted = config.settings.languages if lang is None else (lang,)
    return [(_file(piece), piece.words) for each in wanted for piece in needed(config.plan, each, texts)]


def _file(piece: Piece) -> str:
    return f"{piece.lang}/{piece.name}{RECORDED_AS}"


def recordings_told(config: Config) -> Iterator[tuple[str, str, str]]:
    """For ``antrean doctor``: file (or nothing), what was found, what to do (or nothing)."""
    folder, texts = config.settings.voice.recordings, hall_texts()
    if folder is None:
        return
    if readable(folder) is None:
        yield "", f"{folder} cannot be read", "put it there, or take recordings out of [voice]"
        return
    for lang in config.settings.languages:
        pieces = needed(config.plan, lang, texts)
        found, wanted = recordings(folder, lang), {piece.name for piece in pieces}
        for name, path in found.items():
            if name not in wanted:
                yield (
                    f"{lang}/{path.name}",
                    "no piece of this hall has this name",
                    "rename it as antrean voice record-list says, or take it away",
                )
                continue
            try:
                workshop.finished(workshop.decoded(path))
            except workshop.Unusable as trouble:
                yield f"{lang}/{path.name}", str(trouble), "record it anew; until then the machine says it"
        count = len(wanted & found.keys())
        yield "", f"{lang}: {count} of {len(pieces)} pieces; the machine's voice says the rest", ""
