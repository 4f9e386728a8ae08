"""Push services that are slow, broken, gone or hostile: nobody waits, nothing piles up or comes late."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from core.domain import commands as c
from core.domain.staff import CITIZEN
from core.settings import PushSettings, Settings
from core.store.memory import MemoryStore
from display.push.book import Book, Device
from display.push.port import Fate, Message, Verdict
from display.push.postman import DARK_S, LONGEST_PAUSE_S, PAUSES_S, Postman
from tests.push.conftest import Desk
from tests.push.phones import PushStation, station
from tests.running import at_most
from tests.worlds import ANI, DirectThreads, HandClock, engine_on, small_plan, token


class Keys:
    """A catalogue that answers with its keys."""

    def say(self, key: str, lang: str, /, **facts: object) -> str:
        return f"{lang} {key} {facts['number']} {facts['count']}"


@dataclass
class Round:
    """A small hall with a postman on threads that are none, and a service that answers as told."""

    folder: Any
    fates: dict[str, list[Verdict]] = field(default_factory=dict)
    sent: list[tuple[str, str]] = field(default_factory=list)
    at: float = 0.0

    def __post_init__(self) -> None:
        self.plan = small_plan()
        self.clock = HandClock()
        self.engine = engine_on(MemoryStore(), self.plan, self.clock)
        self.threads = self.engine._concurrency
        assert isinstance(self.threads, DirectThreads)
        self.threads.timers.clear()
        house = SimpleNamespace(
            plan=self.plan,
            engine=self.engine,
            concurrency=self.threads,
            settings=Settings(push=PushSettings(ahead=3)),
            texts=Keys(),
        )
        self.book = Book(self.folder, self.threads)
        self.postman = Postman(house, self.book, self._send, lambda: self.at)  # type: ignore[arg-type]
        self.postman.start()

    def _send(self, device: Device, message: Message) -> Verdict:
        self.sent.append((device.endpoint, orjson.loads(message.payload)["title"].split()[1]))
        fates = self.fates.get(device.endpoint, [])
        return fates.pop(0) if fates else Verdict(Fate.TAKEN)

    def give(self, *endpoints: str) -> str:
        count = len(self.engine.hall.tickets)
        issue = c.IssueTicket(CITIZEN, service="ktp", token=token(count))
        ticket = str(self.engine.do(issue).ticket)
        for endpoint in endpoints:
            assert self.postman.register(Device(ticket, endpoint, "", "", "id"))
        return ticket

    def call(self) -> None:
        self.engine.do(c.CallNext(ANI, "1"))
        self.threads.run()

    def pauses(self) -> list[float]:
        return [seconds for seconds, _ in self.threads.timers]

    def later(self, seconds: float) -> None:
        self.at += seconds
        self.threads.run_timers()
        self.threads.run()


@pytest.fixture
def hall_round(tmp_path: Any) -> Round:
    made = Round(tmp_path)
    made.engine.do(c.OpenCounter(ANI, "1"))
    return made


A, B = "https://push.example/a", "https://push.example/b"
BUSY, NO_LINE = Verdict(Fate.BUSY), Verdict(Fate.UNREACHABLE)


def test_a_busy_service_is_tried_four_times_with_growing_pauses_and_no_more(hall_round: Round) -> None:
    hall_round.fates[A] = [BUSY] * 9
    hall_round.give(A)
    hall_round.call()
    pauses = []
    while hall_round.pauses():
        pauses += hall_round.pauses()
        hall_round.later(pauses[-1])
    assert pauses == list(PAUSES_S)
    assert hall_round.sent == [(A, "push.called.title")] * 4


def test_a_service_that_asks_for_time_gets_it_up_to_a_minute(hall_round: Round) -> None:
    hall_round.fates[A] = [Verdict(Fate.BUSY, 30.0), Verdict(Fate.BUSY, 9000.0)]
    hall_round.give(A)
    hall_round.call()
    assert hall_round.pauses() == [30.0]
    hall_round.later(30)
    assert hall_round.pauses() == [LONGEST_PAUSE_S]


def test_a_browser_that_withdrew_is_forgotten_and_the_others_are_told(hall_round: Round) -> None:
    hall_round.fates[A] = [Verdict(Fate.GONE)]
    ticket = hall_round.give(A, B)
    hall_round.call()
    assert sorted(hall_round.sent) == [(A, "push.called.title"), (B, "push.called.title")]
    assert [each.endpoint for each in hall_round.book.of(ticket)] == [B]
    assert not hall_round.pauses()


def test_what_waited_for_the_network_and_is_over_is_not_told(hall_round: Round) -> None:
    hall_round.fates[A] = [NO_LINE]
    hall_round.give(A)
    hall_round.call()
    (pause,) = hall_round.pauses()
    hall_round.engine.do(c.StartService(ANI, "1"))
    hall_round.threads.run()
    hall_round.later(max(pause, DARK_S))
    assert hall_round.sent == [(A, "push.called.title")], "they are at the counter already"


def test_a_service_that_cannot_be_reached_is_left_alone_by_all_for_a_while(hall_round: Round) -> None:
    hall_round.fates[A] = [NO_LINE]
    hall_round.give(A)
    hall_round.give(B)
    for place in range(4):
        hall_round.give(f"https://push.example/{place}")
    hall_round.call()
    first = len(hall_round.sent)
    hall_round.engine.do(c.StartService(ANI, "1"))
    hall_round.engine.do(c.FinishService(ANI, "1"))
    hall_round.call()
    assert len(hall_round.sent) == first == 1, "nobody else tries a dead line"
    assert len(hall_round.pauses()) <= 6, "each device waits once"
    hall_round.later(DARK_S + 1)
    assert (B, "push.called.title") in hall_round.sent, "the line is back and the call still holds"


def test_the_line_holds_each_device_once_however_much_happens(hall_round: Round) -> None:
    hall_round.fates[A] = [NO_LINE]
    hall_round.give(A)
    hall_round.call()
    for _ in range(3):
        hall_round.clock.later(seconds=10)
        hall_round.engine.do(c.Recall(ANI, "1"))
        hall_round.threads.run()
    assert len(hall_round.pauses()) == 1
    hall_round.later(DARK_S + 1)
    assert hall_round.sent == [(A, "push.called.title"), (A, "push.again.title")], "the newest alone"


def test_a_service_that_hangs_delays_neither_the_hall_nor_other_phones(
    desk: Desk, push_station: PushStation
) -> None:
    push_station.hold.clear()
    with station() as healthy:
        stuck, well, ticket = push_station.phone(), healthy.phone(), desk.give()
        desk.ask(ticket, stuck)
        desk.ask(ticket, well)
        desk.act("open")
        began = time.monotonic()
        desk.act("next")
        assert time.monotonic() - began < at_most(2)
        assert well.opened(healthy.next().body)["call"] is True
        push_station.next()
        began = time.monotonic()
        desk.act("start")
        assert time.monotonic() - began < at_most(2)


def test_a_redirect_is_not_followed(desk: Desk, push_station: PushStation) -> None:
    with station() as inner:
        push_station.answers = [(307, {"Location": f"{inner.url}/send/stolen"})]
        phone = push_station.phone()
        desk.ask(desk.give(), phone)
        desk.act("open")
        desk.act("next")
        push_station.next()
        desk.hall.clock.forward(seconds=30)
        desk.act("recall")
        assert phone.opened(push_station.next().body)["title"].startswith("Dipanggil lagi")
        assert inner.posts.empty()
