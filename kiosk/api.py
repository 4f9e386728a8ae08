"""The kiosk's API: what the hall has, and the next number."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Literal

from flask import Response, after_this_request, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, Field

from core.domain import commands as c
from core.domain import errors
from core.domain.hall import Hall
from core.domain.staff import SUPERVISING, Actor, Role
from core.engine import shapes as s
from core.engine.batch import Done
from core.web.api import Body, command_id, problems, reply
from core.web.buckets import network_of
from core.web.devices import only_for
from core.web.face import House
from core.web.i18n import language
from kiosk.limits import Limits, TooFast

ISSUING = frozenset({Role.KIOSK, Role.OFFICER, Role.SUPERVISOR, Role.ADMIN})

MORE = 4
"""The most further services that one number is given for; a counter may add others."""


class IssueBody(Body):
    """What a citizen asks for."""

    service: str = Field(max_length=64, examples=["ktp-cetak-baru"])
    klass: str | None = Field(default=None, alias="class", max_length=64, examples=["priority"])
    lang: Literal["id", "en"] | None = None
    kiosk: str | None = Field(default=None, max_length=64, description="Prints at this kiosk's printer.")
    more: list[str] = Field(
        default_factory=list,
        max_length=MORE,
        description="Further services on the same number, served one after the other.",
    )
    paper: bool = Field(default=True, description="`false`: nothing is printed, wherever it was taken.")


class Issued(BaseModel):
    """The ticket, already on disk, and how far its paper is."""

    ticket: s.TicketShape
    print: s.PrintShape


class Services(BaseModel):
    """Every service of the hall."""

    services: list[s.ServiceShape]


class Devices(BaseModel):
    """The hall's kiosks."""

    kiosks: list[s.DeviceShape]


class ServicePath(BaseModel):
    """Which service."""

    service: str


class PauseBody(Body):
    """Why a service is disturbed; shown to the citizens."""

    reason: str = Field(default="", max_length=200)


def api(house: House) -> APIBlueprint:
    """The routes."""
    blueprint = APIBlueprint(
        "kiosk_api",
        __name__,
        url_prefix="/api/v1",
        abp_tags=[Tag(name="kiosk", description="Taking a number")],
    )
    engine, views, gate, plan = house.engine, house.views, house.gate, house.plan
    limits = Limits(house.clock.now)

    @blueprint.get("/services", responses={200: Services})
    def services() -> Response:
        """Every service: open or why not, what waits, how long."""
        gate.actor()
        return reply({"services": engine.read(lambda hall: views.services(hall, house.clock.now()))})

    @blueprint.get("/kiosks", responses={200: Devices})
    def kiosks() -> Response:
        """The kiosks of the hall."""
        gate.actor()
        return reply({"kiosks": devices(house)})

    @blueprint.post("/tickets", responses={201: Issued, **problems(401, 403, 404, 409, 422, 429)})
    def issue(body: IssueBody) -> Response:
        """The next number. Repeat a request with the same Idempotency-Key: it is still one ticket."""
        actor = issuer(house, body.kiosk)
        kiosk = body.kiosk
        if kiosk is None and actor.role is Role.KIOSK and actor.bound_to in plan.kiosks:
            kiosk = actor.bound_to
        base = base_url(house)
        command = c.IssueTicket(
            actor=actor,
            service=body.service,
            token=secrets.token_urlsafe(16),
            klass=body.klass,
            lang=body.lang or language(),
            channel="kiosk" if actor.role is Role.KIOSK else "desk",
            kiosk=kiosk,
            site=base,
            more=tuple(body.more),
            paper=body.paper,
        )

        def told(hall: Hall, done: Done) -> dict[str, Any]:
            return issued(house, hall, done, base)

        key = command_id()
        with paced(house, limits, actor, key):
            return reply(engine.do(command, key, told), 201)

    @blueprint.post("/services/<service>/pause", responses=problems(401, 403, 404, 422))
    def pause(path: ServicePath, body: PauseBody) -> Response:
        """Give no numbers for a service until it is resumed; holders are still served."""
        actor = gate.require(*SUPERVISING, action="pause_service")
        return _state(c.PauseService(actor, path.service, body.reason), path.service)

    @blueprint.post("/services/<service>/resume", responses=problems(401, 403, 404, 409))
    def resume(path: ServicePath) -> Response:
        """Give numbers for a paused service again."""
        actor = gate.require(*SUPERVISING, action="resume_service")
        return _state(c.ResumeService(actor, path.service), path.service)

    def _state(command: c.Command, service: str) -> Response:
        def told(hall: Hall, _done: Done) -> s.ServiceStateShape:
            return views.service_state(hall, plan.services[service], house.clock.now())

        return reply(engine.do(command, command_id(), told))

    return blueprint


