"""What becomes of a print job: the states it passes through, printing again, another printer; and printers.

A job that may have reached the paper is never printed again by itself: it is doubtful until a person has
looked (source: the hall's rules, docs/printing.md). ``sent`` and ``confirmed`` are two things: after the cut
the printer is asked, and only its answer confirms.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from core.domain import commands as c
from core.domain import errors
from core.domain import events as e
from core.domain.hall import Hall, PrinterState, PrintJob, PrintState
from core.domain.staff import AT_COUNTERS, SUPERVISING, Role

STEPS: Mapping[PrintState, frozenset[PrintState]] = MappingProxyType(
    {
        PrintState.QUEUED: frozenset({PrintState.SENDING, PrintState.FAILED}),
        PrintState.SENDING: frozenset(
            {PrintState.SENT, PrintState.CONFIRMED, PrintState.FAILED, PrintState.DOUBTFUL}
        ),
        PrintState.SENT: frozenset({PrintState.CONFIRMED, PrintState.DOUBTFUL}),
        PrintState.FAILED: frozenset({PrintState.QUEUED}),
        PrintState.DOUBTFUL: frozenset({PrintState.CONFIRMED}),
        PrintState.CONFIRMED: frozenset(),
    }
)
"""The states that may follow each. ``failed``: nothing of it is on paper."""

PRINTING = frozenset({Role.SYSTEM, Role.KIOSK})
"""Who tells how a job went: the spooler, and a kiosk computer that prints by itself."""
REPRINTING = AT_COUNTERS | SUPERVISING | {Role.KIOSK}


def report_print(hall: Hall, command: c.ReportPrint) -> list[e.Event]:
    """A job goes one step further."""
    job = _job(hall, command.job)
    state = PrintState(command.state)
    if state not in STEPS[job.state]:
        raise errors.JobState(job=job.id, state=job.state.value, wanted=state.value)
    if state is PrintState.QUEUED and command.actor.role not in REPRINTING:
        raise errors.Forbidden(role=command.actor.role.value, action="print")
    return [e.PrintReported(job.id, state.value, command.detail, command.permanent)]


def reroute_print(hall: Hall, command: c.ReroutePrint) -> list[e.Event]:
    """Of a job that failed, or that nobody has begun, nothing is on paper: another printer may take it."""
    job = _job(hall, command.job)
    if job.state not in {PrintState.FAILED, PrintState.QUEUED} or job.printer == command.printer:
        raise errors.JobState(job=job.id, state=job.state.value, wanted="rerouted")
    return [e.PrintRerouted(job.id, command.printer, f"instead of {job.printer}")]


def reprint(hall: Hall, command: c.ReprintTicket) -> list[e.Event]:
    """Once more on paper: the same number, marked as a copy, at most ``reprint_limit`` times.

    A job that waits or is under way needs no copy; one that failed is printed again as it is.
    """
    if command.actor.role not in REPRINTING:
        raise errors.Forbidden(role=command.actor.role.value, action="print")
    ticket = hall.tickets.get(command.ticket)
    if ticket is None:
        raise errors.TicketUnknown(ticket=command.ticket)
    jobs = [job for job in hall.jobs.values() if job.ticket == ticket.id]
    last = jobs[-1] if jobs else None
    if command.shown is not None and (last is None or (last.id, last.state.value) != command.shown):
        job, state = (last.id, last.state.value) if last is not None else ("", "none")
        raise errors.JobState(job=job, state=state, wanted="reprint")
    if last is not None and last.state in {PrintState.QUEUED, PrintState.SENDING}:
        raise errors.JobState(job=last.id, state=last.state.value, wanted="reprint")
    printer = _printer_of(hall, command, last)
    if last is not None and last.state is PrintState.FAILED:
        if printer != last.printer:
            return [e.PrintRerouted(last.id, printer, f"again, by {command.actor.name}")]
        return [e.PrintReported(last.id, PrintState.QUEUED.value, f"again, by {command.actor.name}", False)]
    limit = hall.plan.rules.reprint_limit
    copies = sum(job.copy > 0 for job in jobs)
    if copies >= limit:
        raise errors.ReprintLimit(number=ticket.number, limit=limit)
    url = last.url if last is not None else f"{command.site}/t/{ticket.token}"
    kiosk = command.kiosk or (last.kiosk if last is not None else None)
    ident = f"{ticket.id}.{len(jobs) + 1}"
    return [e.PrintQueued(ident, ticket.id, printer, kiosk, url, copies + 1)]


def _printer_of(hall: Hall, command: c.ReprintTicket, last: PrintJob | None) -> str:
    if command.kiosk is None:
        if last is None:
            raise errors.KioskWithoutPrinter(kiosk="")
        return last.printer
    kiosk = hall.plan.kiosks.get(command.kiosk)
    if kiosk is None:
        raise errors.KioskUnknown(kiosk=command.kiosk)
    if kiosk.printer is None:
        raise errors.KioskWithoutPrinter(kiosk=kiosk.id)
    return kiosk.printer


def report_printer(hall: Hall, command: c.ReportPrinter) -> list[e.Event]:
    """A printer is in another state. The same state again changes nothing."""
    if command.actor.role not in PRINTING:
        raise errors.Forbidden(role=command.actor.role.value, action="report_printer")
    state = PrinterState(command.state)
    known = hall.printers.get(command.printer)
    if known is not None and (known.state, known.detail) == (state, command.detail):
        return []
    return [e.PrinterReported(command.printer, state.value, command.detail)]


def _job(hall: Hall, ident: str) -> PrintJob:
    job = hall.jobs.get(ident)
    if job is None:
        raise errors.JobUnknown(job=ident)
    return job
