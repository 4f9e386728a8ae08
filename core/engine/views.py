"""What a board, a counter, a kiosk, a phone sees: pure functions of the hall.

``Views`` holds what never changes while the hall runs (texts, whether it is a training hall); each
method takes the hall and the present and answers with a JSON-ready shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from core.domain import commands as c
from core.domain.deciding import decide
from core.domain.errors import RecallTooSoon, Refusal
from core.domain.forecast import Forecast, forecast, forecast_for_next
from core.domain.hall import Desk, DeskState, Hall, PrintState
from core.domain.opening import Closed, closed
from core.domain.plan import Agency, Board, BoardKind, Counter, Kiosk, Service, Words
from core.domain.ranking import ahead_of, in_order, next_for
from core.domain.staff import Actor, Role
from core.domain.ticket import OPEN, State, Ticket, Why
from core.engine import shapes as s
from core.ports import Catalogue

WAITING_SHOWN = 30
"""How many of those who wait an officer sees by name; the count is always told."""
JOBS_SHOWN = 8

Load = dict[tuple[str, ...], tuple[int, Forecast]]


@dataclass(frozen=True)
class Views:
    """Everything that is shown, from the hall."""

    texts: Catalogue
    training: bool = False

    # -- small parts -----------------------------------------------------------------------------

    def both(self, key: str, **facts: object) -> s.Name:
        """A sentence of the catalogue in both languages; a fact of type ``Words`` follows the language."""

        def filled(lang: str) -> str:
            told = {k: v.of(lang) if isinstance(v, Words) else v for k, v in facts.items()}
            return self.texts.say(key, lang, **told)

        return {"id": filled("id"), "en": filled("en")}

    def local(self, hall: Hall, at: datetime | None) -> str | None:
        """ISO 8601 with the hall's offset, to the second."""
        return None if at is None else at.astimezone(hall.plan.timezone).isoformat(timespec="seconds")

    def why(self, hall: Hall, why: Why) -> s.WhyShape:
        """The rule that decided, with its sentence."""
        klass = hall.plan.classes.get(why.klass)
        minutes = why.head_start_s // 60
        sentence = self.both(
            f"why.{why.rule}",
            passed=why.passed,
            minutes=minutes,
            reason=why.reason,
            **{"class": klass.name if klass is not None else why.klass},
        )
        return {
            "rule": why.rule,
            "passed": why.passed,
            "class": why.klass,
            "head_start_minutes": minutes,
            "reason": why.reason,
            "sentence": sentence,
        }

    def closed(self, hall: Hall, shut: Closed) -> s.ClosedShape:
        """Why a service gives no numbers, in one sentence, and when it does again."""
        local = None if shut.opens_at is None else shut.opens_at.astimezone(hall.plan.timezone)
        when = ""
        if local is not None:
            today = hall.day == local.date()
            when = local.strftime("%H.%M") if today else local.strftime("%d-%m-%Y %H.%M")
        sentence = self.both(f"closed.{shut.reason.value}", name=shut.detail, quota=shut.quota)
        if when:
            again = self.both("closed.again", when=when)
            sentence = {"id": f"{sentence['id']} {again['id']}", "en": f"{sentence['en']} {again['en']}"}
        return {
            "reason": shut.reason.value,
            "detail": shut.detail,
            "opens_at": self.local(hall, shut.opens_at),
            "sentence": sentence,
        }

    # -- the kiosk -------------------------------------------------------------------------------

    def service_state(
        self, hall: Hall, service: Service, at: datetime, load: Load | None = None
    ) -> s.ServiceStateShape:
        """Whether a service gives numbers, and what waits. ``load`` is shared between services."""
        load = {} if load is None else load
        rivals = hall.plan.rivals_of.get(service.id, (service.id,))
        if rivals not in load:
            load[rivals] = forecast_for_next(hall, service.id, at)
        shut = closed(hall, service, at)
        return {
            "id": service.id,
            "open": shut is None,
            "closed": None if shut is None else self.closed(hall, shut),
            "waiting": hall.waiting_count((service.id,)),
            "forecast": _forecast(load[rivals][1]),
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
                    "state": job.state.value,
                    "detail": job.detail,
                }
                for job in jobs
            ],
        }

    def kiosk_printer(self, hall: Hall, kiosk: Kiosk) -> str:
        """``ok``, ``failing`` (its printer's newest finished job failed) or ``none``."""
        if kiosk.printer is None:
            return "none"
        for job in reversed(hall.jobs.values()):
            if job.printer == kiosk.printer and job.state is not PrintState.QUEUED:
                return "failing" if job.state is PrintState.FAILED else "ok"
        return "ok"

    # -- the ticket ------------------------------------------------------------------------------

    def ticket(self, hall: Hall, ticket: Ticket, base_url: str = "") -> s.TicketShape:
        """A ticket as its holder sees it."""
        plan, stage = hall.plan, ticket.stage
        service, agency = plan.services.get(stage.service), plan.agencies.get(stage.agency)
        counter = plan.counters.get(stage.counter) if stage.counter is not None else None
        zone = plan.zones.get(counter.zone if counter is not None else ticket.zone)
        ahead = ahead_of(hall, ticket) if stage.state is State.WAITING else {}
        wait = forecast(hall, stage.service, ahead) if stage.state is State.WAITING else Forecast(0, 0)
        klass = plan.classes.get(ticket.klass)
        return {
            "id": ticket.id,
            "number": ticket.number,
            "token": ticket.token,
            "service": stage.service,
            "service_name": name(service.name) if service else _plain(stage.service),
            "agency": stage.agency,
            "agency_name": name(agency.name) if agency else _plain(stage.agency),
            "class": ticket.klass,
            "mark": klass is not None and klass.mark,
            "lang": ticket.lang,
            "state": stage.state.value,
            "ahead": sum(ahead.values()),
            "forecast": _forecast(wait),
            "zone": zone.id if zone else ticket.zone,
            "zone_name": name(zone.name) if zone else _plain(ticket.zone),
            "floor": zone.floor if zone else "",
            "counter": stage.counter,
            "counter_name": name(counter.name) if counter is not None else None,
            "issued_at": self.local(hall, ticket.issued_at) or "",
            "called_at": self.local(hall, stage.called_at),
            "requirements": [name(each) for each in service.requirements] if service else [],
            "url": f"{base_url}/t/{ticket.token}",
            "actions": ["cancel"] if stage.state in OPEN and _cancellable(hall, ticket) else [],
        }

    # -- the counter -----------------------------------------------------------------------------

    def counter(self, hall: Hall, counter: Counter) -> s.CounterShape:
        """A counter as everybody may know it."""
        desk = hall.desk(counter.id)
        return {
            "id": counter.id,
            "number": counter.number,
            "name": name(counter.name),
            "agency": counter.agency,
            "zone": counter.zone,
            "services": list(counter.services),
            "state": desk.state.value,
            "officer": desk.officer,
            "current": None if desk.ticket is None else hall.tickets[desk.ticket].number,
        }

    def workstation(self, hall: Hall, counter: Counter, at: datetime) -> s.WorkstationShape:
        """What the officer of one counter sees."""
        desk = hall.desk(counter.id)
        at = hall.moment(at)
        choice = next_for(hall, counter)
        missed = [hall.tickets[ticket] for ticket in hall.missed]
        missed = [ticket for ticket in missed if ticket.stage.counter == counter.id]
        return {
            "counter": self.counter(hall, counter),
            "agency_name": name(hall.plan.agencies[counter.agency].name),
            "training": self.training,
            "now": self.local(hall, at) or "",
            "state": desk.state.value,
            "officer": desk.officer,
            "pause_reason": desk.reason,
            "current": self._current(hall, desk, at),
            "next": None if choice is None else self._waiting(hall, choice.ticket, at),
            "waiting": [self._waiting(hall, t, at) for t in in_order(hall, counter, WAITING_SHOWN)],
            "waiting_count": hall.waiting_count(counter.services),
            "missed": [self._waiting(hall, ticket, at) for ticket in missed],
            "served_today": desk.served,
            "actions": _actions(hall, counter, desk, at),
        }

    def _current(self, hall: Hall, desk: Desk, at: datetime) -> s.CurrentShape | None:
        if desk.ticket is None:
            return None
        ticket = hall.tickets[desk.ticket]
        stage, rules = ticket.stage, hall.plan.rules
        base = self._waiting(hall, ticket, at)
        called = stage.called_at or at
        announced = stage.announced_at or called
        pause = (rules.recall_pace - (at - announced)).total_seconds()
        return {
            "id": base["id"],
            "number": base["number"],
            "service": base["service"],
            "service_name": base["service_name"],
            "class": base["class"],
            "class_name": base["class_name"],
            "mark": base["mark"],
            "lang": ticket.lang,
            "state": stage.state.value,
            "issued_at": base["issued_at"],
            "called_at": self.local(hall, called) or "",
            "announced_at": self.local(hall, announced) or "",
            "started_at": self.local(hall, stage.started_at),
            "waited_seconds": int((called - stage.joined_at).total_seconds()),
            "recalls": stage.recalls,
            "recalls_left": max(0, rules.recall_limit - stage.recalls),
            "recall_after_seconds": max(0, int(pause + 0.999)),
            "why": None if stage.why is None else self.why(hall, stage.why),
        }

    def _waiting(self, hall: Hall, ticket: Ticket, at: datetime) -> s.WaitingTicketShape:
        service = hall.plan.services.get(ticket.stage.service)
        klass = hall.plan.classes.get(ticket.klass)
        return {
            "id": ticket.id,
            "number": ticket.number,
            "service": ticket.stage.service,
            "service_name": name(service.name) if service else _plain(ticket.stage.service),
            "class": ticket.klass,
            "class_name": name(klass.name) if klass else _plain(ticket.klass),
            "mark": klass is not None and klass.mark,
            "issued_at": self.local(hall, ticket.issued_at) or "",
            "waited_seconds": max(0, int((at - ticket.stage.joined_at).total_seconds())),
        }

    # -- the board -------------------------------------------------------------------------------

    def board(self, hall: Hall, board: Board, at: datetime) -> s.BoardShape:
        """What a board shows: who is called now, the calls before, who waits, who was missed."""
        plan, at = hall.plan, hall.moment(at)
        counters = counters_of(hall, board)
        current = [
            self.call(hall, counter, hall.tickets[ticket])
            for counter in counters
            if (ticket := hall.desk(counter.id).ticket) is not None
        ]
        current.sort(key=lambda call: call["at"], reverse=True)
        seen = {(call["number"], call["counter"]) for call in current}
        recent: list[s.CallShape] = []
        ids = {counter.id: counter for counter in counters}
        for call in reversed(hall.calls):
            if len(recent) >= board.recent:
                break
            called = hall.tickets[call.ticket]
            if call.counter in ids and (called.number, call.counter) not in seen:
                seen.add((called.number, call.counter))
                recent.append(self.call(hall, ids[call.counter], called, (call.at, call.repeat)))
        zone = plan.zones[board.zones[0]] if len(board.zones) == 1 else None
        sign = ids.get(board.counter or "") if board.kind is BoardKind.COUNTER else None
        return {
            "id": board.id,
            "name": name(board.name),
            "kind": board.kind.value,
            "hall": name(plan.name),
            "zone": None if zone is None else name(zone.name),
            "counter": None if sign is None else self.counter(hall, sign),
            "training": self.training,
            "now": self.local(hall, at) or "",
            "day": at.astimezone(plan.timezone).date().isoformat(),
            "current": current,
            "recent": recent,
            "waiting": [self._waiting_of(hall, agency, at) for agency in _agencies_of(hall, counters)],
            "missed": [
                hall.tickets[ticket].number
                for ticket, since in reversed(hall.missed.items())
                if at - since < plan.rules.missed_shown and hall.tickets[ticket].stage.counter in ids
            ],
            "notices": [name(each) for each in plan.notices],
        }

    def call(
        self,
        hall: Hall,
        counter: Counter,
        ticket: Ticket,
        told: tuple[datetime, int] | None = None,
    ) -> s.CallShape:
        """A call as it is shown and spoken; ``told`` (when, which repeat) for one that is over."""
        stage, agency = ticket.stage, hall.plan.agencies.get(ticket.stage.agency)
        announced = stage.announced_at or ticket.issued_at
        at, repeat = told if told is not None else (announced, stage.recalls)
        klass = hall.plan.classes.get(ticket.klass)
        return {
            "number": ticket.number,
            "spoken": self.spoken(ticket.number),
            "counter": counter.id,
            "counter_number": counter.number,
            "counter_name": counter.name.id,
            "counter_name_en": counter.name.en,
            "zone": counter.zone,
            "agency": ticket.stage.agency,
            "agency_name": name(agency.name) if agency else _plain(ticket.stage.agency),
            "lang": ticket.lang,
            "mark": klass is not None and klass.mark,
            "repeat": repeat,
            "called_at": self.local(hall, stage.called_at or at) or "",
            "at": at.astimezone(hall.plan.timezone).isoformat(timespec="milliseconds"),
            "audio": [],
        }

    def spoken(self, number: str) -> s.Name:
        """A number as it is said: letter by letter, digit by digit ("A, nol, nol, tujuh")."""

        def said(lang: str) -> str:
            words = (
                self.texts.say(f"spoken.digit.{sign}", lang) if sign.isdigit() else sign for sign in number
            )
            return ", ".join(words)

        return {"id": said("id"), "en": said("en")}

    def _waiting_of(self, hall: Hall, agency: Agency, at: datetime) -> s.WaitingShape:
        services = hall.plan.services_of[agency.id]
        ids = [service.id for service in services]
        counters = {counter.id for each in ids for counter in hall.plan.counters_of[each]}
        wait = forecast_for_next(hall, ids[0], at)[1] if ids else Forecast(0, 0)
        return {
            "agency": agency.id,
            "name": name(agency.name),
            "short": agency.short or agency.id,
            "count": hall.waiting_count(ids),
            "open": any(closed(hall, service, at) is None for service in services),
            "counters_open": sum(hall.desk(each).state is DeskState.OPEN for each in counters),
            "forecast": _forecast(wait),
        }


