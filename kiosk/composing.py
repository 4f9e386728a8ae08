"""From a ticket of the hall to the bytes of its paper."""

from __future__ import annotations

from typing import Literal

from core.domain.errors import JobUnknown, TicketUnknown
from core.domain.hall import Hall, PrintJob
from core.web.face import House
from kiosk.printing.paper import PaperTicket


def compose(house: House, job_id: str) -> bytes:
    """The bytes of a print job for the printer that has it now.

    Raises ``JobUnknown`` and ``TicketUnknown``: the day has ended with them.
    """
    # Late: with python-escpos it takes half a second to import, and the hall opens without it.
    from kiosk.printing.escpos_bytes import ticket_bytes  # noqa: PLC0415

    def look(hall: Hall) -> tuple[PrintJob, PaperTicket]:
        job = hall.jobs.get(job_id)
        if job is None:
            raise JobUnknown(job=job_id)
        return job, _paper(house, hall, job)

    job, paper = house.engine.read(look)
    texts, settings = house.texts, house.settings.printers[job.printer]
    # Drawing takes some 10 ms: in a native thread, so that no answer and no call waits for it.
    return house.concurrency.offload(ticket_bytes, paper, settings, lambda key: texts.say(key, paper.lang))


def _paper(house: House, hall: Hall, job: PrintJob) -> PaperTicket:
    ticket = hall.tickets.get(job.ticket)
    if ticket is None:
        raise TicketUnknown(ticket=job.ticket)
    view = house.views.ticket(hall, ticket)
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
        url=job.url,
        hall=hall.plan.name.of(lang),
        klass=klass.name.of(lang) if klass is not None else "",
        priority=view["mark"],
        requirements=tuple(each[lang] for each in view["requirements"]),
        lang=lang,
        also=tuple(each["name"][lang] for each in view["to_come"]),
        training=house.training,
        copy=job.copy,
    )
