"""How often something may be tried, by name or address; kept in memory, through ``limits``.

Flask-Limiter limits whole routes by address; signing in is limited by the name that is tried as
well, so this asks the same library underneath it directly.
"""

from __future__ import annotations

from limits import parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


class Throttle:
    """Counts tries in moving windows."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def hit(self, limits: str, *who: str) -> bool:
        """Count one try; ``False`` once one of ``limits`` (as "5 per minute; 30 per hour") is passed."""
        tries = [self._limiter.hit(limit, *who) for limit in parse_many(limits)]
        return all(tries)  # each window counts, so all are asked
