"""What a board shows, and a call as it is shown and spoken."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.domain.forecast import Forecast, forecast_for_next
from core.domain.hall import DeskState, Hall
from core.domain.opening import Closed, Reason, closed, out_of_hours
from core.domain.plan import Agency, Board, BoardKind, Counter, Plan, Words
from core.domain.sight import capital_units, number_em, row_em
from core.domain.ticket import Ticket
from core.engine import shapes as s
from core.engine.views.at_counter import CounterViews
from core.engine.views.telling import name, plain, span

TOLD_AT_MOST = 6
"""How many services a board names besides its own notices: a passer-by reads no longer list."""
LAST_NUMBERS = 10
"""From so many numbers left a board says that they are the last of the day."""


@dataclass(frozen=True)
class BoardViews(CounterViews):
    """Views of those who watch."""

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
        agencies = list(_agencies_of(hall, counters))
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
            "waiting": [self._waiting_of(hall, agency, at) for agency in agencies],
            "missed": [
                hall.tickets[ticket].number
                for ticket, since in reversed(hall.missed.items())
                if at - since < plan.rules.missed_shown and hall.tickets[ticket].stage.counter in ids
            ],
            "notices": [*self._news(hall, agencies, at), *(name(each) for each in plan.notices)],
            "look": look(plan, board),
            "media": [],
        }

    def _news(self, hall: Hall, agencies: Sequence[Agency], at: datetime) -> list[s.Name]:
        """What is closed, disturbed or about to run out; one sentence each."""
        plan = hall.plan
        shut = {
            agency.id: out
            for agency in agencies
            if (services := plan.services_of[agency.id]) and (out := out_of_hours(plan, services[0], at))
        }
        if shut and len(shut) == len(agencies):
            return [self.closed(hall, shut[agencies[0].id])["sentence"]]
        told: list[s.Name] = []
        told += (self._told(hall, subject, why) for subject, why in _shut(hall, agencies, at))
        told += (self._told(hall, each.name, shut[each.id]) for each in agencies if each.id in shut)
        told += (
            self.both("notice.last_numbers", name=subject, left=left)
            for subject, left in _running_out(hall, [each for each in agencies if each.id not in shut])
        )
        return told[:TOLD_AT_MOST]

    def _told(self, hall: Hall, subject: Words, shut: Closed) -> s.Name:
        return self.both("notice.closed", name=subject, sentence=Words(**self.closed(hall, shut)["sentence"]))

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
            "zone_name": name(hall.plan.zones[counter.zone].name),
            "floor": hall.plan.zones[counter.zone].floor,
            "agency": ticket.stage.agency,
            "agency_name": name(agency.name) if agency else plain(ticket.stage.agency),
            "agency_short": (agency.short if agency else "") or ticket.stage.agency,
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
            "forecast": span(wait),
        }


def look(plan: Plan, board: Board) -> s.LookShape:
    """How the page lays the board out."""
    prefixes = [each.prefix for each in plan.series.values()]
    highest = max((each.number for each in plan.counters.values()), default=1)
    return {
        "shows": sorted(board.shows),
        "layout": board.layout,
        "capital": math.ceil(capital_units(board.distance_m, board.screen_inches) * 10) / 10,
        "row_em": round(row_em(prefixes, highest), 3),
        "number_em": round(number_em(prefixes), 3),
        "recent": board.recent,
        "speaks": bool(board.speaks),
        "media_volume": board.media_volume,
    }


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


def _shut(hall: Hall, agencies: Iterable[Agency], at: datetime) -> Iterator[tuple[Words, Closed]]:
    """What is paused, used up or full. A used-up agency is named once, not by each of its services.

    Services without a limit of their own that share hours and counters are in the same case: the first
    of them that somebody waits for is asked, and answers for all.
    """
    plan = hall.plan
    for agency in agencies:
        limited = agency.daily_quota is not None or bool(agency.channel_quotas)
        answers: dict[tuple[int, tuple[str, ...]], Closed | None] = {}
        for service in plan.services_of[agency.id]:
            shut: Closed | None = None
            if service.id in hall.paused or service.daily_quota is not None or service.channel_quotas:
                shut = closed(hall, service, at)
            elif limited or hall.waiting.get(service.id):
                case = (id(service.hours), tuple(counter.id for counter in plan.counters_of[service.id]))
                if case not in answers:
                    answers[case] = closed(hall, service, at)
                shut = answers[case]
            if shut is None or shut.reason not in _DISTURBANCES:
                continue
            if shut.reason is Reason.PAUSED and not shut.detail:
                continue
            if shut.reason is Reason.AGENCY_QUOTA:
                yield agency.name, shut
                break
            yield service.name, shut


def _running_out(hall: Hall, agencies: Iterable[Agency]) -> Iterator[tuple[Words, int]]:
    """Agencies and services with their last numbers of the day, and how many are left."""
    for agency in agencies:
        left = _left(agency.daily_quota, hall.issued_of_agency[agency.id])
        if left:
            yield agency.name, left
        for service in hall.plan.services_of[agency.id]:
            left = _left(service.daily_quota, hall.issued_of_service[service.id])
            if left and service.id not in hall.paused:
                yield service.name, left


def _left(quota: int | None, issued: int) -> int:
    """How many numbers are left where they are the last ones, else 0."""
    left = 0 if quota is None else max(0, quota - issued)
    return left if issued and left <= LAST_NUMBERS else 0


_DISTURBANCES = frozenset(
    {Reason.PAUSED, Reason.QUOTA, Reason.AGENCY_QUOTA, Reason.CHANNEL_QUOTA, Reason.FULL}
)


def _agencies_of(hall: Hall, counters: Sequence[Counter]) -> Iterable[Agency]:
    ids = {counter.agency for counter in counters}
    return (agency for agency in hall.plan.agencies.values() if agency.id in ids)
