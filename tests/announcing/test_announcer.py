"""The loudspeakers of a served hall: what boards are offered over the live line."""

from __future__ import annotations

import json
import queue
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from display.announcing import wishes
from tests.clients import Client
from tests.running import PATIENCE_S, Server, eventually, free_port, serving, start

TOPIC = "voice:zone-c"


class Board:
    """A board that can be heard: remembers what it is offered."""

    def __init__(self, url: str, token: str | None) -> None:
        self.offers: queue.Queue[dict[str, Any]] = queue.Queue()
        self.seen: set[str] = set()
        self.client = Client(reconnection=False)
        self.client.on("announce", lambda sent: self.offers.put(sent["announcement"]), namespace="/live")
        auth = {"token": token} if token else None
        self.client.connect(
            url, transports=["websocket"], namespaces=["/live"], auth=auth, wait_timeout=PATIENCE_S
        )

    def ask(self, event: str, **content: Any) -> dict[str, Any]:
        return dict(
            self.client.call(event, {"topic": TOPIC, **content}, namespace="/live", timeout=PATIENCE_S)
        )

    def join(self, said: tuple[str, ...] = (), saying: str = "", **more: Any) -> dict[str, Any]:
        return self.ask("subscribe", said=list(said), saying=saying, **more)

    def offered(self, seconds: float = PATIENCE_S) -> dict[str, Any]:
        """The next offer of something new: what was offered before may come again when it was not taken."""
        while True:
            offer = self.offers.get(timeout=seconds)
            if offer["id"] not in self.seen:
                self.seen.add(offer["id"])
                return offer

    def say(self, offer: dict[str, Any], end: str = "done") -> None:
        assert self.start(offer)
        self.ask("announced", id=offer["id"], state=end)

    def start(self, offer: dict[str, Any]) -> str:
        """Leave to begin; the server's note of it."""
        answer = self.ask("announced", id=offer["id"], state="started")
        assert answer["go"] is True
        return str(answer["note"])

    def silent(self, seconds: float = 1.0) -> bool:
        try:
            self.offered(seconds)
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
    for counter in counters:
        server.issue("skck-baru")
        server.act(counter, "open", "POLRES")
    numbers = []
    for counter in counters:  # without a pause: a board that does not answer within 4 s is passed over
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
    board.start(first)
    assert board.silent()
    board.ask("announced", id=first["id"], state="done")
    second = board.offered()
    assert second["number"] == numbers[1]
    board.say(second, "failed")  # a file that fails does not stop the queue
    # The hall does not let an officer recall in haste.
    eventually(lambda: server.act("35", "recall", "POLRES").status_code == 200)
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
    assert 'antrean_loudspeakers_trusted{zone="C"} 1.0' in told


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
    port = str(free_port())
    first = start(tmp_path / "data", "--port", port)
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
    officer = connect(server, server.token("supervisor"))
    assert officer.join()["code"] == "forbidden"
    unknown = connect(server)
    assert unknown.client.call("subscribe", {"topic": "voice:nowhere"}, namespace="/live")["status"] == 404
    for silent in ("hall", "sign-1"):
        own = connect(server, server.new_token("board", silent))  # bound to the board whose id it bears
        answer = own.client.call("subscribe", {"topic": f"voice:{silent}"}, namespace="/live")
        assert (answer["code"], answer["status"], answer["board"]) == ("no_loudspeaker", 403, silent)


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
    gone = ["antrean_connections 0.0", 'antrean_followers{topic="voice"} 0.0']
    eventually(lambda: told() == gone, lambda: str(told()))


def page_pass(server: Server) -> str:
    """What anybody has who opens the board's page."""
    with server.client() as client:
        html = client.get("/display/zone-c").text
    found = re.search(r'<script[^>]* id="page"[^>]*>(.*?)</script>', html, re.DOTALL)
    assert found is not None
    return str(json.loads(found[1])["token"])


