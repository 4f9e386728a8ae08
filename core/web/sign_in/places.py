"""Bounded places: so many passwords are hashed at once, so many delayed requests are held open."""

from __future__ import annotations

import time
from bisect import insort
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from threading import Lock

from core.ports import Concurrency, Waiter

LANES = 3
"""Passwords that are hashed at once. Each takes a native thread for some 100 ms, and 64 MiB."""
RESERVED = 1
"""Lanes that only known browsers and signed-in people use."""
QUEUED = 64
"""Strangers who wait for a lane (3 s of work), and as many known browsers in a queue that goes first."""
DELAYED = 32
"""Requests that are held open to answer slowly."""


class Busy(Exception):
    """Every place in the queue is taken."""


@dataclass(frozen=True, slots=True, order=True)
class _Place:
    """One who waits for a lane; ``due`` says who is next. The waiter is told whether the lane is free."""

    due: float
    number: int
    waiter: Waiter[bool] = field(compare=False)


class HashLanes:
    """Who may hash a password now. Those who are known go first and have a lane in reserve.

    Strangers go in the order of their arrival plus a penalty in seconds, so a flood that has failed often
    waits longer than somebody who comes now, and still everybody's turn comes. ``steady``: seconds of a clock
    that only runs forward.
    """

    def __init__(self, threads: Concurrency, steady: Callable[[], float] = time.monotonic) -> None:
        self._threads = threads
        self._steady = steady
        self._lock = Lock()
        self._taken = 0
        self._strangers = 0
        """Lanes that strangers have."""
        self._queues: dict[bool, list[_Place]] = {True: [], False: []}
        """Who waits, the next one first, by whether they are known."""
        self._arrived = 0

    @contextmanager
    def lane(self, *, known: bool, penalty: float = 0.0) -> Iterator[None]:
        """Wait for a lane, and keep it. Raises ``Busy``."""
        self._enter(known, penalty)
        try:
            yield
        finally:
            self._leave(known)

    def _enter(self, known: bool, penalty: float) -> None:
        last = None
        with self._lock:
            queue = self._queues[known]
            if not queue and self._free(known):
                self._take(known)
                return
            self._arrived += 1
            mine = _Place(self._steady() + penalty, self._arrived, self._threads.waiter())
            insort(queue, mine)
            if len(queue) > QUEUED:
                last = queue.pop()
        if last is not None:
            last.waiter.set(False)
        if not mine.waiter.wait():  # ends: each lane is given on after one hash
            raise Busy()

    def _leave(self, known: bool) -> None:
        ready = []
        with self._lock:
            self._taken -= 1
            self._strangers -= 0 if known else 1
            for each in (True, False):
                while self._queues[each] and self._free(each):
                    self._take(each)
                    ready.append(self._queues[each].pop(0))
        for place in ready:
            place.waiter.set(True)

    def _free(self, known: bool) -> bool:
        return self._taken < LANES and (known or self._strangers < LANES - RESERVED)

    def _take(self, known: bool) -> None:
        self._taken += 1
        self._strangers += 0 if known else 1


class Delays:
    """Holds requests for some seconds. When all places are taken, the one that has waited longest goes on.

    So a flood shortens the delays, and refuses nobody.
    """

    def __init__(self, threads: Concurrency) -> None:
        self._threads = threads
        self._lock = Lock()
        self._held: OrderedDict[int, Waiter[None]] = OrderedDict()
        self._given = 0

    def __len__(self) -> int:
        return len(self._held)

    def wait(self, seconds: float) -> None:
        """Wait for ``seconds``, or until the place is needed."""
        waiter = self._threads.waiter()
        oldest = None
        with self._lock:
            self._given += 1
            number = self._given
            self._held[number] = waiter
            if len(self._held) > DELAYED:
                _, oldest = self._held.popitem(last=False)
        if oldest is not None:
            oldest.set(None)
        self._threads.spawn_after(seconds, partial(self._end, number))
        waiter.wait()

    def _end(self, number: int) -> None:
        with self._lock:
            waiter = self._held.pop(number, None)
        if waiter is not None:
            waiter.set(None)
