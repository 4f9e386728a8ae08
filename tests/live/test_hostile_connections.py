"""More hostile connections than there are places: the hall goes on answering everybody else.

A tiny hall of 64 places, in each async mode. The whole hall with its officers, boards and phones, and 5,000
connections in ``make long``: ``tests/faults/test_floods.py``.
"""

from __future__ import annotations

import socket
import time
from contextlib import suppress

import httpx
import pytest

from tests.live.floods import HOSTILE, Flood
from tests.live.raw import answer, dial, post

pytestmark = pytest.mark.timeout(120)

PLACES = 64


@pytest.fixture(scope="module")
def small_halls(halls_of):
    """Halls of few places by mode."""
    return halls_of(HALL_CONNECTIONS=str(PLACES))


@pytest.fixture
def served(mode, small_halls):
    """One of them."""
    return small_halls(mode)


@pytest.fixture
def flood():
    """Opens hostile connections; they are gone after the test."""
    with Flood() as opened:
        yield opened


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_connections_take_no_place_from_others(served, flood, open_websocket, kind):
    board = open_websocket("board:hall")
    flood.open(served.port, kind, count=PLACES + 20, source="127.0.0.66")
    slowest = 0.0
    for _ in range(10):
        began = time.monotonic()
        assert httpx.get(f"{served.url}/healthz", trust_env=False, timeout=5).text == "ok"
        slowest = max(slowest, time.monotonic() - began)
    assert slowest < 2
    open_websocket("board:hall")
    httpx.post(f"{served.url}/change/hall", json=[[]], trust_env=False, timeout=5)
    while not board.recv().startswith("42/live,"):
        pass


@pytest.fixture(scope="module")
def hasty_halls(halls_of):
    """Halls in which every limit of time is two seconds, by mode."""
    return halls_of(HALL_HASTE="2")


@pytest.fixture
def hasty(mode, hasty_halls):
    """One of them."""
    return hasty_halls(mode)


def test_a_body_that_drips_ends_with_an_answer(hasty):
    with dial(hasty.port, timeout=20) as line:
        line.sendall(post("/change/hall", b"x", 1000, "Connection: close"))
        got = answer(line)
    assert got.startswith(b"HTTP/1.1 408")
    assert b"body_too_slow" in got


def test_every_hostile_connection_ends_by_itself(hasty, flood):
    for kind in HOSTILE:
        flood.open(hasty.port, kind, count=2, source="127.0.0.66")
    until = time.monotonic() + 30
    while left := flood.still_open():
        assert time.monotonic() < until, left
        flood.drip()
        time.sleep(0.2)


def test_a_client_that_takes_its_answer_too_slowly_is_cut_off(hasty):
    httpx.post(f"{hasty.url}/reset", trust_env=False, timeout=10)
    with dial(hasty.port, timeout=20) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.sendall(b"GET /large HTTP/1.1\r\nHost: hall\r\n\r\n")
        until = time.monotonic() + 15
        with suppress(ConnectionError):  # a byte now and then keeps the kernel from dropping the line
            while line.recv(1):
                assert time.monotonic() < until, "it may take its time for ever"
                time.sleep(0.2)
                line.sendall(b"x")