def test_a_page_that_lies_mutes_no_zone(server: Server, connect: Callable[..., Board]) -> None:
    """It follows the topic by the pass that stands in the page, first of all."""
    liar = connect(server, page_pass(server))
    right = connect(server, page_pass(server))
    liar.join(page="l" * 32)
    right.join(page="r" * 32)
    number, other = call(server, "35", "36")
    first = liar.offered()
    liar.start(first)
    everything = [f"{seq}-20261124-L{place:03}" for seq in range(200) for place in range(4)]
    liar.join(said=tuple(everything), saying=first["id"], page="l" * 32)
    liar.ask("announced", id=first["id"], state="done")
    offer = right.offered()
    assert (offer["number"], offer["id"]) == (number, first["id"])
    liar.ask("announced", id=offer["id"], state="done")
    assert liar.ask("announced", id=offer["id"], state="started") == {"go": False}
    right.start(offer)
    right.ask("announced", id=offer["id"], state="failed", detail="x" * 5000 + "\n\x1b[2J")
    # What a page with no proof failed at waits for another one; the next call goes on.
    assert {right.offered()["number"]} == {other}


def test_a_device_with_a_token_speaks_before_a_page_that_anybody_can_open(
    server: Server, connect: Callable[..., Board]
) -> None:
    page, device = connect(server, page_pass(server)), connect(server)
    page.join(page="p" * 32)
    device.join()
    call(server, "35")
    device.say(device.offered())
    assert page.silent(0.3)


def test_after_a_restart_a_page_is_believed_by_the_note_that_it_was_given(
    tmp_path: Path, connect: Callable[..., Board]
) -> None:
    port = str(free_port())
    first = start(tmp_path / "data", "--port", port)
    try:
        page = connect(first, page_pass(first))
        page.join(page="p" * 32)
        call(first, "35", "36")
        offer = page.offered()
        notes = {offer["id"]: page.start(offer)}  # it says it while the server dies
        page.end()
    finally:
        first.kill()
    again = start(tmp_path / "data", "--port", port)
    try:
        liar, page = (connect(again, page_pass(again)) for _ in range(2))
        seq = int(offer["id"].split("-")[0])
        ids = tuple(f"{number}-20261124-L00{place}" for number in range(seq, seq + 9) for place in (1, 2))
        liar.join(said=ids, notes=dict.fromkeys(ids, notes[offer["id"]][::-1]))
        liar.ask("unsubscribe")
        page.join(said=(offer["id"],), notes=notes, page="p" * 32)
        told = page.offered()
        assert told["id"] != offer["id"]
        assert told["number"] != offer["number"]
    finally:
        again.stop()


def test_what_a_stranger_sends_is_cut_to_what_may_be_there() -> None:
    made = wishes.wish(
        {"page": "x", "said": ["1", 2, "", "x" * 81, "a\nb", *map(str, range(500))], "saying": ["1"]}
    )
    assert (made.page, made.saying, len(made.said)) == ("", "", wishes.SAID_AT_MOST)
    assert wishes.wish({"said": {"1": 1}, "page": "p" * 16, "saying": "7-x"}) == wishes.Wish(
        "p" * 16, (), "7-x"
    )
    assert wishes.detail("bad\x1b[2J\nline" + "x" * 10_000) == ("bad [2J line" + "x" * 10_000)[:200]
    assert wishes.detail(None) == ""
    notes = wishes.Notes(b"key")
    note = notes.note("zone-c", "7-x")
    asked = wishes.Wish("", ("7-x", "8-x"), "7-x")
    assert wishes.noted({"notes": {"7-x": note, "8-x": note}}, asked, "zone-c", notes).said == ("7-x",)
    for wrong in ({"notes": [note]}, {"notes": {"7-x": 7}}, {"notes": {"7-x": "\u20ac"}}, {}):
        assert wishes.noted(wrong, asked, "zone-c", notes) == wishes.Wish("", (), "")
    assert wishes.noted({"notes": {"7-x": note}}, asked, "zone-b", notes).said == ()
    assert wishes.noted({"notes": {"7-x": note}}, asked, "zone-c", wishes.Notes(b"other")).said == ()
