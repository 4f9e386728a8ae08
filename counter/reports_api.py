"""Reports for those who look after the hall: what a day was like, as data."""

from __future__ import annotations

from datetime import date, datetime

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, Field, RootModel

from core.domain.staff import Role
from core.engine.fairness import fairness
from core.engine.fairness_shapes import FairnessShape
from core.web.api import problems, reply
from core.web.face import House

READERS = (Role.SUPERVISOR, Role.ADMIN, Role.AUDITOR)


class DayPath(BaseModel):
    """Which service day."""

    day: date = Field(description="2026-11-24")


class Fairness(RootModel[FairnessShape]):
    """Who was passed on one day, by which rule, and how long people waited."""


def reports_api(house: House) -> APIBlueprint:
    """The routes."""
    blueprint = APIBlueprint(
        "reports_api",
        __name__,
        url_prefix="/api/v1",
        abp_tags=[Tag(name="reports", description="What a day was like")],
    )
    engine, gate = house.engine, house.gate

    @blueprint.get("/reports/fairness/<day>", responses={200: Fairness, **problems(401, 403, 404, 422)})
    def fairness_of_day(path: DayPath) -> Response:
        """Who was passed on this day, by which rule; the longest waits; calls out of turn; the forecasts."""
        gate.require(*READERS, action="see_reports")
        log = engine.log_of(path.day)
        # A long day takes a while: others are served meanwhile.
        return reply(house.concurrency.offload(fairness, house.plan, path.day, log, _now()))

    def _now() -> datetime:
        return engine.read(lambda hall: hall.moment(house.clock.now()))

    return blueprint
