"""The account of a demo: what it saw against what the database says, ticket by ticket."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from core.demo.notes import Problem, Seen
from core.engine.fairness_shapes import FairnessShape

LEFT = frozenset({"waiting", "called", "serving", "parked", "expired"})
"""States of a ticket whose holder was not served when the demo ended."""


@dataclass(frozen=True, slots=True)
class Logged:
    """A number as the log of events has it."""

    ticket: str
    number: str
    day: str
    series: str
    ordinal: int
    issuer: str


@dataclass(frozen=True, slots=True)
class Held:
    """A ticket as the report tables have it: the agency it came for, and where it is with its last stage."""

    ticket: str
    number: str
    agency: str
    state: str
    counter: str | None
    officer: str | None
    calls: int
    """How often it was called, recalls not counted."""
    waits: int = 1
    """How often it began to wait or was put back: at issue, for each further stage, after a restore, a park
    or an undo."""
    strangers: int = 0
    """Officers of others who had it."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the database says about the days on which the demo took numbers."""

    logged: tuple[Logged, ...] = ()
    held: tuple[Held, ...] = ()

    @property
    def days(self) -> list[str]:
        """The days of the demo."""
        return sorted({each.day for each in self.logged})


@dataclass(frozen=True, slots=True)
class Line:
    """One agency's day, by the database; ``turned_away`` by the demo."""

    agency: str
    issued: int = 0
    served: int = 0
    no_show: int = 0
    cancelled: int = 0
    left: int = 0
    turned_away: int = 0


@dataclass(frozen=True, slots=True)
class Account:
    """How a demo ended."""

    lines: tuple[Line, ...]
    differences: tuple[str, ...]
    problems: tuple[Problem, ...] = ()
    fairness: tuple[str, ...] = ()
    """Who was passed, in a few lines."""
    strangers: int = 0
    """Tickets of the same days that were issued to others; their numbers are checked too."""
    interrupted: bool = False

    @property
    def balanced(self) -> bool:
        """Whether the demo and the database agree on every ticket."""
        return not self.differences

    @property
    def total(self) -> Line:
        """All agencies together."""
        return Line(
            agency="",
            issued=sum(line.issued for line in self.lines),
            served=sum(line.served for line in self.lines),
            no_show=sum(line.no_show for line in self.lines),
            cancelled=sum(line.cancelled for line in self.lines),
            left=sum(line.left for line in self.lines),
            turned_away=sum(line.turned_away for line in self.lines),
        )


def settle(run: str, seen: Sequence[Seen], ledger: Ledger) -> tuple[str, ...]:
    """Every difference between what was seen and what is held; ``run`` begins the demo's names."""
    rows = {each.ticket: each for each in ledger.held}
    return (
        *_twice(seen, ledger.logged),
        *_gaps(ledger.logged),
        *_unheard_of(run, seen, ledger),
        *(told for one in seen for told in _compare(one, rows.get(one.ticket))),
        *_calls(ledger.held),
    )


def unexplained(run: str, reports: Iterable[FairnessShape]) -> tuple[str, ...]:
    """Every overtaking by the demo's own officers that no rule explains."""
    return tuple(
        f"{each['passed']}: passed by {each['number']} at counter {each['counter']}, by no rule "
        f"({each['rule']})"
        for report in reports
        for each in report["unexplained"]
        if each["officer"].startswith(run)
    )


def lines(
    agencies: Iterable[str], seen: Sequence[Seen], held: Iterable[Held], turned_away: Mapping[str, int]
) -> tuple[Line, ...]:
    """The table of the day: the demo's own tickets, counted as the database has them."""
    states = {each.ticket: each.state for each in held}
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one in seen:
        counts[one.agency][states.get(one.ticket, "lost")] += 1
    return tuple(
        Line(
            agency=agency,
            issued=counts[agency].total(),
            served=counts[agency]["done"],
            no_show=counts[agency]["missed"],
            cancelled=counts[agency]["cancelled"],
            left=sum(counts[agency][state] for state in LEFT),
            turned_away=turned_away.get(agency, 0),
        )
        for agency in agencies
    )


def _twice(seen: Sequence[Seen], logged: Sequence[Logged]) -> Iterator[str]:
    for ticket, times in Counter(one.ticket for one in seen).items():
        if times > 1:
            yield f"{ticket}: given to {times} citizens"
    for (day, number), times in Counter((each.day, each.number) for each in logged).items():
        if times > 1:
            yield f"{number} of {day}: {times} times in the log"


def _gaps(logged: Sequence[Logged]) -> Iterator[str]:
    ordinals: dict[tuple[str, str], list[int]] = defaultdict(list)
    for each in logged:
        ordinals[each.day, each.series].append(each.ordinal)
    for (day, series), given in ordinals.items():
        missing = sorted(set(range(1, max(given) + 1)) - set(given))
        if missing:
            yield f"series {series} of {day}: {_some(missing)} of 1 to {max(given)} missing"
        for ordinal, times in Counter(given).items():
            if times > 1:
                yield f"series {series} of {day}: {ordinal} was given {times} times"