def name(words: Words) -> s.Name:
    """A text of the plan as it goes out."""
    return {"id": words.id, "en": words.en}


def counters_of(hall: Hall, board: Board) -> Sequence[Counter]:
    """The counters that a board shows."""
    match board.kind:
        case BoardKind.HALL:
            return list(hall.plan.counters.values())
        case BoardKind.ZONE:
            return [each for each in hall.plan.counters.values() if each.zone in board.zones]
        case BoardKind.COUNTER:
            found = hall.plan.counters.get(board.counter or "")
            return [] if found is None else [found]


def _plain(text: str) -> s.Name:
    """For what the plan no longer knows: its id stands for its name."""
    return {"id": text, "en": text}


def _forecast(wait: Forecast) -> s.ForecastShape:
    return {"median_minutes": wait.median_minutes, "p80_minutes": wait.p80_minutes}


def _offered(hall: Hall, kiosk: Kiosk | None) -> Iterable[Service]:
    agencies = kiosk.agencies if kiosk is not None else ()
    return (each for each in hall.plan.services.values() if not agencies or each.agency in agencies)


def _agencies_of(hall: Hall, counters: Sequence[Counter]) -> Iterable[Agency]:
    ids = {counter.agency for counter in counters}
    return (agency for agency in hall.plan.agencies.values() if agency.id in ids)


