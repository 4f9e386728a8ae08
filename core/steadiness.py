"""When a clock is accepted: the wall clock is compared with a clock that nobody can set.

Pure: readings come in as arguments. ``core.clock.SteadyClock`` takes them. ADR 0025 gives the reasons.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

LEEWAY_S = 5.0
"""How far the wall clock may be from the steady one, within ``HOLD_S``, without being doubted."""
HOLD_S = 300.0
"""How long a new time must last before it is accepted: several polls of an NTP client."""
SETTLE_S = 10.0
"""The same, while the hall uses its own time because the clock was wrong at the start."""
BACK_LIMIT_S = 3_600.0
"""A clock that goes back further than this is accepted only with ``antrean clock accept``."""
AHEAD_LIMIT_S = 60 * 86_400.0
"""The same for one that goes ahead: longer than any closure for holidays."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """The wall clock is not believed: by how much it differs, in seconds, and whether that ends by itself.

    ``by_s``: wall clock less the hall's own time. ``waits``: it is believed once it has held for a while;
    otherwise an administrator must set or accept it. ``since``: in the hall's own time.
    """

    by_s: float
    waits: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class Suspect:
    """A time that is not believed yet. ``offset``: wall clock less steady clock; ``since``: steady clock."""

    offset: float
    since: float


@dataclass(frozen=True, slots=True)
class Steadiness:
    """What is believed after the readings so far. Instants and offsets to the steady clock are in seconds.

    ``believed`` is the offset by which the hall goes; ``anchor`` the one that readings are compared with,
    renewed every ``HOLD_S``, so that many small steps do not add up to a jump.
    """

    believed: float
    anchor: float
    anchored: float
    suspect: Suspect | None = None
    standin: bool = False
    """Whether the hall goes on from the log's newest instant, as the clock was wrong at the start."""

    def now(self, steady: float) -> datetime:
        """The hall's own time."""
        return datetime.fromtimestamp(self.believed + steady, UTC)

    def doubt(self) -> Doubt | None:
        """Why the hall does not go by the wall clock; ``None`` if it does."""
        if self.suspect is None:
            return None
        by = self.suspect.offset - self.believed
        return Doubt(by, _likely(by), self.now(self.suspect.since))

    def after(self, wall: float, steady: float) -> Steadiness:
        """What is believed after one more reading of both clocks, in seconds."""
        offset = wall - steady
        if not self.standin and abs(offset - self.anchor) <= LEEWAY_S:
            if steady - self.anchored >= HOLD_S:
                return Steadiness(offset, offset, steady)
            return replace(self, believed=offset, suspect=None)
        suspect = self.suspect
        if suspect is None or abs(offset - suspect.offset) > LEEWAY_S:
            return replace(self, suspect=Suspect(offset, steady))
        needed = SETTLE_S if self.standin else HOLD_S
        if steady - suspect.since >= needed and _likely(offset - self.believed):
            return Steadiness(offset, offset, steady)
        return self


def begun(wall: float, steady: float, newest: datetime | None) -> Steadiness:
    """What is believed at a start: the wall clock, unless the log's ``newest`` instant makes it unlikely."""
    offset = wall - steady
    if newest is None or _likely(wall - newest.timestamp()):
        return Steadiness(offset, offset, steady)
    own = newest.timestamp() - steady
    return Steadiness(own, own, steady, Suspect(offset, steady), standin=True)


def accepted(wall: float, steady: float) -> Steadiness:
    """What is accepted after ``antrean clock accept``."""
    return Steadiness(wall - steady, wall - steady, steady)


def _likely(ahead_s: float) -> bool:
    return -BACK_LIMIT_S <= ahead_s <= AHEAD_LIMIT_S


def measured(seconds: float) -> tuple[int, str]:
    """A difference in the largest unit of which there are two: (3, ``minutes``), (2, ``days``)."""
    whole = abs(round(seconds))
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if whole >= 2 * size:
            return whole // size, unit
    return whole, "seconds"


def span(seconds: float) -> str:
    """The same in English, for logs and the command line."""
    return " ".join(map(str, measured(seconds)))
