"""Where the present comes from: the real clock, or that of a training hall."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class RealClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present in UTC."""
        return datetime.now(UTC)


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