def _cancellable(hall: Hall, ticket: Ticket) -> bool:
    return _allowed(hall, c.CancelTicket(Actor("holder", Role.CITIZEN), ticket.id), ticket.issued_at)


def _actions(hall: Hall, counter: Counter, desk: Desk, at: datetime) -> list[str]:
    """What the officer there may do now, by asking the rules themselves."""
    actor = Actor(desk.officer or "", Role.SUPERVISOR, None)
    if desk.state is not DeskState.CLOSED:
        actor = replace(actor, role=Role.OFFICER, agency=counter.agency)
    waiting = hall.waiting_count(counter.services) > 0
    asked: dict[str, c.Command] = {
        "open": c.OpenCounter(actor, counter.id),
        "next": c.CallNext(actor, counter.id),
        "recall": c.Recall(actor, counter.id),
        "start": c.StartService(actor, counter.id),
        "finish": c.FinishService(actor, counter.id),
        "no-show": c.RecordNoShow(actor, counter.id),
        "pause": c.PauseCounter(actor, counter.id),
        "close": c.CloseCounter(actor, counter.id),
    }
    allowed = [action for action, command in asked.items() if _allowed(hall, command, at)]
    if desk.state is DeskState.OPEN and desk.ticket is None and waiting:
        allowed.insert(1, "call")
    return allowed


def _allowed(hall: Hall, command: c.Command, at: datetime) -> bool:
    try:
        decide(hall, command, at)
    except RecallTooSoon:
        return True  # the screen counts the seconds down
    except Refusal:
        return False
    return True
