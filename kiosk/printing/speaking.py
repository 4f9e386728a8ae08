"""A printer at the end of a line: a job on a connection of its own, with a question before and after it."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any, Protocol

from core.domain.hall import PRINTS, PrinterState
from kiosk.printing.answers import asked, is_answer, looks_asked
from kiosk.printing.port import PrinterTrouble, Sent, Status, unheard

WHOLE_JOB = 3
"""A whole job may take this many time-outs, however slowly the printer drips."""
BEFORE_S = 1.0
"""How long the first byte of a job may wait for the printer to say that it is well."""
STATUS_S = 3.0
LASTING = frozenset({PrinterState.PAPER_OUT, PrinterState.COVER_OPEN, PrinterState.ERROR})
"""States that only a person ends."""


class Line(Protocol):
    """One open connection. Everything raises ``OSError``; ``end`` is an instant of ``time.monotonic``."""

    def write(self, data: bytes, end: float) -> None:
        """Give all of it away. Raises ``TimeoutError``."""
        ...

    def taken(self, end: float) -> None:
        """Return when the other side has all that was written, as far as this machine can know."""
        ...

    def drain(self) -> None:
        """Forget what came unasked."""
        ...

    def read(self, end: float) -> bytes:
        """What comes next, empty when nothing comes. Raises ``ConnectionError`` if nothing ever will."""
        ...

    def close(self) -> None:
        """Hang up; never raises."""
        ...


class LinePrinter:
    """Speaks ESC/POS over whatever ``connect`` opens. ``name``: for the staff; ``timeout``: seconds a step.

    A connection kept open would go stale unseen (python-escpos does not connect again by itself), and most
    printers serve one at a time.
    """

    pace = 0.0
    """Bytes a second that the line carries at best; 0: faster than any printer."""

    def __init__(self, name: str, timeout: float, answers: bool) -> None:
        self.name = name
        self.timeout = timeout
        self.answers = answers

    def connect(self, timeout: float) -> Line:
        """A new connection. Raises ``OSError``."""
        raise NotImplementedError

    def send(self, data: bytes, job: str, sent: Sent = unheard) -> bool:  # noqa: ARG002 - bytes have no names
        """As ``Printer.send``; at most ``WHOLE_JOB`` time-outs, and what the question before it takes."""
        line = self._open()
        try:
            if self.answers:
                self._before(line)
            self._push(line, data)
            sent()
            return self.answers and self._after(line, looks_asked(data))
        finally:
            line.close()

    def status(self) -> Status:
        """As ``Printer.status``. One that answers nothing is well if it can be reached."""
        end = time.monotonic() + min(self.timeout, STATUS_S)
        try:
            line = self.connect(min(self.timeout, STATUS_S))
        except OSError as error:
            return Status(PrinterState.OFFLINE, f"{word(error)} {self.name}")
        try:
            return self._ask(line, end) if self.answers else Status(PrinterState.OK)
        except OSError as error:
            return Status(PrinterState.OFFLINE, f"{word(error, 'stalled')} {self.name}")
        finally:
            line.close()

    def _open(self) -> Line:
        try:
            return self.connect(self.timeout)
        except OSError as error:
            raise PrinterTrouble(f"{word(error)} {self.name}", lasting=False) from error

    def _before(self, line: Line) -> None:
        """Send nothing to a printer without paper.

        It would keep the bytes and print them when it has some, after the ticket came out elsewhere. One
        that is mute gets its job, as most such do print.
        """
        try:
            state = self._ask(line, time.monotonic() + min(BEFORE_S, self.timeout))
        except OSError as error:
            raise PrinterTrouble(f"{word(error, 'stalled')} {self.name}", lasting=False) from error
        if state.state not in PRINTS:
            raise PrinterTrouble(
                f"{state.detail} {self.name}", lasting=state.state in LASTING, state=state.state
            )

    def _push(self, line: Line, data: bytes) -> None:
        end = time.monotonic() + WHOLE_JOB * self.timeout + (len(data) / self.pace if self.pace else 0)
        try:
            line.write(data, end)
            line.taken(end)
        except OSError as error:
            words = f"{word(error, 'stalled')} {self.name} in a job of {len(data)} bytes"
            raise PrinterTrouble(words, lasting=False, doubtful=True) from error

    def _after(self, line: Line, older: int) -> bool:
        """True if the printer says that it is well, after the knife fell."""
        try:
            state = self._ask(line, time.monotonic() + self.timeout, older)
        except OSError as error:
            words = f"{word(error, 'stalled')} {self.name} after the last byte"
            raise PrinterTrouble(words, lasting=False, doubtful=True) from error
        if state.state in (PrinterState.OK, PrinterState.NEAR_END):
            return True
        words = f"{state.detail} {self.name} after the last byte"
        raise PrinterTrouble(words, lasting=state.state in LASTING, doubtful=True, state=state.state)

    def _ask(self, line: Line, end: float, older: int = 0) -> Status:
        """``older``: so many answers to what was no question of ours may still be on their way.

        Dots of a picture that happen to look like the question are answered too, by some printers. Nothing
        tells such an answer from ours but their order: each question is asked once more than there may be
        old answers, and the last of as many answers is certainly an answer to it.
        """
        line.drain()
        strange = bytearray()

        def ask(question: bytes) -> int | None:
            line.write(question * (older + 1), end)
            awaited = older + 1
            while piece := line.read(end):
                answers = [byte for byte in piece if is_answer(byte)]
                if len(answers) >= awaited:
                    return answers[awaited - 1]
                awaited -= len(answers)
                strange.extend(byte for byte in piece if not is_answer(byte))
            return None

        status = asked(ask)
        if status.state is PrinterState.MUTE and strange:
            return Status(PrinterState.MUTE, f"answers nonsense ({strange[:4].hex(' ')})")
        return status


def left(end: float) -> float:
    """Seconds left before ``end``; raises ``TimeoutError`` when there are none."""
    rest = end - time.monotonic()
    if rest <= 0:
        raise TimeoutError("it took too long")
    return rest


def word(error: BaseException | None, slow: str = "unreachable") -> str:  # noqa: PLR0911 - a word each
    """One stable word for what went wrong; ``slow``: what a time-out means here."""
    match error:
        case ConnectionRefusedError():
            return "refused"
        case TimeoutError():
            return slow
        case ConnectionError():  # reset, broken pipe, aborted
            return "broken"
        case FileNotFoundError():
            return "missing"
        case PermissionError():
            return "forbidden"
        case socket.gaierror():
            return "unknown-host"
        case _:
            return "unreachable"


Offload = Callable[..., Any]
"""Runs a function and its arguments where blocking does no harm, and gives its result."""
