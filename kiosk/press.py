"""Tickets to paper: takes print orders after each commit, composes, hands over, reports back."""

from __future__ import annotations

from typing import Literal

from core.domain import commands as c
from core.domain.errors import JobFinished, JobUnknown, TicketUnknown
from core.domain.hall import Hall, PrintState
from core.domain.staff import SYSTEM
from core.engine.effects import Effects
from core.ports import StoreError
from core.web.face import House
from kiosk.printing.adapters import adapters
from kiosk.printing.escpos_bytes import ticket_bytes
from kiosk.printing.paper import PaperTicket
from kiosk.printing.port import NotKept
from kiosk.printing.spooler import Spooler


class Press:
    """Joins the engine's print orders to the spooler."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._spooler = Spooler(
            adapters(house.settings.printers, house.data), house.concurrency, self._compose, self._report
        )

    def start(self) -> None:
        """Print what an earlier run left waiting, then whatever comes."""
        self._house.engine.subscribe(self._take)
        pending = self._house.engine.read(
            lambda hall: [
                (job.id, job.ticket, job.printer)
                for job in hall.jobs.values()
                if job.state is PrintState.QUEUED
            ]
        )
        self._spooler.start(pending)

    def _take(self, effects: Effects) -> None:
        for order in effects.prints:
            self._spooler.submit(order.job, order.ticket, order.printer)

    def _report(self, job: str, state: str, detail: str) -> None:
        try:
            self._house.engine.do(c.ReportPrint(SYSTEM, job, state, detail[:300]))
        except (JobUnknown, JobFinished):  # the day has changed meanwhile, or it was reported before
            return
        except StoreError as trouble:
            raise NotKept(str(trouble)) from trouble

    def _compose(self, job: str, ticket: str, printer: str) -> bytes:
        paper = self._house.engine.read(lambda hall: self._paper(hall, job, ticket))
        texts, settings = self._house.texts, self._house.settings.printers[printer]
        # Drawing takes some 10 ms: in a native thread, so that no answer and no call waits for it.
        return self._house.concurrency.offload(
            ticket_bytes, paper, settings, lambda key: texts.say(key, paper.lang)
        )

    def _paper(self, hall: Hall, job_id: str, ticket_id: str) -> PaperTicket:
        ticket = hall.tickets.get(ticket_id)
        if ticket is None or job_id not in hall.jobs:
            raise TicketUnknown(ticket=ticket_id)
        view = self._house.views.ticket(hall, ticket)
        local = ticket.issued_at.astimezone(hall.plan.timezone)
        lang: Literal["id", "en"] = "en" if ticket.lang == "en" else "id"
        klass = hall.plan.classes.get(ticket.klass)
        return PaperTicket(
            number=ticket.number,
            service=view["service_name"][lang],
            agency=view["agency_name"][lang],
            zone=view["zone_name"][lang],
            floor=view["floor"],
            issued_at=local,
            timezone=local.tzname() or "",
            ahead=view["ahead"],
            median_minutes=view["forecast"]["median_minutes"],
            p80_minutes=view["forecast"]["p80_minutes"],
            url=hall.jobs[job_id].url,
            hall=hall.plan.name.of(lang),
            klass=klass.name.of(lang) if klass is not None else "",
            priority=view["mark"],
            requirements=tuple(each[lang] for each in view["requirements"]),
            lang=lang,
            training=self._house.training,
        )
