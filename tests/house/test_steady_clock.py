"""A clock that jumps is believed when it lasts: the decision alone, and with the engine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import SteadyClock, since_boot
from core.domain import commands as c
from core.domain import events as e
from core.domain.staff import SYSTEM
from core.engine.engine import Engine
from core.steadiness import AHEAD_LIMIT_S, BACK_LIMIT_S, HOLD_S, LEEWAY_S, SETTLE_S, measured
from core.store.memory import MemoryStore
from tests.worlds import ALWAYS, CITIZEN, TUESDAY, DirectThreads, local, small_plan, token, with_service

WEDNESDAY = TUESDAY + timedelta(days=1)
DAY_S = 86_400.0
TICK_S = 2.0


@dataclass
class Machine:
    """Both clocks of a machine: the one that is set, and the one that only runs."""

    wall: float
    steady: float = 1_000.0

    def clock(self, newest: datetime | None = None) -> SteadyClock:
        return SteadyClock(newest, lambda: self.wall, lambda: self.steady)

    def pass_(self, seconds: float) -> None:
        """Time goes by, for both."""
        self.wall += seconds
        self.steady += seconds

    def jump(self, seconds: float) -> None:
        """Somebody sets the clock."""
        self.wall += seconds


def at(clock: str = "09:00", day=TUESDAY) -> Machine:
    return Machine(local(clock, day).timestamp())


def watched(machine: Machine, clock: SteadyClock, seconds: float) -> datetime:
    """Time goes by while somebody looks every two seconds, as the engine does."""
    for _ in range(int(seconds / TICK_S)):
        machine.pass_(TICK_S)
        clock.now()
    return clock.now()


def seconds_off(machine: Machine, clock: SteadyClock) -> float:
    return machine.wall - clock.now().timestamp()


def test_a_clock_that_runs_is_believed_also_when_it_is_slewed() -> None:
    machine = at()
    clock = machine.clock()
    for _ in range(5_000):
        machine.pass_(TICK_S)
        machine.jump(0.001)  # 500 ppm, as fast as the kernel slews
        assert clock.now().timestamp() == pytest.approx(machine.wall)
    assert clock.doubt() is None


@pytest.mark.parametrize("jump", [3_600, -600, 6, -6, 40 * DAY_S])
def test_a_jump_is_believed_once_it_has_held(jump: float) -> None:
    machine = at()
    clock = machine.clock()
    clock.now()
    machine.jump(jump)
    watched(machine, clock, HOLD_S - TICK_S)
    assert seconds_off(machine, clock) == pytest.approx(jump)
    doubt = clock.doubt()
    assert doubt is not None
    assert (doubt.waits, doubt.by_s) == (True, pytest.approx(jump))
    watched(machine, clock, 2 * TICK_S)
    assert (seconds_off(machine, clock), clock.doubt()) == (pytest.approx(0), None)


@pytest.mark.parametrize("jump", [AHEAD_LIMIT_S + DAY_S, -BACK_LIMIT_S - 60, -50 * 365 * DAY_S])
def test_a_jump_that_cannot_be_right_needs_a_word(jump: float) -> None:
    machine = at()
    clock = machine.clock()
    clock.now()
    machine.jump(jump)
    watched(machine, clock, 3 * HOLD_S)
    doubt = clock.doubt()
    assert doubt is not None
    assert (doubt.waits, doubt.by_s) == (False, pytest.approx(jump))
    clock.accept()
    assert (seconds_off(machine, clock), clock.doubt()) == (pytest.approx(0), None)


def test_a_clock_that_comes_back_was_never_away() -> None:
    machine = at()
    clock = machine.clock()
    machine.jump(DAY_S)
    watched(machine, clock, HOLD_S / 2)
    machine.jump(-DAY_S)
    assert (seconds_off(machine, clock), clock.doubt()) == (0, None)


def test_a_clock_that_jumps_about_is_not_believed() -> None:
    machine = at()
    clock = machine.clock()
    for n in range(20):
        machine.jump(DAY_S * (1 + n % 3))
        watched(machine, clock, HOLD_S / 2)
    assert clock.now() == local("09:00") + timedelta(seconds=20 * HOLD_S / 2)


def test_many_small_steps_are_no_way_round() -> None:
    machine = at()
    clock = machine.clock()
    for _ in range(50):
        machine.pass_(TICK_S)
        machine.jump(LEEWAY_S - 1)
        clock.now()
    assert seconds_off(machine, clock) > 40 * (LEEWAY_S - 1)


def test_a_suspended_machine_wakes_with_the_right_time() -> None:
    machine = at("23:00")
    clock = machine.clock()
    machine.pass_(9 * 3_600)  # the steady clock counts it too, where the system has such a clock
    assert (clock.now(), clock.doubt()) == (local("08:00", WEDNESDAY), None)
    assert since_boot() > 0


@pytest.mark.parametrize("closed", [1 / 24, 1, 17, 59])
def test_a_start_after_a_night_or_a_long_closure_needs_no_word(closed: float) -> None:
    machine = at()
    clock = machine.clock(datetime.fromtimestamp(machine.wall - closed * DAY_S, UTC))
    assert (seconds_off(machine, clock), clock.doubt()) == (0, None)


@pytest.mark.parametrize(
    "off", [-BACK_LIMIT_S - 60, -56 * 365 * DAY_S, 73 * 365 * DAY_S, AHEAD_LIMIT_S + DAY_S]
)
def test_a_start_with_a_clock_that_cannot_be_right_goes_on_from_the_log(off: float) -> None:
    newest = local("16:00")
    machine = Machine(newest.timestamp() + off)
    clock = machine.clock(newest)
    assert clock.now() == newest
    assert watched(machine, clock, 2 * HOLD_S) == newest + timedelta(seconds=2 * HOLD_S)
    doubt = clock.doubt()
    assert doubt is not None and not doubt.waits  # noqa: PT018
    machine.wall = local("07:30", WEDNESDAY).timestamp()  # the network is there, NTP has stepped it
    clock.now()
    watched(machine, clock, SETTLE_S)
    assert (seconds_off(machine, clock), clock.doubt()) == (pytest.approx(0), None)


def test_a_start_a_little_behind_the_log_waits_for_it_as_ever() -> None:
    machine = at("09:00")
    clock = machine.clock(local("09:10"))
    assert (clock.now(), clock.doubt()) == (local("09:00"), None)


def test_spans_are_told_in_the_unit_that_fits() -> None:
    assert [measured(s) for s in (3, -90, 120, 7_200, -172_800)] == [
        (3, "seconds"), (90, "seconds"), (2, "minutes"), (2, "hours"), (2, "days"),
    ]  # fmt: skip


# -- with the engine -------------------------------------------------------------------------------


def always_open():
    return with_service(small_plan(), "ktp", hours=ALWAYS)


class World:
    """An engine on a machine whose clock jumps, with ticks every two seconds."""

    def __init__(self, machine: Machine) -> None:
        self.machine, self.store, self.tokens = machine, MemoryStore(), 0
        self.start()

    def start(self) -> None:
        newest = self.store.log[-1].at if self.store.log else None
        self.clock = self.machine.clock(newest)
        self.engine = Engine(always_open(), self.store, self.clock, DirectThreads())
        self.engine.start()

    def pass_(self, seconds: float) -> None:
        for _ in range(int(seconds / TICK_S)):
            self.machine.pass_(TICK_S)
            self.engine.tick()

    def issue(self) -> str:
        self.tokens += 1
        return self.engine.do(c.IssueTicket(CITIZEN, "ktp", token(self.tokens))).ticket

    def days(self) -> list:
        return [r.event.day for r in self.store.log if isinstance(r.event, e.DayStarted)]


def test_three_seconds_past_midnight_end_no_day() -> None:
    """The defect: the hall stayed on tomorrow and began at A001."""
    world = World(at("10:00"))
    assert [world.issue(), world.issue()] == ["20261124-A001", "20261124-A002"]
    world.machine.jump(15 * 3_600)
    world.pass_(2)
    assert world.issue() == "20261124-A003"
    world.pass_(2)
    world.machine.jump(-15 * 3_600)
    world.pass_(2)
    assert world.issue() == "20261124-A004"
    assert world.days() == [TUESDAY]


def test_the_day_changes_at_midnight_also_over_a_suspend() -> None:
    world = World(at("23:59"))
    world.pass_(58)
    assert world.days() == [TUESDAY]
    world.pass_(4)
    assert world.days() == [TUESDAY, WEDNESDAY]
    world.machine.pass_(26 * 3_600)
    world.engine.tick()
    assert world.days()[-1] == TUESDAY + timedelta(days=2)


def test_a_jump_is_said_once_and_its_end_once(caplog: pytest.LogCaptureFixture) -> None:
    world = World(at("10:00"))
    world.machine.jump(15 * 3_600)
    world.pass_(20)
    said = [record.getMessage() for record in caplog.records if "clock_" in record.getMessage()]
    assert len(said) == 1
    assert "by=15 hours ahead" in said[0]
    assert "antrean clock accept" in said[0]
    world.machine.jump(-15 * 3_600)
    world.pass_(20)
    assert [record.getMessage().split()[0] for record in caplog.records] == ["clock_doubted", "clock_trusted"]


def test_a_word_is_heard_by_the_server_that_runs() -> None:
    world = World(at("10:00"))
    world.machine.jump(-2 * 3_600)
    world.pass_(HOLD_S * 2)
    assert world.clock.doubt() is not None
    now = datetime.fromtimestamp(world.machine.wall, UTC)

    class Beside:
        def now(self) -> datetime:
            return now

    beside = Engine(always_open(), world.store, Beside(), DirectThreads())
    beside.catch_up()
    beside.do_all([(c.AcceptClock(SYSTEM, TUESDAY), None)])
    world.engine.catch_up()
    assert world.clock.doubt() is None
    assert world.engine.hall.latest == now


steps = st.one_of(
    st.tuples(st.just("pass"), st.sampled_from([2.0, 10.0, 60.0, 290.0, 400.0])),
    st.tuples(st.just("leap"), st.sampled_from([3_600.0, 6 * 3_600.0, DAY_S])),
    st.tuples(st.just("glitch"), st.floats(-400 * DAY_S, 400 * DAY_S)),
    st.tuples(
        st.just("set"), st.sampled_from([-2 * DAY_S, -3_600.0, -30.0, 30.0, 3_600.0, DAY_S, 90 * DAY_S])
    ),
    st.tuples(st.just("true"), st.just(0.0)),
    st.tuples(st.just("restart"), st.just(0.0)),
    st.tuples(st.just("accept"), st.just(0.0)),
    st.tuples(st.just("issue"), st.integers(1, 3).map(float)),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(steps, max_size=30))
def test_no_number_is_given_twice_whatever_the_clock_does(told: list[tuple[str, float]]) -> None:
    machine = at("22:00")
    world, off, given_out = World(machine), 0.0, []
    for what, amount in told:
        match what:
            case "pass":
                world.pass_(amount)
            case "leap":
                machine.pass_(amount)
                world.engine.tick()
            case "glitch":
                world.engine.tick()  # what was accepted a moment ago
                days = len(world.days())
                trusted = world.clock.doubt() is None
                before = world.clock.now()
                machine.jump(amount)
                world.pass_(4)
                machine.jump(-amount)
                world.pass_(2)
                # A new day only if its midnight came meanwhile by the hall's own time.
                passed = _date(before) != _date(before + timedelta(seconds=10))
                assert passed or not trusted or len(world.days()) == days
            case "set":
                machine.jump(amount)
                off += amount
            case "true":
                machine.jump(-off)
                off = 0.0
            case "restart":
                world.start()
            case "accept":
                day = _date(datetime.fromtimestamp(machine.wall, UTC))
                (verdict,) = world.engine.do_all([(c.AcceptClock(SYSTEM, day), None)])
                assert not isinstance(verdict, Exception)
                assert world.engine.hall.latest == world.clock.now()
            case _:
                given_out += [world.issue() for _ in range(int(amount))]
        assert len(given_out) == len(set(given_out))
    beside = Engine(always_open(), world.store, world.clock, DirectThreads())
    beside.catch_up()
    assert beside.hall.state() == world.engine.hall.state()
    for day in {recorded.day for recorded in world.store.log}:
        ordinals = [r.event.ordinal for r in world.store.of_day(day) if isinstance(r.event, e.TicketIssued)]
        assert ordinals == list(range(1, len(ordinals) + 1)), day


def _date(instant: datetime):
    return instant.astimezone(small_plan().timezone).date()
