"""What the demo has seen with its own eyes, kept to be compared with the database."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import inf

from core.demo.script import Errand

CANCELLED = inf
"""Where a leaving stands in the order of what happened to a ticket: nothing follows it."""


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
    parked: int
    served: int
    missed: int
    cancelled: int
    turned_away: int
    expected: Counter[str]
    """Refusals that belong to a day, by code."""
    deeds: Counter[str]
    """What officers, citizens and the supervisor did besides calling and serving."""
    hall_clock: str
    """ISO, the hall's own."""


@dataclass(frozen=True, slots=True)
class _Move:
    """The last that was seen of a ticket. ``order``: which of two moves came later."""

    order: float
    state: str
    counter: str | None
    line: str | None
    """The service, or ``@counter:ID``, for which it waits or waited last."""


class Notes:
    """Shared by all who play; every method may be called from any thread."""

    def __init__(self, errands: Iterable[Errand]) -> None:
        errands = list(errands)
        self._lock = threading.Lock()
        self._coming = Counter(errand.agency for errand in errands)
        self._here = Counter(agency for errand in errands for agency in errand.agencies)
        """By agency: citizens who may still have to do with it, not yet come or not yet gone."""
        self._gone: set[str] = set()
        self._errands: dict[str, Errand] = {}
        self._numbers: list[tuple[str, str, str]] = []
        """(ticket, number, agency) as handed out: a list, so that one given twice stays visible."""
        self._moves: dict[str, _Move] = {}
        self._visits: Counter[str] = Counter()
        self._restored: set[str] = set()
        self._waiting: Counter[str] = Counter()
        self._at_work: dict[str, tuple[str, ...]] = {}
        self._turned_away: Counter[str] = Counter()
        self._expected: Counter[str] = Counter()
        self._deeds: Counter[str] = Counter()
        self._problems: dict[tuple[str, str], tuple[int, str]] = {}
        self._arrived = 0
        self._hall_clock = ""
        self._moved_at = time.monotonic()

    # -- citizens --------------------------------------------------------------------------------

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
            move = self._moves.setdefault(ticket, _Move(-1.0, "waiting", None, None))
            if move.line is None:
                self._moves[ticket] = _Move(move.order, move.state, move.counter, errand.service)
                self._waiting[errand.service] += move.state == "waiting"

    def turned_away(self, errand: Errand, code: str) -> None:
        """A citizen got no number, for a reason that belongs to a day."""
        with self._lock:
            self._turned_away[errand.agency] += 1
            self._expected[code] += 1

    def left(self, errand: Errand) -> None:
        """A citizen without a number has gone."""
        with self._lock:
            self._here.subtract(errand.agencies)

    def gone(self, ticket: str) -> None:
        """Nothing more will happen to a ticket."""
        with self._lock:
            if ticket in self._errands and ticket not in self._gone:
                self._gone.add(ticket)
                self._here.subtract(self._errands[ticket].agencies)

    # -- tickets ---------------------------------------------------------------------------------

    def moved(
        self, ticket: str, state: str, counter: str | None, order: float, line: str | None = None
    ) -> None:
        """A ticket is in another state, unless something later was seen of it already."""
        with self._lock:
            self._moved_at = time.monotonic()
            before = self._moves.get(ticket)
            if before is not None and before.order > order:
                return
            was = before.line if before is not None else None
            move = _Move(order, state, counter, line or was)
            self._moves[ticket] = move
            if before is not None and before.state == "waiting" and was is not None:
                self._waiting[was] -= 1
            if state == "waiting" and move.line is not None:
                self._waiting[move.line] += 1

    def visited(self, ticket: str) -> int:
        """A ticket is being served; how often it was before."""
        with self._lock:
            self._visits[ticket] += 1
            return self._visits[ticket] - 1

    def restored(self, ticket: str) -> None:
        """A missed citizen is here after all."""
        with self._lock:
            self._restored.add(ticket)

    def shows(self, ticket: str, errand: Errand) -> bool:
        """Whether the citizen comes to a call now."""
        with self._lock:
            return errand.shows or ticket in self._restored

    # -- what happens besides --------------------------------------------------------------------

    def refused(self, code: str) -> None:
        """A refusal that belongs to a day."""
        with self._lock:
            self._expected[code] += 1

    def did(self, deed: str) -> None:
        """Something besides calling and serving was done."""
        with self._lock:
            self._deeds[deed] += 1

    def problem(self, where: str, code: str, detail: str) -> None:
        """Something that should not happen."""
        with self._lock:
            times, first = self._problems.get((where, code), (0, detail))
            self._problems[where, code] = (times + 1, first)

    def clock(self, now: object) -> None:
        """The hall has told the time."""
        if isinstance(now, str) and now > self._hall_clock:
            self._hall_clock = now

    def opened(self, counter: str, services: tuple[str, ...]) -> None:
        """An officer of the demo is at a counter, until all is over."""
        with self._lock:
            self._at_work[counter] = services

    def closed(self, counter: str) -> None:
        """The officer has gone home."""
        with self._lock:
            self._at_work.pop(counter, None)

    # -- looking ---------------------------------------------------------------------------------

    def served_by(self, service: str) -> list[str]:
        """The demo's counters at which somebody serves ``service``."""
        with self._lock:
            return [counter for counter, services in self._at_work.items() if service in services]

    def errand(self, ticket: str) -> Errand | None:
        """Whose number it is; ``None`` for one that is not of this demo, or not yet read."""
        with self._lock:
            return self._errands.get(ticket)

    def state(self, ticket: str) -> str:
        """The last that was seen of a ticket."""
        with self._lock:
            move = self._moves.get(ticket)
            return "waiting" if move is None else move.state

    def coming(self, agencies: Iterable[str]) -> int:
        """How many have not been at a kiosk yet."""
        with self._lock:
            return sum(self._coming[agency] for agency in agencies)

    def expected(self, agencies: Iterable[str]) -> int:
        """How many may still come to these agencies' counters, wherever they are now."""
        with self._lock:
            return sum(self._here[agency] for agency in agencies)

    def quiet_s(self) -> float:
        """Real seconds since anything happened to a ticket."""
        with self._lock:
            return time.monotonic() - self._moved_at

    def waiting(self, lines: Iterable[str]) -> int:
        """How many of the demo's own wait for these services, as the officers' screens would show."""
        with self._lock:
            return sum(self._waiting[line] for line in lines)

    def seen(self) -> list[Seen]:
        """Every number handed out, in order."""
        with self._lock:
            return [
                Seen(ticket, number, agency, self._moves[ticket].state, self._moves[ticket].counter)
                for ticket, number, agency in self._numbers
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
            states = Counter(self._moves[ticket].state for ticket, _, _ in self._numbers)
            return Counts(
                arrived=self._arrived,
                issued=len(self._numbers),
                waiting=states["waiting"] + states["called"],
                serving=states["serving"],
                parked=states["parked"],
                served=states["done"],
                missed=states["missed"],
                cancelled=states["cancelled"],
                turned_away=self._turned_away.total(),
                expected=self._expected.copy(),
                deeds=self._deeds.copy(),
                hall_clock=self._hall_clock,
            )
