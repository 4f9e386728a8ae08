"""Plays many people at once: each is a generator that yields how long it waits."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Generator
from itertools import count
from math import inf

Act = Generator[float, None, None]
"""Somebody's day. It yields the seconds of the played day until it goes on, and does its requests
in between, on whichever thread resumes it."""


class Player:
    """Resumes acts when they are due, on a few threads. A day that is late just takes longer."""

    def __init__(self, speed: float, threads: int) -> None:
        self.speed = speed
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(threads)]
        lock = threading.Lock()
        self._change = threading.Condition(lock)
        self._end = threading.Condition(lock)
        self._due: list[tuple[float, int, Act]] = []
        self._order = count()
        self._acting = 0
        self._watched = inf
        """The instant until which some thread sleeps; the others need not."""
        self._start = time.monotonic()
        self._hurrying = False
        self.faults: list[BaseException] = []
        """What acts have raised: faults of the demo itself."""

    @property
    def hurrying(self) -> bool:
        """Whether everybody should come to an end without waiting."""
        return self._hurrying

    @property
    def now(self) -> float:
        """Seconds of the played day since the doors opened."""
        return (time.monotonic() - self._start) * self.speed

    def add(self, act: Act, at: float) -> None:
        """``act`` begins ``at`` this second of the played day."""
        with self._change:
            heapq.heappush(self._due, (at, next(self._order), act))
            self._change.notify()

    def start(self) -> None:
        """The doors open."""
        self._start = time.monotonic()
        for thread in self._threads:
            thread.start()

    def wait(self, seconds: float) -> bool:
        """Whether everybody has finished, waited for up to ``seconds`` of real time."""
        with self._end:
            return self._end.wait_for(self._over, seconds)

    def hurry(self) -> None:
        """Wake everybody: no wait takes time from now on."""
        with self._change:
            self._hurrying = True
            self._change.notify_all()

    def _over(self) -> bool:
        return not self._due and self._acting == 0

    def _work(self) -> None:
        while (act := self._take()) is not None:
            wait: float | None = None
            try:
                wait = next(act)
            except StopIteration:
                pass
            except BaseException as fault:  # kept and told at the end; the others go on
                self.faults.append(fault)
            with self._change:
                self._acting -= 1
                if wait is not None:
                    heapq.heappush(self._due, (self.now + wait, next(self._order), act))
                if self._over():
                    self._end.notify_all()
                    self._change.notify_all()
                else:
                    self._change.notify()

    def _take(self) -> Act | None:
        with self._change:
            while not self._over():
                due = self._due[0][0] if self._due else inf
                if due <= self.now or (self._due and self._hurrying):
                    self._acting += 1
                    act = heapq.heappop(self._due)[2]
                    self._change.notify()  # another watches what is due next
                    return act
                if due < self._watched:
                    self._watched = due
                    self._change.wait((due - self.now) / self.speed)
                    self._watched = inf
                else:
                    self._change.wait()
            return None
