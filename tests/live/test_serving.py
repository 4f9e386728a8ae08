"""The processes: starting, stopping, dying, coming back."""

from __future__ import annotations

import os
import signal
import socket
import time

import httpx
import psutil
import pytest

from tests.running import PATIENCE_S, at_most

pytestmark = pytest.mark.timeout(120)


def test_the_console_says_once_that_requests_are_served_and_nothing_else(served, http):
    assert http.get("/healthz").text == "ok"
    assert served.said == [f"READY 127.0.0.1 {served.port}"]
    assert served.console == ""


def test_a_stop_takes_leave_of_open_sockets_at_once(served, open_websocket, http):
    for _ in range(20):
        open_websocket("board:hall")
    http.get("/healthz")  # a connection that is kept, and idle
    began = time.monotonic()
    os.kill(served.process.pid, signal.SIGTERM)
    assert served.wait() == 0
    assert time.monotonic() - began < at_most(4)
    assert served.said[1:] == ["leaving", "closing"]
    assert "Traceback" not in served.console


def test_a_stop_lets_a_request_finish(served, eventually):
    with socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE_S) as line:
        line.sendall(b"GET /sleep/1.0 HTTP/1.1\r\nHost: hall\r\n\r\n")
        eventually(lambda: "asleep" in served.said)
        os.kill(served.process.pid, signal.SIGTERM)
        got = b""
        while more := line.recv(4096):
            got += more
    assert got.endswith(b"slept")
    assert served.wait() == 0


def test_a_stop_waits_for_no_request_for_ever(served, eventually):
    with socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE_S) as line:
        line.sendall(b"GET /sleep/240.0 HTTP/1.1\r\nHost: hall\r\n\r\n")
        eventually(lambda: "asleep" in served.said)
        began = time.monotonic()
        os.kill(served.process.pid, signal.SIGTERM)
        assert served.wait() == 0
        assert time.monotonic() - began < at_most(7)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGQUIT])
def test_an_interrupt_ends_it_too(served, open_websocket, sent):
    open_websocket("board:hall")
    for pid in [served.process.pid, *served.workers()]:  # as a terminal does
        os.kill(pid, sent)
    assert served.wait() == 0
    assert "closing" in served.said


def test_a_killed_worker_is_replaced_and_its_followers_come_back(served, follow, http):
    board = follow()
    before = board.subscribe("board:hall")
    (worker,) = served.workers()
    board.connected.clear()
    os.kill(worker, signal.SIGKILL)
    assert board.connected.wait(PATIENCE_S), served.console
    after = board.subscribe("board:hall")
    assert after["epoch"] != before["epoch"]
    (replacement,) = served.workers()
    assert replacement != worker
    assert [line for line in served.said if line.startswith("READY")] == served.said[:1]


def test_a_hangup_replaces_the_worker_and_never_runs_two(served):
    (worker,) = served.workers()
    most = 1
    os.kill(served.process.pid, signal.SIGHUP)
    os.kill(served.process.pid, signal.SIGTTIN)
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        now = [pid for pid in served.workers() if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE]
        most = max(most, len(now))
        if now and now != [worker]:
            break
        time.sleep(0.01)
    assert most == 1
    assert served.workers() != [worker]
    assert httpx.get(f"{served.url}/healthz", trust_env=False, timeout=PATIENCE_S).text == "ok"


def test_a_worker_without_a_master_ends(served, open_websocket, eventually):
    open_websocket("board:hall")
    (worker,) = served.workers()
    os.kill(served.process.pid, signal.SIGKILL)
    served.process.wait(PATIENCE_S)
    gone = psutil.Process(worker)
    try:
        eventually(lambda: not gone.is_running() or gone.status() == psutil.STATUS_ZOMBIE)
    finally:
        if gone.is_running():
            gone.kill()


@pytest.mark.parametrize(("how", "told"), [("yes", "the ledger is not readable"), ("exit", "7")])
def test_an_application_that_cannot_be_made_ends_the_master_with_its_reason(serve, how, told):
    broken = serve(HALL_FAILS=how)
    assert broken.wait(40) == 4
    assert f"Antrean cannot start: {told}" in broken.console
    assert broken.said == []
    assert broken.console.count("Antrean cannot start") == 1


def test_reopening_log_files_disturbs_nobody(served, http):
    os.kill(served.process.pid, signal.SIGUSR1)
    time.sleep(0.3)
    assert http.get("/healthz").text == "ok"
