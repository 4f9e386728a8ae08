"""Service days and a wrong clock: what the log already has of a day, and which time counts."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from core.domain import commands as c
from core.domain import events as e
from core.domain.events import Recorded
from core.domain.evolving import replay
from core.domain.hall import Hall
from core.domain.plan import Plan
from core.ports import Clock, Store, WatchedClock, doubt_of
from core.steadiness import Doubt, span

TOLD_AGAIN_S = 60.0
"""A difference that has changed by this is said once more."""
DATED = (e.DayStarted, e.ClockAccepted)
"""Events that say on which day they and what follows are."""

_log = logging.getLogger("core.engine.engine")


def dated(command: c.Command, store: Store) -> c.Command:
    """A ``StartDay`` with the numbers that already bear its date, from when the clock had run ahead."""
    if not isinstance(command, c.StartDay):
        return command
    return replace(command, given=tuple(sorted(store.given(command.day).items())))


def gone_back_to(plan: Plan, store: Store, day: date, staged: Iterable[Recorded]) -> Hall:
    """The hall as the log leaves it at the end of ``day``, with what lasts of later days."""
    lasting = [recorded for recorded in staged if recorded.event.lasting]
    return replay(plan, [*store.load(day), *lasting])


def is_accepted(news: Iterable[Recorded]) -> bool:
    """Whether an administrator has accepted the machine's clock."""
    return any(isinstance(recorded.event, e.ClockAccepted) for recorded in news)


def believe(clock: Clock) -> None:
    """Go by the machine's clock from now on."""
    if isinstance(clock, WatchedClock):
        clock.accept()


class ClockWatch:
    """Logs once that the machine's clock is not used, and once that it is used again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._told: Doubt | None = None

    def look(self) -> None:
        """Compare with what was said last."""
        doubt, told = doubt_of(self._clock), self._told
        if doubt is None:
            if told is not None:
                _log.warning("clock_trusted hall=%s", self._clock.now().isoformat(timespec="seconds"))
        elif told is None or doubt.waits != told.waits or abs(doubt.by_s - told.by_s) > TOLD_AGAIN_S:
            _log.error(
                "clock_doubted by=%s hall=%s advice=%r",
                f"{span(doubt.by_s)} {'ahead' if doubt.by_s > 0 else 'behind'}",
                self._clock.now().isoformat(timespec="seconds"),
                "set the clock of this machine; if it is right: antrean clock accept",
            )
        else:
            return
        self._told = doubt
