"""The supervisor's page ``/ops`` and its live topic: printers, the jobs that need a person, alerts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint
from flask_login import login_required  # type: ignore[import-untyped]

from core.domain.errors import Forbidden
from core.domain.hall import Hall
from core.domain.staff import SUPERVISING, Actor, Role
from core.engine.effects import Effects
from core.engine.views.of_printers import OpsShape, PrinterFacts, PrinterViews
from core.engine.views.of_stranded import concerned
from core.ports import doubt_of
from core.web.face import House, Topic
from core.web.live import TopicUnknown
from core.web.pages import Page, render
from core.web.problems import SignInRequired

WATCHING = SUPERVISING | {Role.AUDITOR}
"""Who may look. An auditor reads and may do nothing."""


def ops_page(house: House, blueprint: Blueprint) -> None:
    """``/ops``."""

    @blueprint.get("/ops")
    @login_required  # type: ignore[untyped-decorator]
    def ops() -> str:
        actor = house.gate.require(*WATCHING, action="see_ops")
        look = _look(house)

        def seen(hall: Hall) -> tuple[Mapping[str, Any], int]:
            return look(hall, house.clock.now()), hall.seq

        view, seq = house.engine.read(seen)
        return render(
            house,
            Page(
                face="counter",
                template="counter/ops.html",
                bundle="ops.js",
                styles="ops.css",
                title="ops.title",
                texts=("ops.",),
                snapshot=view,
                settings={"topic": "ops", "seq": seq, "may_act": actor.role in SUPERVISING},
            ),
        )


def ops_topic(house: House) -> Topic:
    """The same view, pushed when a printer or a job is in another state."""
    look = _look(house)

    def admit(ident: str, actor: Actor | None) -> None:
        if ident:
            raise TopicUnknown(topic=f"ops:{ident}"[:100])
        if actor is None:
            raise SignInRequired()
        if actor.role not in WATCHING:
            raise Forbidden(role=actor.role.value, action="follow")

    def view(_ident: str, at: datetime) -> Mapping[str, Any]:
        return house.engine.read(lambda hall: look(hall, at))

    def touched(effects: Effects, followed: Iterable[str]) -> Iterable[str]:
        if effects.everything or effects.printers:
            return followed
        return followed if house.engine.read(lambda hall: _moved(hall, effects)) else ()

    return Topic("ops", admit, view, touched)


def _moved(hall: Hall, effects: Effects) -> bool:
    """Whether somebody has moved whom a changed configuration concerns."""
    tickets = (hall.tickets.get(each) for each in effects.tickets)
    return any(ticket is not None and concerned(hall, ticket) for ticket in tickets)


def _look(house: House) -> Any:
    views = PrinterViews(house.texts, house.training)
    known = [
        PrinterFacts(each.id, each.name, each.kind, each.spare) for each in house.settings.printers.values()
    ]

    def look(hall: Hall, at: datetime) -> OpsShape:
        view = views.ops(hall, known, at)
        if (doubt := doubt_of(house.clock)) is None:
            return view
        return {**view, "alerts": [views.of_clock(hall, doubt), *view["alerts"]]}

    return look
