"""What everybody may see: boards, and a ticket for whoever holds its token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel

from core.domain import commands as c
from core.domain.errors import BoardUnknown, TicketUnknown
from core.domain.hall import Hall
from core.domain.staff import CITIZEN
from core.domain.ticket import Ticket
from core.engine import shapes as s
from core.engine.batch import Done
from core.web.api import command_id, problems, reply
from core.web.buckets import network_of
from core.web.face import House
from display.media import board_view

T = TypeVar("T")


class Boards(BaseModel):
    """Every board of the hall."""

    boards: list[s.DeviceShape]


class BoardPath(BaseModel):
    """Which board."""

    board: str


class TokenPath(BaseModel):
    """The secret of a ticket."""

    token: str


class BoardView(BaseModel):
    """``BoardShape`` with its place in the log."""

    model_config = {"extra": "allow"}

    epoch: str
    seq: int
    hall: s.Name
    now: str
    current: list[s.CallShape]
    recent: list[s.CallShape]
    waiting: list[s.WaitingShape]
    missed: list[str]
    notices: list[s.Name]


class HolderView(BaseModel):
    """``TicketShape`` with its place in the log."""

    model_config = {"extra": "allow"}

    epoch: str
    seq: int
    id: str
    number: str
    state: str
    ahead: int
    forecast: s.ForecastShape


def api(house: House) -> APIBlueprint:
    """The routes."""
    blueprint = APIBlueprint(
        "display_api",
        __name__,
        url_prefix="/api/v1",
        abp_tags=[Tag(name="display", description="Boards, and the holder's own ticket")],
    )
    engine, gate, look = house.engine, house.gate, board_view(house)

    @blueprint.get("/boards", responses={200: Boards})
    def boards() -> Response:
        """The boards of the hall."""
        gate.actor()
        return reply({"boards": devices(house)})

    @blueprint.get("/boards/<board>", responses={200: BoardView, **problems(401, 404)})
    def board(path: BoardPath) -> Response:
        """What a board shows now."""
        gate.actor()
        found = house.plan.boards.get(path.board)
        if found is None:
            raise BoardUnknown(board=path.board)

        view, seq = look(found, house.clock.now())
        return reply({**view, "epoch": engine.epoch, "seq": seq})

    @blueprint.get("/tickets/<token>", responses={200: HolderView, **problems(404, 429)})
    def ticket(path: TokenPath) -> Response:
        """The holder's view of their ticket."""
        base = base_url(house)
        return reply(known(house, lambda hall: holder_view(house, hall, held(hall, path.token), base)))

    @blueprint.post("/tickets/<token>/cancel", responses={200: HolderView, **problems(404, 409, 429)})
    def cancel(path: TokenPath) -> Response:
        """The holder leaves."""
        ticket_id, base = known(house, lambda hall: held(hall, path.token)).id, base_url(house)

        def told(hall: Hall, _done: Done) -> dict[str, Any]:
            return holder_view(house, hall, held(hall, path.token), base)

        return reply(engine.do(c.CancelTicket(CITIZEN, ticket_id), command_id(), told))

    @blueprint.post("/tickets/<token>/postpone", responses={200: HolderView, **problems(404, 409, 429)})
    def postpone(path: TokenPath) -> Response:
        """The holder lets the next few pass."""
        ticket_id, base = known(house, lambda hall: held(hall, path.token)).id, base_url(house)

        def told(hall: Hall, _done: Done) -> dict[str, Any]:
            return holder_view(house, hall, held(hall, path.token), base)

        return reply(engine.do(c.PostponeTicket(CITIZEN, ticket_id), command_id(), told))

    return blueprint


def held(hall: Hall, token: str) -> Ticket:
    """The ticket of a token. Raises ``TicketUnknown``, which does not repeat the secret."""
    ticket_id = hall.by_token.get(token)
    if ticket_id is None:
        raise TicketUnknown(ticket="?")
    return hall.tickets[ticket_id]


GUESSES = "120 per minute; 1200 per hour"
"""Unknown tickets asked for from one address. A hall's phones share one, so it is not few; and it stops only
who asks for what there is not: whoever has a ticket is never counted."""


def known(house: House, look: Callable[[Hall], T]) -> T:
    """``look(hall)``; who asks for a ticket that there is not is counted.

    Raises ``TicketUnknown``, and after many ``TooManyRequests``.
    """
    try:
        return house.engine.read(look)
    except TicketUnknown:
        house.throttle.require(GUESSES, "guess", network_of(request.remote_addr))
        raise


def base_url(house: House) -> str:
    """What the address of a ticket's page starts with; needs a request."""
    return (house.settings.server.public_url or request.host_url).rstrip("/")


def holder_view(house: House, hall: Hall, ticket: Ticket, base: str) -> dict[str, Any]:
    """The ticket's view with its place in the log."""
    return {**house.views.ticket(hall, ticket, base), "epoch": house.engine.epoch, "seq": hall.seq}


def devices(house: House) -> list[s.DeviceShape]:
    """The boards in file order."""
    return [
        {
            "id": board.id,
            "name": {"id": board.name.id, "en": board.name.en},
            "kind": board.kind.value,
            "zone": board.zones[0] if board.zones else "",
            "printer": None,
        }
        for board in house.plan.boards.values()
    ]
