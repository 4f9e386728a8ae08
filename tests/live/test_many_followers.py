"""Boards beside thousands of phones: who is shown first, and that nothing is forgotten."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.engine.effects import Effects
from core.web import live as module
from core.web.face import Topic
from core.web.live import Live, Turn, Wiring
from core.web.packets import Json, Text

PHONES = [f"p{number}" for number in range(500)]


class Still:
    """A clock that stands."""

    def now(self):
        """In UTC."""
        return datetime(2026, 11, 24, 1, tzinfo=UTC)


class Held:
    """Threads that only run what a test lets run; a mailbox that is a list."""

    def __init__(self):
        self.items = []

    def mailbox(self):
        """Itself."""
        return self

    def put(self, item):
        """Kept."""
        self.items.append(item)

    def sleep(self, seconds):
        """Others run; noted."""
        self.items.append(f"slept {seconds}")

    def spawn_after(self, _seconds, work):
        """At once: what it leaves in the mailbox waits there."""
        work()


class Sent:
    """A Socket.IO that notes which rooms were sent what."""

    def __init__(self):
        self.rooms = []

    def emit(self, event, _message, *, namespace, to):
        """Noted."""
        assert namespace == "/live"
        self.rooms.append((event, to))


@pytest.fixture(name="hall")
def _hall(monkeypatch):
    """A live part with one board and 500 phones that follow, every view at no cost; what it sent."""
    monkeypatch.setattr(module, "SLICE_SECONDS", 3600.0)
    seq = [0]
    topics = {
        name: Topic(
            name,
            lambda _ident, _actor: None,
            lambda _ident, _now: {},
            lambda effects, followed: [each for each in followed if effects.everything or each == "hall"],
            lambda effects, _ident: [{"number": "A001"}] if not effects.everything else [],
        )
        for name in ("board", "ticket")
    }
    live = Live(
        Wiring(
            topics=topics,
            epoch="epoch",
            seq=lambda: seq[0],
            clock=Still(),
            concurrency=Held(),
            actor_of=lambda _token: None,
        )
    )
    live.socketio = Sent()
    live._followers.add("board", "hall")
    for phone in PHONES:
        live._followers.add("ticket", phone)
    live.seq = seq
    return live


def commit(live, **told):
    """A commit reaches the announcer."""
    live.seq[0] += 1
    live._act(Effects(seq=live.seq[0], at=Still().now(), recorded=(), **told))


def turns(live, most=1000):
    """Let the announcer take its turns until it has nothing to do; how many it took."""
    taken = 0
    while live._inbox.items and taken < most:
        live._act(live._inbox.items.pop(0))
        taken += 1
    return taken


def test_a_board_is_shown_before_phones_that_waited_already(hall):
    commit(hall, everything=True)
    hall._act(hall._inbox.items.pop(0))  # the board, and the first phones
    hall.socketio.rooms.clear()
    commit(hall)
    turns(hall, most=1)
    assert hall.socketio.rooms[:2] == [("call", "board:hall"), ("view", "board:hall")]


def test_every_phone_is_shown_once_in_slices_that_let_others_pass(hall):
    commit(hall, everything=True)
    assert turns(hall) == -(-(len(PHONES) + 1) // module.SLICE)
    shown = [room for _, room in hall.socketio.rooms]
    assert shown == ["board:hall", *(f"ticket:{phone}" for phone in PHONES)]


def test_a_call_has_its_turn_before_the_commits_other_subscribers(hall):
    quiet = Effects(seq=1, at=Still().now(), recorded=())
    call = Effects(seq=2, at=Still().now(), recorded=(), calls=(object(),))
    hall.publish(quiet)
    hall.publish(call)
    assert hall._inbox.items == [quiet, call, "slept 0"]


def test_views_that_take_long_end_their_slice_early(hall, monkeypatch):
    monkeypatch.setattr(module, "SLICE_SECONDS", 0.0)
    commit(hall, everything=True)
    assert turns(hall) == len(PHONES) + 1
    assert len(hall.socketio.rooms) == len(PHONES) + 1


def test_a_view_put_off_for_a_call_comes_after_it_and_is_not_lost(hall):
    commit(hall, everything=True)
    hall.seq[0] += 1  # committed, and not told yet
    turns(hall, most=1)
    assert hall.socketio.rooms == []
    assert hall._inbox.items == [Turn.PUSH]
    hall._act(Effects(seq=hall.seq[0], at=Still().now(), recorded=()))
    turns(hall)
    assert hall.socketio.rooms[0] == ("call", "board:hall")
    assert len(set(hall.socketio.rooms)) == 1 + 1 + len(PHONES)


def test_a_packet_is_text_as_the_library_writes_it():
    Text.json = Json
    data = ["view", {"number": "A001", "ahead": 3, "names": [{"id": "Loket", "en": "Counter"}]}]
    packet = Text(data=data, namespace="/live")
    assert packet.encode() == (
        '2/live,["view",{"number":"A001","ahead":3,"names":[{"id":"Loket","en":"Counter"}]}]'
    )
    with pytest.raises(TypeError):
        Text(data=["view", b"bytes"], namespace="/live").encode()