def issuer(house: House, kiosk: str | None) -> Actor:
    """Who takes the number: a token, a signed-in person, or a kiosk's own page by its pass.

    A kiosk takes numbers for itself; a kiosk's token that is bound to none, for no kiosk in particular.
    """
    actor = house.gate.require(*ISSUING, action="issue")
    if actor.page and actor.bound_to != kiosk:
        raise errors.Forbidden(role=actor.role.value, action="issue")
    if actor.role is Role.KIOSK and kiosk is not None and kiosk in house.plan.kiosks:
        only_for(house.plan.kiosks, actor, kiosk, "issue")
    return actor


@contextmanager
def paced(house: House, limits: Limits, actor: Actor, key: str | None) -> Iterator[None]:
    """Let a kiosk's page or token take a number as fast as ``[limits]`` allows; people at desks as they like.

    A page counts by kiosk and address: a phone that opened the page does not use up the kiosk's own numbers.
    """
    if house.training or actor.role is not Role.KIOSK:
        yield
        return
    chosen = house.settings.limits
    if actor.page:
        source, pause, per_minute = (
            f"{actor.name} {network_of(request.remote_addr)}",
            chosen.kiosk_pause_s,
            chosen.kiosk_per_minute,
        )
    else:
        source, pause, per_minute = actor.account, chosen.device_pause_s, chosen.device_per_minute
    if pause == 0 and per_minute == 0:
        yield
        return
    try:
        with limits.taking(source, key, timedelta(seconds=pause), per_minute):
            yield
    except TooFast as refused:
        seconds = str(refused.facts["seconds"])

        @after_this_request
        def tell_when(response: Response) -> Response:
            response.headers["Retry-After"] = seconds
            return response

        raise


def base_url(house: House) -> str:
    """What the address of a ticket's page starts with."""
    return (house.settings.server.public_url or request.host_url).rstrip("/")


def issued(house: House, hall: Hall, done: Done, base: str) -> dict[str, Any]:
    """The answer to an issue."""
    ticket = hall.tickets.get(done.ticket)
    if ticket is None:  # a repeat of yesterday's request
        raise errors.TicketUnknown(ticket=done.ticket)
    return {
        "ticket": house.views.ticket(hall, ticket, base),
        "print": print_state(hall, done.result.get("job")),
    }


def print_state(hall: Hall, job_id: str | None) -> s.PrintShape:
    """How far a job is; ``none`` where nothing is printed."""
    job = hall.jobs.get(job_id or "")
    if job is None:
        return {"job": None, "state": "none", "detail": ""}
    return {"job": job.id, "state": job.state.value, "detail": job.detail}


def devices(house: House) -> list[s.DeviceShape]:
    """The kiosks in file order."""
    return [
        {
            "id": kiosk.id,
            "name": {"id": kiosk.name.id, "en": kiosk.name.en},
            "kind": "kiosk",
            "zone": kiosk.zone,
            "printer": kiosk.printer,
        }
        for kiosk in house.plan.kiosks.values()
    ]