def _unheard_of(run: str, seen: Sequence[Seen], ledger: Ledger) -> Iterator[str]:
    known = {one.ticket for one in seen}
    for each in ledger.logged:
        if each.issuer.startswith(run) and each.ticket not in known:
            yield f"{each.ticket}: in the database, but no citizen of the demo was given it"
    rows, log = {each.ticket for each in ledger.held}, {each.ticket for each in ledger.logged}
    for ticket in sorted(rows ^ log):
        yield f"{ticket}: only in the {'report tables' if ticket in rows else 'log'}"


def _compare(one: Seen, held: Held | None) -> Iterator[str]:
    if held is None:
        yield f"{one.ticket}: a citizen holds {one.number}, but it is not in the database"
        return
    if (held.number, held.agency) != (one.number, one.agency):
        yield f"{one.ticket}: {held.number} of {held.agency}, seen as {one.number} of {one.agency}"
    if held.strangers:
        return  # somebody who is not of this demo has called it: the demo cannot know
    if held.state != one.state and not (held.state == "expired" and one.state in LEFT):
        yield f"{one.ticket}: {held.state} in the database, seen {one.state}"
    elif (
        one.state in {"done", "missed", "parked"} and held.state == one.state and held.counter != one.counter
    ):
        yield f"{one.ticket}: {one.state} at counter {held.counter}, seen at {one.counter}"


def _calls(held: Iterable[Held]) -> Iterator[str]:
    for each in held:
        if each.calls > each.waits:
            yield f"{each.ticket}: called {each.calls} times, but it waited only {each.waits} times"


def _some(numbers: Sequence[int]) -> str:
    shown = ", ".join(str(number) for number in numbers[:10])
    return shown if len(numbers) <= 10 else f"{shown} and {len(numbers) - 10} more"


_LOGGED = """
WITH days AS (
    SELECT DISTINCT day FROM event WHERE kind = 'TicketIssued'
    AND substr(json_extract(actor, '$.name'), 1, length(:run)) = :run
)
SELECT json_extract(data, '$.ticket'), json_extract(data, '$.number'), day,
    json_extract(data, '$.series'), json_extract(data, '$.ordinal'), json_extract(actor, '$.name')
FROM event WHERE kind = 'TicketIssued' AND day IN days ORDER BY seq"""
_HELD = """
WITH days AS (
    SELECT DISTINCT day FROM event WHERE kind = 'TicketIssued'
    AND substr(json_extract(actor, '$.name'), 1, length(:run)) = :run
), calls AS (
    SELECT ticket, count(*) AS times, sum(substr(officer, 1, length(:run)) <> :run) AS strangers
    FROM call WHERE repeat = 0 AND day IN days GROUP BY ticket
), waits AS (
    SELECT json_extract(data, '$.ticket') AS ticket, count(*) AS times FROM event
    WHERE kind IN ('TicketIssued', 'StageOpened', 'TicketPutBack', 'TicketRestored', 'TicketUnparked',
        'ActionUndone') AND day IN days GROUP BY 1
)
SELECT t.id, t.number, s1.agency, t.state, s.counter, s.officer, coalesce(c.times, 0), coalesce(w.times, 0),
    coalesce(c.strangers, 0)
FROM ticket t
LEFT JOIN stage s1 ON s1.ticket = t.id AND s1.position = 1
LEFT JOIN stage s ON s.ticket = t.id AND s.position = (
    SELECT max(position) FROM stage WHERE ticket = t.id AND state <> 'undone'
)
LEFT JOIN calls c ON c.ticket = t.id
LEFT JOIN waits w ON w.ticket = t.id
WHERE t.day IN days ORDER BY t.series, t.ordinal"""


def read_ledger(database: Path, run: str) -> Ledger:
    """Read the database as it is on disk, beside the running hall. Raises ``sqlite3.Error``."""
    with _reading(database) as connection:
        connection.execute("BEGIN")  # one snapshot for both
        logged = tuple(Logged(*row) for row in connection.execute(_LOGGED, {"run": run}))
        held = tuple(Held(*row) for row in connection.execute(_HELD, {"run": run}))
    return Ledger(logged, held)


def has_given_numbers(database: Path) -> bool:
    """Whether a number was ever given in this hall. Raises ``sqlite3.Error``."""
    with _reading(database) as connection:
        found = connection.execute("SELECT 1 FROM event WHERE kind = 'TicketIssued' LIMIT 1").fetchone()
    return found is not None


def _reading(database: Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True, timeout=10))
