"""Any commands in any order, on any small hall, with everything going wrong that can: what must hold, holds.

The machine drives the engine through random commands, a clock that jumps (also back, also over days),
commits that fail, restarts and a second process. After each step the hall is compared with a replay of
its log and with the rules of the queue written once more, naively. Boards that lose, repeat and reorder
their messages must end with what the engine would show them.

Nobody starves, in calls: let H be the largest head start. While a ticket waits, a counter that has it in
a tier calls nobody of that tier who joined more than H later; so the calls that pass it there are at most
as many as joined within H after it. Not counted are calls that a rule of its own gives away: by number,
by the guard, as help from below, in turns of a ratio (of any ``of`` calls at most ``priority``, or at most
``of - priority``, pass a kind), and those of or before a ticket that was moved by restoring or postponing
(a holder may do that a few times only, and stands behind three each time).
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core.domain import commands as c
from core.domain import events as e
from core.domain.deciding import decide
from core.domain.errors import CommandIdReused, Refusal
from core.domain.evolving import replay
from core.domain.hall import Desk, DeskState, Hall, PrinterState, PrintState
from core.domain.plan import (
    Agency,
    Board,
    BoardKind,
    Kiosk,
    OutcomeKind,
    Plan,
    PriorityClass,
    Ratio,
    Rules,
    Series,
    Zone,
)
from core.domain.ranking import lists_of
from core.domain.staff import CITIZEN, SYSTEM, Actor, Role
from core.domain.ticket import AT_COUNTER, OPEN, State, Ticket
from core.engine.engine import Done, Engine
from core.engine.projection import rebuild
from core.engine.views import Views
from core.ports import KEYS, Commit, StoreError
from core.settings import Settings
from core.store.memory import MemoryStore
from core.store.sqlite import SqliteStore
from display.live import board_topic
from tests.worlds import (
    ALWAYS,
    WAYAN,
    WITA,
    HandClock,
    Texts,
    by_key,
    counter,
    engine_on,
    frozen,
    keyed,
    service,
    token,
    words,
)

CI = bool(os.environ.get("CI"))
MEMORY_RUNS, DISK_RUNS, STEPS = (300, 25, 50) if CI else (60, 5, 50)
"""Runs, and steps a run at most: some 14,000 steps in CI, the same every time; 3,000 others elsewhere."""


# -- halls ---------------------------------------------------------------------------------------------


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A hall of one to three agencies, whose counters serve their agency's services in tiers."""

    def some(*values: Any) -> Any:
        return draw(st.sampled_from(values))

    def minutes(*values: int) -> timedelta | None:
        return timedelta(minutes=number) if (number := some(0, 0, *values)) else None

    agencies, services, counters = [], [], []
    quotas = st.sampled_from([None, None, None, 15, 4])
    for agency in ("X", "Y", "Z")[: draw(st.integers(1, 3))]:
        agencies.append(Agency(agency, words(agency), "city", agency, ALWAYS, draw(quotas)))
        own = [f"{agency.lower()}{n}" for n in range(draw(st.integers(1, 3)))]
        for ident in own:
            series = draw(st.sampled_from([agency, f"{agency}{agency}"]))
            told = {
                "daily_quota": draw(quotas),
                "channel_quotas": some({}, {}, {"kiosk": 9}),
                "max_wait": minutes(2, 20),
                "ratio": some(None, None, Ratio(1, 2), Ratio(1, 3), Ratio(2, 3)),
                # Only to services that come after it: no route leads back to itself.
                "route": tuple(each for each in own if each > ident and draw(st.booleans())),
                "outcomes": some((), (), (OutcomeKind("fine", words("fine")),)),
            }
            services.append(service(ident, agency, series, hours=ALWAYS, minutes=5, **told))
        for _ in range(draw(st.integers(1, 3))):
            served = draw(st.lists(st.sampled_from(own), min_size=1, unique=True))
            cuts = sorted(draw(st.lists(st.integers(0, len(served)), min_size=2, max_size=2)))
            tiers = [tuple(t) for t in (served[: cuts[0]], served[slice(*cuts)], served[cuts[1] :]) if t]
            ident = str(len(counters) + 1)
            counters.append(counter(ident, agency, agency, *tiers, help_after=minutes(1, 10)))
    ids = [each.id for each in agencies]
    head_starts = draw(st.lists(st.tuples(st.sampled_from([0, 60, 1200]), st.booleans()), max_size=2))
    return Plan(
        name=words("Hall"),
        timezone=WITA,
        agencies=keyed(*agencies),
        services=keyed(*services),
        series=keyed(*(Series(each * n, each * n) for each in ids for n in (1, 2))),
        counters=keyed(*counters),
        zones=keyed(*(Zone(each, words(each), "1") for each in ids)),
        classes=keyed(
            PriorityClass("regular", words("regular")),
            *(
                PriorityClass(f"class-{n}", words(f"class {n}"), timedelta(seconds=seconds), mark=mark)
                for n, (seconds, mark) in enumerate(head_starts)
            ),
        ),
        kiosks=keyed(Kiosk("K1", words("K1"), "X", "P1")),
        boards=keyed(
            Board("hall", words("hall"), BoardKind.HALL),
            Board("zone", words("zone"), BoardKind.ZONE, ("X",), recent=3),
            Board("sign", words("sign"), BoardKind.COUNTER, counter="1"),
        ),
        # A call that is missed stays on the boards: what a board shows then hangs on events alone.
        rules=Rules(
            recall_limit=2,
            recall_pace=timedelta(seconds=8),
            missed_shown=timedelta(days=10_000),
            restore_behind=some(1, 3),
            restore_limit=some(1, 2),
            postpone_limit=some(1, 2),
            undo_for=timedelta(seconds=some(0, 30, 30)),
            officers_out_of_turn=draw(st.booleans()),
            close_when_full=draw(st.booleans()),
        ),
    )


