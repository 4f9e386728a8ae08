"""The fairness report of a day, from the plan and the day's log: who was passed, and by which rule.

The log is replayed step by step; each call is judged in the hall as it stood right before it.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from core.domain import events as e
from core.domain.errors import Unknown
from core.domain.events import Recorded
from core.domain.evolving import evolve
from core.domain.hall import Hall
from core.domain.plan import Plan
from core.domain.ticket import State, Ticket
from core.engine import fairness_shapes as s
from core.engine.overtaking import Passing, bypassed, passings

PASSED_SHOWN = 50
"""How many of those whom one call passed are listed; all of them are judged and counted."""
LONGEST = 10

_FOREIGN = (
    e.AccountAdded,
    e.SecretChanged,
    e.SessionsEnded,
    e.AccountRevoked,
    e.PrintQueued,
    e.PrintReported,
    e.PrintRerouted,
    e.PrinterReported,
)
"""They say nothing of the queue; accounts may be of another day."""


class DayUnknown(Unknown):
    """The log has nothing of that day. Facts: ``day``."""

    code = "day_unknown"


def fairness(plan: Plan, day: date, log: Sequence[Recorded], now: datetime | None = None) -> s.FairnessShape:
    """The report of ``day``. ``now``: until when those still wait on a day that goes on."""
    told = [each for each in log if not isinstance(each.event, _FOREIGN)]
    if not told:
        raise DayUnknown(day=day.isoformat())
    return _Report(plan, day, told, now).told()


@dataclass
class _Waits:
    """The longest time that each ticket waited at a stretch, in seconds."""

    since: dict[str, datetime] = field(default_factory=dict)
    longest: dict[str, tuple[float, str, Ticket]] = field(default_factory=dict)

    def begin(self, ticket: str, at: datetime) -> None:
        self.since[ticket] = at

    def end(self, ticket: Ticket, at: datetime, how: str) -> None:
        if (since := self.since.get(ticket.id)) is None:
            return
        seconds = (at - since).total_seconds()
        if ticket.id not in self.longest or seconds > self.longest[ticket.id][0]:
            self.longest[ticket.id] = (seconds, how, ticket)


class _Report:
    """One replay, and what was noted on the way."""

    def __init__(self, plan: Plan, day: date, log: Sequence[Recorded], now: datetime | None) -> None:
        self._plan = plan
        self._day = day
        self._hall = Hall(plan)
        self._undone = {
            each.event.undone
            for each in log
            if isinstance(each.event, e.ActionUndone) and each.event.action == "call"
        }
        self._calls: list[s.PassingCallShape] = []
        self._out_of_turn: list[s.OutOfTurnShape] = []
        self._unexplained: list[s.UnexplainedShape] = []
        self._unchecked: list[s.UncheckedShape] = []
        self._decided: Tally[str] = Tally()
        self._passed: Tally[tuple[str, str, str]] = Tally()
        """By rule, class of the caller, class of the passed."""
        self._victims: dict[str, list[tuple[str, float]]] = {}
        """By ticket: each passing's rule and the minutes waited so far."""
        self._waits = _Waits()
        self._first: set[str] = set()
        self._honest: dict[str, list[tuple[bool, bool]]] = {}
        self._until = log[0].at
        self._ended = False
        for recorded in log:
            self._step(recorded)
        if now is not None and now.astimezone(plan.timezone).date() == day:
            self._until = max(self._until, now)
        for ticket in self._hall.tickets.values():
            if ticket.state in {State.WAITING, State.EXPIRED}:
                self._waits.end(ticket, self._until, "waiting")

    def _step(self, recorded: Recorded) -> None:
        event, at, hall = recorded.event, recorded.at, self._hall
        self._note_time(event, at)
        match event:
            case e.TicketCalled():
                self._call(recorded, event)
            case e.TicketCancelled(ticket=ticket):
                self._waits.end(hall.tickets[ticket], at, "left")
                self._waits.since.pop(ticket, None)
            case _:
                pass
        evolve(hall, recorded)
        match event:
            case e.TicketIssued(ticket=ticket) | e.StageOpened(ticket=ticket):
                self._waits.begin(ticket, at)
            case e.TicketRestored(ticket=ticket) | e.TicketUnparked(ticket=ticket):
                self._waits.begin(ticket, at)
            case e.TicketPutBack(ticket=ticket) if ticket not in self._waits.since:
                self._waits.begin(ticket, at)  # it was being served at a counter that is gone
            case e.ServiceStarted(ticket=ticket) | e.TicketMissed(ticket=ticket):
                self._waits.since.pop(ticket, None)
            case e.ActionUndone(ticket=ticket):
                if hall.tickets[ticket].state is not State.WAITING:
                    self._waits.since.pop(ticket, None)
            case _:
                pass

    def _note_time(self, event: e.Event, at: datetime) -> None:
        match event:
            case e.DayEnded() | e.TicketExpired() | e.CounterClosed(cause="day_ended"):
                self._ended = True
            case e.ClockAccepted():  # its day goes on, from an instant that may be before earlier ones
                self._ended, self._until = False, at
                self._waits.since = {ticket: min(since, at) for ticket, since in self._waits.since.items()}
            case _:
                self._until = at

    # -- one call --------------------------------------------------------------------------------

    def _call(self, recorded: Recorded, call: e.TicketCalled) -> None:
        ticket, undone, why = self._hall.tickets[call.ticket], recorded.seq in self._undone, call.why
        counter, here = self._plan.counters.get(call.counter), self._place(recorded, call)
        found: list[Passing] = []
        if counter is None:
            self._unchecked.append({**here, "passed": why.passed})
        else:
            found = passings(self._hall, counter, call, recorded.at)
            self._judge(here, found, bypassed(self._hall, counter, call, recorded.at))
        if why.rule == "number":
            passed = why.passed if counter is None else len(found)
            self._out_of_turn.append({**here, "reason": why.reason, "passed": passed, "undone": undone})
        if found:
            shown = [self._passed_one(each, recorded.at) for each in found[:PASSED_SHOWN]]
            self._calls.append(
                {
                    **here,
                    "reason": why.reason,
                    "undone": undone,
                    "passed_count": len(found),
                    "passed": shown,
                }
            )
        if undone:
            return
        self._decided[why.rule] += 1
        for each in found:
            minutes = _minutes(each.ticket.stage.joined_at, recorded.at)
            self._passed[each.rule or "", ticket.klass, each.ticket.klass] += 1
            self._victims.setdefault(each.ticket.id, []).append((each.rule or "", minutes))
        self._waits.end(ticket, recorded.at, "called")
        self._score(ticket, recorded.at)

    def _judge(self, here: s.CallShape, found: Sequence[Passing], instead: Ticket | None) -> None:
        victims = {each.ticket.id: each.ticket.number for each in found if each.rule is None}
        if instead is not None:
            victims[instead.id] = instead.number
        self._unexplained += [{**here, "passed": number} for number in victims.values()]

    def _place(self, recorded: Recorded, call: e.TicketCalled) -> s.CallShape:
        ticket = self._hall.tickets[call.ticket]
        return {
            "seq": recorded.seq,
            "at": self._local(recorded.at),
            "number": ticket.number,
            "class": ticket.klass,
            "counter": call.counter,
            "officer": call.officer,
            "rule": call.why.rule,
        }

    def _passed_one(self, each: Passing, at: datetime) -> s.PassedShape:
        return {
            "number": each.ticket.number,
            "class": each.ticket.klass,
            "waited_minutes": _minutes(each.ticket.stage.joined_at, at),
            "rule": each.rule,
        }

    def _score(self, ticket: Ticket, at: datetime) -> None:
        """The first call against what was told at issue; who let others pass is not scored."""
        if ticket.id in self._first or len(ticket.stages) > 1 or ticket.postpones:
            return
        self._first.add(ticket.id)
        minutes = _minutes(ticket.issued_at, at)
        score = (minutes <= ticket.median_minutes, minutes <= ticket.p80_minutes)
        self._honest.setdefault(ticket.stage.agency, []).append(score)

    # -- all of it -------------------------------------------------------------------------------

    def told(self) -> s.FairnessShape:
        """The report."""
        scores = [score for each in self._honest.values() for score in each]
        return {
            "day": self._day.isoformat(),
            "ended": self._ended,
            "until": self._local(self._until),
            "totals": self._totals(),
            "calls": self._calls,
            "most_passed": self._most_passed(),
            "longest_waits": self._longest_waits(),
            "out_of_turn": self._out_of_turn,
            "forecasts": [
                _honesty("", scores),
                *(_honesty(agency, self._honest[agency]) for agency in sorted(self._honest)),
            ],
            "unexplained": self._unexplained,
            "unchecked": self._unchecked,
        }

    def _totals(self) -> s.TotalsShape:
        by_rule: Tally[str] = Tally()
        for (rule, _, _), times in self._passed.items():
            by_rule[rule] += times
        rules = sorted({*self._decided, *by_rule}, key=lambda rule: (-by_rule[rule], rule))
        return {
            "calls": self._decided.total(),
            "undone": len(self._undone),
            "calls_that_passed": sum(not call["undone"] for call in self._calls),
            "passings": self._passed.total(),
            "by_rule": [
                {"rule": rule, "calls": self._decided[rule], "passings": by_rule[rule]} for rule in rules
            ],
            "who": [
                {"rule": rule, "by": by, "passed": passed, "times": times}
                for (rule, by, passed), times in sorted(
                    self._passed.items(), key=lambda item: (-item[1], item[0])
                )
            ],
        }

    def _most_passed(self) -> list[s.MostPassedShape]:
        most = sorted(self._victims.items(), key=lambda item: -len(item[1]))[:LONGEST]
        tickets = self._hall.tickets
        return [
            {
                "number": tickets[ticket].number,
                "class": tickets[ticket].klass,
                "times": len(passed),
                "rules": sorted({rule for rule, _ in passed}),
                "waited_minutes": passed[-1][1],
            }
            for ticket, passed in most
        ]

    def _longest_waits(self) -> dict[str, list[s.WaitShape]]:
        waits: dict[str, list[s.WaitShape]] = {}
        for seconds, how, ticket in sorted(self._waits.longest.values(), key=lambda each: -each[0]):
            listed = waits.setdefault(ticket.klass, [])
            if len(listed) < LONGEST:
                listed.append(
                    {
                        "number": ticket.number,
                        "class": ticket.klass,
                        "service": ticket.stage.service,
                        "agency": ticket.stage.agency,
                        "waited_minutes": round(seconds / 60, 1),
                        "ended": how,
                    }
                )
        return waits

    def _local(self, at: datetime) -> str:
        return at.astimezone(self._plan.timezone).isoformat(timespec="seconds")


def _honesty(agency: str, scores: Sequence[tuple[bool, bool]]) -> s.HonestyShape:
    count = len(scores) or 1
    return {
        "agency": agency,
        "calls": len(scores),
        "within_median": round(sum(median for median, _ in scores) / count, 3),
        "within_p80": round(sum(p80 for _, p80 in scores) / count, 3),
    }


def _minutes(since: datetime, at: datetime) -> float:
    return round((at - since).total_seconds() / 60, 1)
