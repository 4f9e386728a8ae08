"""One line in the log when the places for connections are full, and one when that is over.

Imported before the standard library is patched: nothing heavy.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from core.web.connections import Connections

CALM_SECONDS = 30.0
"""So long nobody must have been refused or closed until the places count as free again."""

log = logging.getLogger("antrean.connections")


class Crowding:
    """Watches the counters of one ``Connections``; ``sweep`` about every second."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._seen = (0, 0)
        self._since: float | None = None
        """When the places became full; ``None`` while they are not."""
        self._before = (0, 0)
        self._last = 0.0

    def sweep(self, now: float, pause: Callable[[], None] = lambda: None) -> None:
        """Sweep the connections, then ``look``."""
        self._connections.sweep(now, pause)
        self.look(now)

    def look(self, now: float) -> None:
        """Log a change of state. ``now``: monotonic seconds."""
        counts = (self._connections.refused.total(), self._connections.ended["room"])
        if counts != self._seen:
            self._last = now
            if self._since is None:
                self._since, self._before = now, self._seen
                log.warning(
                    "places_full connections=%d: new ones close the oldest strangers, or are refused",
                    len(self._connections),
                )
            self._seen = counts
        elif self._since is not None and now - self._last >= CALM_SECONDS:
            log.warning(
                "places_free: in %.0f s %d connections were refused and %d closed to make room",
                self._last - self._since,
                counts[0] - self._before[0],
                counts[1] - self._before[1],
            )
            self._since = None
