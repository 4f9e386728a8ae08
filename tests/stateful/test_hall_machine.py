"""Any commands in any order, on any small hall, with everything going wrong that can: what must hold, holds.

The machine drives the engine through random commands, a clock that jumps (also back, also over days),
commits that fail, restarts and a second process. After each step the hall is compared with a replay of
its log and with the rules of the queue written once more, naively. Boards that lose, repeat and reorder
their messages must end with what the engine would show them.
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
from core.domain.errors import CommandIdReused, Refusal
from core.domain.hall import DeskState, Hall, replay
from core.domain.plan import Agency, Board, BoardKind, Kiosk, Plan, PriorityClass, Rules, Series, Zone
from core.domain.staff import CITIZEN, SYSTEM, Actor, Role
from core.domain.ticket import AT_COUNTER, State, Ticket
from core.engine.engine import Done, Engine
from core.engine.projection import rebuild
from core.engine.views import Views
from core.ports import KEYS, Commit, StoreError
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
    agencies, services, counters = [], [], []
    quotas = st.sampled_from([None, None, None, 15, 4])
    for agency in ("X", "Y", "Z")[: draw(st.integers(1, 3))]:
        agencies.append(Agency(agency, words(agency), "city", agency, ALWAYS, draw(quotas)))
        own = [f"{agency.lower()}{n}" for n in range(draw(st.integers(1, 3)))]
        for ident in own:
            series = draw(st.sampled_from([agency, f"{agency}{agency}"]))
            services.append(service(ident, agency, series, hours=ALWAYS, daily_quota=draw(quotas), minutes=5))
        for _ in range(draw(st.integers(1, 3))):
            served = draw(st.lists(st.sampled_from(own), min_size=1, unique=True))
            cut = draw(st.integers(0, len(served) - 1))
            tiers = [tuple(tier) for tier in (served[:cut], served[cut:]) if tier]
            counters.append(counter(str(len(counters) + 1), agency, agency, *tiers))
    ids = [each.id for each in agencies]
    head_starts = draw(st.lists(st.sampled_from([0, 60, 1200]), max_size=2))
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
                PriorityClass(f"class-{n}", words(f"class {n}"), timedelta(seconds=seconds))
                for n, seconds in enumerate(head_starts)
            ),
        ),
        kiosks=keyed(Kiosk("K1", words("K1"), "X", "P1")),
        boards=keyed(
            Board("hall", words("hall"), BoardKind.HALL),
            Board("zone", words("zone"), BoardKind.ZONE, ("X",), recent=3),
            Board("sign", words("sign"), BoardKind.COUNTER, counter="1"),
        ),
        # A call that is missed stays on the boards: what a board shows then hangs on events alone.
        rules=Rules(recall_limit=2, recall_pace=timedelta(seconds=8), missed_shown=timedelta(days=10_000)),
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
    """What of a view hangs on events, not on the moment at which it was made."""
    return {key: value for key, value in view.items() if key not in {"now", "day"}}


# -- commands ------------------------------------------------------------------------------------------

KINDS = [
    "take", "take", "take", "open", "open", "next", "next", "next", "start", "start", "finish", "finish",
    "no_show", "recall", "pause", "close", "close_for", "number", "cancel", "pause_service",
    "resume_service", "report", "add_account", "set_secret", "revoke", "any_officer",
]  # fmt: skip
small = st.integers(0, 7)
specs = st.tuples(st.sampled_from(KINDS), small, small, small)
Spec = tuple[str, int, int, int]
AT_COUNTERS = {
    "open": c.OpenCounter,
    "next": c.CallNext,
    "start": c.StartService,
    "finish": c.FinishService,
    "no_show": c.RecordNoShow,
    "recall": c.Recall,
    "pause": c.PauseCounter,
    "close": c.CloseCounter,
}


WAYS = [
    ("next", "start", "finish"),
    ("next", "start", "finish"),
    ("next", "start"),
    ("next", "recall", "recall", "no_show"),
    ("next", "pause", "open"),
    ("next", "recall", "close", "open"),
    ("next", "start", "pause", "finish", "open"),
    ("next", "no_show", "next"),
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
        self.start_engine()

    def make_store(self) -> Any:
        return Memory()

    def start_engine(self) -> None:
        self.engine = engine_on(self.store, self.plan, self.clock)
        house = SimpleNamespace(plan=self.plan, engine=self.engine, views=self.views)
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

    def command_of(self, spec: Spec) -> c.Command:  # noqa: PLR0911, C901 - one arm a kind
        kind, a, b, d = spec

        def pick(items: Any, n: int) -> Any:
            listed = list(items)
            return listed[n % len(listed)] if listed else "none"

        desk = pick(self.plan.counters, a)
        match kind:
            case "take":
                self.tokens += 1
                return c.IssueTicket(
                    CITIZEN,
                    pick(self.plan.services, a),
                    token(self.tokens),
                    pick(self.plan.classes, b),
                    kiosk="K1" if d % 2 else None,
                )
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
                return c.ReportPrint(SYSTEM, pick(self.hall.jobs, a), pick(["sent", "failed", "queued"], b))
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
        return verdicts

    @rule(spec=specs, named=st.booleans(), fails=st.sampled_from([False] * 9 + [True]))
    def one_command(self, spec: Spec, named: bool, fails: bool) -> None:
        command = self.command_of(spec)
        if isinstance(command, c.CallNext) and self.untold:
            self.engine.catch_up()
        chosen = self.naive_next(command.counter) if isinstance(command, c.CallNext) else None
        ident = f"id-{len(self.named)}" if named else None
        (verdict,) = self.carry_out([(command, ident)], fails)
        if isinstance(verdict, Done):
            if ident is not None:
                self.named.append((ident, command, verdict))
            if isinstance(command, c.CallNext):
                assert chosen is not None
                assert verdict.ticket == chosen.id
                self.check_why(chosen, command.counter, verdict.result["why"])

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

    def naive_rank(self, ticket: Ticket) -> tuple[Any, int]:
        head_start = self.plan.classes[ticket.klass].head_start
        return ticket.issued_at - head_start, ticket.seq

    def naive_waiting(self, services: tuple[str, ...]) -> list[Ticket]:
        return [
            ticket
            for ticket in self.hall.tickets.values()
            if ticket.state is State.WAITING and ticket.stage.service in services
        ]

    def naive_next(self, counter_id: str) -> Ticket | None:
        for tier in self.plan.counters[counter_id].tiers:
            if waiting := self.naive_waiting(tier):
                return min(waiting, key=self.naive_rank)
        return None

    def check_why(self, ticket: Ticket, counter_id: str, why: dict[str, Any]) -> None:
        tier = next(tier for tier in self.plan.counters[counter_id].tiers if ticket.stage.service in tier)
        # The ticket itself waits no longer; whoever came before it and still waits was passed.
        passed = [
            other
            for other in self.naive_waiting(tier)
            if (other.issued_at, other.seq) < (ticket.issued_at, ticket.seq)
        ]
        assert why["passed"] == len(passed)
        assert why["rule"] == ("head_start" if passed else "arrival")

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
    def the_waiting_lists_hold_whoever_waits(self) -> None:
        hall = self.hall
        for ident in self.plan.services:
            listed = [place[2] for place in hall.waiting.get(ident, ())]
            waiting = sorted(self.naive_waiting((ident,)), key=self.naive_rank)
            assert listed == [ticket.id for ticket in waiting]
        assert set(hall.missed) == {t.id for t in hall.tickets.values() if t.state is State.MISSED}

    @invariant()
    def no_quota_is_exceeded(self) -> None:
        for ident, each in self.plan.services.items():
            assert each.daily_quota is None or self.hall.issued_of_service[ident] <= each.daily_quota
        for ident, agency in self.plan.agencies.items():
            assert agency.daily_quota is None or self.hall.issued_of_agency[ident] <= agency.daily_quota

    def teardown(self) -> None:
        if not hasattr(self, "engine"):
            return
        self.compare_boards()
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
