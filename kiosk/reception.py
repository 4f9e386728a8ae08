"""The reception's page: a person of the staff gives numbers by hand."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask_login import login_required  # type: ignore[import-untyped]

from core.domain.hall import Hall
from core.domain.staff import AT_COUNTERS
from core.engine.views import name
from core.web.face import House
from core.web.pages import Page, render

FIGURES = ("kiosk.waiting.", "kiosk.people.", "kiosk.range", "kiosk.minutes", "kiosk.hours")
"""Counts and ranges are told as at the kiosk."""


def reception(house: House, blueprint: Blueprint) -> None:
    """``/reception``: for every service of the hall, with paper at a kiosk's printer or without."""
    plan = house.plan
    agencies = [
        {"id": each.id, "name": name(each.name), "short": each.short or each.id}
        for each in plan.agencies.values()
    ]
    classes = [{"id": each.id, "name": name(each.name)} for each in plan.classes.values()]
    printing = [{"id": k.id, "name": name(k.name)} for k in plan.kiosks.values() if k.printer is not None]

    @blueprint.get("/reception")
    @login_required  # type: ignore[untyped-decorator]
    def desk() -> str:
        house.gate.require(*AT_COUNTERS, action="issue")

        def look(hall: Hall) -> dict[str, Any]:
            at = house.clock.now()
            return {
                "now": house.views.local(hall, at),
                "services": house.views.services(hall, at),
                "agencies": agencies,
                "classes": classes,
                "kiosks": printing,
            }

        return render(
            house,
            Page(
                face="kiosk",
                template="kiosk/reception.html",
                bundle="reception.js",
                styles="reception.css",
                title="reception.title",
                texts=(
                    "reception.",
                    "kiosk.waiting.",
                    "kiosk.people.",
                    "kiosk.range",
                    "kiosk.minutes",
                    "kiosk.hours",
                ),
                snapshot=house.engine.read(look),
                settings={"kiosk": next(iter(plan.kiosks), "")},
            ),
        )
