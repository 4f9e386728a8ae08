"""Whom a changed configuration concerns, in sentences for the log and the command line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from core.domain import events as e
from core.domain.hall import OFFICER_GONE, Hall, PrintState
from core.domain.stranded_rules import stranded

NUMBERS_SHOWN = 20


def consequences(hall: Hall, printers: Collection[str] | None = None) -> Iterator[str]:
    """What happens at the next start to whoever this plan leaves behind, one sentence a case.

    ``hall``: the day's log under the new plan. ``printers``: the ids that are configured, if known.
    """
    groups: dict[str, list[str]] = {}
    for event in stranded(hall):
        match event:
            case e.TicketPutBack(ticket=ticket, counter=counter, cause=cause):
                said = f"{_gone(counter, cause)}: put back to where they waited"
                groups.setdefault(said, []).append(hall.tickets[ticket].number)
            case e.CounterClosed(counter=counter, officer=officer, cause=cause):
                yield f"{_gone(counter, cause)}: closed; {officer} was there"
            case e.AimLifted(ticket=ticket, aim=aim, to=to):
                service = hall.tickets[ticket].stage.service
                groups.setdefault(_moved(service, aim, to), []).append(hall.tickets[ticket].number)
            case _:
                pass
    for said, numbers in groups.items():
        yield f"{listed(numbers)}: {said}"
    if printers is not None:
        yield from _paper(hall, printers)


def _gone(counter: str, cause: str) -> str:
    if cause == OFFICER_GONE:
        return f"the account of the officer at counter {counter} was revoked"
    return f"counter {counter} is gone or has another agency"


def _moved(service: str, aim: str, to: str | None) -> str:
    if to is None:
        return f"waits for the counters of {service} again, no longer for {aim.replace(':', ' ').strip()}"
    kind, _, name = to.partition(":")
    callers = {"agency": f"the counters of {name}", "zone": f"the counters of zone {name}"}
    return f"no counter serves {service} any more: {callers.get(kind, 'every counter')} may call"


def _paper(hall: Hall, printers: Collection[str]) -> Iterator[str]:
    """Jobs that wait for a printer which is not configured any more."""
    waiting: dict[str, list[str]] = {}
    for job in hall.jobs.values():
        if job.state is PrintState.QUEUED and job.printer not in printers:
            waiting.setdefault(job.printer, []).append(hall.tickets[job.ticket].number)
    for printer, numbers in waiting.items():
        yield f"{listed(numbers)}: printer {printer} is gone: print again on /ops, or at another kiosk"


def listed(numbers: Iterable[str]) -> str:
    """Numbers with commas; of many the first ones and how many more."""
    every = list(numbers)
    more = len(every) - NUMBERS_SHOWN
    return ", ".join(every[:NUMBERS_SHOWN]) + (f" and {more} more" if more > 0 else "")
