"""Limits for whoever collects numbers: a pause between two numbers of one source, and so many a minute.

A *source* is one kiosk's page on one machine, or one kiosk's token. ``core.web.throttle`` counts every try;
here a request that was refused takes nothing from those who come after, and the same request sent again is
the same number.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from threading import Lock

from core.domain.errors import Refusal

MINUTE = timedelta(minutes=1)


class TooFast(Refusal):
    """This source has just taken a number, or many in this minute.

    Facts: ``reason`` (``pause`` or ``minute``), ``limit``, and ``seconds`` until another try makes sense.
    """

    code = "too_fast"
    status = 429


@dataclass
class _Taken:
    """One number of a source, or one that is being made."""

    at: datetime
    key: str | None


class Limits:
    """What each source has taken in the last minute, in memory: a restart forgives everybody."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._sources: dict[str, deque[_Taken]] = {}
        self._lock = Lock()

    @contextmanager
    def taking(self, source: str, key: str | None, pause: timedelta, per_minute: int) -> Iterator[None]:
        """Hold a place while a number is made; whatever is raised inside gives it back.

        ``key`` is the request's own id: one that was let in is let in again. ``per_minute`` 0 is no limit.
        Raises ``TooFast``.
        """
        place = self._enter(source, key, pause, per_minute)
        try:
            yield
        except BaseException:
            self._leave(source, place)
            raise

    def _enter(self, source: str, key: str | None, pause: timedelta, per_minute: int) -> _Taken | None:
        with self._lock:
            at = self._now()
            self._forget(at)
            held = self._sources.setdefault(source, deque())
            if key is not None and any(each.key == key for each in held):
                return None
            if held and (rest := pause - (at - held[-1].at)) > timedelta(0):
                raise TooFast(reason="pause", limit=1, seconds=_whole(rest))
            if 0 < per_minute <= len(held):
                rest = MINUTE - (at - held[-per_minute].at)
                raise TooFast(reason="minute", limit=per_minute, seconds=_whole(rest))
            place = _Taken(at, key)
            held.append(place)
            return place

    def _leave(self, source: str, place: _Taken | None) -> None:
        with self._lock:
            held = self._sources.get(source, deque())
            if place is not None and place in held:
                held.remove(place)

    def _forget(self, at: datetime) -> None:
        """Drop what is older than a minute, or younger than now: the clock was set back."""
        for source, held in list(self._sources.items()):
            while held and not timedelta(0) <= at - held[0].at < MINUTE:
                held.popleft()
            if not held:
                del self._sources[source]


def _whole(rest: timedelta) -> int:
    return max(1, ceil(rest.total_seconds()))
