"""The report tables: relational rows written in the transaction of the events they come from.

They repeat what the events say, for reports and for whoever opens the file with Datasette, and can
be rebuilt from the events at any time (``antrean rebuild``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from core.domain import events as e
from core.domain.events import Recorded
from core.domain.evolving import evolve
from core.domain.hall import Hall
from core.domain.plan import Plan
from core.domain.ticket import Ticket
from core.ports import KEYS, instant

Rows = dict[str, list[dict[str, Any]]]

_UNREPORTED = (e.AccountAdded, e.SecretChanged, e.SessionsEnded, e.AccountRevoked)
"""They have no rows, and their order is not that of the days."""


def rows_of(hall: Hall, recorded: Sequence[Recorded]) -> Rows:
    """The rows that ``recorded`` makes or changes; ``hall`` has already taken them in."""
    rows: Rows = {}
    tickets: dict[str, None] = {}
    jobs: dict[str, None] = {}
    for each in recorded:
        event = each.event
        if (ticket := getattr(event, "ticket", None)) is not None:
            tickets[ticket] = None
        if (job := getattr(event, "job", None)) is not None:
            jobs[job] = None
        if isinstance(event, e.ClockAccepted):  # a day that goes on has its tickets back
            tickets |= dict.fromkeys(hall.tickets)
            jobs |= dict.fromkeys(hall.jobs)
        _log_rows(hall, each, rows)
    day = hall.day.isoformat() if hall.day is not None else ""
    for ticket_id in tickets:
        if (held := hall.tickets.get(ticket_id)) is not None:
            rows.setdefault("ticket", []).append(_ticket_row(held, day))
            rows.setdefault("stage", []).extend(_stage_rows(held))
    for job_id in jobs:
        if (waiting := hall.jobs.get(job_id)) is not None:
            rows.setdefault("print_job", []).append(
                {
                    "id": waiting.id,
                    "ticket": waiting.ticket,
                    "printer": waiting.printer,
                    "kiosk": waiting.kiosk,
                    "state": waiting.state.value,
                    "detail": waiting.detail,
                }
            )
    return rows


def rebuild(plan: Plan, log: Iterable[Recorded]) -> Rows:
    """All rows of a whole log, which comes day by day: a day may go on after a later one (ADR 0025)."""
    hall, rows = Hall(plan), {table: dict[tuple[Any, ...], dict[str, Any]]() for table in KEYS}
    for recorded in log:
        if isinstance(recorded.event, _UNREPORTED):
            continue
        evolve(hall, recorded)
        for table, made in rows_of(hall, (recorded,)).items():
            for row in made:
                rows[table][tuple(row[key] for key in KEYS[table])] = row
    return {table: list(made.values()) for table, made in rows.items()}


def _ticket_row(ticket: Ticket, day: str) -> dict[str, Any]:
    return {
        "id": ticket.id,
        "day": day,
        "number": ticket.number,
        "series": ticket.series,
        "ordinal": ticket.ordinal,
        "class": ticket.klass,
        "lang": ticket.lang,
        "channel": ticket.channel,
        "kiosk": ticket.kiosk,
        "zone": ticket.zone,
        "issued_at": instant(ticket.issued_at),
        "state": ticket.state.value,
        "ahead": ticket.ahead,
        "median_minutes": ticket.median_minutes,
        "p80_minutes": ticket.p80_minutes,
        "restores": ticket.restores,
        "postpones": ticket.postpones,
    }


def _stage_rows(ticket: Ticket) -> list[dict[str, Any]]:
    return [
        {
            "ticket": ticket.id,
            "position": position,
            "service": stage.service,
            "agency": stage.agency,
            "state": stage.state.value,
            "joined_at": instant(stage.joined_at),
            "rank": instant(stage.rank),
            "counter": stage.counter,
            "officer": stage.officer,
            "called_at": instant(stage.called_at),
            "recalls": stage.recalls,
            "started_at": instant(stage.started_at),
            "ended_at": instant(stage.ended_at),
            "aim": stage.aim,
            "sender": stage.sender,
            "outcome": stage.outcome,
        }
        for position, stage in enumerate(ticket.stages, start=1)
    ]


def _undone_row(event: e.ActionUndone, at: str | None) -> dict[str, Any]:
    return {
        "ticket": event.ticket,
        "position": event.stage,
        "service": event.service,
        "agency": event.agency,
        "state": "undone",
        "joined_at": at,
        "rank": at,
        "counter": None,
        "officer": None,
        "called_at": None,
        "recalls": 0,
        "started_at": None,
        "ended_at": at,
        "aim": event.aim,
        "sender": event.counter,
        "outcome": "",
    }


def _log_rows(hall: Hall, recorded: Recorded, rows: Rows) -> None:
    """Rows of the tables that grow by one row an event."""
    day, at = recorded.day.isoformat(), instant(recorded.at)
    match recorded.event:
        case e.TicketCalled(ticket=ticket, counter=counter, officer=officer, why=why):
            rows.setdefault("call", []).append(
                {
                    "seq": recorded.seq,
                    "day": day,
                    "at": at,
                    "ticket": ticket,
                    "counter": counter,
                    "officer": officer,
                    "repeat": 0,
                    "rule": why.rule,
                    "passed": why.passed,
                    "reason": why.reason,
                    "waited_s": _waited(hall, ticket, recorded.at),
                }
            )
        case e.TicketRecalled(ticket=ticket, counter=counter):
            # Not the ticket's own count: it may have been put back in the same commit.
            repeat = next((call.repeat for call in reversed(hall.calls) if call.seq == recorded.seq), 1)
            rows.setdefault("call", []).append(
                {
                    "seq": recorded.seq,
                    "day": day,
                    "at": at,
                    "ticket": ticket,
                    "counter": counter,
                    "officer": recorded.actor.name,
                    "repeat": repeat,
                    "rule": "recall",
                    "passed": 0,
                    "reason": "",
                    "waited_s": _waited(hall, ticket, recorded.at),
                }
            )
        case e.ActionUndone(stage=position) if position:
            # A row is never taken away; the stage that the action had opened is told to be none.
            rows.setdefault("stage", []).append(_undone_row(recorded.event, at))
        case e.CounterOpened(counter=counter, officer=officer):
            _desk_row(rows, recorded, (counter, officer, "opened", ""))
        case e.CounterPaused(counter=counter, officer=officer, reason=reason):
            _desk_row(rows, recorded, (counter, officer, "paused", reason))
        case e.CounterClosing(counter=counter, officer=officer):
            _desk_row(rows, recorded, (counter, officer, "closing", ""))
        case e.HelpGiven(counter=counter, services=services):
            _desk_row(rows, recorded, (counter, recorded.actor.name, "helping", ", ".join(services)))
        case e.CounterClosed(counter=counter, officer=officer, cause=cause):
            _desk_row(rows, recorded, (counter, officer, "closed", cause))
        case _:
            pass


def _waited(hall: Hall, ticket: str, at: datetime) -> int:
    """Seconds since the stage was joined; against the forecast of the ticket they tell how honest it was."""
    held = hall.tickets.get(ticket)
    return 0 if held is None else int((at - held.stage.joined_at).total_seconds())


def _desk_row(rows: Rows, recorded: Recorded, told: tuple[str, str, str, str]) -> None:
    counter, officer, change, reason = told
    rows.setdefault("desk", []).append(
        {
            "seq": recorded.seq,
            "day": recorded.day.isoformat(),
            "at": instant(recorded.at),
            "counter": counter,
            "officer": officer,
            "change": change,
            "reason": reason,
        }
    )