class Overtaken:
    """Somebody else writes once, between a decision and its commit."""

    overtake: Callable[[], object] | None = None

    def append(self, commit: Commit) -> None:
        work, self.overtake = self.overtake, None
        if work is not None:
            work()
        super().append(commit)  # type: ignore[misc]


class Memory(Overtaken, MemoryStore):
    """A ledger in memory."""


class FlakyDisk(Overtaken, SqliteStore):
    """SQLite whose next commit fails in its last moment, and is rolled back."""

    fail_next = False

    def _insert(self, commit: Commit) -> None:
        super()._insert(commit)
        if self.fail_next:
            self.fail_next = False
            raise sqlite3.OperationalError("disk I/O error")


# -- boards --------------------------------------------------------------------------------------------


@dataclass
class Message:
    """A whole view on its way to a board."""

    board: str
    epoch: str
    seq: int
    view: dict[str, Any]


@dataclass
class Screen:
    """A board at the end of a bad line. It drops what is not newer by (epoch, seq)."""

    connected: bool = False
    epoch: str = ""
    seq: int = -1
    view: dict[str, Any] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    newest: tuple[str, int] = ("", -1)
    """The newest that was sent to it since it connected."""

    def take(self, message: Message) -> None:
        """A message has arrived."""
        if message.epoch in self.left:
            return
        if message.epoch == self.epoch and message.seq <= self.seq:
            return
        if message.epoch != self.epoch and self.epoch:
            self.left.add(self.epoch)
        self.epoch, self.seq, self.view = message.epoch, message.seq, message.view


def shown(view: dict[str, Any]) -> dict[str, Any]:
    """What of a view hangs on events, not on the moment at which it was made.

    Whether those who wait fill the day is a matter of the moment too; boards are shown again every few
    seconds for that.
    """
    told = {key: value for key, value in view.items() if key not in {"now", "day", "notices"}}
    told["waiting"] = [{k: v for k, v in each.items() if k != "open"} for each in view.get("waiting", [])]
    return told


# -- commands ------------------------------------------------------------------------------------------

KINDS = [
    "take", "take", "take", "open", "open", "next", "next", "next", "start", "start", "finish", "finish",
    "no_show", "recall", "pause", "close", "close_for", "number", "cancel", "pause_service",
    "resume_service", "report", "report", "reroute", "reprint", "printer", "add_account", "set_secret",
    "revoke", "any_officer", "park", "park", "resume", "resume", "transfer", "transfer", "return", "add",
    "restore", "restore", "postpone", "postpone", "end_parks", "help", "last", "undo", "undo", "undo",
    "cut_off", "release", "release",
]  # fmt: skip
small = st.integers(0, 7)
specs = st.tuples(st.sampled_from(KINDS), small, small, small)
Spec = tuple[str, int, int, int]
AT_COUNTERS = {
    "open": c.OpenCounter,
    "next": c.CallNext,
    "start": c.StartService,
    "no_show": c.RecordNoShow,
    "recall": c.Recall,
    "pause": c.PauseCounter,
    "close": c.CloseCounter,
    "return": c.ReturnTicket,
    "undo": c.UndoAction,
}
MEANT: dict[str, Callable[[Actor, str, str], c.Command]] = {
    "start": c.StartService,
    "recall": c.Recall,
    "no_show": c.RecordNoShow,
    "finish": lambda actor, desk, ticket: c.FinishService(actor, desk, "fine", ticket),
    "park": lambda actor, desk, ticket: c.ParkTicket(actor, desk, 1, ticket),
    "return": c.ReturnTicket,
    "pause": lambda actor, desk, ticket: c.PauseCounter(actor, desk, "", ticket),
    "close": lambda actor, desk, ticket: c.CloseCounter(actor, desk, False, ticket),
    "last": lambda actor, desk, ticket: c.CloseCounter(actor, desk, True, ticket),
}
"""What a window sends that shows a ticket, or nobody (``""``)."""
UNDOABLE = ["next", "next", "number", "finish", "no_show", "park", "transfer"]
UNTOUCHED = {"seq", "latest", "mementos", "calls"}
"""What of a hall tells that something happened, even if it was taken back."""


WAYS = [
    ("next", "start", "finish"),
    ("next", "start", "finish"),
    ("next", "start"),
    ("next", "recall", "recall", "no_show"),
    ("next", "pause", "open"),
    ("next", "recall", "close", "open"),
    ("next", "start", "pause", "finish", "open"),
    ("next", "no_show", "next"),
    ("next", "no_show", "restore", "next", "start", "finish"),
    ("next", "start", "park", "next", "start", "finish", "resume", "finish"),
    ("next", "start", "transfer", "next", "start", "return"),
    ("next", "start", "add", "finish", "undo", "finish"),
    ("next", "undo", "next", "no_show", "undo", "start", "park", "undo", "finish"),
    ("next", "start", "last", "finish", "open"),
]
TROUBLES = [
    "the clock is set back",
    "a night passes",
    "the engine restarts",
    "another process writes",
    "another process writes",
    "another process overtakes",
    "the engine catches up",
]


@dataclass(frozen=True)
class Chosen:
    """Whom the rules put next, and why."""

    ticket: Ticket
    place: tuple[Any, int]
    rule: str
    minutes: int = 0
    turn: int = 0
    of: int = 0


