"""The live topics ``board:ID`` and ``ticket:TOKEN``."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.domain.errors import BoardUnknown, Forbidden
from core.domain.hall import Hall
from core.domain.plan import Board
from core.domain.staff import STAFF_ROLES, Actor, Role
from core.domain.ticket import State
from core.engine.effects import Effects
from core.engine.shapes import CallShape
from core.engine.views import counters_of
from core.web.devices import only_for
from core.web.face import House, Topic
from core.web.problems import SignInRequired
from display.api import held
from display.media import board_view
from display.voice.addresses import heard

FOLLOWING = STAFF_ROLES | {Role.BOARD}


@dataclass(frozen=True)
class _Scope:
    """What a board shows, so that a commit elsewhere in the hall does not touch it."""

    counters: frozenset[str]
    agencies: frozenset[str]


def board_topic(house: House) -> Topic:
    """The view of a board, and the calls to its counters."""
    boards, engine, views = house.plan.boards, house.engine, house.views
    look = board_view(house)
    scopes = {ident: _scope(engine.hall, board) for ident, board in boards.items()}

    def admit(ident: str, actor: Actor | None) -> None:
        if ident not in boards:
            raise BoardUnknown(board=ident)
        may_follow(boards, actor, ident)

    def view(ident: str, at: datetime) -> Mapping[str, Any]:
        return look(boards[ident], at)[0]

    def touched(effects: Effects, followed: Iterable[str]) -> Iterable[str]:
        if effects.everything:
            return followed
        return [
            ident
            for ident in followed
            if not effects.counters.isdisjoint(scopes[ident].counters)
            or not effects.agencies.isdisjoint(scopes[ident].agencies)
        ]

    def calls(effects: Effects, ident: str) -> Sequence[Mapping[str, Any]]:
        wanted = [call for call in effects.calls if call.counter in scopes[ident].counters]
        if not wanted:
            return ()
        counters = house.plan.counters
        told = engine.read(
            lambda hall: [
                views.call(hall, counters[call.counter], hall.tickets[call.ticket], (call.at, call.repeat))
                for call in wanted
                if call.ticket in hall.tickets
            ]
        )
        return [heard(house.settings, each) for each in told]

    return Topic("board", admit, view, touched, calls)


def may_follow(boards: Container[str], actor: Actor | None, ident: str) -> None:
    """Staff follow every board, a board itself; a board's token that is bound to none, as a program, each.

    Raises ``SignInRequired`` or ``Forbidden``.
    """
    if actor is None:
        raise SignInRequired()
    if actor.role not in FOLLOWING:
        raise Forbidden(role=actor.role.value, action="follow")
    if actor.role is Role.BOARD and actor.bound_to in boards:
        only_for(boards, actor, ident, "follow")


def may_speak(boards: Container[str], actor: Actor | None, ident: str) -> None:
    """A board takes part in the announcements for itself alone: nobody else says what it has said.

    Raises ``SignInRequired``, ``Forbidden`` or ``DeviceUnbound``.
    """
    if actor is None:
        raise SignInRequired()
    if actor.role is not Role.BOARD:
        raise Forbidden(role=actor.role.value, action="follow")
    only_for(boards, actor, ident, "follow")


def ticket_topic(house: House) -> Topic:
    """A ticket as its holder follows it; the token is the right to do so."""
    engine, views, plan = house.engine, house.views, house.plan
    base = house.settings.server.public_url.rstrip("/")

    def admit(ident: str, _actor: Actor | None) -> None:
        engine.read(lambda hall: held(hall, ident))

    def view(ident: str, _at: datetime) -> Mapping[str, Any]:
        return engine.read(lambda hall: views.ticket(hall, held(hall, ident), base))

    def touched(effects: Effects, followed: Iterable[str]) -> Iterable[str]:
        if effects.everything:
            return followed
        rivals = {rival for each in effects.services for rival in plan.rivals_of.get(each, (each,))}
        return engine.read(lambda hall: _concerned(hall, followed, effects.tickets, rivals))

    def calls(effects: Effects, ident: str) -> Sequence[Mapping[str, Any]]:
        def own(hall: Hall) -> list[CallShape]:
            ticket = hall.tickets.get(hall.by_token.get(ident, ""))
            if ticket is None:
                return []
            return [
                views.call(hall, plan.counters[call.counter], ticket, (call.at, call.repeat))
                for call in effects.calls
                if call.ticket == ticket.id and call.counter in plan.counters
            ]

        return [heard(house.settings, each) for each in engine.read(own)] if effects.calls else ()

    return Topic("ticket", admit, view, touched, calls, secret=True)


def _concerned(hall: Hall, tokens: Iterable[str], tickets: frozenset[str], rivals: set[str]) -> list[str]:
    """The tokens of ``tickets``, and of all who wait in one of the lists that moved."""
    found = []
    for token in tokens:
        ticket = hall.tickets.get(hall.by_token.get(token, ""))
        if ticket is not None and (
            ticket.id in tickets or (ticket.state is State.WAITING and ticket.stage.service in rivals)
        ):
            found.append(token)
    return found


def _scope(hall: Hall, board: Board) -> _Scope:
    counters = counters_of(hall, board)
    return _Scope(
        frozenset(counter.id for counter in counters), frozenset(counter.agency for counter in counters)
    )
