"""A line that can be cut without a word: what both ends send is swallowed until it is mended."""

from __future__ import annotations

import selectors
import socket
import struct
import threading
from contextlib import suppress
from itertools import chain


class Line:
    """Stands between browsers and a server. One that is cut takes new connections and answers nothing."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._mended = threading.Event()
        self._mended.set()
        self._ended = False
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """From now on nothing passes, and nobody is told."""
        self._mended.clear()

    def mend(self) -> None:
        """Connections of before are gone by now, as a switch forgets them; new ones pass."""
        pairs, self._pairs = self._pairs, []
        for pair in pairs:
            _close(pair)
        self._mended.set()

    def reset(self) -> None:
        """Both ends are told that there is no such connection; new ones pass."""
        pairs, self._pairs = self._pairs, []
        for each in chain.from_iterable(pairs):
            with suppress(OSError):
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        for pair in pairs:
            for each in pair:
                each.close()

    def end(self) -> None:
        """Close everything."""
        self._ended = True
        self._door.close()
        self.mend()

    def _accept(self) -> None:
        while not self._ended:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=[near], daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        self._mended.wait()
        try:
            far = socket.create_connection(("127.0.0.1", self._to), 5)
        except OSError:
            near.close()
            return
        pair = (near, far)
        self._pairs.append(pair)
        others = {near: far, far: near}
        with selectors.DefaultSelector() as selector, suppress(OSError, ValueError):
            for each in pair:
                selector.register(each, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    end = key.fileobj
                    assert isinstance(end, socket.socket)
                    data = end.recv(65536)
                    if not data:
                        return _close(pair)
                    self._mended.wait()
                    others[end].sendall(data)
        return _close(pair)


def _close(pair: tuple[socket.socket, socket.socket]) -> None:
    for each in pair:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()
