"""The API of the paper: print again, say that it came out, and what a kiosk computer's agent needs."""

from __future__ import annotations

from typing import Any, Literal

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, Field, RootModel

from core.domain import commands as c
from core.domain import errors
from core.domain.hall import Hall, PrinterState, PrintJob, PrintState
from core.domain.staff import AT_COUNTERS, STAFF_ROLES, Actor, Role
from core.engine import shapes as s
from core.engine.batch import Done
from core.engine.views.of_printers import ATTENTION, PrinterFacts, PrinterShape, PrinterViews, PrintJobShape
from core.web.api import Body, command_id, problems, reply
from core.web.devices import DeviceUnbound, only_for
from core.web.face import House
from kiosk.agents import AGENT, Agents
from kiosk.api import base_url, print_state
from kiosk.composing import compose

DETAIL_LENGTH = 300


class PrinterUnknown(errors.Unknown):
    """Facts: ``printer``."""

    code = "printer_unknown"


class PrinterForeign(errors.Refusal):
    """The printer is not worked by this device's agent. Facts: ``printer``."""

    code = "printer_foreign"
    status = 403


class JobPath(BaseModel):
    """Which print job."""

    job: str


class PrinterPath(BaseModel):
    """Which printer."""

    printer: str


class AgainBody(Body):
    """Where the paper is to come out."""

    kiosk: str | None = Field(
        default=None, max_length=64, description="At this kiosk's printer; else where it was printed last."
    )


class JobAgainBody(AgainBody):
    """Where the paper is to come out, and what the screen shows of the job."""

    state: PrintState | None = Field(
        default=None, description="The state that is shown. In another one by now, nothing is printed."
    )


class PrintBody(AgainBody):
    """Which ticket is wanted on paper."""

    ticket: str = Field(max_length=64, description="Its id, `20261124-A007`.")


class JobReportBody(Body):
    """One step of a job, as the agent has seen it."""

    state: Literal["sending", "sent", "confirmed", "failed", "doubtful"]
    detail: str = Field(default="", max_length=DETAIL_LENGTH, description="The printer's words.")
    permanent: bool = Field(default=False, description="`failed`: it will not go by itself.")


class PrinterReportBody(Body):
    """How the printer is."""

    state: PrinterState
    detail: str = Field(default="", max_length=DETAIL_LENGTH, description="The printer's words.")


class Printers(BaseModel):
    """Every printer of the hall."""

    printers: list[PrinterShape]


class PrintAnswer(RootModel[s.PrintShape]):
    """How far a job is."""


class PrinterAnswer(RootModel[PrinterShape]):
    """How a printer is, and what waits for it."""


class Jobs(BaseModel):
    """What a printer still owes, oldest first."""

    jobs: list[PrintJobShape]


def jobs_api(house: House, agents: Agents) -> APIBlueprint:
    """The routes."""
    blueprint = APIBlueprint(
        "jobs_api",
        __name__,
        url_prefix="/api/v1",
        abp_tags=[Tag(name="paper", description="Print jobs and printers")],
    )
    _printing(house, blueprint)
    _looking(house, blueprint)
    _of_agents(house, blueprint, agents)
    return blueprint


def _printing(house: House, blueprint: APIBlueprint) -> None:
    engine, gate = house.engine, house.gate

    @blueprint.post("/jobs/<job>/print", responses={200: PrintAnswer, **problems(401, 403, 404, 409)})
    def print_again(path: JobPath, body: JobAgainBody) -> Response:
        """Once more: a failed job as it is, any other as a marked copy of the same number."""
        actor = gate.require(*AT_COUNTERS, Role.KIOSK, action="print")
        ticket = engine.read(lambda hall: _may_print(house, hall, path.job, actor, body.kiosk).ticket)
        shown = None if body.state is None else (path.job, body.state.value)
        command = c.ReprintTicket(actor, ticket, body.kiosk, base_url(house), shown)

        def told(hall: Hall, done: Done) -> s.PrintShape:
            return print_state(hall, done.result.get("job", path.job))

        return reply(engine.do(command, command_id(), told))

    @blueprint.post("/prints", responses={200: PrintAnswer, **problems(401, 403, 404, 409, 422)})
    def print_ticket(body: PrintBody) -> Response:
        """A ticket on paper, whether it had any or not: the first time, or as a marked copy."""
        actor = gate.require(*AT_COUNTERS, action="print")
        engine.read(lambda hall: _own_ticket(hall, body.ticket, actor))
        command = c.ReprintTicket(actor, body.ticket, body.kiosk, base_url(house))

        def told(hall: Hall, done: Done) -> s.PrintShape:
            jobs = [job.id for job in hall.jobs.values() if job.ticket == body.ticket]
            return print_state(hall, done.result.get("job", jobs[-1] if jobs else None))

        return reply(engine.do(command, command_id(), told))

    @blueprint.post("/jobs/<job>/seen", responses={200: PrintAnswer, **problems(401, 403, 404, 409)})
    def seen(path: JobPath) -> Response:
        """A person has the paper of a doubtful job in hand: it did come out."""
        actor = gate.require(*AT_COUNTERS, Role.KIOSK, action="print")

        def look(hall: Hall) -> None:
            job = _own_job(house, hall, path.job, actor)
            if job.state not in {PrintState.DOUBTFUL, PrintState.CONFIRMED}:
                raise errors.JobState(job=job.id, state=job.state.value, wanted="confirmed")

        engine.read(look)
        command = c.ReportPrint(actor, path.job, PrintState.CONFIRMED.value, f"seen by {actor.name}")
        return reply(engine.do(command, command_id(), lambda hall, _: print_state(hall, path.job)))


