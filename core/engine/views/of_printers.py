"""What becomes of the paper: printers with their state, the jobs that need a person, alerts in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from typing_extensions import TypedDict

from core.domain.hall import PRINTS, Hall, PrinterState, PrintJob, PrintState
from core.domain.plan import Words
from core.engine import shapes as s
from core.engine.views.of_stranded import StrandedViews
from core.engine.views.telling import name, plain
from core.steadiness import Doubt, measured

UNKNOWN = "unknown"
"""The state of an agent's printer that the hall has not heard of yet. One of its own is well till then."""
GONE = "gone"
"""The kind and the state of a printer that has left the configuration and still owes paper."""
WAITING = frozenset({PrintState.QUEUED, PrintState.SENDING})
OPEN = WAITING | {PrintState.SENT, PrintState.FAILED, PrintState.DOUBTFUL}
"""Whatever is not on paper for certain."""
ATTENTION = frozenset({PrintState.FAILED, PrintState.DOUBTFUL})
"""Where a person must look."""
JOBS_SHOWN = 60
"""Of one printer on ``/ops``, oldest first; its counts tell of all."""
ALERTS_SHOWN = 60


@dataclass(frozen=True, slots=True)
class PrinterFacts:
    """What the configuration says of a printer."""

    id: str
    name: str
    kind: str
    spare: str | None = None


class PlaceShape(TypedDict):
    """A kiosk by its name."""

    id: str
    name: s.Name


class PrinterShape(TypedDict):
    """A printer, how it says it is, and what it still owes."""

    id: str
    name: str
    kind: str
    state: str
    """``ok near_end paper_out cover_open error offline mute``; ``unknown`` until an agent has spoken;
    ``gone``: it has left the configuration and still owes paper."""
    detail: str
    since: str | None
    waiting: int
    doubtful: int
    failed: int
    spare: str | None
    kiosks: list[PlaceShape]


class PrintJobShape(TypedDict):
    """A job that is not on paper for certain."""

    job: str
    ticket: str
    number: str
    service_name: s.Name
    kiosk: str | None
    printer: str
    state: str
    detail: str
    permanent: bool
    copy: int
    issued_at: str


class AlertShape(TypedDict):
    """Something a person should do, in one sentence."""

    code: str
    printer: str
    """Empty where it is about none."""
    job: str | None
    serious: bool
    at: str
    sentence: s.Name


class PrinterOpsShape(PrinterShape):
    """A printer with the jobs that wait or need a person."""

    jobs: list[PrintJobShape]


class OpsShape(TypedDict):
    """What a supervisor watches."""

    now: str
    training: bool
    printers: list[PrinterOpsShape]
    alerts: list[AlertShape]


