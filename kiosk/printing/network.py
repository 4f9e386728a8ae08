"""A printer on the network: raw TCP, usually port 9100."""

from __future__ import annotations

import socket
import time

from escpos.printer import Network  # type: ignore[import-untyped]

from kiosk.printing.speaking import Line, LinePrinter, Offload, left

try:
    import fcntl
    import termios
except ImportError:  # not a Unix: then the kernel does not tell what the printer took
    fcntl = None  # type: ignore[assignment]

CHUNK = 4096
"""Bytes a send."""
KERNEL_BUFFER = 8192
"""Bytes that may wait in this machine. A large buffer would call a job sent that no printer took."""
LOOK = 0.01
"""Seconds between two looks at what the printer has taken, after the last byte."""


class Wire(Network):  # type: ignore[misc]
    """A socket. As in python-escpos, but opened by the standard library's own function.

    python-escpos 3.1 leaves a refused socket unclosed, hides why, knows IPv4 alone, and waits 60 s.
    """

    def open(self, raise_not_found: bool = True) -> None:  # noqa: ARG002 - the library's signature
        """Connect; raises ``OSError``."""
        self._device = socket.create_connection((self.host, self.port), self.timeout)


class NetworkPrinter(LinePrinter):
    """A printer at ``host``."""

    def __init__(
        self,
        host: str,
        port: int = 9100,
        timeout: float = 3.0,
        answers: bool = True,
        offload: Offload | None = None,
    ) -> None:
        """``offload`` runs what blocks: looking up a name may take many seconds."""
        super().__init__(f"{host}:{port}", timeout, answers)
        self.host = host
        self.port = port
        self._offload = offload

    def connect(self, timeout: float) -> Line:
        """Raises ``OSError``."""
        address = self.host
        if self._offload is not None:
            address = self._offload(_looked_up, self.host, self.port)
        wire = Wire(address, self.port, timeout=timeout)
        wire.open()
        return NetworkLine(wire, self.timeout)


def _looked_up(host: str, port: int) -> str:
    """The first address of a host; raises ``OSError``."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return str(found[0][4][0])


class NetworkLine:
    """One connection to it."""

    def __init__(self, wire: Wire, timeout: float) -> None:
        self._wire = wire
        self._socket: socket.socket = wire.device
        self._timeout = timeout
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER)
        # Without this the last, short packet waits for the answer to the one before (40 ms).
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def write(self, data: bytes, end: float) -> None:
        """Send everything.

        Not ``sendall``, as python-escpos does: under eventlet its time-out starts anew with each byte
        that goes, and a dripping printer would hold it for minutes.
        """
        gone = 0
        while gone < len(data):
            self._socket.settimeout(min(self._timeout, left(end)))
            gone += self._socket.send(data[gone : gone + CHUNK])

    def taken(self, end: float) -> None:
        """Wait until nothing waits in this machine any more.

        Reading what the printer says (its status) on the way is needed too: a connection closed
        with unread bytes is reset, and the reset can overtake the end of the ticket.
        """
        end = min(end, time.monotonic() + self._timeout)
        self._socket.settimeout(LOOK)
        while _unacknowledged(self._socket) > 0:
            left(end)
            try:
                if not self._socket.recv(256) and _unacknowledged(self._socket) > 0:
                    raise ConnectionResetError("closed before it took everything")
            except TimeoutError:
                continue
        self.drain()

    def drain(self) -> None:
        """Read what is there, but not for ever: a printer that chatters must not hold the job."""
        self._socket.setblocking(False)
        try:
            for _ in range(16):
                if not self._socket.recv(256):
                    break
        except BlockingIOError:
            pass

    def read(self, end: float) -> bytes:
        """What comes next. A closed line reads as nothing at all: python-escpos takes that for paper."""
        rest = end - time.monotonic()
        if rest <= 0:
            return b""
        self._socket.settimeout(rest)
        try:
            piece = self._socket.recv(256)
        except TimeoutError:
            return b""
        if not piece:
            raise ConnectionResetError("closed instead of answering")
        return piece

    def close(self) -> None:
        """Hang up, whatever is still unread."""
        self._wire.close()


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