class HallMachine(RuleBasedStateMachine):
    """The engine on a ledger in memory."""

    @initialize(plan=plans(), minute=st.integers(0, 24 * 60 - 1))
    def begin(self, plan: Plan, minute: int) -> None:
        self.plan = plan
        self.clock = HandClock()
        self.clock.later(minutes=minute - 9 * 60)
        self.store = self.make_store()
        self.tokens = 0
        self.named: list[tuple[str, c.Command, Done]] = []
        self.screens = {board: Screen() for board in plan.boards}
        self.flying: list[Message] = []
        self.untold = False
        self.views = Views(Texts())
        self.windows: dict[str, tuple[str, dict[str, Any] | None]] = {}
        """By counter: the ticket that an officer's window shows there, and what it offers to undo."""
        self.start_engine()

    def make_store(self) -> Any:
        return Memory()

    def start_engine(self) -> None:
        self.engine = engine_on(self.store, self.plan, self.clock)
        house = SimpleNamespace(
            plan=self.plan, engine=self.engine, views=self.views, settings=Settings(), data=Path(os.devnull)
        )
        self.topic = board_topic(house)  # type: ignore[arg-type]
        self.engine.subscribe(self.push)
        for screen in self.screens.values():
            screen.connected = False
        self.untold = False

    @property
    def hall(self) -> Hall:
        return self.engine.hall

    # -- what is done ------------------------------------------------------------------------------------

    def officer(self, n: int) -> Actor:
        agencies = [None, *self.plan.agencies]
        return Actor(f"officer-{n % 4}", Role.OFFICER, agencies[n % len(agencies)])

    def at(self, counter_id: str, n: int) -> Actor:
        """Whoever is at the counter; somebody if nobody is."""
        name = self.hall.desk(counter_id).officer
        return Actor(name or f"officer-{n % 4}", Role.OFFICER)

    def command_of(self, spec: Spec) -> c.Command:  # noqa: PLR0911, PLR0912, C901 - one arm a kind
        kind, a, b, d = spec

        def pick(items: Any, n: int) -> Any:
            listed = list(items)
            return listed[n % len(listed)] if listed else "none"

        hall = self.hall
        desk = pick(self.plan.counters, a)
        match kind:
            case "take":
                self.tokens += 1
                return c.IssueTicket(
                    CITIZEN,
                    pick(self.plan.services, a),
                    token(self.tokens),
                    pick(self.plan.classes, b),
                    channel="online" if d > 4 else "kiosk",
                    kiosk="K1" if d % 2 else None,
                    more=tuple(self.plan.services)[b : b + (d % 3 == 2)],
                )
            case "park":
                return c.ParkTicket(self.at(desk, b), desk, pick([None, 1, 15], d))
            case "resume":
                parked = [hall.tickets[ticket].number for ticket in hall.parked]
                return c.ResumeTicket(self.at(desk, b), desk, pick(parked, d), wait=b % 2 == 1)
            case "restore":
                missed = [hall.tickets[ticket].number for ticket in hall.missed]
                return c.RestoreTicket(self.at(desk, b), desk, pick(missed, d))
            case "transfer":
                people = [name for kind, name in hall.accounts if kind == "staff"]
                target = pick(
                    [
                        {"service": pick(self.plan.services, b)},
                        {"to_counter": pick(self.plan.counters, b)},
                        {"to_officer": pick(people, b)},
                    ],
                    d,
                )
                return c.TransferTicket(self.at(desk, b), desk, **target, at_end=d > 4)
            case "add":
                return c.AddService(self.at(desk, b), desk, pick(self.plan.services, d))
            case "help":
                return c.HelpServices(self.at(desk, b), desk, tuple(self.plan.services)[:: 1 + d][:2])
            case "last":
                return c.CloseCounter(self.at(desk, b), desk, after_current=True)
            case "finish":
                return c.FinishService(self.at(desk, b), desk, pick(["fine", "fine", ""], d))
            case "postpone":
                return c.PostponeTicket(CITIZEN, pick(hall.tickets, a * 8 + b))
            case "end_parks":
                return c.EndParks(SYSTEM)
            case "release":
                return c.ReleaseAimed(SYSTEM)
            case "cut_off":
                return c.CutOff(SYSTEM, desk)
            case "number":
                return c.CallNumber(self.at(desk, b), desk, pick(self.hall.by_number, d), "asked" * (b % 2))
            case "close_for":
                return c.CloseCounter(WAYAN, desk)
            case "any_officer":
                return pick(AT_COUNTERS.values(), d)(self.officer(b), desk)
            case "cancel":
                return c.CancelTicket(CITIZEN, pick(self.hall.tickets, a * 8 + b))
            case "pause_service":
                return c.PauseService(WAYAN, pick(self.plan.services, a), "server down")
            case "resume_service":
                return c.ResumeService(WAYAN, pick(self.plan.services, a))
            case "report":
                state = pick(PrintState, b)
                return c.ReportPrint(SYSTEM, pick(hall.jobs, a), state.value, "told", permanent=d > 4)
            case "reroute":
                return c.ReroutePrint(SYSTEM, pick(hall.jobs, a), f"printer-{b}")
            case "reprint":
                return c.ReprintTicket(
                    self.at(desk, b),
                    pick(hall.tickets, a * 8 + b),
                    pick([None, "K1", "none"], d),
                    "https://x",
                )
            case "printer":
                return c.ReportPrinter(
                    SYSTEM, f"printer-{a % 2}", pick(PrinterState, b).value, "words" * (d % 2)
                )
            case "add_account":
                self.tokens += 1
                role = pick([Role.ADMIN, Role.OFFICER], b)
                return c.AddAccount(SYSTEM, "staff", f"person-{a % 3}", role, f"SECRET-{self.tokens}")
            case "set_secret":
                self.tokens += 1
                return c.SetSecret(SYSTEM, "staff", f"person-{a % 3}", f"SECRET-{self.tokens}")
            case "revoke":
                return c.RevokeAccount(SYSTEM, "staff", f"person-{a % 3}")
            case _:
                return AT_COUNTERS[kind](self.at(desk, b), desk)

    def carry_out(self, orders: list[tuple[c.Command, str | None]], fails: bool) -> list[Any]:
        """Give commands to the engine; a failure and a refusal must have changed nothing."""
        before, seq = frozen(self.hall), self.store.last_seq()
        self.store.fail_next = fails
        if len(orders) == 1:
            try:
                verdicts: list[Any] = [self.engine.do(*orders[0])]
            except (Refusal, StoreError) as trouble:
                verdicts = [trouble]
        else:
            verdicts = self.engine.do_all(orders)
        self.store.fail_next = False
        news = self.store.since(seq)
        failed = [isinstance(each, StoreError) for each in verdicts]
        if any(failed):
            assert fails, verdicts
            assert all(failed), "one transaction: all of it or nothing"
            assert news == []
        elif not any(isinstance(each, Done) and not each.repeated for each in verdicts):
            assert all(r.command_id.startswith("day-") for r in news), "a refusal has left events"
        if not news and not self.untold:
            assert self.hall.state() == before
        if news:
            self.untold = False
        assert all(isinstance(each, Done | Refusal | StoreError) for each in verdicts), verdicts
        if any(isinstance(recorded.event, e.ActionUndone) for recorded in news):
            self.check_undone()
        return verdicts

    @rule(spec=specs, named=st.booleans(), fails=st.sampled_from([False] * 9 + [True]))
    def one_command(self, spec: Spec, named: bool, fails: bool) -> None:
        command = self.command_of(spec)
        if isinstance(command, c.CallNext | c.RestoreTicket | c.PostponeTicket) and self.untold:
            self.engine.catch_up()
        chosen = self.naive_next(command.counter) if isinstance(command, c.CallNext) else None
        before = self.line_of(command)
        ident, seq = f"id-{len(self.named)}" if named else None, self.store.last_seq()
        (verdict,) = self.carry_out([(command, ident)], fails)
        if isinstance(verdict, Done):
            # What changed nothing (no parking has run out) left no trace, and needs none.
            if ident is not None and self.store.last_seq() > seq:
                self.named.append((ident, command, verdict))
            if isinstance(command, c.CallNext):
                assert chosen is not None
                assert verdict.ticket == chosen.ticket.id
                self.check_why(chosen, command.counter, verdict.result["why"])
            if before is not None:
                self.check_place(self.hall.tickets[verdict.ticket], before)

    @rule(batch=st.lists(specs, min_size=2, max_size=6), fails=st.sampled_from([False] * 4 + [True]))
    def a_batch(self, batch: list[Spec], fails: bool) -> None:
        self.carry_out([(self.command_of(spec), None) for spec in batch], fails)

    @rule(counter_n=small, officer_n=small, people=st.integers(1, 3))
    def a_busy_counter(self, counter_n: int, officer_n: int, people: int) -> None:
        """People come to a counter that is open: without it most officers would find nobody."""
        desk = list(self.plan.counters)[counter_n % len(self.plan.counters)]
        for _ in range(people):
            self.tokens += 1
            what = self.plan.counters[desk].services[self.tokens % len(self.plan.counters[desk].services)]
            self.carry_out([(c.IssueTicket(CITIZEN, what, token(self.tokens)), None)], False)
        self.carry_out([(c.OpenCounter(self.at(desk, officer_n), desk), None)], False)

    @precondition(lambda self: self.named)
    @rule(n=small, other=st.booleans(), fails=st.booleans())
    def the_same_id_again(self, n: int, other: bool, fails: bool) -> None:
        ident, command, first = self.named[n % len(self.named)]
        if other:
            command = replace(command, actor=Actor("somebody else", Role.OFFICER))
        elif isinstance(command, c.IssueTicket):
            self.tokens += 1
            command = replace(command, token=token(self.tokens))
        (verdict,) = self.carry_out([(command, ident)], fails)
        if other:
            assert isinstance(verdict, CommandIdReused)
        else:
            assert verdict == Done(first.result, repeated=True)

    @rule(counter_n=small, way=st.sampled_from(WAYS), fails=st.sampled_from([False] * 9 + [True]))
    def an_officer_works(self, counter_n: int, way: tuple[str, ...], fails: bool) -> None:
        """One citizen at one counter, to whatever end."""
        desks = list(self.plan.counters)
        at_work = [n for n, desk in enumerate(desks) if self.hall.desk(desk).state is DeskState.OPEN]
        n = at_work[counter_n % len(at_work)] if at_work else counter_n
        for kind in way:
            self.clock.later(seconds=8)
            self.one_command((kind, n, counter_n, 0), False, fails)

    @rule(counter_n=small, kind=st.sampled_from(UNDOABLE), n=small, later=st.sampled_from([0, 10, 30]))
    def an_action_is_taken_back(self, counter_n: int, kind: str, n: int, later: int) -> None:
        """Undone within the time for it, an action has changed nothing at all."""
        self.engine.tick()
        self.engine.catch_up()
        desks = [desk for desk in self.plan.counters if self.hall.desk(desk).state is DeskState.OPEN]
        if not desks:
            return
        desk = desks[counter_n % len(desks)]
        at = list(self.plan.counters).index(desk)
        if kind in {"finish", "park"} and self.hall.desk(desk).ticket is not None:
            self.carry_out([(c.StartService(self.at(desk, 0), desk), None)], False)
        officer, before = self.at(desk, 0), frozen(self.hall)
        (verdict,) = self.carry_out([(self.command_of((kind, at, 7, n)), None)], False)
        if not isinstance(verdict, Done):
            return
        acted, day = self.hall.latest, self.hall.day
        self.clock.later(seconds=later)
        passed = self.hall.moment(self.clock.now()) - acted  # none while a clock that was set back catches up
        (undone,) = self.carry_out([(c.UndoAction(officer, desk), None)], False)
        if self.hall.day != day:
            return
        in_time = passed <= self.plan.rules.undo_for
        assert isinstance(undone, Done) == in_time, undone
        if in_time:
            after = frozen(self.hall)
            for name in before.keys() - UNTOUCHED:
                assert after[name] == before[name], name

    @rule(counter_n=small)
    def a_window_is_looked_at(self, counter_n: int) -> None:
        """What it shows stays, whatever happens at the counter: its line is lost."""
        desk = list(self.plan.counters)[counter_n % len(self.plan.counters)]
        self.engine.catch_up()
        view = self.engine.read(
            lambda hall: self.views.workstation(hall, self.plan.counters[desk], self.clock.now())
        )
        shown = view["current"]["id"] if view["current"] is not None else ""
        self.windows[desk] = (shown, dict(view["undo"]) if view["undo"] is not None else None)

    @precondition(lambda self: self.windows)
    @rule(n=small, action=st.sampled_from([*MEANT, "undo", "undo"]))
    def a_stale_window_acts(self, n: int, action: str) -> None:
        """It acts on the ticket that it shows, or on none."""
        desk = list(self.windows)[n % len(self.windows)]
        shown, undo = self.windows[desk]
        officer = self.at(desk, n)
        if action == "undo":
            if undo is None:
                return
            shown = undo["ticket"]
            command: c.Command = c.UndoAction(officer, desk, shown, undo["event"])
        else:
            command = MEANT[action](officer, desk, shown)
        self.engine.tick()
        self.engine.catch_up()
        there, seq = self.hall.desk(desk).ticket or "", self.store.last_seq()
        (verdict,) = self.carry_out([(command, None)], False)
        told = [each.event for each in self.store.since(seq)]
        moved = {event.ticket for event in told if getattr(event, "ticket", None) is not None}
        if action != "undo" and there != shown:
            assert isinstance(verdict, Refusal), verdict
        if isinstance(verdict, Refusal):
            assert moved == set()
            return
        assert moved <= {shown}, moved
        for event in told:
            if isinstance(event, e.ActionUndone):
                assert undo is not None
                assert event.undone == undo["event"]

    @rule(seconds=st.sampled_from([1, 8, 30, 600, 3600]))
    def time_passes(self, seconds: int) -> None:
        self.clock.later(seconds=seconds)

    @rule(what=st.sampled_from(TROUBLES), spec=specs, n=small)
    def trouble(self, what: str, spec: Spec, n: int) -> None:
        """What happens to a hall from outside; one rule, so that most steps are ordinary work."""
        match what:
            case "the clock is set back":
                self.clock.later(seconds=-[1, 90, 7200, 100_000][n % 4])
            case "a night passes":
                self.clock.later(hours=9 + 24 * (n % 3))
                seq = self.store.last_seq()
                if n % 2:
                    self.engine.tick()
                if self.store.last_seq() > seq:  # else the same day goes on, and nothing was written
                    self.untold = False
            case "the engine restarts":
                self.the_engine_restarts()
            case "another process writes":
                self.another_process_writes(spec, fails=n == 0)
            case "another process overtakes":
                other = Engine(self.plan, self.store, self.clock, self.engine._concurrency)
                overtaking = [(self.command_of(spec), None)]
                ours = self.command_of(("take", n, n, 0))
                self.store.overtake = lambda: other.do_all(overtaking)
                (verdict,) = self.engine.do_all([(ours, None)])
                assert not isinstance(verdict, StoreError), "overtaken once is decided anew"
                self.store.overtake, self.untold = None, False
            case "the engine catches up":
                self.engine.catch_up()
                assert self.hall.seq == self.store.last_seq()

    def the_engine_restarts(self) -> None:
        self.engine.catch_up()
        before, day = frozen(self.hall), self.hall.day
        self.start_engine()
        if self.hall.day == day:
            assert self.hall.state() == before

    def another_process_writes(self, spec: Spec, fails: bool) -> None:
        other = Engine(self.plan, self.store, self.clock, self.engine._concurrency)
        command, seq = self.command_of(spec), self.store.last_seq()
        self.store.fail_next = fails
        other.do_all([(command, None)])
        self.store.fail_next = False
        self.untold = self.untold or self.store.last_seq() > seq

    # -- the boards --------------------------------------------------------------------------------------

    def message(self, board: str) -> Message:
        seq, view = self.engine.read(
            lambda hall: (hall.seq, self.views.board(hall, self.plan.boards[board], self.clock.now()))
        )
        return Message(board, self.engine.epoch, seq, dict(view))

    def push(self, effects: Any) -> None:
        """As the live part does: a whole view to each board that the commit touched."""
        for board in self.topic.touched(effects, list(self.screens)):
            if self.screens[board].connected:
                message = self.message(board)
                self.screens[board].newest = (message.epoch, message.seq)
                self.flying.append(message)

    @rule()
    def the_boards_connect(self) -> None:
        """Join first, then the snapshot; what was on its way before may still arrive."""
        for board, screen in self.screens.items():
            screen.connected = True
            snapshot = self.message(board)
            screen.newest = (snapshot.epoch, snapshot.seq)
            screen.take(snapshot)
            assert (screen.epoch, screen.seq) == (snapshot.epoch, snapshot.seq)

    @precondition(lambda self: self.flying)
    @rule(n=small, fate=st.sampled_from(["arrives", "arrives", "arrives twice", "is lost"]))
    def a_message(self, n: int, fate: str) -> None:
        message = self.flying[-1 - n % len(self.flying)]
        if fate != "arrives twice":
            self.flying.remove(message)
        if fate != "is lost":
            screen = self.screens[message.board]
            before = (screen.epoch, screen.seq)
            screen.take(message)
            assert screen.epoch != before[0] or screen.seq >= before[1]

    @rule(backwards=st.booleans())
    def all_messages_arrive(self, backwards: bool) -> None:
        for message in self.flying[::-1] if backwards else self.flying:
            self.screens[message.board].take(message)
        self.flying.clear()
        self.compare_boards()

    def compare_boards(self) -> None:
        """A board that has the newest of what it was sent shows what the engine would show."""
        if self.untold:
            return
        for board, screen in self.screens.items():
            if screen.connected and (screen.epoch, screen.seq) == screen.newest:
                assert shown(screen.view) == shown(self.message(board).view), board

    # -- the rules once more, naively ----------------------------------------------------------------------

    def place(self, ticket: Ticket) -> tuple[Any, int]:
        return ticket.stage.rank, ticket.seq

    def moved(self, ticket: Ticket) -> bool:
        """Whether the rank is another than the class gives."""
        return ticket.stage.joined_at - ticket.stage.rank != self.naive_head_start(ticket)

    def naive_head_start(self, ticket: Ticket) -> timedelta:
        ratio = self.plan.services[ticket.stage.service].ratio
        return timedelta(0) if ratio is not None else self.plan.classes[ticket.klass].head_start

    def naive_tiers(self, counter_id: str) -> list[list[Ticket]]:
        """Who waits for a counter, tier by tier."""
        waiting = [ticket for ticket in self.hall.tickets.values() if ticket.state is State.WAITING]
        return [[t for t in waiting if self.key(t) in tier] for tier in self.naive_lists(counter_id)]

    def key(self, ticket: Ticket) -> str:
        """Where it waits: for its service, or for whom it is aimed at."""
        return f"@{ticket.stage.aim}" if ticket.stage.aim else ticket.stage.service

    def naive_turns(self) -> dict[str, int]:
        """How many turns of its round each service with a ratio has taken, from the log alone."""
        services: dict[str, list[str]] = defaultdict(list)
        turns: dict[str, int] = defaultdict(int)
        taken: dict[int, str] = {}
        for recorded in self.store.of_day(self.hall.day):
            if recorded.seq > self.hall.seq:
                break
            match recorded.event:
                case e.TicketIssued(ticket=ticket, service=what) | e.StageOpened(ticket=ticket, service=what):
                    services[ticket].append(what)
                case e.TicketCalled(ticket=ticket, why=why) if why.turn:
                    turns[services[ticket][-1]] += 1
                    taken[recorded.seq] = services[ticket][-1]
                case e.ActionUndone(ticket=ticket, undone=seq, stage=stage):
                    if seq in taken:
                        turns[taken[seq]] -= 1
                    if stage:
                        services[ticket].pop()
        return {what: n % self.plan.services[what].ratio.of for what, n in turns.items()}  # type: ignore[union-attr]

    def overdue(self, ticket: Ticket) -> bool:
        """Whether the guard speaks for it."""
        limit = self.plan.services[ticket.stage.service].max_wait
        stage, at = ticket.stage, self.hall.moment(self.clock.now())
        return limit is not None and at - stage.joined_at > limit and stage.rank <= stage.joined_at

    def naive_head(self, tier: list[Ticket]) -> Chosen:
        """Who is first of a tier."""
        if guarded := [ticket for ticket in tier if self.overdue(ticket)]:
            ticket = min(guarded, key=lambda each: (each.stage.joined_at, each.seq))
            limit = self.plan.services[ticket.stage.service].max_wait
            assert limit is not None
            return Chosen(ticket, self.place(ticket), "guard", minutes=limit // timedelta(minutes=1))
        first = min(tier, key=self.place)
        if first.stage.aim is not None:
            rule = "taken_over" if first.stage.aim.startswith("agency:") else "aimed"
            return Chosen(first, self.place(first), rule)
        ratio = self.plan.services[first.stage.service].ratio
        fellows = [each for each in tier if each.stage.list_key == first.stage.list_key]
        if ratio is None or len({each.marked for each in fellows}) == 1:
            return Chosen(first, self.place(first), "")
        turn = self.naive_turns().get(first.stage.service, 0)
        kind = [each for each in fellows if each.marked == (turn < ratio.priority)]
        return Chosen(min(kind, key=self.place), self.place(first), "ratio", turn=turn + 1, of=ratio.of)

    def naive_next(self, counter_id: str) -> Chosen | None:
        """Whom the rules put next."""
        help_after = self.plan.counters[counter_id].help_after
        at = self.hall.moment(self.clock.now())
        heads = [self.naive_head(tier) for tier in self.naive_tiers(counter_id) if tier]
        if not heads:
            return None
        chosen = heads[0]
        for head in heads[1:]:
            if help_after is None or at - head.ticket.stage.joined_at <= help_after:
                continue
            if head.place < chosen.place:
                chosen = replace(head, rule="help", minutes=help_after // timedelta(minutes=1))
        return chosen

    def check_why(self, chosen: Chosen, counter_id: str, why: dict[str, Any]) -> None:
        """The call tells the rule that decided and whom it passed; and nobody starves."""
        ticket = chosen.ticket
        tiers = self.naive_tiers(counter_id)  # the ticket itself waits no longer
        everybody = [other for tier in tiers for other in tier]
        came = ticket.stage.joined_at, ticket.seq
        passed = [other for other in everybody if (other.stage.joined_at, other.seq) < came]
        assert why["passed"] == len(passed)
        rule = chosen.rule
        if not rule:
            ahead = [other for other in everybody if self.place(other) < self.place(ticket)]
            given = ticket.stage.joined_at > ticket.stage.rank
            rule = "arrival" if not passed else "tier" if ahead else "head_start" if given else "order"
        assert (why["rule"], why["minutes"], why["turn"], why["of"]) == (
            rule, chosen.minutes, chosen.turn, chosen.of,
        )  # fmt: skip
        if rule in {"guard", "help", "ratio"} or self.moved(ticket):
            return
        longest = max(klass.head_start for klass in self.plan.classes.values())
        own = next(n for n, tier in enumerate(self.naive_lists(counter_id)) if self.key(ticket) in tier)
        for other in tiers[own]:
            if not self.moved(other):
                assert ticket.stage.joined_at - other.stage.joined_at <= longest, "starves"

    def naive_lists(self, counter_id: str) -> list[list[str]]:
        desk = self.hall.desk(counter_id)
        tiers = [list(tier) for tier in self.plan.counters[counter_id].tiers]
        tiers[0] += [f"@counter:{counter_id}", f"@officer:{desk.officer}"]
        tiers[0] += [f"@agency:{self.plan.counters[counter_id].agency}"]  # for a service without a counter
        return [*tiers, list(desk.helping)]

    def line_of(self, command: c.Command) -> list[Ticket] | None:
        """For a command that lets others pass: those behind whom the ticket goes."""
        if isinstance(command, c.PostponeTicket):
            ticket = self.hall.tickets.get(command.ticket)
        elif isinstance(command, c.RestoreTicket):
            ticket = self.hall.tickets.get(self.hall.by_number.get(command.number, ""))
        else:
            return None
        if ticket is None or ticket.stage.aim is not None:
            return None
        rivals = self.plan.rivals_of[ticket.stage.service]
        line = [
            other
            for other in self.hall.tickets.values()
            if other.state is State.WAITING and other.stage.aim is None and other.stage.service in rivals
        ]
        if ticket.state is State.WAITING:
            line = [other for other in line if self.place(other) > self.place(ticket)]
        return sorted(line, key=self.place)

    def check_place(self, ticket: Ticket, line: list[Ticket]) -> None:
        """Behind the next few; behind more only where these came in the same instant."""
        behind = line[: self.plan.rules.restore_behind]
        assert all(self.place(other) < self.place(ticket) for other in behind)
        for other in line[len(behind) :]:
            tied = abs(other.stage.rank - behind[-1].stage.rank) <= timedelta(microseconds=1)
            assert tied or self.place(ticket) < self.place(other)

    def check_undone(self) -> None:
        """The hall is as if what was taken back had never happened, whatever others did meanwhile."""
        log = [recorded for recorded in self.store.load() if recorded.seq <= self.hall.seq]
        undone = {r.event.undone for r in log if isinstance(r.event, e.ActionUndone)}
        ids = {recorded.command_id for recorded in log if recorded.seq in undone}
        kept = [r for r in log if r.command_id not in ids and not isinstance(r.event, e.ActionUndone)]
        without, told = replay(self.plan, kept).state(), self.hall.state()
        # Turns are counted anew below; what a service took is a mean that others may have gone on with.
        for name in told.keys() - UNTOUCHED - {"turns", "lengths"}:
            assert told[name] == without[name], name

    # -- what always holds -----------------------------------------------------------------------------------

    @invariant()
    def a_replay_of_the_log_is_the_hall(self) -> None:
        log = [r for r in self.store.everything() if r.seq <= self.hall.seq]
        assert replay(self.plan, log).state() == self.hall.state()
        if not self.untold:
            assert replay(self.plan, self.store.load()).state() == self.hall.state()

    @invariant()
    def the_log_has_no_gap_and_never_runs_backwards(self) -> None:
        log = list(self.store.everything())
        assert [r.seq for r in log] == list(range(1, len(log) + 1))
        assert all(one.at <= two.at for one, two in pairwise(log))

    @invariant()
    def numbers_are_gapless_and_unique(self) -> None:
        runs: dict[tuple[Any, str], list[int]] = defaultdict(list)
        tickets = []
        for recorded in self.store.everything():
            if isinstance(event := recorded.event, e.TicketIssued):
                runs[recorded.day, event.series].append(event.ordinal)
                tickets.append((recorded.day, event.number))
                assert event.number == f"{event.series}{event.ordinal:03d}"
        for ordinals in runs.values():
            assert ordinals == list(range(1, len(ordinals) + 1))
        assert len(set(tickets)) == len(tickets)

    @invariant()
    def a_counter_holds_one_ticket_and_a_ticket_is_at_one_counter(self) -> None:
        hall = self.hall
        held = {desk.ticket: ident for ident, desk in hall.desks.items() if desk.ticket is not None}
        assert len(held) == sum(desk.ticket is not None for desk in hall.desks.values())
        at_counter = {t.id: t.stage.counter for t in hall.tickets.values() if t.state in AT_COUNTER}
        assert held == at_counter
        closed = [desk for desk in hall.desks.values() if desk.state is DeskState.CLOSED]
        assert all(desk.ticket is None and desk.officer is None for desk in closed)

    @invariant()
    def an_officer_is_at_one_counter(self) -> None:
        officers = [d.officer for d in self.hall.desks.values() if d.state is not DeskState.CLOSED]
        assert len(officers) == len(set(officers))

    @invariant()
    def every_ticket_is_in_the_one_place_of_its_state(self) -> None:
        hall, told = self.hall, self.hall.state()
        lists: dict[str, dict[Any, list[Any]]] = {
            name: defaultdict(list) for name in ("waiting", "joined", "lanes")
        }
        for ticket in hall.tickets.values():
            stage = ticket.stage
            assert all(each.state not in OPEN for each in ticket.stages[:-1]), "an earlier stage goes on"
            if ticket.state is State.WAITING:
                assert stage.counter is None
                key = self.key(ticket)
                lists["waiting"][key].append((stage.rank, ticket.seq, ticket.id))
                lists["lanes"][key, ticket.marked].append((stage.rank, ticket.seq, ticket.id))
                lists["joined"][key].append((stage.joined_at, ticket.seq, ticket.id))
        for name, expected in lists.items():
            assert told[name] == {key: sorted(places) for key, places in expected.items()}, name
        by_state = {
            state: {t.id for t in hall.tickets.values() if t.state is state}
            for state in (State.MISSED, State.PARKED)
        }
        assert set(hall.missed) == by_state[State.MISSED]
        assert hall.parked == {id_: hall.tickets[id_].stage.park_until for id_ in by_state[State.PARKED]}

    @invariant()
    def a_rank_is_what_the_class_gives_until_others_are_let_pass(self) -> None:
        for ticket in self.hall.tickets.values():
            if not ticket.restores and not ticket.postpones:
                assert not self.moved(ticket)
            assert ticket.restores <= self.plan.rules.restore_limit
            assert ticket.postpones <= self.plan.rules.postpone_limit

    @invariant()
    def turns_are_those_that_were_taken(self) -> None:
        turns = {what: n for what, n in self.hall.turns.items() if n}
        assert turns == {what: n for what, n in self.naive_turns().items() if n}

    @invariant()
    def nobody_is_stranded(self) -> None:
        """Each who waits is called by some counter as soon as its officer is there.

        That holds for a service without a counter too: the counters of its agency take it over. One who
        is aimed at somebody who has left is released by the next look of the hall's own timer.
        """
        lifted = decide(self.hall, c.ReleaseAimed(SYSTEM), self.clock.now())
        released = {event.ticket for event in lifted if isinstance(event, e.AimLifted)}
        for ticket in self.hall.tickets.values():
            stage = ticket.stage
            if ticket.state is State.WAITING:
                if stage.aim is None or stage.aim.startswith("agency:"):
                    desks = [(each, Desk(DeskState.OPEN, "somebody")) for each in self.plan.counters.values()]
                else:
                    desks = [
                        (each, self.hall.desk(each.id))
                        for each in self.plan.counters.values()
                        if self.hall.desk(each.id).state is not DeskState.CLOSED
                    ]
                called = any(stage.list_key in lists_of(each, desk) for each, desk in desks)
                assert called or ticket.id in released, ticket
            elif ticket.state in AT_COUNTER:
                desk = self.hall.desk(stage.counter or "")
                assert desk.ticket == ticket.id
                assert desk.officer is not None

    @invariant()
    def no_quota_is_exceeded(self) -> None:
        for ident, each in self.plan.services.items():
            assert each.daily_quota is None or self.hall.issued_of_service[ident] <= each.daily_quota
        for ident, agency in self.plan.agencies.items():
            assert agency.daily_quota is None or self.hall.issued_of_agency[ident] <= agency.daily_quota
        for ident, each in self.plan.services.items():
            for channel, quota in each.channel_quotas.items():
                assert self.hall.issued_by_channel[ident, channel] <= quota

    def everybody_away_comes_back(self) -> None:
        """Whoever is parked or missed is taken in again by the counter where they were."""
        hall = self.hall
        for ticket in hall.tickets.values():
            where = ticket.stage.counter or ""
            desk = hall.desk(where)
            actor = Actor(desk.officer or "somebody", Role.OFFICER)
            if ticket.state is State.PARKED and desk.state is not DeskState.CLOSED:
                assert decide(hall, c.ResumeTicket(actor, where, ticket.number, wait=True), self.clock.now())
            if ticket.state is State.MISSED and ticket.restores < self.plan.rules.restore_limit:
                assert decide(hall, c.RestoreTicket(actor, where, ticket.number), self.clock.now())

    def teardown(self) -> None:
        if not hasattr(self, "engine"):
            return
        self.compare_boards()
        self.everybody_away_comes_back()
        assert "SECRET" not in repr([r.event for r in self.store.everything()])
        anew = rebuild(self.plan, self.store.everything())
        for table, keys in KEYS.items():
            assert self.rows(table) == by_key(anew[table], keys), table
        self.close()

    def rows(self, table: str) -> list[dict[str, Any]]:
        return by_key(self.store.rows[table].values(), KEYS[table])

    def close(self) -> None:
        pass


class DiskHallMachine(HallMachine):
    """The engine on a ledger on disk."""

    def make_store(self) -> FlakyDisk:
        self.folder = Path(tempfile.mkdtemp(prefix="antrean-machine-"))
        store = FlakyDisk(self.folder)
        store._db.execute("PRAGMA synchronous = OFF")  # no power is cut here
        return store

    def rows(self, table: str) -> list[dict[str, Any]]:
        return self.store.table_rows(table)

    def close(self) -> None:
        assert self.store.check() == []
        self.store.close()
        shutil.rmtree(self.folder)


TestHallMachine = HallMachine.TestCase
TestHallMachine.settings = settings(max_examples=MEMORY_RUNS, stateful_step_count=STEPS)
TestDiskHallMachine = DiskHallMachine.TestCase
TestDiskHallMachine.settings = settings(max_examples=DISK_RUNS, stateful_step_count=STEPS)
