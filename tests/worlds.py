"""Small halls made in code, a clock set by hand, threads that are none, and stories told in events."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest

from core.domain import commands as c
from core.domain import events as e
from core.domain.deciding import decide
from core.domain.errors import Refusal
from core.domain.evolving import evolve, replay
from core.domain.hall import Hall
from core.domain.plan import (
    Agency,
    Board,
    BoardKind,
    Counter,
    Hours,
    Interval,
    Kiosk,
    Plan,
    PriorityClass,
    Rules,
    Series,
    Service,
    SpecialDay,
    Words,
    Zone,
)
from core.domain.ranking import next_for
from core.domain.staff import CITIZEN, SYSTEM, Actor, Role
from core.domain.ticket import Ticket
from core.engine.engine import Engine
from core.ports import Offload, Store

T = TypeVar("T")
R = TypeVar("R", bound=Refusal)

WITA = ZoneInfo("Asia/Makassar")
TUESDAY = date(2026, 11, 24)
"""The day on which most stories play: an ordinary working day."""


# -- who acts ------------------------------------------------------------------------------------

ANI = Actor("ani", Role.OFFICER, "DUK")
BUDI = Actor("budi", Role.OFFICER, "DUK")
POLRI = Actor("citra", Role.OFFICER, "POL")
WAYAN = Actor("wayan", Role.SUPERVISOR)
ADMIN = Actor("admin", Role.ADMIN)


# -- the hall ------------------------------------------------------------------------------------


def words(text: str) -> Words:
    """A text that is the same in both languages."""
    return Words(text, text)


def between(*spans: str) -> tuple[Interval, ...]:
    """Intervals of one day: ``between("08:00-12:00", "13:00-16:00")``."""
    made = []
    for span in spans:
        opens, closes = span.split("-")
        made.append(Interval(time.fromisoformat(opens), time.fromisoformat(closes)))
    return tuple(made)


OFFICE = Hours(
    (
        between("08:00-12:00", "13:00-15:30"),
        between("08:00-12:00", "13:00-15:30"),
        between("08:00-12:00", "13:00-15:30"),
        between("08:00-12:00", "13:00-15:30"),
        between("08:00-11:30", "13:00-14:30"),
        (),
        (),
    )
)
"""Monday to Friday with a break, a shorter Friday, no weekend."""
ALWAYS = Hours((between("00:00-23:59:59"),) * 7)


def service(ident: str, agency: str, series: str, **more: Any) -> Service:
    """A service of ten minutes."""
    told = {"minutes": 10, "hours": OFFICE} | more
    return Service(id=ident, agency=agency, name=words(ident), series=series, **told)


def counter(ident: str, agency: str, zone: str, *tiers: tuple[str, ...], **more: Any) -> Counter:
    """A counter with its tiers."""
    return Counter(ident, int(ident), words(f"Loket {ident}"), agency, zone, tiers, **more)


def keyed(*items: T) -> dict[str, T]:
    """A mapping by the ids of its values."""
    return {item.id: item for item in items}  # type: ignore[attr-defined]


def small_plan(**changes: Any) -> Plan:
    """Two agencies, five services, four counters; ``changes`` replaces parts of it.

    ``ktp`` and ``kk`` share series A; ``akta`` has B; the police's ``skck`` and ``sim`` share C.
    Counter 1 serves ktp and kk first, akta when nobody waits for these; 2 and 3 mirror and repeat it.
    """
    plan = Plan(
        name=words("Mal Kecil"),
        timezone=WITA,
        agencies=keyed(
            Agency("DUK", words("Dukcapil"), "city", "A", OFFICE),
            Agency("POL", words("Polri"), "state", "B", OFFICE),
        ),
        services=keyed(
            service("ktp", "DUK", "A"),
            service("kk", "DUK", "A"),
            service("akta", "DUK", "B", minutes=20),
            service("skck", "POL", "C"),
            service("sim", "POL", "C"),
        ),
        series=keyed(Series("A", "A"), Series("B", "B"), Series("C", "C")),
        counters=keyed(
            counter("1", "DUK", "A", ("ktp", "kk"), ("akta",)),
            counter("2", "DUK", "A", ("akta",), ("ktp",)),
            counter("3", "DUK", "A", ("ktp", "kk")),
            counter("4", "POL", "B", ("skck", "sim")),
        ),
        zones=keyed(Zone("A", words("Zona A"), "1"), Zone("B", words("Zona B"), "2")),
        classes=keyed(
            PriorityClass("regular", words("Umum")),
            PriorityClass("priority", words("Prioritas"), timedelta(minutes=20), mark=True),
        ),
        kiosks=keyed(
            Kiosk("K1", words("Kios 1"), "A", "P1"),
            Kiosk("K2", words("Kios 2"), "B", None, ("POL",)),
        ),
        boards=keyed(
            Board("hall", words("Papan"), BoardKind.HALL),
            Board("zone-a", words("Papan A"), BoardKind.ZONE, ("A",)),
            Board("sign-1", words("Loket 1"), BoardKind.COUNTER, counter="1"),
        ),
        rules=Rules(),
    )
    return replace(plan, **changes)


def without_service(plan: Plan, ident: str) -> Plan:
    """The plan after a service was taken out of the configuration."""
    return replace(
        plan,
        services={key: each for key, each in plan.services.items() if key != ident},
        counters={
            key: replace(each, tiers=tuple(tuple(s for s in tier if s != ident) for tier in each.tiers))
            for key, each in plan.counters.items()
        },
    )


def with_service(plan: Plan, ident: str, **changes: Any) -> Plan:
    """The plan with one service changed."""
    return replace(plan, services={**plan.services, ident: replace(plan.services[ident], **changes)})


def with_counter(plan: Plan, ident: str, **changes: Any) -> Plan:
    """The plan with one counter changed."""
    return replace(plan, counters={**plan.counters, ident: replace(plan.counters[ident], **changes)})


def with_rules(plan: Plan, **changes: Any) -> Plan:
    """The plan with some of its rules changed."""
    return replace(plan, rules=replace(plan.rules, **changes))


def with_agency(plan: Plan, ident: str, **changes: Any) -> Plan:
    """The plan with one agency changed."""
    return replace(plan, agencies={**plan.agencies, ident: replace(plan.agencies[ident], **changes)})


def with_special(plan: Plan, *days: SpecialDay) -> Plan:
    """The plan with special days."""
    return replace(plan, special_days={day.day: day for day in days})


# -- time ----------------------------------------------------------------------------------------


def local(clock: str, day: date = TUESDAY, zone: ZoneInfo = WITA) -> datetime:
    """``"09:00"`` of a day in the hall, as UTC."""
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=zone).astimezone(UTC)


class HandClock:
    """A clock that stands until it is set."""

    def __init__(self, start: datetime | None = None) -> None:
        self.instant = start or local("09:00")

    def now(self) -> datetime:
        """Where it was set."""
        return self.instant

    def set(self, clock: str, day: date = TUESDAY) -> None:
        """To a local time of a day."""
        self.instant = local(clock, day)

    def later(self, **span: float) -> None:
        """Forward (or, with negative numbers, back) by a span."""
        self.instant += timedelta(**span)


# -- threads that are none -----------------------------------------------------------------------


class _Idle(BaseException):
    """The writer has nothing to do: back to whoever waits."""


class DirectThreads:
    """``Concurrency`` without threads: the writer runs inside ``wait``, so every run is the same."""

    def __init__(self) -> None:
        self.running: list[Callable[[], None]] = []
        self.timers: list[tuple[float, Callable[[], None]]] = []

    def spawn(self, work: Callable[[], None]) -> None:
        """Remember it; it runs when somebody waits."""
        self.running.append(work)

    def spawn_after(self, seconds: float, work: Callable[[], None]) -> None:
        """Remember it; ``run_timers`` runs it."""
        self.timers.append((seconds, work))

    def sleep(self, seconds: float) -> None:
        """Time does not pass here."""

    def offload(self, work: Callable[..., T], *args: Any) -> T:
        """Here and now."""
        return work(*args)

    def dedicated(self, name: str, threads: int = 1) -> Offload:
        """Here and now."""
        return self.offload

    def waiter(self) -> DirectWaiter:
        """A place for one answer."""
        return DirectWaiter(self)

    def mailbox(self) -> DirectMailbox:
        """A list."""
        return DirectMailbox()

    def run(self) -> None:
        """Let what runs beside go on until it would wait."""
        for work in list(self.running):
            try:
                work()
            except _Idle:
                continue
            self.running.remove(work)

    def run_timers(self) -> None:
        """Run everything that waits for its time, once."""
        due, self.timers = self.timers, []
        for _, work in due:
            work()


class DirectWaiter:
    """One answer of ``DirectThreads``."""

    def __init__(self, threads: DirectThreads) -> None:
        self._threads = threads
        self._answers: list[Any] = []

    def set(self, value: Any) -> None:
        """Give the answer."""
        self._answers.append(value)

    def wait(self) -> Any:
        """The answer; the writer runs until it is there."""
        self._threads.run()
        assert len(self._answers) == 1, "no answer, or two"
        return self._answers[0]


class DirectMailbox:
    """A queue of ``DirectThreads``."""

    def __init__(self) -> None:
        self.items: list[Any] = []

    def put(self, item: Any) -> None:
        """Leave an item."""
        self.items.append(item)

    def take_all(self, limit: int) -> list[Any]:
        """Up to ``limit`` items; back to the waiter if there is none."""
        if not self.items:
            raise _Idle
        taken, self.items = self.items[:limit], self.items[limit:]
        return taken


def engine_on(store: Store, plan: Plan | None = None, clock: HandClock | None = None) -> Engine:
    """A started engine without threads."""
    leaps = itertools.count(0, 60)  # a disk that failed may be tried again at once
    engine = Engine(
        plan or small_plan(), store, clock or HandClock(), DirectThreads(), lambda: float(next(leaps))
    )
    engine.start()
    return engine


# -- stories -------------------------------------------------------------------------------------


def frozen(hall: Hall) -> dict[str, Any]:
    """All of a hall's state, that later changes do not touch."""
    return {name: copy.copy(value) for name, value in hall.state().items()}  # whose values never change


