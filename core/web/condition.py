"""Tells every screen when nothing can be written, and when it can again.

The state is looked at and never waited for: a disk that hangs holds the engine's lock, and this must still be
said. It goes to every connection as the event ``hall``, when it changes, and to each new connection while it
is bad.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from core.engine.engine import Engine
from core.ports import Concurrency, Fault

EVENT = "hall"
LOOK_S = 1.0

log = logging.getLogger("antrean.condition")


class Condition:
    """Looks at the ledger once a second. ``tell`` sends an event to every connection."""

    def __init__(
        self, engine: Engine, tell: Callable[[str, Mapping[str, Any]], None], threads: Concurrency
    ) -> None:
        self._engine = engine
        self._tell = tell
        self._threads = threads
        self._shown: Fault | None = None
        self._stopped = False

    def start(self) -> None:
        """Look from now on."""
        self._threads.spawn_after(LOOK_S, self._again)

    def stop(self) -> None:
        """The hall stops."""
        self._stopped = True

    def _again(self) -> None:
        if self._stopped:
            return
        try:
            self.look()
        except Exception:  # whatever it was, the next look must come
            log.exception("condition_not_told")
        self._threads.spawn_after(LOOK_S, self._again)

    def look(self) -> None:
        """Tell everybody if it has changed."""
        trouble = self._engine.ledger.trouble
        before, self._shown = self._shown, trouble.fault if trouble is not None else None
        if before is not self._shown:
            self._tell(EVENT, condition_of(self._engine))


def greeting(engine: Engine) -> tuple[str, Mapping[str, Any]] | None:
    """What whoever connects now must know; ``None``: all is well."""
    return None if engine.ledger.trouble is None else (EVENT, condition_of(engine))


def condition_of(engine: Engine) -> Mapping[str, Any]:
    """Whether commands can be stored; if not, since when, in the hall's time, and the kind of fault."""
    trouble = engine.ledger.trouble
    if trouble is None:
        return {"writable": True, "since": None, "fault": None}
    since = trouble.since.astimezone(engine.hall.plan.timezone)
    return {"writable": False, "since": since.isoformat(timespec="seconds"), "fault": trouble.fault.value}
