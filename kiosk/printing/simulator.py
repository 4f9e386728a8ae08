"""A network printer in software, with faults that can be switched on while it runs.

Speaks ESC/POS on a TCP port, answers DLE EOT, draws the very bytes. For tests, demonstrations and training.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from core.domain.hall import PrinterState
from kiosk.printing.answers import answer
from kiosk.printing.reader import PaperError, read, whole
from kiosk.printing.virtual import picture_of, replace_file

FAULTS = {
    "paper-out": "no paper: it takes no more bytes, and says so when asked",
    "near-end": "the roll ends soon: it prints and says so",
    "cover-open": "as paper-out, with the cover as its reason",
    "mute": "it prints and never answers",
    "slow": "it takes a few bytes at a time",
    "drops": "it hangs up in the middle of a job",
    "garbage": "it prints and answers nonsense",
}
"""What can be wrong with it, and what that means."""
STATES = {
    "paper-out": PrinterState.PAPER_OUT,
    "near-end": PrinterState.NEAR_END,
    "cover-open": PrinterState.COVER_OPEN,
}
STOPPING = frozenset({"paper-out", "cover-open"})
QUESTION = b"\x10\x04"
BUFFER = 4096
"""Bytes that such a printer holds, and so takes even without paper."""
MIDDLE = 200
"""Bytes of a job after which its middle begins: a job that ``drops`` is cut off there."""
NONSENSE = b"\x00\xff\x41\x7f"
SLOW_BYTES, SLOW_S = 512, 0.1
QUICK: int | None = getattr(socket, "TCP_QUICKACK", None)
"""Linux alone has it."""

Moment = Callable[[str], None]
"""Hears ``asked`` (before the first byte), ``begun``, ``middle`` and ``cut`` of each job, as they happen."""


@dataclass(frozen=True, slots=True)
class Strip:
    """What came out for one connection. ``whole``: up to the cut."""

    data: bytes
    whole: bool


@dataclass
class Simulator:
    """Listens at ``port`` (0: any free one) once ``start`` was called. Paper of ``width`` dots.

    With a ``folder`` each strip is left there as bytes and PNG, and the file ``fault`` in it is the fault
    for as long as it is there; without, ``fault`` is.
    """

    width: int = 576
    folder: Path | None = None
    host: str = "127.0.0.1"
    port: int = 0
    fault: str = ""
    moment: Moment = lambda _: None
    slow: tuple[int, float] = (SLOW_BYTES, SLOW_S)
    """Bytes at a time and the seconds between, when ``slow``."""
    strips: list[Strip] = field(default_factory=list)
    connections: int = 0
    busy: bool = False
    """Somebody is connected."""

    def start(self) -> None:
        """Begin to listen. Raises ``OSError``."""
        self._stopping = threading.Event()
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Before listen, or the connection is made with the system's large window.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        self._listener.bind((self.host, self.port))
        self._listener.listen()
        self.port = self._listener.getsockname()[1]
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Hang up and end."""
        self._stopping.set()
        with contextlib.suppress(OSError):  # a close alone does not wake a thread that accepts
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def wait(self) -> None:
        """Until it is stopped."""
        self._thread.join()

    def wrong(self) -> str:
        """The fault that is on now; empty: none. An unknown word is none."""
        told = self.fault
        if self.folder is not None:
            with contextlib.suppress(OSError, UnicodeDecodeError):
                told = (self.folder / "fault").read_text(encoding="utf-8").strip()
        return told if told in FAULTS else ""

    def _serve(self) -> None:
        """One connection after the other, as such printers do."""
        while not self._stopping.is_set():
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self.busy = True
            with line, contextlib.suppress(OSError):
                _Talk(self, line, self._stopping).run()
            self.busy = False

    def keep(self, data: bytes) -> None:
        """A strip came out."""
        strip = Strip(data, whole(data)[0])
        self.strips.append(strip)
        if self.folder is None:
            return
        name = f"{len(self.strips):06d}"
        replace_file(self.folder / f"{name}.bin", data)
        with contextlib.suppress(PaperError):  # half a ticket may end inside a command
            replace_file(self.folder / f"{name}.png", picture_of(read(data, self.width).image))


