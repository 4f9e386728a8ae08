"""Real threads: no number is lost or doubled, no ticket is at two counters, no reader sees too much."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

import pytest

from core.domain import commands as c
from core.domain.errors import NobodyWaiting, Refusal
from core.domain.events import TicketCalled
from core.domain.plan import Plan
from core.domain.staff import Actor, Role
from core.engine.engine import Engine
from core.ports import Store, StoreError
from core.store.memory import MemoryStore
from core.web.concurrency import concurrency
from tests.worlds import ANI, CITIZEN, HandClock, counter, engine_on, small_plan, token

pytestmark = pytest.mark.timeout(120)

PATIENCE_S = 60


@pytest.fixture
def threaded():
    """Make engines with threads of the operating system; their writers go home after the test."""
    made: list[Engine] = []

    def make(store: Store, plan: Plan | None = None) -> Engine:
        engine = Engine(plan or small_plan(), store, HandClock(), concurrency("threading"))
        engine.start()
        made.append(engine)
        return engine

    yield make
    for engine in made:
        engine.stop()


def at_once(works: list[Callable[[], object]]) -> list[object]:
    """Run every work in a thread of its own, all from the same moment; what each led to."""
    start = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        start.wait(PATIENCE_S)
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        futures = [pool.submit(run, work) for work in works]
        return [future.result(PATIENCE_S) for future in futures]


def test_32_threads_take_2000_numbers_without_a_gap_or_a_double(threaded, sqlite):
    engine = threaded(sqlite)
    services = ["ktp", "kk", "akta", "skck"]

    def citizen(thread: int) -> list[str]:
        return [
            engine.do(
                c.IssueTicket(CITIZEN, services[(thread + n) % 4], token(thread * 1000 + n)),
                f"{thread}-{n}",
                lambda hall, done: hall.tickets[done.ticket].number,
            )
            for n in range(2000 // 32 + (thread < 2000 % 32))
        ]

    told = at_once([lambda thread=thread: citizen(thread) for thread in range(32)])
    numbers = [number for each in told for number in each]
    assert len(numbers) == len(set(numbers)) == 2000
    for prefix in "ABC":
        ordinals = sorted(int(number[1:]) for number in numbers if number[0] == prefix)
        assert ordinals == list(range(1, len(ordinals) + 1))
    again = engine_on(sqlite)
    assert again.hall.state() == engine.read(lambda hall: hall).state()
    assert sqlite.check() == []


def test_8_officers_of_one_service_call_at_once_and_no_ticket_is_at_two_counters(threaded, sqlite):
    officers = [Actor(f"officer-{n}", Role.OFFICER, "DUK") for n in range(8)]
    desks = {str(n): counter(str(n), "DUK", "A", ("ktp",)) for n in range(8)}
    engine = threaded(sqlite, small_plan(counters=desks))
    for n in range(100):
        engine.do(c.IssueTicket(CITIZEN, "ktp", token(n)))

    def officer(n: int) -> list[str]:
        desk, called = str(n), []
        engine.do(c.OpenCounter(officers[n], desk))
        while True:
            try:
                called.append(engine.do(c.CallNext(officers[n], desk)).ticket)
            except NobodyWaiting:
                return called
            engine.do(c.StartService(officers[n], desk))
            engine.do(c.FinishService(officers[n], desk))

    called = [ticket for each in at_once([lambda n=n: officer(n) for n in range(8)]) for ticket in each]
    assert sorted(called) == sorted(set(called))
    assert len(called) == 100
    order = [r.event.ticket for r in sqlite.everything() if isinstance(r.event, TicketCalled)]
    assert order == sorted(order), "in the order in which they came"


def test_32_retries_of_one_request_take_one_number(threaded, sqlite):
    engine = threaded(sqlite)

    def tap(n: int):
        return engine.do(c.IssueTicket(CITIZEN, "ktp", token(n)), "one-touch")

    told = at_once([lambda n=n: tap(n) for n in range(32)])
    assert {each.ticket for each in told} == {"20261124-A001"}
    assert sum(not each.repeated for each in told) == 1
    assert engine.read(lambda hall: len(hall.tickets)) == 1


def test_two_officers_who_open_one_counter_at_once_are_not_both_there(threaded, memory):
    engine = threaded(memory)

    def open_it(n: int) -> str:
        try:
            engine.do(c.OpenCounter(Actor(f"officer-{n}", Role.OFFICER, "DUK"), "1"))
        except Refusal as refused:
            return refused.code
        return "opened"

    told = at_once([lambda n=n: open_it(n) for n in range(8)])
    assert sorted(told) == ["counter_taken"] * 7 + ["opened"]


class Slow(MemoryStore):
    """A disk that takes its time: the test says when a commit is through, or that it failed."""

    def __init__(self) -> None:
        super().__init__()
        self.slow = False
        self.fails = False
        self.reached = threading.Event()
        self.release = threading.Event()

    def append(self, commit):
        if self.slow:
            self.reached.set()
            assert self.release.wait(PATIENCE_S)
            if self.fails:
                raise StoreError("database or disk is full")
        super().append(commit)


@pytest.mark.parametrize("fails", [False, True])
def test_readers_never_see_what_is_not_committed(threaded, fails):
    store = Slow()
    engine = threaded(store)
    engine.do(c.OpenCounter(ANI, "1"))
    store.slow, store.fails = True, fails
    seen = []

    def read() -> None:
        seen.append(engine.read(lambda hall: (len(hall.tickets), store.last_seq() - hall.seq)))

    with ThreadPoolExecutor(2) as pool:
        asked = pool.submit(engine.do, c.IssueTicket(CITIZEN, "ktp", token(1)))
        assert store.reached.wait(PATIENCE_S)  # decided and applied in memory, not yet on disk
        reading = pool.submit(read)
        assert wait([reading], timeout=0.2).not_done, "a reader went past a commit that is under way"
        assert seen == []
        store.release.set()
        reading.result(PATIENCE_S)
        if fails:
            with pytest.raises(StoreError):
                asked.result(PATIENCE_S)
        else:
            assert asked.result(PATIENCE_S).ticket == "20261124-A001"
    assert seen == [(0 if fails else 1, 0)]


def test_what_waits_while_a_commit_is_under_way_shares_the_next_one(threaded):
    store = Slow()
    engine = threaded(store)
    commits = []
    engine.subscribe(lambda effects: commits.append(len(effects.recorded)))
    store.slow = True
    with ThreadPoolExecutor(11) as pool:
        first = pool.submit(engine.do, c.IssueTicket(CITIZEN, "ktp", token(0)))
        assert store.reached.wait(PATIENCE_S)
        rest = [pool.submit(engine.do, c.IssueTicket(CITIZEN, "ktp", token(n))) for n in range(1, 11)]
        deadline = threading.Event()
        for _ in range(1000):
            if engine._writer.mailbox._queue.qsize() == 10:
                break
            deadline.wait(0.01)
        store.release.set()
        for each in [first, *rest]:
            each.result(PATIENCE_S)
    assert commits == [1, 10]


def test_listeners_hear_of_every_commit_in_its_order(threaded, sqlite):
    engine = threaded(sqlite)
    heard: list[int] = []
    engine.subscribe(lambda effects: heard.extend(r.seq for r in effects.recorded))
    at_once(
        [
            lambda thread=thread: [
                engine.do(c.IssueTicket(CITIZEN, "ktp", token(thread * 100 + n))) for n in range(20)
            ]
            for thread in range(8)
        ]
    )
    assert heard == list(range(2, 162))


def test_readers_in_many_threads_always_see_a_whole_hall(threaded, memory):
    engine = threaded(memory)
    done = threading.Event()
    wrong: list[object] = []

    def whole(hall) -> bool:
        waiting = sum(ticket.state == "waiting" for ticket in hall.tickets.values())
        listed = sum(len(places) for places in hall.waiting.values())
        return waiting == listed and hall.seq == memory.last_seq()

    def reader() -> None:
        while not done.is_set():
            if not engine.read(whole):
                wrong.append(engine.hall.seq)

    def writer() -> None:
        for n in range(300):
            engine.do(c.IssueTicket(CITIZEN, "ktp", token(n)))
        done.set()

    at_once([writer, reader, reader, reader])
    assert wrong == []
