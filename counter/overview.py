"""Where everything is: kiosks, boards and counters by zone, with the state of each device."""

from __future__ import annotations

from typing import Any

from core.domain.hall import Hall
from core.engine.views import name
from core.web.face import House


def zones_of(house: House, hall: Hall) -> list[dict[str, Any]]:
    """What the home page lists."""
    plan, views = house.plan, house.views
    listed = []
    for zone in plan.zones.values():
        listed.append(
            {
                "zone": {"id": zone.id, "name": name(zone.name), "floor": zone.floor},
                "kiosks": [
                    {
                        "id": kiosk.id,
                        "name": name(kiosk.name),
                        "kind": "kiosk",
                        "zone": kiosk.zone,
                        "printer": kiosk.printer,
                        "printer_state": views.kiosk_printer(hall, kiosk),
                    }
                    for kiosk in plan.kiosks.values()
                    if kiosk.zone == zone.id
                ],
                "boards": [
                    {"id": b.id, "name": name(b.name), "kind": b.kind.value, "zone": zone.id, "printer": None}
                    for b in plan.boards.values()
                    if zone.id in b.zones or (not b.zones and _place_of(house, b.counter) == zone.id)
                ],
                "counters": [
                    {
                        **views.counter(hall, counter),
                        "agency_name": name(plan.agencies[counter.agency].name),
                    }
                    for counter in plan.counters.values()
                    if counter.zone == zone.id
                ],
            }
        )
    return listed


def _place_of(house: House, counter: str | None) -> str:
    """The zone of a counter's sign; boards of the whole hall stand in the first zone."""
    found = house.plan.counters.get(counter or "")
    return found.zone if found is not None else next(iter(house.plan.zones))