def token(n: int) -> str:
    """A ticket's token as long as a real one."""
    return f"token-{n:022d}"


class Story:
    """Given events, when a command, then events or a refusal: the rules without an engine."""

    def __init__(self, plan: Plan | None = None, clock: str = "09:00", day: date = TUESDAY) -> None:
        self.hall = Hall(plan or small_plan())
        self.clock = HandClock(local(clock, day))
        self.log: list[e.Recorded] = []
        self._tokens = 0
        self._commands = 0
        self.given(e.DayStarted(day))

    def given(self, *events: e.Event, actor: Actor = SYSTEM) -> Story:
        """What happened, now, from one command of ``actor``."""
        self._commands += 1
        for event in events:
            day = event.day if isinstance(event, e.DayStarted) else self.hall.day
            assert day is not None
            at = self.hall.moment(self.clock.now())
            recorded = e.Recorded(self.hall.seq + 1, day, at, actor, f"given-{self._commands}", event)
            evolve(self.hall, recorded)
            self.log.append(recorded)
        return self

    def when(self, command: c.Command) -> list[e.Event]:
        """What the command leads to; deciding has changed nothing."""
        before = frozen(self.hall)
        try:
            return decide(self.hall, command, self.clock.now())
        finally:
            assert self.hall.state() == before, "decide has changed the hall"

    def does(self, command: c.Command) -> list[e.Event]:
        """The command is carried out."""
        events = self.when(command)
        self.given(*events, actor=command.actor)
        return events

    def refuses(self, command: c.Command, refusal: type[R]) -> R:
        """The command is refused, with exactly this refusal; nothing has changed."""
        with pytest.raises(refusal) as refused:
            self.when(command)
        assert type(refused.value) is refusal, f"{refused.value!r} is not a {refusal.__name__} itself"
        return refused.value

    # -- the usual steps -------------------------------------------------------------------------

    def issue(self, what: str = "ktp", klass: str | None = None, **more: Any) -> c.IssueTicket:
        """The command by which a citizen takes a number, with a new token."""
        self._tokens += 1
        return c.IssueTicket(CITIZEN, what, token(self._tokens), klass, **more)

    def takes(self, what: str = "ktp", klass: str | None = None, **more: Any) -> Ticket:
        """A citizen takes a number."""
        issued = self.does(self.issue(what, klass, **more))[0]
        assert isinstance(issued, e.TicketIssued)
        return self.hall.tickets[issued.ticket]

    def opens(self, ident: str = "1", officer: Actor = ANI) -> Story:
        """An officer opens a counter."""
        self.does(c.OpenCounter(officer, ident))
        return self

    def calls(self, ident: str = "1", officer: Actor = ANI) -> e.TicketCalled:
        """An officer calls the next."""
        (called,) = self.does(c.CallNext(officer, ident))
        assert isinstance(called, e.TicketCalled)
        return called

    def number_called(self, ident: str = "1", officer: Actor = ANI) -> str:
        """The number that the next call is for."""
        return self.hall.tickets[self.calls(ident, officer).ticket].number

    def serves(self, ident: str = "1", officer: Actor = ANI) -> str:
        """An officer calls the next and serves them to the end; their number."""
        number = self.number_called(ident, officer)
        self.does(c.StartService(officer, ident))
        self.does(c.FinishService(officer, ident))
        return number

    def starts(self, ident: str = "1", officer: Actor = ANI) -> Ticket:
        """An officer calls the next and begins to serve them."""
        called = self.calls(ident, officer)
        self.does(c.StartService(officer, ident))
        return self.hall.tickets[called.ticket]

    def misses(self, ident: str = "1", officer: Actor = ANI) -> Ticket:
        """An officer calls the next and nobody comes."""
        called = self.calls(ident, officer)
        self.does(c.RecordNoShow(officer, ident))
        return self.hall.tickets[called.ticket]

    def state(self, ticket: Ticket) -> str:
        """Where a ticket is now."""
        return self.now(ticket).state.value

    def now(self, ticket: Ticket) -> Ticket:
        """The ticket as it is now."""
        return self.hall.tickets[ticket.id]

    def numbers(self, ident: str = "1") -> list[str]:
        """Those who wait for a counter, in the order in which it would call them one after another."""
        copied, order = copy.deepcopy(self.hall), []
        at = self.hall.moment(self.clock.now())
        while (choice := next_for(copied, copied.plan.counters[ident], at)) is not None:
            order.append(choice.ticket.number)
            called = e.TicketCalled(choice.ticket.id, ident, "somebody", choice.why)
            for event in (called, e.TicketMissed(choice.ticket.id, ident)):
                assert copied.day is not None
                evolve(copied, e.Recorded(copied.seq + 1, copied.day, at, SYSTEM, "looking", event))
        return order

    def replayed(self, plan: Plan | None = None) -> Hall:
        """The hall that this story's log leads to."""
        return replay(plan or self.hall.plan, self.log)


class Texts:
    """A ``Catalogue`` that answers with its key, so that a view can be compared."""

    def say(self, key: str, lang: str, /, **facts: object) -> str:
        """The key, the language, the facts."""
        told = ", ".join(f"{name}={value}" for name, value in sorted(facts.items()))
        return f"{lang}:{key}({told})"


def by_key(rows: Iterable[Mapping[str, Any]], keys: tuple[str, ...]) -> list[dict[str, Any]]:
    """Rows of a report table in the order of their key."""
    return sorted((dict(row) for row in rows), key=lambda row: tuple(row[key] for key in keys))
