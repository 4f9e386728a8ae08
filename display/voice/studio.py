"""Makes the file of a call, beside the requests: soon after the call, or when a board asks for it.

1. Pieces that are missing on disk are made by the workshop, a process of its own that may die alone.
2. One thread takes the calls in order, joins the pieces and encodes them in a native thread.
3. The newest files stay in memory. Nothing of a call is written, so a full disk silences no hall whose
   pieces are there.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import tempfile
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from hashlib import sha256
from pathlib import Path
from typing import IO

from core.ports import Concurrency, Waiter
from display.voice import sound, workshop
from display.voice.parts import Parts
from display.voice.spoken import Piece, Sentence, written

PREPARE_AFTER_S = 3.0
"""The hall itself starts first. A call within that time has its own pieces made."""
FILES_KEPT = 64
"""Newest files in memory: at most 3 MB."""
AHEAD_AT_MOST = 8
"""In a rush so many commits are made ahead; the rest is made when its turn to be said comes."""
TIME_LIMIT_S = 60.0
LOOK_S = 0.02
REST_S = 30.0
"""After a workshop that failed, no other one is started for so long: each call would wait for it."""

log = logging.getLogger(__name__)


class Silent(Exception):
    """This call cannot be said; says why."""


@dataclass(frozen=True, slots=True)
class File:
    """What a loudspeaker plays."""

    mp3: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class _Wish:
    """A file that somebody waits for."""

    said: Sentence
    waiter: Waiter[File | Silent]


@dataclass(frozen=True, slots=True)
class _Ahead:
    """Files that will be asked for."""

    find: Callable[[], Iterable[Sentence]]


class _Turn(Enum):
    STOP = auto()


class Studio:
    """The voice of one hall."""

    def __init__(
        self,
        parts: Parts,
        threads: Concurrency,
        steady: Callable[[], float] = time.monotonic,
        program: Sequence[str] = (sys.executable, "-P", str(workshop.__file__)),
    ) -> None:
        """``steady``: seconds of a clock that only runs forward; ``program``: the workshop."""
        self._parts = parts
        self._threads = threads
        self._steady = steady
        self._program = program
        self._inbox = threads.mailbox()
        self._files: OrderedDict[Sentence, File] = OrderedDict()
        self._ahead = 0
        self._rest_until = 0.0
        self._stopped = False

    def start(self) -> None:
        """Take calls from now on, and make what is missing on disk a little later."""
        self._threads.spawn(self._work)
        self._threads.spawn_after(PREPARE_AFTER_S, self.prepare)

    def stop(self) -> None:
        """Make no more; a workshop that works is ended."""
        self._stopped = True
        self._inbox.put(_Turn.STOP)

    def soon(self, find: Callable[[], Iterable[Sentence]]) -> None:
        """Make files before they are asked for, if their pieces are there. ``find`` is called in a moment.

        Does not wait: for listeners of the engine.
        """
        if self._ahead < AHEAD_AT_MOST:
            self._ahead += 1
            self._inbox.put(_Ahead(find))

    def file(self, said: Sentence) -> File:
        """The file of a sentence, made now if need be. Raises ``Silent``."""
        found = self._files.get(said)
        if found is not None:
            return found
        if self._stopped:
            raise Silent("the hall is stopping")
        waiter: Waiter[File | Silent] = self._threads.waiter()
        self._inbox.put(_Wish(said, waiter))
        answer = waiter.wait()
        if isinstance(answer, Silent):
            raise answer
        return answer

    def seconds(self, said: Sentence) -> float:
        """How long a sentence lasts: exactly where its file is there, else its pauses alone, at least."""
        found = self._files.get(said)
        if found is not None:
            return len(found.mp3) * 8 / (sound.BITS * 1000)
        return (sound.BEFORE_MS + sound.AFTER_MS + sum(each.pause_ms for each in said)) / 1000

    def prepare(self) -> None:
        """Make every piece that is missing; what cannot be made is told in the log."""
        if self._stopped:
            return
        missing = self._threads.offload(self._parts.missing)
        begun = self._steady()
        try:
            if missing:
                self._order(missing)
                log.info("voice: %d pieces were made in %.1f s", len(missing), self._steady() - begun)
            if not self._stopped:
                self._threads.offload(self._parts.tidy)
        except (Silent, OSError) as trouble:
            if not self._stopped:
                log.warning("voice: not every piece could be made: %s", trouble)

    # -- one thread ------------------------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            items = self._inbox.take_all(100)
            for item in sorted(items, key=lambda each: isinstance(each, _Ahead)):  # who waits goes first
                match item:
                    case _Wish(said, waiter):
                        waiter.set(self._answer(said))
                    case _Ahead(find):
                        self._ahead -= 1
                        self._make_ahead(find)
            if _Turn.STOP in items:
                return

    def _answer(self, said: Sentence) -> File | Silent:
        try:
            return self._found(said) or self._made(said)
        except Silent as trouble:
            log.warning('voice: "%s" is not said: %s', written(said), trouble)
            return trouble
        except Exception as trouble:  # whatever it is: the next call is said
            log.exception('voice: "%s" is not said', written(said))
            return Silent(str(trouble))

    def _make_ahead(self, find: Callable[[], Iterable[Sentence]]) -> None:
        try:
            for said in find():
                if self._found(said) is None:
                    self._assemble(said)
        except Exception:
            log.exception("voice: a file was not made ahead; it is made when it is asked for")

    def _found(self, said: Sentence) -> File | None:
        file = self._files.get(said)
        if file is not None:
            self._files.move_to_end(said)
        return file

    def _made(self, said: Sentence) -> File:
        """The file, its missing pieces made too. Raises ``Silent``."""
        answer = self._assemble(said)
        if isinstance(answer, File):
            return answer
        self._order(answer)
        answer = self._assemble(said)
        if isinstance(answer, File):
            return answer
        raise Silent(f"there is no piece for {', '.join(each.words for each in answer)}")

    def _assemble(self, said: Sentence) -> File | list[Piece]:
        answer = self._threads.offload(_assembled, self._parts, said)
        if isinstance(answer, File):
            self._files[said] = answer
            while len(self._files) > FILES_KEPT:
                self._files.popitem(last=False)
        return answer

    # -- the workshop ----------------------------------------------------------------------------------

    def _order(self, pieces: Sequence[Piece]) -> None:
        """Have ``pieces`` made. Raises ``Silent`` if the workshop fails as a whole."""
        if self._steady() < self._rest_until:
            raise Silent("the workshop failed a moment ago and rests")
        try:
            for trouble in self._worked(orders_of(self._parts, pieces)):
                log.warning("voice: %s", trouble)
        except (Silent, OSError) as trouble:
            self._rest_until = self._steady() + REST_S
            raise Silent(str(trouble)) from trouble

    def _worked(self, orders: workshop.Orders) -> list[str]:
        """Run the workshop; answers with what it could not do. Raises ``Silent`` or ``OSError``.

        Files, not pipes: nobody must read them for the process to go on, so one thread can wait for it
        by looking now and then, whatever kind of thread it is.
        """
        with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as told:
            asked.write(json.dumps(orders).encode())
            asked.seek(0)
            code = self._run(asked, told)
            told.seek(0)
            said = told.read().decode(errors="replace")
        if code != 0:
            raise Silent(f"the workshop ended with {code}: {said.strip()[-300:] or 'no word'}")
        return [str(each) for each in json.loads(said.splitlines()[-1])["troubles"]]

    def _run(self, asked: IO[bytes], told: IO[bytes]) -> int:
        begun = self._steady()
        process = subprocess.Popen(self._program, stdin=asked, stdout=told, stderr=told)  # noqa: S603
        try:
            while process.poll() is None:
                if self._stopped or self._steady() - begun > TIME_LIMIT_S:
                    raise Silent("the hall is stopping" if self._stopped else "the workshop takes too long")
                self._threads.sleep(LOOK_S)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        return process.returncode


def orders_of(parts: Parts, pieces: Sequence[Piece]) -> workshop.Orders:
    """What the workshop is asked to make ``pieces``."""
    ordered: list[workshop.Order] = []
    for piece in pieces:
        kept = parts.kept(piece)
        recording = None if kept.recording is None else str(kept.recording.resolve())
        target = str(Path(kept.path).resolve())
        ordered.append({"lang": piece.lang, "words": piece.words, "recording": recording, "target": target})
    return {"pieces": ordered}


def _assembled(parts: Parts, said: Sentence) -> File | list[Piece]:
    """The file, or the pieces that are missing. In a native thread: no logging, no lock."""
    missing: dict[Piece, None] = {}

    def there() -> Iterator[tuple[bytes, int]]:
        for each in said:
            pcm = parts.pcm(each.piece)
            if pcm is None:
                missing[each.piece] = None
            elif not missing:
                yield pcm, each.pause_ms

    made = sound.mp3(sound.stretches(there()))
    return list(missing) if missing else File(made, sha256(made).hexdigest()[:24])
