"""The store as the engine uses it: in a thread of its own, and with the knowledge whether it can write.

While it cannot, commands are refused at once, and a probe a second finds out when it can again: nothing
waits for a disk that is known to be bad. The state is found without commands too. It is logged once when it
begins and once when it ends; whoever shows it asks for ``trouble`` and waits for nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, TypeVar

from core.domain.events import Recorded
from core.ports import Clock, Commit, Fault, Offload, Stale, Store, StoreError, Unwritable

T = TypeVar("T")

IDLE_S = 10.0
"""After so long without a commit a probe tests whether one would succeed."""
ASKED_S = 5.0
"""The greatest age of a test result that ``/readyz`` accepts."""
RETRY_S = 1.0
"""After a failure the disk is tested at this interval."""
STALLED_S = 8.0
"""A write that takes longer is a fault; another process is waited for less long than that."""

ADVICE = {
    Fault.FULL: "make room on {place}",
    Fault.READ_ONLY: "make sure that {place} is writable and belongs to the server's user",
    Fault.LOCKED: "end the program that has locked the database in {place}",
    Fault.DEVICE: "check the disk of {place} (dmesg), back up at once (antrean backup)",
    Fault.DAMAGED: "stop the hall and restore the last backup (antrean restore)",
    Fault.MOVED: "stop the hall, then {rescued}, then start it",
    Fault.STALLED: "check the disk (dmesg)",
}
"""What to do about each."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why nothing can be written, and since when."""

    fault: Fault
    reason: str
    since: datetime
    advice: str

    def sentence(self, since: str) -> str:
        """For the log and for ``/readyz``. ``since``: the instant as text."""
        return (
            f"the ledger cannot be written since {since}: {self.reason}; "
            f"numbers cannot be given; {self.advice}"
        )


class Ledger:
    """A store with its state. All but ``trouble`` and ``stalled`` is called under the engine's lock."""

    def __init__(
        self, store: Store, clock: Clock, offload: Offload, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.store = store
        self.failed = 0
        """Commits that failed since the start."""
        self._clock = clock
        self._offload = offload
        self._monotonic = monotonic
        self._held: Trouble | None = None
        self._held_at = 0.0
        self._refused = 0
        self._proven_at = float("-inf")
        self._tried_at = float("-inf")
        self._busy_since: float | None = None

    @property
    def trouble(self) -> Trouble | None:
        """Why nothing can be written now; ``None``: as far as is known, all is well."""
        if self._held is not None or (stalled := self.stalled) is None:
            return self._held
        reason = f"the disk has not finished a write for {stalled:.0f} s"
        return Trouble(Fault.STALLED, reason, self._clock.now(), ADVICE[Fault.STALLED])

    @property
    def stalled(self) -> float | None:
        """For how many seconds the disk has not answered, if that is too long."""
        began = self._busy_since
        if began is None or (taken := self._monotonic() - began) < STALLED_S:
            return None
        return taken

    def run(self, work: Callable[..., T], *args: Any) -> T:
        """``work`` in the ledger's thread."""
        self._busy_since = self._monotonic()
        try:
            return self._offload(work, *args)
        finally:
            self._busy_since = None

    def of_day(self, day: date) -> list[Recorded]:
        """All of one service day."""
        return self.run(self.store.of_day, day)

    def append(self, commit: Commit) -> None:
        """Store a commit. Raises ``Stale`` or ``StoreError``."""
        try:
            self.run(self.store.append, commit)
        except Stale:
            raise
        except Exception:
            self.failed += 1
            raise
        self._proven()

    def require_answers(self) -> None:
        """Raises ``Unwritable`` if a write hangs: whoever came now would wait behind it."""
        if self.stalled is not None and (trouble := self.trouble) is not None:
            raise Unwritable(trouble.fault, trouble.reason)

    def require(self) -> None:
        """Raises ``Unwritable`` while nothing can be written; after a second it tries again first."""
        held = self._held
        if held is None:
            return
        if held.fault is Fault.MOVED or self._monotonic() - self._tried_at < RETRY_S:
            raise Unwritable(held.fault, held.reason)
        self._probe(wary=True)

    def look(self) -> None:
        """Without commands: whether the files are there, and now and then whether they can be written."""
        if self._held is not None:
            self.require()
        elif self._monotonic() - self._proven_at >= IDLE_S:
            self._probe(wary=False)
        else:
            self.run(self.store.same_file)

    def prove(self) -> None:
        """As ``look``, with a proof that is younger than ``ASKED_S``."""
        if self._held is None and self._monotonic() - self._proven_at >= ASKED_S:
            self._probe(wary=False)
        else:
            self.look()

    def _probe(self, *, wary: bool) -> None:
        self._tried_at = self._monotonic()
        self.run(partial(self.store.probe, wary=wary))
        self._proven()

    def _proven(self) -> None:
        self._proven_at = self._monotonic()
        if self._held is not None:
            lasted, refused = self._proven_at - self._held_at, self._refused
            self._held, self._refused = None, 0
            _log.warning(
                "ledger_writable_again after_s=%.0f refused=%d: numbers can be given again", lasted, refused
            )

    def attempt(self, work: Callable[[], T], commands: int = 0) -> T:
        """``work``; a fault of the disk that it meets is noted, and ``commands`` as refused for it."""
        try:
            return work()
        except Exception as trouble:
            self._note(trouble, commands)
            raise

    def _note(self, trouble: Exception, refused: int) -> None:
        match trouble:
            case Unwritable():
                fault = trouble.fault
            case OSError():
                fault = Fault.DEVICE
            case _:
                return
        self._refused += refused
        if self._held is not None and self._held.fault in {fault, Fault.MOVED}:
            return
        if self._held is None:
            self._held_at = self._monotonic()
        since = self._clock.now() if self._held is None else self._held.since
        self._held = Trouble(fault, str(trouble), since, self._advice(fault))
        _log.error("ledger_not_writable fault=%s: %s", fault.value, self._held.sentence(since.isoformat()))

    def _advice(self, fault: Fault) -> str:
        rescued = self._rescue() if fault is Fault.MOVED else ""
        return ADVICE[fault].format(place=self.store.place(), rescued=rescued)

    def _rescue(self) -> str:
        try:
            return f"antrean restore {self.run(self.store.rescue)} (this file is complete)"
        except StoreError as trouble:
            return f"restore the last backup (the data in memory could not be written: {trouble})"

    def close(self) -> None:
        """Give the files back, in the ledger's thread."""
        self.run(self.store.close)