def _looking(house: House, blueprint: APIBlueprint) -> None:
    engine, gate = house.engine, house.gate
    views = PrinterViews(house.texts, house.training)
    known = facts(house)

    @blueprint.get("/printers", responses={200: Printers, **problems(401, 403)})
    def printers() -> Response:
        """Every printer: how it is, since when, what waits for it."""
        gate.require(*STAFF_ROLES, action="see_printers")
        return reply({"printers": engine.read(lambda hall: views.printers(hall, known))})

    @blueprint.get("/printers/<printer>/jobs", responses={200: Jobs, **problems(401, 403, 404)})
    def jobs(path: PrinterPath) -> Response:
        """The jobs of a printer that are not on paper for certain, oldest first."""
        actor = gate.require(*STAFF_ROLES, Role.KIOSK, action="see_printers")
        if path.printer not in house.settings.printers:
            raise PrinterUnknown(printer=path.printer)
        if actor.role is Role.KIOSK:
            _agent_of(house, actor, path.printer)
        return reply({"jobs": engine.read(lambda hall: views.printer_jobs(hall, path.printer))})


def _of_agents(house: House, blueprint: APIBlueprint, agents: Agents) -> None:
    engine, gate = house.engine, house.gate
    views = PrinterViews(house.texts, house.training)
    known = {each.id: each for each in facts(house)}

    def agent_of_job(job_id: str) -> Actor:
        actor = gate.require(Role.KIOSK, action="print")
        printer = engine.read(lambda hall: _job(hall, job_id).printer)
        _agent_of(house, actor, printer)
        agents.heard(printer)
        return actor

    @blueprint.get("/jobs/<job>/paper", responses=problems(401, 403, 404))
    def paper(path: JobPath) -> Response:
        """The bytes for the printer, for the agent that works it."""
        agent_of_job(path.job)
        return Response(compose(house, path.job), mimetype="application/octet-stream")

    @blueprint.post("/jobs/<job>/report", responses={200: PrintAnswer, **problems(401, 403, 404, 409)})
    def report(path: JobPath, body: JobReportBody) -> Response:
        """One step further. `sending` is a claim: only after 200 may a byte go to the printer."""
        actor = agent_of_job(path.job)
        command = c.ReportPrint(actor, path.job, body.state, body.detail, body.permanent)
        return reply(engine.do(command, command_id(), lambda hall, _: print_state(hall, path.job)))

    @blueprint.post("/printers/<printer>/report", responses={200: PrinterAnswer, **problems(401, 403, 404)})
    def printer_report(path: PrinterPath, body: PrinterReportBody) -> Response:
        """How the printer is; at least every 25 s, else it counts as out of reach."""
        actor = gate.require(Role.KIOSK, action="report_printer")
        if path.printer not in known:
            raise PrinterUnknown(printer=path.printer)
        _agent_of(house, actor, path.printer)
        agents.heard(path.printer)
        command = c.ReportPrinter(actor, path.printer, body.state.value, body.detail)

        def told(hall: Hall, _done: Any) -> PrinterShape:
            return views.printers(hall, [known[path.printer]])[0]

        return reply(engine.do(command, command_id(), told))


def facts(house: House) -> list[PrinterFacts]:
    """What the configuration says of the printers."""
    return [
        PrinterFacts(each.id, each.name, each.kind, each.spare) for each in house.settings.printers.values()
    ]


def _job(hall: Hall, job_id: str) -> PrintJob:
    job = hall.jobs.get(job_id)
    if job is None:
        raise errors.JobUnknown(job=job_id)
    return job


def _own_job(house: House, hall: Hall, job_id: str, actor: Actor) -> PrintJob:
    """The job, if the actor may speak of it: a kiosk of its own, staff as of the ticket."""
    job = _job(hall, job_id)
    if actor.role is not Role.KIOSK:
        _own_ticket(hall, job.ticket, actor)
    else:
        only_for(house.plan.kiosks, actor, job.kiosk or "", "print")
    return job


def _own_ticket(hall: Hall, ticket_id: str, actor: Actor) -> None:
    """Refuse to an officer a ticket of another agency, unless a desk gave it: a desk gives all numbers."""
    ticket = hall.tickets.get(ticket_id)
    if ticket is None:
        raise errors.TicketUnknown(ticket=ticket_id)
    if actor.agency not in (None, ticket.stage.agency) and ticket.channel != "desk":
        raise errors.Forbidden(role=actor.role.value, action="print")


def _may_print(house: House, hall: Hall, job_id: str, actor: Actor, kiosk: str | None) -> PrintJob:
    """The job, if the actor may have it printed again: a kiosk, for lack of paper alone."""
    job = _own_job(house, hall, job_id, actor)
    if actor.role is Role.KIOSK and (
        job.state not in ATTENTION or kiosk not in (None, actor.bound_to) or not _newest(hall, job)
    ):
        raise errors.Forbidden(role=actor.role.value, action="print")
    return job


def _newest(hall: Hall, job: PrintJob) -> bool:
    return [each.id for each in hall.jobs.values() if each.ticket == job.ticket][-1] == job.id


def _agent_of(house: House, actor: Actor, printer: str) -> None:
    """Refuse whoever is not the agent of this printer: the device of a kiosk that has it.

    The page of the kiosk is not: it is open to anybody, and what it says of paper is not known to be true.
    """
    settings, kiosk = house.settings.printers.get(printer), house.plan.kiosks.get(actor.bound_to)
    if kiosk is None:
        raise DeviceUnbound(name=actor.name, reason="kiosk", device="ID")
    if actor.page or settings is None or settings.kind != AGENT or kiosk.printer != printer:
        raise PrinterForeign(printer=printer)
