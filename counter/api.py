"""The officer's API: what a counter sees, and what may be done there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, Field

from core.domain import commands as c
from core.domain import errors
from core.domain.hall import Hall
from core.domain.staff import AT_COUNTERS, STAFF_ROLES, Actor
from core.domain.ticket import Why
from core.engine import shapes as s
from core.engine.batch import Done
from core.web.api import Body, command_id, problems, reply
from core.web.auth import bearer
from core.web.face import House


class Counters(BaseModel):
    """Every counter of the hall."""

    counters: list[s.CounterShape]


class CounterPath(BaseModel):
    """Which counter."""

    counter: str


class ActionPath(CounterPath):
    """Which action at which counter."""

    action: str = Field(description="one of those that the view's `actions` names")


class ActionBody(Body):
    """What some actions need besides."""

    ticket: str | None = Field(
        default=None,
        max_length=32,
        description="Actions on the ticket at the counter, `pause`, `close`, `undo`: the id of the "
        "ticket that is meant, empty for none. Another one there: `ticket_changed`. "
        "Only programs may leave it out.",
    )
    event: int | None = Field(
        default=None,
        ge=0,
        le=2**63 - 1,
        description="`undo`: `undo.event` of the view.",
    )
    number: str | None = Field(
        default=None, max_length=16, description="`call`, `resume`, `restore`: which number."
    )
    reason: str = Field(
        default="", max_length=200, description="`call` out of turn: why. `pause`: shown to colleagues."
    )
    outcome: str = Field(default="", max_length=64, description="`finish`: how it ended, if asked for.")
    minutes: int | None = Field(default=None, ge=1, le=480, description="`park`: until it waits again.")
    service: str | None = Field(
        default=None, max_length=64, description="`transfer`, `add`: to which service."
    )
    counter: str | None = Field(default=None, max_length=64, description="`transfer`: to which counter.")
    officer: str | None = Field(default=None, max_length=64, description="`transfer`: to which officer.")
    join: Literal["original", "end"] = Field(
        default="original", description="`transfer`: by the time of arrival, or behind all others."
    )
    wait: bool = Field(default=False, description="`resume`: wait again instead of being served at once.")
    last: bool = Field(default=False, description="`close`: after the ticket that is here.")
    services: list[str] = Field(
        default_factory=list, max_length=50, description="`help`: further services to call for; none: stop."
    )


class ActionUnknown(errors.Refusal):
    """There is no such action at a counter. Facts: ``action``, ``allowed``."""

    code = "action_unknown"
    status = 404


class NumberRequired(errors.Refusal):
    """``call``, ``resume`` and ``restore`` need a number."""

    code = "number_required"
    status = 422


class TicketRequired(errors.Refusal):
    """A browser must say which ticket it shows. Facts: ``action``, ``send`` (fields, with commas)."""

    code = "ticket_required"
    status = 422


MEANT = frozenset(
    {"pause", "close", "recall", "start", "finish", "no-show", "park", "transfer", "return", "add", "undo"}
)
"""Actions that act on whatever ticket is at the counter."""


class OfficerView(BaseModel):
    """``WorkstationShape`` with the log's place, and ``why`` after a call."""

    model_config = {"extra": "allow"}

    epoch: str
    seq: int
    state: str
    actions: list[str]
    current: s.CurrentShape | None
    waiting: list[s.WaitingTicketShape]
    why: s.WhyShape | None = None


def _number(body: ActionBody) -> str:
    if not (body.number or "").strip():
        raise NumberRequired()
    return body.number or ""


