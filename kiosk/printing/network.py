"""A printer on the network: raw TCP, usually port 9100."""

from __future__ import annotations

import socket
import time

from escpos.printer import Network  # type: ignore[import-untyped]

from kiosk.printing.port import PrinterTrouble

try:
    import fcntl
    import termios
except ImportError:  # not a Unix: then the kernel does not tell what the printer took
    fcntl = None  # type: ignore[assignment]

CHUNK = 4096
"""Bytes a send."""
KERNEL_BUFFER = 8192
"""Bytes that may wait in this machine. A large buffer would call a job sent that no printer took."""
WHOLE_JOB = 4
"""A whole job may take this many time-outs, however slowly the printer drips."""
LOOK = 0.01
"""Seconds between two looks at what the printer has taken, after the last byte."""


class Line(Network):  # type: ignore[misc]
    """One connection. As in python-escpos, but opened by the standard library's own function.

    python-escpos 3.1 leaves a refused socket unclosed, hides why, and knows IPv4 alone.
    """

    def open(self, raise_not_found: bool = True) -> None:  # noqa: ARG002 - the library's signature
        """Connect; raises ``OSError``."""
        self._device = socket.create_connection((self.host, self.port), self.timeout)


class NetworkPrinter:
    """Opens a connection for each job and always closes it. ``timeout``: seconds a step may take.

    A connection kept open would go stale unseen, and most printers serve one at a time.
    """

    def __init__(self, host: str, port: int = 9100, timeout: float = 3.0) -> None:
        self.host = host
        self.port = port
        self.timeout = timeout

    def send(self, data: bytes, job: str) -> None:  # noqa: ARG002 - raw TCP knows no names
        """Return once the printer's side has taken the last byte, at most after ``4 * timeout``."""
        line = Line(self.host, self.port, timeout=self.timeout)
        try:
            line.open()
        except OSError as error:
            raise PrinterTrouble(f"{_word(error)} {self.host}:{self.port}", lasting=False) from error
        try:
            self._push(line.device, data)
        finally:
            line.close()

    def _push(self, line: socket.socket, data: bytes) -> None:
        """Send everything and see it taken.

        Not ``sendall``: under eventlet its time-out starts anew with each byte that goes, and a
        dripping printer would hold it for minutes.
        """
        end = time.monotonic() + WHOLE_JOB * self.timeout
        sent = 0
        try:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER)
            # Without this the last, short packet waits for the answer to the one before (40 ms).
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while sent < len(data):
                line.settimeout(min(self.timeout, _left(end)))
                sent += line.send(data[sent : sent + CHUNK])
            self._taken(line, end)
        except OSError as error:
            words = f"{_word(error, 'stalled')} {self.host}:{self.port} after {sent} of {len(data)} bytes"
            raise PrinterTrouble(words, lasting=False, doubtful=True) from error

    def _taken(self, line: socket.socket, end: float) -> None:
        """Wait until nothing waits in this machine any more.

        Reading what the printer says (its status) on the way is needed too: a connection closed
        with unread bytes is reset, and the reset can overtake the end of the ticket.
        """
        end = min(end, time.monotonic() + self.timeout)
        line.settimeout(LOOK)
        while _unacknowledged(line) > 0:
            _left(end)
            try:
                if not line.recv(256) and _unacknowledged(line) > 0:
                    raise ConnectionResetError("closed before it took everything")
            except TimeoutError:
                continue
        line.setblocking(False)
        try:
            for _ in range(16):  # not for ever: a printer that chatters must not hold the job
                if not line.recv(256):
                    break
        except BlockingIOError:
            pass


def _left(end: float) -> float:
    """Seconds left before ``end``; raises ``TimeoutError`` when there are none."""
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError("the whole job took too long")
    return left


def _unacknowledged(line: socket.socket) -> int:
    """Bytes that the printer's side has not acknowledged (Linux: SIOCOUTQ); 0 where unknown."""
    if fcntl is None:
        return 0
    answer = bytearray(4)
    try:
        fcntl.ioctl(line.fileno(), termios.TIOCOUTQ, answer)
    except OSError:
        return 0
    return int.from_bytes(answer, "little")


def _word(error: BaseException | None, slow: str = "unreachable") -> str:
    """One stable word for what went wrong; ``slow``: what a time-out means here."""
    match error:
        case ConnectionRefusedError():
            return "refused"
        case TimeoutError():
            return slow
        case ConnectionError():  # reset, broken pipe, aborted
            return "broken"
        case socket.gaierror():
            return "unknown-host"
        case _:
            return "unreachable"
