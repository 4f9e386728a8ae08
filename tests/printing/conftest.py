"""A ticket, its words, and printers and threads that do what a test needs."""

import contextlib
import queue
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from kiosk.printing.paper import PaperTicket, PaperWords
from tests.printing.tickets import PLAIN

CATALOGUES = Path(__file__).parents[2] / "kiosk" / "translations"


def _words() -> dict[str, dict[str, str]]:
    words = {}
    for lang in ("id", "en"):
        with (CATALOGUES / lang / "LC_MESSAGES" / "paper.po").open("rb") as file:
            words[lang] = {str(message.id): str(message.string) for message in read_po(file) if message.id}
    return words


@pytest.fixture(scope="session")
def words() -> Callable[[str], PaperWords]:
    """The words of a language."""
    catalogues = _words()
    return lambda lang: catalogues[lang].__getitem__


@pytest.fixture
def ticket() -> PaperTicket:
    return replace(PLAIN, agency="Dinas Kependudukan dan Pencatatan Sipil Kota Denpasar", zone="Zona A")


class Mailbox:
    def __init__(self) -> None:
        self.items: queue.SimpleQueue = queue.SimpleQueue()

    def put(self, item: object) -> None:
        self.items.put(item)

    def take_all(self, limit: int) -> list:
        return [self.items.get()]


class Threads:
    """Real threads whose pauses are written down instead of waited for."""

    def __init__(self) -> None:
        self.pauses: list[float] = []
        self.failures: list[BaseException] = []

    def spawn(self, work: Callable[[], None]) -> None:
        def run() -> None:
            try:
                work()
            except BaseException as error:
                self.failures.append(error)

        threading.Thread(target=run, daemon=True).start()

    def spawn_after(self, seconds: float, work: Callable[[], None]) -> None:
        self.pauses.append(seconds)
        self.spawn(work)

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def offload(self, work, *args):
        return work(*args)

    def dedicated(self, name, threads=1):
        return self.offload

    def waiter(self):
        raise NotImplementedError

    def mailbox(self) -> Mailbox:
        return Mailbox()


@pytest.fixture
def threads() -> Iterator[Threads]:
    threads = Threads()
    yield threads
    assert not threads.failures


class Box:
    """A network printer with a receive buffer as small as a real one's, and a fault to choose."""

    def __init__(self, behave: Callable[[socket.socket, "Box"], None]) -> None:
        self.received = bytearray()
        self.connections = 0
        self.done = threading.Event()
        self.release = threading.Event()
        self._behave = behave
        self._server = socket.socket()
        # Before listen, or the connection is made with the system's large window.
        self._server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._server.bind(("127.0.0.1", 0))
        self._server.listen()
        self.port: int = self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._server.accept()
            except OSError:
                return
            self.connections += 1
            with line, contextlib.suppress(OSError):
                self._behave(line, self)
            self.done.set()

    def close(self) -> None:
        self.release.set()
        # A close alone does not wake a thread that accepts.
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(5)


@pytest.fixture
def box() -> Iterator[Callable[[Callable[[socket.socket, Box], None]], Box]]:
    boxes: list[Box] = []

    def make(behave: Callable[[socket.socket, Box], None]) -> Box:
        boxes.append(Box(behave))
        return boxes[-1]

    yield make
    for each in boxes:
        each.close()
