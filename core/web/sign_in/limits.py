"""Who may try to sign in now, who waits, who is refused. Pure: the caller gives the time.

Nobody may lock out another person, so nothing is refused by the name alone:

- A browser that has signed in with this name before has its own allowance for it. Nobody else uses it up.
- Any other browser is limited by its address, and by name and address together.
- Failures of a name at all addresses together make the answers slower, up to ``SLOWEST_S``.

Only failures count. A try is counted when it is admitted, so that many at once do not slip through, and given
back when it turns out to be no failure. A refused try is not counted.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.web.buckets import Buckets, Limit

MINUTE, HOUR = 60.0, 3600.0
PAIR = (Limit(5, MINUTE), Limit(30, HOUR))
"""Failures of one name at one address, or of one name at one browser that is known for it."""
ADDRESS = (Limit(200, 5 * MINUTE), Limit(1000, HOUR))
"""Failures of one address. A hall may stand behind one: 61 officers, two typing errors each, in a minute."""
NAME = (Limit(30, 15 * MINUTE),)
"""By how full this one is, answers for a name become slower. It refuses nothing."""
FREE_FAILURES = 10
"""Failures of a name at all addresses that slow nothing down."""
SLOWER_S, SLOWEST_S = 0.25, 4.0
"""Each further failure adds so much to the delay, up to the second."""
LATER_S, LATEST_S = 0.5, 10.0
"""In a queue each failure of the name or the address counts as coming so much later, up to the second."""
ENTRIES = 4096
"""The most keys that each of the four tables keeps."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try. ``device``: the id of a browser that is known for this name, else ``None``."""

    name: str
    address: str
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Admitted:
    """The password may be looked at, after ``delay`` seconds.

    ``penalty``: so many seconds later than the others, where passwords queue.
    """

    delay: float = 0.0
    penalty: float = 0.0


@dataclass(frozen=True, slots=True)
class Refused:
    """Too many failures; another try is admitted in ``wait`` seconds."""

    wait: float


class SignInLimits:
    """The failures of the last hour, in tables of bounded size. Not safe for several threads."""

    def __init__(self, entries: int = ENTRIES) -> None:
        self._addresses = Buckets(ADDRESS, entries)
        self._pairs = Buckets(PAIR, entries)
        self._devices = Buckets(PAIR, entries)
        self._names = Buckets(NAME, entries)

    def __len__(self) -> int:
        """How many keys are kept in all."""
        return sum(map(len, (self._addresses, self._pairs, self._devices, self._names)))

    def admit(self, attempt: Attempt, now: float) -> Admitted | Refused:
        """Decide, and count the try as a failure if it is admitted."""
        tables = self._limiting(attempt)
        wait = max(table.wait(key, now) for table, key in tables)
        if wait > 0:
            return Refused(wait)
        of_address = self._addresses.level((attempt.address,), now)
        for table, key in tables:
            table.count(key, now)
        if attempt.device is not None:
            return Admitted()
        failures = self._names.level((attempt.name,), now)
        if failures < NAME[0].times:  # no fuller than that, or a name would stay slow for hours
            self._names.count((attempt.name,), now)
        return Admitted(
            delay=min(SLOWEST_S, max(0.0, failures + 1 - FREE_FAILURES) * SLOWER_S),
            penalty=min(LATEST_S, (failures + of_address) * LATER_S),
        )

    def give_back(self, attempt: Attempt, now: float) -> None:
        """The admitted try was no failure."""
        for table, key in self._limiting(attempt):
            table.give_back(key, now)
        if attempt.device is None:
            self._names.give_back((attempt.name,), now)

    def lift(self, name: str) -> None:
        """Forget every failure of ``name``: it has a new password."""
        for table in (self._pairs, self._devices, self._names):
            table.drop(lambda key: key[0] == name)

    def _limiting(self, attempt: Attempt) -> list[tuple[Buckets, tuple[str, ...]]]:
        if attempt.device is not None:
            return [(self._devices, (attempt.name, attempt.device))]
        return [(self._addresses, (attempt.address,)), (self._pairs, (attempt.name, attempt.address))]
