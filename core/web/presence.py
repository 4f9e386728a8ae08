"""Whether the officers are at their workstations: one who is cut off holds nobody up.

A workstation follows its counter over the live line. If the officer at the counter does so in no tab for
longer than the rules allow, they have lost their network or their power, or have left: the number they called
goes back to where it was (source: the hall's rules, docs/rules.md). Others who look at the counter, such as a
supervisor, do not count. A counter that is worked by a program which never followed it is left alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from core.domain import commands as c
from core.domain.errors import Refusal
from core.domain.hall import Desk, DeskState, Hall
from core.domain.staff import SYSTEM, Actor
from core.engine.engine import Engine
from core.ports import Clock, Concurrency, StoreError

LOOK_S = 5.0

log = logging.getLogger("antrean.presence")


Following = Iterable[tuple[str, Actor | None]]
"""A counter and who follows it, once a connection."""
Officer = tuple[str, str]
"""The name and the account's id of the officer at a counter; the id is empty if it is unknown."""


def is_at(desk: Desk, actor: Actor | None) -> bool:
    """Whether ``actor`` is the officer at this counter: by account id, or by name where an id is missing.

    A program whose token has the name of a person is not that person's workstation.
    """
    if actor is None or desk.state is DeskState.CLOSED or desk.officer != actor.name:
        return False
    return not desk.account or not actor.account or desk.account == actor.account


def _uses_a_browser(hall: Hall, desk: Desk) -> bool:
    """Whether the account of a person opened the counter: a program works with a token of its own."""
    officer = desk.officer or ""
    person, program = hall.account("staff", officer), hall.account("token", officer)
    if desk.account:
        return person is not None and person.id == desk.account
    return person is not None and program is None


def _officer(desk: Desk) -> Officer:
    return desk.officer or "", desk.account


class Presence:
    """Watches who follows the counters. ``following``: those who do, at the moment of asking."""

    def __init__(
        self, engine: Engine, following: Callable[[], Following], clock: Clock, threads: Concurrency
    ) -> None:
        self._engine = engine
        self._following = following
        self._clock = clock
        self._threads = threads
        self._seen: dict[str, tuple[Officer, datetime]] = {}
        """By counter: its officer, and when they were last seen there."""
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
        following = list(self._following())
        self._engine.read(lambda hall: self._note(hall, following, now))
        if after <= timedelta(0):
            return
        for counter, (officer, when) in list(self._seen.items()):
            if now - when >= after:
                del self._seen[counter]
                self._cut_off(counter, officer)

    def _note(self, hall: Hall, following: Following, now: datetime) -> None:
        for counter, actor in following:
            if is_at(hall.desk(counter), actor):
                self._seen[counter] = (_officer(hall.desk(counter)), now)
        for counter, desk in hall.desks.items():
            seen = self._seen.get(counter)
            if desk.state is DeskState.OPEN and (seen is None or seen[0] != _officer(desk)):
                self._seen.pop(counter, None)  # another one was there
                if _uses_a_browser(hall, desk):
                    # Opened a moment ago, or before the hall started: the line has as long as ever to come.
                    self._seen[counter] = (_officer(desk), now)

    def _cut_off(self, counter: str, officer: Officer) -> None:
        def there(hall: Hall) -> bool:
            desk = hall.desk(counter)
            return desk.state is DeskState.OPEN and _officer(desk) == officer

        if not self._engine.read(there):
            return
        try:
            self._engine.do(c.CutOff(SYSTEM, counter))
        except Refusal:  # somebody else was faster
            return
        except StoreError as trouble:
            log.error("cut_off_not_kept counter=%s: %s", counter, trouble)
            return
        log.warning("cut_off counter=%s", counter)
