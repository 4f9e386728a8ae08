"""Where the present comes from: the real clock, or that of a training hall."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from core.steadiness import Doubt, accepted, begun


def since_boot() -> float:
    """Seconds on a clock that nobody sets; it goes on while the machine is suspended, where Linux has one."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boottime is None else time.clock_gettime(boottime)


class RealClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present in UTC."""
        return datetime.now(UTC)


class SteadyClock:
    """The machine's clock, whose jumps are believed only when they last (ADR 0025).

    ``newest``: the log's newest instant, the only thing that the clock can be compared with at a start.
    Safe to read from several threads: what is believed is one immutable object, replaced as a whole.
    """

    def __init__(
        self,
        newest: datetime | None,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = since_boot,
    ) -> None:
        self._wall, self._steady = wall, steady
        self._held = begun(wall(), steady(), newest)

    def now(self) -> datetime:
        """The hall's present in UTC."""
        steady = self._steady()
        self._held = held = self._held.after(self._wall(), steady)
        return held.now(steady)

    def doubt(self) -> Doubt | None:
        """Why the hall does not go by the machine's clock; ``None`` if it does."""
        self.now()
        return self._held.doubt()

    def accept(self) -> None:
        """An administrator says that the machine's clock is right: go by it from now on."""
        self._held = accepted(self._wall(), self._steady())


class TrainingClock:
    """Starts at a chosen instant and runs on from there, whatever the machine's clock does."""

    def __init__(self, start: datetime) -> None:
        self._start = start.astimezone(UTC)
        self._since = time.monotonic()

    def now(self) -> datetime:
        """The training hall's present in UTC."""
        return self._start + timedelta(seconds=time.monotonic() - self._since)


class LogClock:
    """Stands at the beginning of time, so that the log's own newest instant is the present.

    For commands given to a training hall from outside its process, which does not know its clock.
    """

    def now(self) -> datetime:
        """An instant before every event."""
        return datetime(1970, 1, 2, tzinfo=UTC)
