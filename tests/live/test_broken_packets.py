"""What no honest client sends: one line in the log, the session ends, nothing is dropped in silence."""

from __future__ import annotations

import time
from contextlib import suppress

import httpx
import pytest
import websocket

from tests.live.raw import answer, dial, post

pytestmark = pytest.mark.timeout(120)

BROKEN = {
    "no packet": "x",
    "empty": "",
    "a type that does not exist": "9",
    "only servers say so": '0{"sid":"x"}',
    "no Socket.IO": "4",
    "not JSON": '42/live,["subscribe",',
    "no event": "42/live,{}",
    "an event without a name": "42/live,[7]",
    "two arguments": '42/live,["subscribe",{},{}]',
    "a reserved name": '42/live,["disconnect"]',
    "an attachment": '451-/live,["subscribe",{"_placeholder":true,"num":0}]',
    "a million attachments": '451000000-/live,["subscribe",{}]',
    "an answer with attachments": "461-/live,1[]",
    "deep": '42/live,["subscribe",' + "[" * 20_000,
    "a huge id": "42/live," + "9" * 150 + '["subscribe",{}]',
    "a second join": "40/live,",
    "a server's refusal": "44/live,{}",
}


@pytest.fixture
def served(shared):
    """These tests leave its processes alone."""
    return shared


@pytest.fixture
def sessions(http):
    """How many sessions are open."""
    return lambda: int(http.get("/clients").text)


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_packet_ends_its_websocket(open_websocket, sessions, eventually, what):
    ws = open_websocket("board:hall")
    before = sessions()
    ws.send(BROKEN[what])
    assert_ended(ws)
    eventually(lambda: sessions() < before)


def assert_ended(ws):
    with suppress(websocket.WebSocketException, OSError):
        while ws.recv() not in ("", b""):
            pass
    with suppress(websocket.WebSocketException, OSError):
        assert ws.recv() in ("", b"")


def test_binary_frames_end_it_too(open_websocket):
    ws = open_websocket("board:hall")
    ws.send_binary(b"x" * 1000)
    assert_ended(ws)


def test_a_message_of_many_frames_is_bounded(open_websocket):
    ws = open_websocket("board:hall")
    sent = 0
    with suppress(OSError, websocket.WebSocketException):
        ws.send_frame(websocket.ABNF(fin=0, opcode=1, data="42/live,"))
        while sent < 20_000_000:
            ws.send_frame(websocket.ABNF(fin=0, opcode=0, data="x" * 16_000))
            sent += 16_000
    assert sent < 20_000_000


def test_a_chatterbox_is_cut_off(open_websocket):
    ws = open_websocket("board:hall")
    with suppress(OSError, websocket.WebSocketException):
        for _ in range(500):
            ws.send('42/live,["unsubscribe",{"topic":"board:none"}]')
    assert_ended(ws)


@pytest.fixture
def polling(served):
    """A session that polls and has joined; how to post to it."""
    with httpx.Client(
        base_url=f"{served.url}/socket.io/", params={"EIO": "4", "transport": "polling"}, timeout=15
    ) as client:
        sid = client.get("").text.partition('"sid":"')[2].partition('"')[0]
        query = {"EIO": "4", "transport": "polling", "sid": sid}

        def send(body):
            return client.post("", params=query, content=body)

        assert send("40/live,").text == "OK"
        send.sid = sid
        send.gone = lambda: client.get("", params=query)
        yield send


@pytest.mark.parametrize("what", [each for each in BROKEN if each not in {"empty", "a second join"}])
def test_a_broken_packet_ends_its_polling_session_with_400(polling, what):
    assert polling(BROKEN[what]).status_code == 400
    assert polling.gone().status_code == 400


def test_seventeen_packets_at_once_are_refused_and_not_dropped(polling):
    event = '42/live,["unsubscribe",{"topic":"board:none"}]'
    assert polling("\x1e".join([event] * 16)).status_code == 200
    assert polling("\x1e".join([event] * 17)).status_code == 400
    assert polling.gone().status_code == 400


def test_a_post_that_is_too_long_ends_at_once(served, polling):
    path = f"/socket.io/?EIO=4&transport=polling&sid={polling.sid}"
    began = time.monotonic()
    with dial(served.port) as line:
        line.sendall(post(path, b"x" * 64001, 64001, "Connection: close"))
        assert answer(line).startswith(b"HTTP/1.1 413")
    assert time.monotonic() - began < 5
    assert polling.gone().status_code == 400


def test_the_log_has_no_more_than_a_line_for_each(served, open_websocket):
    before = len(served.errors)
    for _ in range(30):
        ws = open_websocket()
        ws.send("x")
        assert_ended(ws)
    lines = served.errors[before:]
    assert "Traceback" not in "".join(lines)
    assert len(lines) <= 31
