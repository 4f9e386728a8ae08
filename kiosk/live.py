"""The live topic ``kiosk:ID``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from core.domain.errors import Forbidden, KioskUnknown
from core.domain.staff import STAFF_ROLES, Actor, Role
from core.engine.effects import Effects
from core.web.devices import only_for
from core.web.face import House, Topic
from core.web.problems import SignInRequired

FOLLOWING = STAFF_ROLES | {Role.KIOSK}


def topic(house: House) -> Topic:
    """Counts, open or closed, and the paper of one kiosk."""
    kiosks = house.plan.kiosks

    def admit(ident: str, actor: Actor | None) -> None:
        if ident not in kiosks:
            raise KioskUnknown(kiosk=ident)
        if actor is None:
            raise SignInRequired()
        if actor.role not in FOLLOWING:
            raise Forbidden(role=actor.role.value, action="follow")
        if actor.role is Role.KIOSK:
            only_for(kiosks, actor, ident, "follow")

    def view(ident: str, at: datetime) -> Mapping[str, Any]:
        return house.engine.read(lambda hall: house.views.kiosk(hall, kiosks[ident], at))

    def touched(effects: Effects, followed: Iterable[str]) -> Iterable[str]:
        if effects.everything:
            return followed
        return [
            ident
            for ident in followed
            if ident in effects.kiosks
            or not kiosks[ident].agencies
            or not effects.agencies.isdisjoint(kiosks[ident].agencies)
        ]

    return Topic("kiosk", admit, view, touched)
