"""The loudspeakers of a served hall: what boards are offered over the live line."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients import Client
from tests.running import Server, serving, start

TOPIC = "voice:zone-c"


class Board:
    """A board that can be heard: remembers what it is offered."""

    def __init__(self, url: str, token: str | None) -> None:
        self.offers: queue.Queue[dict[str, Any]] = queue.Queue()
        self.client = Client(reconnection=False)
        self.client.on("announce", lambda sent: self.offers.put(sent["announcement"]), namespace="/live")
        auth = {"token": token} if token else None
        self.client.connect(url, transports=["websocket"], namespaces=["/live"], auth=auth, wait_timeout=20)

    def ask(self, event: str, **content: Any) -> dict[str, Any]:
        return dict(self.client.call(event, {"topic": TOPIC, **content}, namespace="/live", timeout=20))

    def join(self, said: tuple[str, ...] = (), saying: str = "") -> dict[str, Any]:
        return self.ask("subscribe", said=list(said), saying=saying)

    def offered(self, seconds: float = 20) -> dict[str, Any]:
        return self.offers.get(timeout=seconds)

    def say(self, offer: dict[str, Any], end: str = "done") -> None:
        assert self.ask("announced", id=offer["id"], state="started") == {"go": True}
        self.ask("announced", id=offer["id"], state=end)

    def silent(self, seconds: float = 1.0) -> bool:
        try:
            self.offers.get(timeout=seconds)
        except queue.Empty:
            return True
        return False

    def end(self) -> None:
        self.client.hang_up()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as started:
        yield started


@pytest.fixture
def connect() -> Iterator[Callable[..., Board]]:
    boards: list[Board] = []

    def made(server: Server, token: str | None = None) -> Board:
        boards.append(Board(server.url, token or server.token("board", bound_to="zone-c")))
        return boards[-1]

    yield made
    for each in boards:
        each.end()


def call(server: Server, *counters: str) -> list[str]:
    """Calls at counters of the police, in this order; the numbers called."""
    numbers = []
    for counter in counters:
        server.issue("skck-baru")
        server.act(counter, "open", "POLRES")
        answer = server.act(counter, "next", "POLRES")
        assert answer.status_code == 200, answer.text
        numbers.append(answer.json()["current"]["number"])
    return numbers


def test_calls_are_offered_in_order_one_at_a_time_and_a_recall_again(
    server: Server, connect: Callable[..., Board]
) -> None:
    board = connect(server)
    assert board.join()["view"] == {"zones": ["C"]}
    numbers = call(server, "35", "36")
    first = board.offered()
    assert (first["number"], first["counter"], first["zone"], first["repeat"]) == (numbers[0], "35", "C", 0)
    assert (first["times"], first["chime"]) == (1, True)
    assert board.silent()
    board.say(first)
    second = board.offered()
    assert second["number"] == numbers[1]
    board.say(second, "failed")  # a file that fails does not stop the queue
    until = time.monotonic() + 20  # the hall does not let an officer recall in haste
    while server.act("35", "recall", "POLRES").status_code != 200:
        assert time.monotonic() < until
        time.sleep(0.5)
    again = board.offered()
    assert (again["number"], again["repeat"]) == (numbers[0], 1)
    assert again["id"] != first["id"]
    board.say(again)
    assert board.silent()
    with server.client() as client:
        told = client.get("/metrics").text
    assert 'antrean_announcements_total{end="done"} 2.0' in told
    assert 'antrean_announcements_total{end="failed"} 1.0' in told
    assert 'antrean_loudspeakers{zone="C"} 1.0' in told
    assert 'antrean_loudspeakers{zone="A"} 0.0' in told


def test_another_board_takes_over_and_the_first_gets_no_leave(
    server: Server, connect: Callable[..., Board]
) -> None:
    older, newer = connect(server), connect(server)
    older.join()
    newer.join()
    call(server, "35")
    offer = newer.offered()
    newer.ask("unsubscribe")  # its sound was locked
    assert older.offered()["id"] == offer["id"]
    assert newer.ask("announced", id=offer["id"], state="started") == {}
    older.say(offer)


def test_who_is_served_already_is_not_announced(server: Server, connect: Callable[..., Board]) -> None:
    _, late = call(server, "35", "36")
    assert server.act("35", "start", "POLRES").status_code == 200
    board = connect(server)
    board.join()
    offer = board.offered()
    assert offer["number"] == late
    board.say(offer)
    assert board.silent()


def test_after_a_restart_the_young_calls_are_said_that_were_not(
    tmp_path: Path, connect: Callable[..., Board]
) -> None:
    first = start(tmp_path / "data")
    port = first.url.rsplit(":", 1)[1]
    try:
        board = connect(first)
        board.join()
        numbers = call(first, "35", "36")
        said = board.offered()
        board.say(said)
        board.end()
    finally:
        first.kill()
    again = start(tmp_path / "data", "--port", port)
    try:
        board = connect(again, first.token("board", bound_to="zone-c"))
        board.join(said=(said["id"],))
        offer = board.offered()
        assert offer["number"] == numbers[1]
        board.say(offer)
        assert board.silent()
    finally:
        again.stop()


def test_who_may_not_follow_a_board_may_not_speak_for_it(
    server: Server, connect: Callable[..., Board]
) -> None:
    kiosk = connect(server, server.token("kiosk"))
    assert kiosk.join()["status"] == 403
    unknown = connect(server)
    assert unknown.client.call("subscribe", {"topic": "voice:nowhere"}, namespace="/live")["status"] == 404


def test_nonsense_from_a_board_harms_nobody(server: Server, connect: Callable[..., Board]) -> None:
    rogue, board = connect(server), connect(server)
    nonsense: dict[str, Any] = {"said": "everything", "saying": 7}
    assert rogue.ask("subscribe", **nonsense)["view"] == {"zones": ["C"]}
    for content in (
        {},
        {"id": 7, "state": "started"},
        {"id": "x" * 9000, "state": "nothing"},
        {"id": "none"},
    ):
        assert rogue.ask("announced", **content) == {"go": False}
    board.join()
    call(server, "35")
    board.say(board.offered())


def test_who_is_on_the_line_is_counted_until_it_goes(server: Server, connect: Callable[..., Board]) -> None:
    def told() -> list[str]:
        with server.client() as client:
            text = client.get("/metrics").text
        wanted = ("antrean_connections ", 'antrean_followers{topic="voice"}')
        return [line for line in text.splitlines() if line.startswith(wanted)]

    board, other = connect(server), connect(server)
    board.join()
    other.join()
    other.ask("unsubscribe")
    assert told() == ["antrean_connections 2.0", 'antrean_followers{topic="voice"} 1.0']
    board.end()
    other.end()
    until = time.monotonic() + 20
    while told() != ["antrean_connections 0.0", 'antrean_followers{topic="voice"} 0.0']:
        assert time.monotonic() < until, told()
        time.sleep(0.2)
