"""Bounded work for passwords: never more at once, known browsers first, and every wait ends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from core.web.concurrency import concurrency
from core.web.sign_in.places import DELAYED, LANES, RESERVED, Busy, Delays, HashLanes


class Work:
    """Hashing that takes until it is told to end."""

    def __init__(self, lanes: HashLanes) -> None:
        self.lanes = lanes
        self.begun = threading.Semaphore(0)
        self.may_end = threading.Semaphore(0)
        self.refused = threading.Semaphore(0)
        self.lock = threading.Lock()
        self.order: list[str] = []
        self.at_once = self.most_at_once = 0
        self.threads: list[threading.Thread] = []

    def begin(self, who: str, *, known: bool, penalty: float = 0.0) -> None:
        def run() -> None:
            try:
                with self.lanes.lane(known=known, penalty=penalty):
                    self._hash(who)
            except Busy:
                self.refused.release()

        thread = threading.Thread(target=run)
        thread.start()
        self.threads.append(thread)

    def _hash(self, who: str) -> None:
        with self.lock:
            self.order.append(who)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        self.begun.release()
        assert self.may_end.acquire(timeout=30)
        with self.lock:
            self.at_once -= 1

    def queued(self, *, known: bool, count: int) -> None:
        """Wait until so many stand in the queue."""
        for _ in range(3000):
            with self.lanes._lock:
                if len(self.lanes._queues[known]) == count:
                    return
            threading.Event().wait(0.01)
        raise AssertionError("they never queued")

    def end_all(self) -> None:
        for _ in self.threads:
            self.may_end.release()
        for thread in self.threads:
            thread.join(timeout=30)
            assert not thread.is_alive()


@pytest.fixture
def work() -> Any:
    made = Work(HashLanes(concurrency("threading")))
    yield made
    made.end_all()


def test_strangers_leave_a_lane_to_known_browsers(work: Work) -> None:
    strangers = LANES - RESERVED
    for number in range(strangers + 4):
        work.begin(f"stranger-{number}", known=False)
    for _ in range(strangers):
        assert work.begun.acquire(timeout=30)
    work.queued(known=False, count=4)
    work.begin("officer", known=True)
    assert work.begun.acquire(timeout=30), "a known browser waits for no stranger"
    assert work.order[-1] == "officer"
    work.begin("second officer", known=True)
    work.queued(known=True, count=1)
    work.may_end.release()
    assert work.begun.acquire(timeout=30)
    assert work.order[-1] == "second officer", "known browsers go first"
    work.end_all()
    assert work.most_at_once == LANES


def test_known_browsers_may_use_every_lane(work: Work) -> None:
    for number in range(LANES + 2):
        work.begin(f"officer-{number}", known=True)
    for _ in range(LANES):
        assert work.begun.acquire(timeout=30)
    work.queued(known=True, count=2)


def test_a_full_queue_refuses_who_would_be_last_and_recovers(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.web.sign_in.places.QUEUED", 3)
    strangers = LANES - RESERVED
    for number in range(strangers + 3):
        work.begin(f"stranger-{number}", known=False)
    work.queued(known=False, count=3)
    with pytest.raises(Busy), work.lanes.lane(known=False):
        raise AssertionError("it was let in")
    with work.lanes.lane(known=True):
        pass
    work.end_all()
    with work.lanes.lane(known=False):
        pass


def test_whoever_has_not_failed_overtakes_a_flood_that_has(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.web.sign_in.places.QUEUED", 4)
    for number in range(LANES - RESERVED):
        work.begin(f"first-{number}", known=False)
        assert work.begun.acquire(timeout=30)
    for number in range(4):
        work.begin(f"flood-{number}", known=False, penalty=10.0)
        work.queued(known=False, count=number + 1)
    work.begin("newcomer", known=False)
    assert work.refused.acquire(timeout=30), "a full queue sends the last of the flood away"
    work.may_end.release()
    assert work.begun.acquire(timeout=30)
    assert work.order[-1] == "newcomer"


def test_a_failure_gives_the_lane_back() -> None:
    lanes = HashLanes(concurrency("threading"))
    for _ in range(10 * LANES):
        with pytest.raises(ZeroDivisionError), lanes.lane(known=False):
            raise ZeroDivisionError
    with lanes.lane(known=False):
        pass


class Timers:
    """Threads whose timers are run by hand."""

    def __init__(self) -> None:
        self.due: list[tuple[float, Callable[[], None]]] = []
        self.threads = concurrency("threading")

    def waiter(self) -> Any:
        return self.threads.waiter()

    def spawn_after(self, seconds: float, work: Callable[[], None]) -> None:
        self.due.append((seconds, work))


def test_a_flood_of_delayed_requests_shortens_the_delays_and_holds_no_more_than_so_many() -> None:
    timers = Timers()
    delays = Delays(timers)  # type: ignore[arg-type]
    gone = threading.Semaphore(0)

    def wait() -> None:
        delays.wait(4.0)
        gone.release()

    threads = [threading.Thread(target=wait) for _ in range(DELAYED + 5)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        assert gone.acquire(timeout=30), "the oldest go on at once"
    assert len(delays) == DELAYED
    assert not gone.acquire(timeout=0.05)
    for _, work in timers.due:
        work()
    for thread in threads:
        thread.join(timeout=30)
        assert not thread.is_alive()
    assert len(delays) == 0
    assert {seconds for seconds, _ in timers.due} == {4.0}
