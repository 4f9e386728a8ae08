"""The agent's live line when the network goes."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from kiosk.agent.line import Line
from tests.e2e.lines import Line as Wire
from tests.running import Server, serving


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as started:
        yield started


@pytest.fixture
def wire(server: Server) -> Iterator[Wire]:
    between = Wire(int(server.url.rsplit(":", 1)[1]))
    yield between
    between.end()


def test_a_lost_line_comes_back_and_leaves_no_socket_behind(server: Server, wire: Wire) -> None:
    backs = threading.Semaphore(0)
    line = Line(
        f"http://127.0.0.1:{wire.port}",
        server.new_token("kiosk", "k1"),
        "k1",
        wake=lambda: None,
        back=backs.release,
    )
    line.start()
    try:
        assert backs.acquire(timeout=30)
        lost = line._client.eio.ws
        wire.reset()
        assert backs.acquire(timeout=30)
        assert line._client.eio.ws is not lost
        assert lost.sock is None
    finally:
        line.stop()
