"""What the demo has seen with its own eyes, kept to be compared with the database."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from core.demo.script import Errand

ENDS = frozenset({"done", "cancelled"})
"""States that nothing follows, in whichever order two threads write them down."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A number that a citizen holds, and the last the demo saw of it."""

    ticket: str
    number: str
    agency: str
    state: str = "waiting"
    counter: str | None = None
    """Where it was called."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something unexpected, with the hall's code."""

    where: str
    code: str
    times: int
    detail: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How far the day is."""

    arrived: int
    issued: int
    waiting: int
    serving: int
    served: int
    missed: int
    cancelled: int
    turned_away: int
    expected: Counter[str]
    """Refusals that belong to a day, by code."""
    hall_clock: str
    """ISO, the hall's own."""


class Notes:
    """Shared by all who play; every method may be called from any thread."""

    def __init__(self, errands: Iterable[Errand]) -> None:
        self._lock = threading.Lock()
        self._coming = Counter(errand.agency for errand in errands)
        self._errands: dict[str, Errand] = {}
        self._numbers: list[tuple[str, str, str]] = []
        """(ticket, number, agency) as handed out: a list, so that one given twice stays visible."""
        self._moves: dict[str, tuple[str, str | None]] = {}
        self._waiting: Counter[str] = Counter()
        self._turned_away: Counter[str] = Counter()
        self._expected: Counter[str] = Counter()
        self._problems: dict[tuple[str, str], tuple[int, str]] = {}
        self._arrived = 0
        self._hall_clock = ""

    def arrived(self, errand: Errand) -> None:
        """A citizen is through with the kiosk, with a number or without."""
        with self._lock:
            self._coming[errand.agency] -= 1
            self._arrived += 1

    def issued(self, errand: Errand, ticket: str, number: str) -> None:
        """A citizen holds a number. It may have been called before the citizen read it."""
        with self._lock:
            self._numbers.append((ticket, number, errand.agency))
            self._errands[ticket] = errand
            if ticket not in self._moves:
                self._moves[ticket] = ("waiting", None)
                self._waiting[errand.service] += 1

    def turned_away(self, errand: Errand, code: str) -> None:
        """A citizen got no number, for a reason that belongs to a day."""
        with self._lock:
            self._turned_away[errand.agency] += 1
            self._expected[code] += 1

    def moved(self, ticket: str, state: str, counter: str | None) -> None:
        """A ticket is in another state."""
        with self._lock:
            before = self._moves.get(ticket, ("", None))[0]
            if before in ENDS:
                return
            self._moves[ticket] = (state, counter)
            if (errand := self._errands.get(ticket)) is not None:
                self._waiting[errand.service] += (state == "waiting") - (before == "waiting")

    def refused(self, code: str) -> None:
        """A refusal that belongs to a day."""
        with self._lock:
            self._expected[code] += 1

    def problem(self, where: str, code: str, detail: str) -> None:
        """Something that should not happen."""
        with self._lock:
            times, first = self._problems.get((where, code), (0, detail))
            self._problems[where, code] = (times + 1, first)

    def clock(self, now: object) -> None:
        """The hall has told the time."""
        if isinstance(now, str) and now > self._hall_clock:
            self._hall_clock = now

    def errand(self, ticket: str) -> Errand | None:
        """Whose number it is; ``None`` for one that is not of this demo, or not yet read."""
        with self._lock:
            return self._errands.get(ticket)

    def state(self, ticket: str) -> str:
        """The last that was seen of a ticket."""
        with self._lock:
            return self._moves.get(ticket, ("waiting", None))[0]

    def coming(self, agencies: Iterable[str]) -> int:
        """How many have not been at a kiosk yet."""
        with self._lock:
            return sum(self._coming[agency] for agency in agencies)

    def waiting(self, services: Iterable[str]) -> int:
        """How many of the demo's own wait for these services, as the officers' screens would show."""
        with self._lock:
            return sum(self._waiting[service] for service in services)

    def seen(self) -> list[Seen]:
        """Every number handed out, in order."""
        with self._lock:
            return [
                Seen(ticket, number, agency, *self._moves[ticket]) for ticket, number, agency in self._numbers
            ]

    def turned_away_by_agency(self) -> dict[str, int]:
        """How many got no number."""
        with self._lock:
            return dict(self._turned_away)

    def problems(self) -> list[Problem]:
        """Everything unexpected."""
        with self._lock:
            return [Problem(*key, *told) for key, told in sorted(self._problems.items())]

    def counts(self) -> Counts:
        """How far the day is."""
        with self._lock:
            states = Counter(self._moves[ticket][0] for ticket, _, _ in self._numbers)
            return Counts(
                arrived=self._arrived,
                issued=len(self._numbers),
                waiting=states["waiting"] + states["called"],
                serving=states["serving"],
                served=states["done"],
                missed=states["missed"],
                cancelled=states["cancelled"],
                turned_away=self._turned_away.total(),
                expected=self._expected.copy(),
                hall_clock=self._hall_clock,
            )