@dataclass(frozen=True)
class PrinterViews(StrandedViews):
    """Views of those who look after the paper, and after whoever a changed configuration left behind."""

    def printers(self, hall: Hall, known: Iterable[PrinterFacts]) -> list[PrinterShape]:
        """Every printer, in the order of the configuration."""
        open_jobs = _open_by_printer(hall)
        return [self._printer(hall, each, open_jobs.get(each.id, [])) for each in known]

    def printer_jobs(self, hall: Hall, printer: str) -> list[PrintJobShape]:
        """The jobs of a printer that are not on paper for certain, oldest first."""
        return [self._job(hall, job) for job in _open_by_printer(hall).get(printer, [])]

    def ops(self, hall: Hall, known: Sequence[PrinterFacts], at: datetime) -> OpsShape:
        """Printers, jobs and alerts; the newest alert first."""
        facts = {each.id: each for each in (*known, *_unknown(hall, known))}
        open_jobs = _open_by_printer(hall)
        printers: list[PrinterOpsShape] = []
        alerts: list[AlertShape] = []
        for each in facts.values():
            jobs = open_jobs.get(each.id, [])
            shown = self._printer(hall, each, jobs)
            listed = [self._job(hall, job) for job in jobs if job.state is not PrintState.SENT]
            listed = listed[:JOBS_SHOWN]
            printers.append({**shown, "jobs": listed})
            alerts += self._of_printer(hall, each, shown)
            alerts += [self._of_job(hall, each, job) for job in jobs if job.state in ATTENTION]
        alerts += [
            {"code": code, "printer": "", "job": None, "serious": True, "at": since, "sentence": sentence}
            for code, since, sentence in self.stranded(hall)
        ]
        alerts.sort(key=lambda alert: alert["at"], reverse=True)
        return {
            "now": self.local(hall, at) or "",
            "training": self.training,
            "printers": printers,
            "alerts": alerts[:ALERTS_SHOWN],
        }

    def of_clock(self, hall: Hall, doubt: Doubt) -> AlertShape:
        """The machine's clock is not used: the sentence says by how much it differs, and what to do."""
        code = f"clock_{'ahead' if doubt.by_s > 0 else 'behind'}"
        n, unit = measured(doubt.by_s)
        return {
            "code": code,
            "printer": "",
            "job": None,
            "serious": True,
            "at": self.local(hall, doubt.since) or "",
            "sentence": self.both(f"ops.alert.{code}", span=Words(**self.both(f"ops.span.{unit}", n=n))),
        }

    def _printer(self, hall: Hall, facts: PrinterFacts, jobs: list[PrintJob]) -> PrinterShape:
        status = hall.printers.get(facts.id)
        unheard = UNKNOWN if facts.kind == "agent" else PrinterState.OK.value
        if facts.kind == GONE:
            status, unheard = None, GONE
        return {
            "id": facts.id,
            "name": facts.name,
            "kind": facts.kind,
            "state": unheard if status is None else status.state.value,
            "detail": "" if status is None else status.detail,
            "since": None if status is None else self.local(hall, status.since),
            "waiting": sum(job.state in WAITING for job in jobs),
            "doubtful": sum(job.state is PrintState.DOUBTFUL for job in jobs),
            "failed": sum(job.state is PrintState.FAILED for job in jobs),
            "spare": facts.spare,
            "kiosks": [
                {"id": kiosk.id, "name": name(kiosk.name)}
                for kiosk in hall.plan.kiosks.values()
                if kiosk.printer == facts.id
            ],
        }

    def _job(self, hall: Hall, job: PrintJob) -> PrintJobShape:
        ticket = hall.tickets[job.ticket]
        service = hall.plan.services.get(ticket.stage.service)
        return {
            "job": job.id,
            "ticket": ticket.id,
            "number": ticket.number,
            "service_name": name(service.name) if service is not None else plain(ticket.stage.service),
            "kiosk": job.kiosk,
            "printer": job.printer,
            "state": job.state.value,
            "detail": job.detail,
            "permanent": job.permanent,
            "copy": job.copy,
            "issued_at": self.local(hall, ticket.issued_at) or "",
        }

    def _of_printer(self, hall: Hall, facts: PrinterFacts, shown: PrinterShape) -> Iterable[AlertShape]:
        status = hall.printers.get(facts.id)
        if facts.kind == GONE:
            return  # its jobs have alerts of their own
        if status is None or status.state in {PrinterState.OK, PrinterState.MUTE}:
            return  # a mute one is no news: it was bought like that, and its line in the list says so
        sentence = self.both(
            f"ops.alert.{status.state.value}", printer=facts.name, detail=status.detail, n=shown["waiting"]
        )
        yield {
            "code": status.state.value,
            "printer": facts.id,
            "job": None,
            "serious": status.state not in PRINTS,
            "at": shown["since"] or "",
            "sentence": sentence,
        }

    def _of_job(self, hall: Hall, facts: PrinterFacts, job: PrintJob) -> AlertShape:
        ticket = hall.tickets[job.ticket]
        sentence = self.both(
            f"ops.alert.{job.state.value}", number=ticket.number, printer=facts.name, detail=job.detail
        )
        return {
            "code": job.state.value,
            "printer": facts.id,
            "job": job.id,
            "serious": True,
            "at": self.local(hall, ticket.issued_at) or "",
            "sentence": sentence,
        }


def _unknown(hall: Hall, known: Sequence[PrinterFacts]) -> Iterable[PrinterFacts]:
    """Printers that are not configured any more and still owe paper."""
    ids = {each.id for each in known}
    return [PrinterFacts(each, each, GONE) for each in _open_by_printer(hall) if each not in ids]


def _open_by_printer(hall: Hall) -> Mapping[str, list[PrintJob]]:
    """By printer, what is not settled. A doubtful job of which a copy was asked for is."""
    newest = {job.ticket: job.id for job in hall.jobs.values()}
    found: dict[str, list[PrintJob]] = {}
    for job in hall.jobs.values():
        if job.state in OPEN and (job.state is not PrintState.DOUBTFUL or newest[job.ticket] == job.id):
            found.setdefault(job.printer, []).append(job)
    return found
