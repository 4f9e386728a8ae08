"""The live path of the whole hall, under each kind of threads it can run on."""

from __future__ import annotations

import queue
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients import Client
from tests.running import CONFIG, PATIENCE_S, Server, serving

WAIT_S = PATIENCE_S


@pytest.fixture(scope="module", params=["eventlet", "gevent", "threading"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The shipped hall with another ``async_mode``."""
    folder: Path = tmp_path_factory.mktemp("hall")
    shutil.copytree(CONFIG.parent / "hall", folder / "hall")
    text = CONFIG.read_text(encoding="utf-8")
    changed = text.replace("[server]\n", f'[server]\nasync_mode = "{request.param}"\n')
    assert changed != text
    (folder / "config.toml").write_text(changed, encoding="utf-8")
    with serving("--config", str(folder / "config.toml")) as started:
        yield started


class Follower:
    """A client of the live line that keeps what it hears."""

    def __init__(self, server: Server) -> None:
        self.heard: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue()
        self.client = Client(reconnection=False)
        self.client.on("view", lambda message: self.heard.put(("view", message)), namespace="/live")
        self.client.on("call", lambda message: self.heard.put(("call", message)), namespace="/live")
        self.client.connect(server.url, namespaces=["/live"], transports=["websocket"], wait_timeout=WAIT_S)

    def ask(self, topic: str, token: str | None = None) -> dict[str, Any]:
        message = {"topic": topic, "lang": "en"} | ({"token": token} if token else {})
        return dict(self.client.call("subscribe", message, namespace="/live", timeout=WAIT_S))

    def until(self, kind: str, **wanted: Any) -> dict[str, Any]:
        """The next message of a kind in which every wanted fact holds."""
        for _ in range(200):
            told, message = self.heard.get(timeout=WAIT_S)
            content = message["call" if told == "call" else "view"]
            if told == kind and all(content.get(name) == value for name, value in wanted.items()):
                return message
        raise AssertionError(f"no {kind} with {wanted}")

    def close(self) -> None:
        self.client.hang_up()


@pytest.fixture
def follower(server: Server) -> Iterator[Follower]:
    following = Follower(server)
    yield following
    following.close()


def test_a_call_reaches_the_board_the_counter_and_the_holder(server: Server, follower: Follower) -> None:
    ticket = server.issue("nib-umk")["ticket"]
    server.act("11", "open", "PTSP")
    board = follower.ask("board:zone-b", server.token("board"))
    assert board["topic"] == "board:zone-b"
    assert {"epoch", "seq", "view"} <= board.keys()
    assert follower.ask("counter:11", server.tokens["officer-11"])["view"]["state"] == "open"
    assert follower.ask(f"ticket:{ticket['token']}")["view"]["state"] == "waiting"

    server.act("11", "next", "PTSP")
    call = follower.until("call", number=ticket["number"])
    assert call["call"]["counter"] == "11"
    assert call["call"]["spoken"]["id"].startswith("B, nol, nol")
    assert call["epoch"] == board["epoch"]
    assert call["seq"] > board["seq"]
    follower.until("view", state="called", number=ticket["number"])

    server.act("11", "start", "PTSP")
    server.act("11", "finish", "PTSP")
    follower.until("view", state="done", number=ticket["number"])


def test_two_calls_in_one_burst_both_arrive_in_order(server: Server, follower: Follower) -> None:
    numbers = [server.issue("oss-izin")["ticket"]["number"] for _ in range(2)]
    follower.ask("board:hall", server.token("board"))
    for counter in ("12", "13"):
        server.act(counter, "open", "PTSP")
    for counter in ("12", "13"):
        server.act(counter, "next", "PTSP")
    assert [follower.until("call")["call"]["number"] for _ in numbers] == numbers
    view = follower.until("view")["view"]
    while not {call["number"] for call in view["current"]} >= set(numbers):
        view = follower.until("view")["view"]


def test_what_may_not_be_followed_is_refused_with_a_problem(server: Server, follower: Follower) -> None:
    board = server.token("board")
    for topic, token, code in (
        ("board:hall", None, "sign_in_required"),
        ("board:none", board, "board_unknown"),
        ("counter:1", board, "forbidden"),
        ("kiosk:k1", board, "forbidden"),
        ("ticket:no-such-token", None, "ticket_unknown"),
        ("weather:today", board, "topic_unknown"),
    ):
        problem = follower.ask(topic, token)
        assert problem.get("code") == code, (topic, problem)
        assert problem["detail"]
        assert "view" not in problem
    officer = server.new_token("officer", f"foreign-{server.process.pid}", "CAPIL")
    assert follower.ask("counter:11", officer)["code"] == "counter_foreign"


def test_a_kiosk_hears_of_its_counts_and_its_paper(server: Server, follower: Follower) -> None:
    follower.ask("kiosk:k1", server.token("kiosk", bound_to="k1"))
    issued = server.issue("skpt", kiosk="k1")
    job = issued["print"]["job"]
    for _ in range(50):
        view = follower.until("view")["view"]
        if any(each["job"] == job and each["state"] == "confirmed" for each in view["jobs"]):
            assert next(each for each in view["services"] if each["id"] == "skpt")["waiting"] == 1
            return
    raise AssertionError("the kiosk never heard of its paper")
