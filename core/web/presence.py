"""Whether somebody is at the workstations: an officer who is cut off holds nobody up.

A workstation follows its counter over the live line. One that did and has been gone for longer than the
rules allow has lost its network, its power or its officer: the number it called goes back to where it
was (source: the hall's rules, docs/rules.md). A counter that was never followed, one that is worked by a
program over the API, is left alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from core.domain import commands as c
from core.domain.errors import Refusal
from core.domain.hall import DeskState
from core.domain.staff import SYSTEM
from core.engine.engine import Engine
from core.ports import Clock, Concurrency, StoreError

LOOK_S = 5.0

log = logging.getLogger("antrean.presence")


class Presence:
    """Watches which counters are followed. ``followed``: those that are, at the moment of asking."""

    def __init__(
        self, engine: Engine, followed: Callable[[], Iterable[str]], clock: Clock, threads: Concurrency
    ) -> None:
        self._engine = engine
        self._followed = followed
        self._clock = clock
        self._threads = threads
        self._seen: dict[str, datetime] = {}
        self._stopped = False

    def start(self) -> None:
        """Look every few seconds from now on."""
        self._threads.spawn_after(LOOK_S, self._again)

    def stop(self) -> None:
        """The hall takes leave of its workstations, not they of it."""
        self._stopped = True

    def _again(self) -> None:
        if self._stopped:
            return
        try:
            self.look()
        except Exception:  # whatever it was, the next look must come
            log.exception("presence_check_failed")
        self._threads.spawn_after(LOOK_S, self._again)

    def look(self) -> None:
        """Note who is there, and put back what those hold who have been gone too long."""
        now, after = self._clock.now(), self._engine.hall.plan.rules.cut_off_after
        here = set(self._followed())
        self._seen.update(dict.fromkeys(here, now))
        if after <= timedelta(0):
            return
        for counter in [each for each, when in self._seen.items() if now - when >= after]:
            del self._seen[counter]
            self._cut_off(counter)

    def _cut_off(self, counter: str) -> None:
        if self._engine.read(lambda hall: hall.desk(counter).state is not DeskState.OPEN):
            return
        try:
            self._engine.do(c.CutOff(SYSTEM, counter))
        except Refusal:  # somebody else was faster
            return
        except StoreError as trouble:
            log.error("cut_off_not_kept counter=%s: %s", counter, trouble)
            return
        log.warning("cut_off counter=%s", counter)
