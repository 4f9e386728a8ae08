"""How often something may be asked for, by address, ticket or whatever the caller names; kept in memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from math import ceil
from threading import Lock

from flask import Response, after_this_request
from limits import parse_many
from werkzeug.exceptions import TooManyRequests

from core.web.buckets import Buckets, Limit

ENTRIES = 4096
"""Keys that are kept for each set of limits: more than a hall has citizens at once."""


class Throttle:
    """Counts requests by key. The number of keys in memory is bounded; a refused request does not count.

    ``steady``: seconds of a clock that only runs forward.
    """

    def __init__(self, steady: Callable[[], float] = time.monotonic, entries: int = ENTRIES) -> None:
        self._steady = steady
        self._entries = entries
        self._buckets: dict[str, Buckets] = {}
        self._lock = Lock()

    def hit(self, limits: str, *who: str) -> float:
        """Count one request of ``who`` and answer 0.0; or count nothing and answer the seconds to wait.

        ``limits``: as "5 per minute; 30 per hour". They must be constants of the program: each text has its
        own table.
        """
        with self._lock:
            now = self._steady()
            buckets = self._buckets.setdefault(limits, Buckets(limits_of(limits), self._entries))
            wait = buckets.wait(who, now)
            if wait <= 0:
                buckets.count(who, now)
            return wait

    def require(self, limits: str, *who: str) -> None:
        """As ``hit``, within a request. Raises ``TooManyRequests``; the response gets ``Retry-After``."""
        wait = self.hit(limits, *who)
        if wait <= 0:
            return
        seconds = str(ceil(wait))

        @after_this_request
        def say_when(response: Response) -> Response:
            response.headers["Retry-After"] = seconds
            return response

        raise TooManyRequests()


@cache
def limits_of(text: str) -> tuple[Limit, ...]:
    """Limits from a text such as "5 per minute; 30 per hour". Raises ``ValueError``."""
    return tuple(Limit(each.amount, each.get_expiry()) for each in parse_many(text))
