"""The pages of the kiosk's face: the touch screen, and the reception."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request

from core.domain.errors import Forbidden, KioskUnknown
from core.domain.hall import Hall
from core.domain.staff import Account, Role
from core.engine.views import name
from core.web.api import reply
from core.web.devices import DeviceUnbound, only_for
from core.web.face import House
from core.web.pages import Page, render
from core.web.passes import pass_answer, pass_settings
from core.web.problems import SignInRequired, TokenUnknown, wants_json
from kiosk.reception import reception

HERE = Path(__file__).parent
LOOK_AGAIN_S = 60
"""A kiosk that is closed asks so often whether it may open."""


def pages(house: House) -> Blueprint:
    """``/kiosk/ID``, ``/kiosk/ID/pass`` and ``/reception``."""
    blueprint = Blueprint(
        "kiosk",
        __name__,
        template_folder=str(HERE / "templates"),
        static_folder=str(HERE / "static"),
        static_url_path="/static/kiosk",
    )

    reception(house, blueprint)

    @blueprint.get("/kiosk/<ident>/pass")
    def renewed(ident: str) -> Response:
        """The page's next pass, for whoever would be served the page."""
        if ident not in house.plan.kiosks:
            raise KioskUnknown(kiosk=ident)
        return reply(pass_answer(house.gate.page_pass(Role.KIOSK, ident, _admitted(house, ident))))

    @blueprint.get("/kiosk/<ident>")
    def kiosk(ident: str) -> str | tuple[str, int, dict[str, str]]:
        found = house.plan.kiosks.get(ident)
        if found is None:
            raise KioskUnknown(kiosk=ident)
        try:
            device = _admitted(house, ident)
        except (SignInRequired, TokenUnknown, Forbidden, DeviceUnbound) as refusal:
            if wants_json():
                raise
            return (
                _closed(house, ident),
                refusal.status,
                {"Refresh": f"{LOOK_AGAIN_S}; url=/kiosk/{ident}"},
            )

        def look(hall: Hall) -> tuple[Any, Any, int]:
            at = house.clock.now()
            return house.views.kiosk(hall, found, at), house.views.services(hall, at, found), hall.seq

        view, services, seq = house.engine.read(look)
        return render(
            house,
            Page(
                face="kiosk",
                template="kiosk/kiosk.html",
                bundle="kiosk.js",
                styles="kiosk.css",
                title="kiosk.title",
                texts=("kiosk.", "problem.network"),
                snapshot={**view, "services": services},
                settings={
                    "topic": f"kiosk:{ident}",
                    "kiosk": ident,
                    "zones": [{"id": zone.id, "name": name(zone.name)} for zone in house.plan.zones.values()],
                    "printers": _where(house),
                    "seq": seq,
                    **pass_settings(house.gate.page_pass(Role.KIOSK, ident, device), f"/kiosk/{ident}/pass"),
                },
            ),
        )

    return blueprint


def _admitted(house: House, ident: str) -> Account | None:
    """By which account this browser may show the kiosk; ``None``: the hall's kiosks are open."""
    if house.settings.server.kiosks_open(training=house.training):
        return None
    device = house.gate.require_device(Role.KIOSK, Role.ADMIN, Role.SUPERVISOR)
    if device.role is Role.KIOSK:
        only_for(house.plan.kiosks, device.actor, ident, "issue")
    return device


def _closed(house: House, ident: str) -> str:
    """The page of a device that is not registered: what a citizen does, and what a technician does."""
    return render(
        house,
        Page(
            face="kiosk",
            template="kiosk/closed.html",
            styles="closed.css",
            title="kiosk.unregistered.title",
            variables={
                "kiosk": ident,
                "address": f"{request.host_url}kiosk/{ident}?token=TOKEN",
                "reason": "token" if "token" in request.args else "device",
                "say": house.texts.say,
            },
            keeps_session=False,
        ),
    )


def _where(house: House) -> dict[str, dict[str, str]]:
    """Where each printer stands, as a citizen finds it: the name of the kiosk that has it, else its own."""
    places = {each.id: {"id": each.name, "en": each.name} for each in house.settings.printers.values()}
    for kiosk in reversed(list(house.plan.kiosks.values())):
        if kiosk.printer is not None:
            places[kiosk.printer] = {"id": kiosk.name.id, "en": kiosk.name.en}
    return places