@dataclass
class _Talk:
    """One connection."""

    printer: Simulator
    line: socket.socket
    stopping: threading.Event
    paper: bytearray = field(default_factory=bytearray)
    held: bytearray = field(default_factory=bytearray)
    """What waits in its buffer while it cannot print; thrown away when the line is closed."""
    rest: bytes = b""
    """The start of a question of which more must come."""
    begun: bool = False
    reached: bool = False
    """Whether ``middle`` was told."""
    cut: bool = False

    def run(self) -> None:
        self.line.settimeout(0.02)
        try:
            while not self.stopping.is_set() and self._step():
                pass
        finally:
            # Printing ends before the line does: whoever counts strips may do so once it hangs up.
            if self.paper:
                self.printer.keep(bytes(self.paper))

    def _step(self) -> bool:
        wrong = self.printer.wrong()
        if wrong not in STOPPING and self.held:
            self._print(b"")
        if len(self.held) >= BUFFER:
            # Full: it reads no more; a look whether the other side is still there does not read.
            self.stopping.wait(0.02)
            return self._there()
        size, pause = self.printer.slow if wrong == "slow" else (BUFFER, 0.0)
        try:
            piece = self.line.recv(size)
        except TimeoutError:
            return True
        if QUICK is not None:
            # Acknowledge at once: after a question this machine would otherwise wait 40 ms for more to say.
            self.line.setsockopt(socket.IPPROTO_TCP, QUICK, 1)
        if not piece:
            return False
        if pause:
            self.stopping.wait(pause)
        self._take(piece)
        return not (self.printer.wrong() == "drops" and self.reached and self._drop())

    def _there(self) -> bool:
        try:
            return self.line.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) != b""
        except BlockingIOError:
            return True

    def _drop(self) -> bool:
        self.line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return True

    def _take(self, piece: bytes) -> None:
        """Answer what is asked; the rest is for the paper."""
        data, self.rest = self.rest + piece, b""
        at = 0
        while (found := data.find(QUESTION, at)) >= 0:
            if found + len(QUESTION) >= len(data):
                break
            self._print(data[at:found])
            number = data[found + len(QUESTION)]
            if number in (1, 2, 3, 4):
                self._answer(number)
            # In the middle of a picture it is dots as well: the printer answers, and prints them.
            if self.begun and not self._between():
                self._print(data[found : found + 3])
            at = found + 3
        tail = data[at:]
        for length in (2, 1):
            if tail.endswith(QUESTION[:length]):
                tail, self.rest = tail[:-length], tail[-length:]
                break
        self._print(tail)

    def _between(self) -> bool:
        """Whether what came so far ends with a command: then a question is none of the job's bytes."""
        return whole(bytes(self.paper + self.held))[1]

    def _print(self, data: bytes) -> None:
        if data and not self.begun:
            self.begun = True
            self.printer.moment("begun")
        self.held += data
        if self.printer.wrong() in STOPPING or not self.held:
            return
        if not self.reached and len(self.paper) + len(self.held) > MIDDLE:
            upto = max(0, MIDDLE - len(self.paper))
            self._out(bytes(self.held[:upto]))
            del self.held[:upto]
            self.reached = True
            self.printer.moment("middle")
            if self.printer.wrong() in (*STOPPING, "drops"):
                return
        data = bytes(self.held)
        self.held.clear()
        self._out(data)

    def _out(self, data: bytes) -> None:
        self.paper += data
        if not self.cut and whole(bytes(self.paper))[0]:
            self.cut = True
            self.printer.moment("cut")

    def _answer(self, number: int) -> None:
        if not self.begun and number == 1:
            self.printer.moment("asked")
        match self.printer.wrong():
            case "mute":
                return
            case "garbage":
                self.line.sendall(NONSENSE)
            case wrong:
                state = STATES.get(wrong, PrinterState.OK)
                self.line.sendall(bytes((answer(number, state),)))
