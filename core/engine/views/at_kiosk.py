"""What a kiosk sees: services, agencies, its printer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from core.domain.forecast import Work, forecast_after, work_for_next
from core.domain.hall import PRINTS, Hall, PrinterState, PrintState
from core.domain.opening import closed
from core.domain.plan import Agency, Kiosk, Service
from core.engine import shapes as s
from core.engine.views.telling import Telling, name, span

JOBS_SHOWN = 8
_UNDER_WAY = frozenset({PrintState.QUEUED, PrintState.SENDING})

Load = dict[tuple[str, ...], Work]
"""By the counters that serve a service: the work before the next who comes."""


@dataclass(frozen=True)
class KioskViews(Telling):
    """Views of those who give numbers."""

    def service_state(
        self, hall: Hall, service: Service, at: datetime, load: Load | None = None
    ) -> s.ServiceStateShape:
        """Whether a service gives numbers, and what waits. ``load`` is shared between services."""
        load = {} if load is None else load
        counters = tuple(counter.id for counter in hall.plan.counters_of.get(service.id, ()))
        work = load.get(counters) if counters else None  # without counters each waits for itself
        if work is None:
            work = load[counters] = work_for_next(hall, service.id, at)
        shut = closed(hall, service, at, work=work)
        return {
            "id": service.id,
            "open": shut is None,
            "closed": None if shut is None else self.closed(hall, shut),
            "waiting": hall.waiting_count((service.id,)),
            "ahead": work.ahead,
            "forecast": span(forecast_after(hall, service.id, work)),
        }

    def service(self, hall: Hall, service: Service, at: datetime, load: Load | None = None) -> s.ServiceShape:
        """A service with its texts and its state."""
        state = self.service_state(hall, service, at, load)
        return {
            "agency": service.agency,
            "name": name(service.name),
            "requirements": [name(each) for each in service.requirements],
            "fee": None if service.fee is None else name(service.fee),
            "minutes": service.minutes,
            "often": service.often,
            "keywords": list(service.keywords),
            "id": state["id"],
            "open": state["open"],
            "closed": state["closed"],
            "waiting": state["waiting"],
            "ahead": state["ahead"],
            "forecast": state["forecast"],
        }

    def services(self, hall: Hall, at: datetime, kiosk: Kiosk | None = None) -> list[s.ServiceShape]:
        """Every service that a kiosk offers (all without one)."""
        load: Load = {}
        return [self.service(hall, service, at, load) for service in _offered(hall, kiosk)]

    def agency(self, hall: Hall, agency: Agency, at: datetime) -> s.AgencyShape:
        """An agency with what waits for it."""
        services = hall.plan.services_of[agency.id]
        prefixes = dict.fromkeys(hall.plan.series[service.series].prefix for service in services)
        return {
            "id": agency.id,
            "name": name(agency.name),
            "short": agency.short or agency.id,
            "zone": agency.zone,
            "floor": hall.plan.zones[agency.zone].floor,
            "prefix": "/".join(prefixes),
            "open": any(closed(hall, service, at) is None for service in services),
            "waiting": hall.waiting_count(service.id for service in services),
            "services": len(services),
        }

    def kiosk(self, hall: Hall, kiosk: Kiosk, at: datetime) -> s.KioskShape:
        """What changes on a kiosk while it runs."""
        load: Load = {}
        newest = (job for job in reversed(hall.jobs.values()) if job.kiosk == kiosk.id)
        jobs = list(islice(newest, JOBS_SHOWN))[::-1]
        return {
            "id": kiosk.id,
            "name": name(kiosk.name),
            "zone": kiosk.zone,
            "training": self.training,
            "now": self.local(hall, at) or "",
            "agencies": [
                self.agency(hall, agency, at)
                for agency in hall.plan.agencies.values()
                if not kiosk.agencies or agency.id in kiosk.agencies
            ],
            "services": [self.service_state(hall, each, at, load) for each in _offered(hall, kiosk)],
            "classes": [
                {
                    "id": klass.id,
                    "name": name(klass.name),
                    "hint": name(klass.hint),
                    "mark": klass.mark,
                }
                for klass in hall.plan.classes.values()
            ],
            "printer": kiosk.printer,
            "printer_state": self.kiosk_printer(hall, kiosk),
            "jobs": [
                {
                    "job": job.id,
                    "ticket": job.ticket,
                    "number": hall.tickets[job.ticket].number,
                    "printer": job.printer,
                    "state": job.state.value,
                    "detail": job.detail,
                    "copy": job.copy,
                }
                for job in jobs
            ],
        }

    def kiosk_printer(self, hall: Hall, kiosk: Kiosk) -> str:
        """What its printer says of itself; where that is well, ``failing`` if the newest job failed."""
        if kiosk.printer is None:
            return "none"
        known = hall.printers.get(kiosk.printer)
        state = PrinterState.OK if known is None else known.state
        if state not in PRINTS:
            return state.value
        for job in reversed(hall.jobs.values()):
            if job.printer == kiosk.printer and job.state not in _UNDER_WAY:
                return "failing" if job.state is PrintState.FAILED else state.value
        return state.value


def _offered(hall: Hall, kiosk: Kiosk | None) -> Iterable[Service]:
    agencies = kiosk.agencies if kiosk is not None else ()
    return (each for each in hall.plan.services.values() if not agencies or each.agency in agencies)
