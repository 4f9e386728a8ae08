"""The live topic ``counter:ID``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from core.domain.errors import Forbidden
from core.domain.hall import Hall
from core.domain.staff import STAFF_ROLES, Actor
from core.engine.effects import Effects
from core.web.face import House, Topic
from core.web.problems import SignInRequired
from counter.api import admit as admit_at


def topic(house: House) -> Topic:
    """What the officer of one counter sees."""
    counters = house.plan.counters

    def admit(ident: str, actor: Actor | None) -> None:
        if actor is None:
            raise SignInRequired()
        if actor.role not in STAFF_ROLES:
            raise Forbidden(role=actor.role.value, action="follow")
        admit_at(house, ident, actor)

    def view(ident: str, at: datetime) -> Mapping[str, Any]:
        return house.engine.read(lambda hall: house.views.workstation(hall, counters[ident], at))

    def touched(effects: Effects, followed: Iterable[str]) -> Iterable[str]:
        if effects.everything:
            return followed

        def concerned(hall: Hall) -> list[str]:
            return [
                ident
                for ident in followed
                if ident in effects.counters
                or not effects.services.isdisjoint(counters[ident].services)
                or not effects.services.isdisjoint(hall.desk(ident).helping)
            ]

        return house.engine.read(concerned)

    return Topic("counter", admit, view, touched)