ACTIONS: dict[str, Callable[[Actor, str, ActionBody], c.Command]] = {
    "open": lambda actor, counter, _: c.OpenCounter(actor, counter),
    "close": lambda actor, counter, body: c.CloseCounter(actor, counter, body.last, body.ticket),
    "pause": lambda actor, counter, body: c.PauseCounter(actor, counter, body.reason, body.ticket),
    "next": lambda actor, counter, _: c.CallNext(actor, counter),
    "call": lambda actor, counter, body: c.CallNumber(actor, counter, _number(body), body.reason),
    "recall": lambda actor, counter, body: c.Recall(actor, counter, body.ticket),
    "start": lambda actor, counter, body: c.StartService(actor, counter, body.ticket),
    "finish": lambda actor, counter, body: c.FinishService(actor, counter, body.outcome, body.ticket),
    "no-show": lambda actor, counter, body: c.RecordNoShow(actor, counter, body.ticket),
    "park": lambda actor, counter, body: c.ParkTicket(actor, counter, body.minutes, body.ticket),
    "resume": lambda actor, counter, body: c.ResumeTicket(actor, counter, _number(body), body.wait),
    "transfer": lambda actor, counter, body: c.TransferTicket(
        actor, counter, body.service, body.counter, body.officer, body.join == "end", body.ticket
    ),
    "return": lambda actor, counter, body: c.ReturnTicket(actor, counter, body.ticket),
    "add": lambda actor, counter, body: c.AddService(actor, counter, body.service or "", body.ticket),
    "restore": lambda actor, counter, body: c.RestoreTicket(actor, counter, _number(body)),
    "undo": lambda actor, counter, body: c.UndoAction(actor, counter, body.ticket, body.event),
    "help": lambda actor, counter, body: c.HelpServices(actor, counter, tuple(body.services)),
}


def api(house: House) -> APIBlueprint:
    """The routes."""
    blueprint = APIBlueprint(
        "counter_api",
        __name__,
        url_prefix="/api/v1",
        abp_tags=[Tag(name="counter", description="Calling and serving")],
    )
    engine, views, gate = house.engine, house.views, house.gate

    @blueprint.get("/counters", responses={200: Counters})
    def counters() -> Response:
        """Every counter: where it is, what it serves, whether it is open."""
        gate.actor()
        listed = engine.read(
            lambda hall: [views.counter(hall, each) for each in house.plan.counters.values()]
        )
        return reply({"counters": listed})

    @blueprint.get("/counters/<counter>", responses={200: OfficerView, **problems(401, 403, 404)})
    def counter(path: CounterPath) -> Response:
        """What the officer of this counter sees."""
        actor = gate.require(*STAFF_ROLES, action="see_counter")
        admit(house, path.counter, actor)
        return reply(engine.read(lambda hall: officer_view(house, hall, path.counter)))

    @blueprint.post(
        "/counters/<counter>/<action>", responses={200: OfficerView, **problems(401, 403, 404, 409, 422)}
    )
    def act(path: ActionPath, body: ActionBody) -> Response:
        """Do something at a counter; answers with the new view and, for calls, why."""
        actor = gate.require(*AT_COUNTERS, action="work_at_counter")
        make = ACTIONS.get(path.action)
        if make is None:
            raise ActionUnknown(action=path.action, allowed=", ".join(ACTIONS))
        _require_meant(path.action, body)
        command = make(actor, path.counter, body)

        def told(hall: Hall, done: Done) -> dict[str, Any]:
            view = officer_view(house, hall, path.counter)
            if (why := done.result.get("why")) is not None:
                view["why"] = views.why(hall, Why(**why))
            return view

        return reply(engine.do(command, command_id(), told))

    return blueprint


def _require_meant(action: str, body: ActionBody) -> None:
    """A screen shows a ticket and must say which; a program that asks first may rely on what it was told."""
    if bearer() is not None or action not in MEANT:
        return
    wanted = {"ticket": body.ticket, "event": body.event} if action == "undo" else {"ticket": body.ticket}
    if missing := [name for name, value in wanted.items() if value is None]:
        raise TicketRequired(action=action, send=", ".join(missing))


def admit(house: House, counter: str, actor: Actor) -> None:
    """Refuse an unknown counter, and one of another agency."""
    found = house.plan.counters.get(counter)
    if found is None:
        raise errors.CounterUnknown(counter=counter)
    if actor.agency is not None and actor.agency != found.agency:
        raise errors.CounterForeign(counter=counter, agency=actor.agency, role=actor.role.value)


def officer_view(house: House, hall: Hall, counter: str) -> dict[str, Any]:
    """The workstation's view with its place in the log."""
    found = house.plan.counters.get(counter)
    if found is None:
        raise errors.CounterUnknown(counter=counter)
    view = house.views.workstation(hall, found, house.clock.now())
    return {**view, "epoch": house.engine.epoch, "seq": hall.seq}
