"""Plain requests, answered by the same worker beside the websockets."""

from __future__ import annotations

import select
import socket

import httpx
import pytest

from tests.running import PATIENCE_S

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def served(shared):
    """These tests leave its processes alone."""
    return shared


def test_requests_after_one_another_use_the_same_connection(served):
    with socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE_S) as line:
        for _ in range(5):
            line.sendall(b"GET /healthz HTTP/1.1\r\nHost: hall\r\n\r\n")
            got = b""
            while not got.endswith(b"\r\n\r\nok"):
                more = line.recv(4096)
                assert more, got
                got += more
            assert got.startswith(b"HTTP/1.1 200")


def test_other_requests_are_answered_after_a_websocket_has_ended(open_websocket, http, served):
    for _ in range(10):
        open_websocket("board:hall").close()
        assert http.get("/healthz").text == "ok"
        assert httpx.get(f"{served.url}/healthz", trust_env=False).text == "ok"


def test_files_arrive_whole(http):
    got = http.get("/file")
    assert got.headers["content-length"] == str(len(got.content))
    assert "def make_app" in got.text


def test_work_in_a_native_thread_answers(http):
    assert http.get("/offload/0.5").text == "0.5"


def test_a_request_in_work_holds_up_no_other(served, http):
    with httpx.Client(base_url=served.url, trust_env=False, timeout=PATIENCE_S) as other:
        line = socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE_S)
        line.sendall(b"GET /sleep/3.0 HTTP/1.1\r\nHost: hall\r\n\r\n")
        for _ in range(5):
            assert other.get("/healthz").text == "ok"
    assert select.select([line], [], [], 0)[0] == []  # it sleeps still
    got = b""
    while not got.endswith(b"slept"):
        got += line.recv(4096)
    line.close()
