"""The fairness report: every overtaking with its rule, the longest waits, calls out of turn, forecasts."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner

from core.cli import main
from core.domain import commands as c
from core.domain import events as e
from core.domain.errors import Refusal
from core.domain.plan import Plan, Ratio, Rules
from core.domain.staff import CITIZEN, SYSTEM, Actor
from core.engine.fairness import PASSED_SHOWN, DayUnknown, fairness
from core.engine.fairness_shapes import FairnessShape
from core.store.memory import MemoryStore
from tests.worlds import (
    ANI,
    BUDI,
    POLRI,
    TUESDAY,
    WAYAN,
    HandClock,
    engine_on,
    small_plan,
    token,
    with_service,
)


class Day:
    """A day by a real engine, and its report."""

    def __init__(self, plan: Plan | None = None) -> None:
        self.plan = plan or small_plan()
        self.clock, self.store = HandClock(), MemoryStore()
        self.engine = engine_on(self.store, self.plan, self.clock)
        self._tokens = 0
        self.do(c.OpenCounter(ANI, "1"))

    def do(self, command: c.Command) -> Any:
        return self.engine.do(command)

    def takes(self, service: str = "ktp", klass: str | None = None, minutes: float = 1) -> str:
        """A citizen takes a number a minute after the last; the number."""
        self.clock.later(minutes=minutes)
        self._tokens += 1
        done = self.do(c.IssueTicket(CITIZEN, service, token(self._tokens), klass))
        return self.number(done.ticket)

    def number(self, ticket: str) -> str:
        return self.engine.read(lambda hall: hall.tickets[ticket].number)

    def calls(self, counter: str = "1", officer: Actor = ANI) -> str:
        return self.number(self.do(c.CallNext(officer, counter)).ticket)

    def serves(self, counter: str = "1", officer: Actor = ANI, minutes: float = 1) -> str:
        number = self.calls(counter, officer)
        self.do(c.StartService(officer, counter))
        self.clock.later(minutes=minutes)
        self.do(c.FinishService(officer, counter))
        return number

    def report(self) -> FairnessShape:
        """What the report says; nothing in it is left unexplained."""
        made = fairness(self.plan, TUESDAY, self.engine.log_of(TUESDAY), self.clock.now())
        assert made["unexplained"] == []
        assert made["unchecked"] == []
        json.dumps(made)
        return made

    def passed(self) -> list[tuple[str, str, list[tuple[str, str | None]]]]:
        """Each call that passed somebody: number, rule, who was passed by which rule."""
        return [
            (call["number"], call["rule"], [(each["number"], each["rule"]) for each in call["passed"]])
            for call in self.report()["calls"]
        ]


@pytest.fixture
def day() -> Day:
    return Day()


def test_a_day_in_the_order_of_arrival_passes_nobody(day: Day) -> None:
    for _ in range(3):
        day.takes()
    for _ in range(3):
        day.serves()
    made = day.report()
    assert made["calls"] == []
    assert made["totals"]["by_rule"] == [{"rule": "arrival", "calls": 3, "passings": 0}]
    assert not made["ended"]


def test_a_head_start_says_whom_it_passed_and_how_long_they_had_waited(day: Day) -> None:
    first, second = day.takes(), day.takes()
    third = day.takes(klass="priority", minutes=3)
    assert day.serves() == third
    (call,) = day.report()["calls"]
    assert (call["number"], call["class"], call["counter"], call["officer"]) == (
        third,
        "priority",
        "1",
        "ani",
    )
    assert (call["rule"], call["passed_count"]) == ("head_start", 2)
    assert call["passed"] == [
        {"number": first, "class": "regular", "waited_minutes": 4.0, "rule": "head_start"},
        {"number": second, "class": "regular", "waited_minutes": 3.0, "rule": "head_start"},
    ]
    totals = day.report()["totals"]
    assert (totals["calls_that_passed"], totals["passings"]) == (1, 2)
    assert totals["who"] == [{"rule": "head_start", "by": "priority", "passed": "regular", "times": 2}]
    assert [(each["number"], each["times"]) for each in day.report()["most_passed"]] == [
        (first, 1),
        (second, 1),
    ]


def test_a_tier_goes_before_the_next(day: Day) -> None:
    deed, card = day.takes("akta"), day.takes("ktp")
    day.serves()
    assert day.passed() == [(card, "tier", [(deed, "tier")])]


def test_one_call_may_pass_by_two_rules(day: Day) -> None:
    deed, card = day.takes("akta"), day.takes("ktp")
    urgent = day.takes("ktp", "priority")
    day.serves()
    assert [passed for _, _, passed in day.passed()] == [[(deed, "tier"), (card, "head_start")]]
    assert [number for number, _, _ in day.passed()] == [urgent]


def test_a_ratio_passes_by_its_turn() -> None:
    day = Day(with_service(small_plan(), "ktp", ratio=Ratio(1, 2)))
    first, second = day.takes(), day.takes()
    marked = day.takes(klass="priority")
    assert [day.serves(), day.serves(), day.serves()] == [marked, first, second]
    assert day.passed() == [(marked, "ratio", [(first, "ratio"), (second, "ratio")])]


def test_the_guard_passes_those_of_other_services() -> None:
    plan = with_service(small_plan(), "kk", max_wait=timedelta(minutes=10))
    day = Day(plan)
    before, guarded = day.takes("ktp"), day.takes("kk")
    urgent = day.takes("ktp", "priority", minutes=5)
    day.clock.later(minutes=6)
    assert day.serves() == guarded
    assert day.passed() == [(guarded, "guard", [(before, "guard")])]
    assert day.serves() == urgent


def test_help_passes_those_of_the_tiers_above() -> None:
    plan = small_plan()
    first = replace(plan.counters["1"], help_after=timedelta(minutes=10))
    day = Day(replace(plan, counters={**plan.counters, "1": first}))
    card, urgent = day.takes("ktp"), day.takes("akta", "priority")
    day.clock.later(minutes=11)
    assert day.serves() == urgent
    assert day.passed() == [(urgent, "help", [(card, "help")])]


def test_whoever_lets_others_pass_is_passed_by_the_order(day: Day) -> None:
    polite, *others = (day.takes() for _ in range(5))
    day.do(c.PostponeTicket(CITIZEN, f"20261124-{polite}"))
    assert [day.serves() for _ in range(5)] == [*others[:3], polite, others[3]]
    assert day.passed() == [(other, "order", [(polite, "order")]) for other in others[:3]]


def test_a_missed_citizen_comes_back_behind_the_next(day: Day) -> None:
    absent, *others = (day.takes() for _ in range(5))
    assert day.calls() == absent
    day.do(c.RecordNoShow(ANI, "1"))
    day.do(c.RestoreTicket(ANI, "1", absent))
    assert [day.serves() for _ in range(5)] == [*others[:3], absent, others[3]]
    assert {rule for _, rule, _ in day.passed()} == {"order"}
    assert day.report()["totals"]["calls"] == 6


def test_a_call_out_of_turn_stands_with_officer_and_reason(day: Day) -> None:
    first, second, third = day.takes(), day.takes(), day.takes()
    day.do(c.CallNumber(ANI, "1", third, "flight at noon"))
    assert day.passed() == [(third, "number", [(first, "number"), (second, "number")])]
    (told,) = day.report()["out_of_turn"]
    assert (told["number"], told["officer"], told["reason"], told["passed"]) == (
        third,
        "ani",
        "flight at noon",
        2,
    )
    assert not told["undone"]


def test_a_call_that_was_undone_is_marked_and_not_counted(day: Day) -> None:
    first, second = day.takes(), day.takes()
    day.do(c.CallNumber(ANI, "1", second, "by mistake"))
    day.do(c.UndoAction(ANI, "1"))
    assert day.serves() == first
    made = day.report()
    assert [(call["number"], call["undone"]) for call in made["calls"]] == [(second, True)]
    assert [told["undone"] for told in made["out_of_turn"]] == [True]
    totals = made["totals"]
    assert (totals["calls"], totals["undone"], totals["calls_that_passed"], totals["passings"]) == (
        1,
        1,
        0,
        0,
    )
    assert made["most_passed"] == []


def test_a_transferred_citizen_keeps_their_time_and_passes_nobody_who_came_before(day: Day) -> None:
    day.do(c.OpenCounter(BUDI, "2"))
    early, deed = day.takes("ktp"), day.takes("akta")
    day.calls()
    day.do(c.StartService(ANI, "1"))
    day.do(c.TransferTicket(ANI, "1", service="akta"))
    assert day.serves("2", BUDI) == early
    assert day.serves("2", BUDI) == deed
    assert day.passed() == []


def test_the_longest_waits_with_those_who_still_wait(day: Day) -> None:
    first = day.takes()
    waiting, urgent = day.takes("akta"), day.takes(klass="priority")
    left = day.takes("akta")
    day.clock.later(minutes=7)
    day.do(c.CancelTicket(CITIZEN, f"20261124-{left}"))
    assert day.serves() == urgent
    assert day.serves() == first
    day.clock.later(minutes=30)
    waits = day.report()["longest_waits"]
    assert [(w["number"], w["waited_minutes"], w["ended"]) for w in waits["regular"]] == [
        (waiting, 41.0, "waiting"),
        (first, 11.0, "called"),
        (left, 7.0, "left"),
    ]
    assert [(w["number"], w["waited_minutes"], w["service"]) for w in waits["priority"]] == [
        (urgent, 8.0, "ktp")
    ]


def test_a_day_that_ended_counts_waits_to_its_last_moment_not_to_the_next_opening(day: Day) -> None:
    waiting = day.takes()
    day.clock.later(minutes=10)
    day.do(c.PauseCounter(ANI, "1", "lunch"))
    day.clock.set("08:00", TUESDAY + timedelta(days=6))
    day.do(c.StartDay(SYSTEM, TUESDAY + timedelta(days=6)))
    made = day.report()
    assert made["ended"]
    assert made["until"] == "2026-11-24T09:11:00+08:00"
    assert [(w["number"], w["waited_minutes"]) for w in made["longest_waits"]["regular"]] == [(waiting, 10.0)]


def test_forecasts_are_scored_at_the_first_call(day: Day) -> None:
    day.takes()  # told 0 to 2 minutes
    day.takes()
    day.serves(minutes=25)  # called at once
    day.serves()  # after 26 minutes, told 10 and a few
    whole, agency = day.report()["forecasts"]
    assert (whole["agency"], agency["agency"]) == ("", "DUK")
    assert whole["calls"] == agency["calls"] == 2
    assert whole["within_median"] <= whole["within_p80"] == 0.5


def test_a_passing_that_no_rule_explains_is_named(day: Day) -> None:
    """As if the hall had chosen wrongly: the log says ``arrival`` of one who came later."""
    first, second = day.takes(), day.takes()
    assert day.calls() == first
    log = day.engine.log_of(TUESDAY)
    called = log[-1].event
    assert isinstance(called, e.TicketCalled)
    wrong = replace(log[-1], event=replace(called, ticket=f"20261124-{second}"))
    made = fairness(day.plan, TUESDAY, [*log[:-1], wrong])
    assert [(each["number"], each["passed"], each["rule"]) for each in made["unexplained"]] == [
        (second, first, "arrival")
    ]
    assert made["calls"][0]["passed"][0]["rule"] is None


def test_a_lower_tier_that_was_called_first_is_named(day: Day) -> None:
    deed, card = day.takes("akta"), day.takes("ktp")
    assert day.calls() == card
    log = day.engine.log_of(TUESDAY)
    called = log[-1].event
    assert isinstance(called, e.TicketCalled)
    wrong = replace(log[-1], event=replace(called, ticket=f"20261124-{deed}"))
    made = fairness(day.plan, TUESDAY, [*log[:-1], wrong])
    assert [(each["number"], each["passed"]) for each in made["unexplained"]] == [(deed, card)]


def test_a_counter_that_is_gone_is_not_judged_and_that_is_told(day: Day) -> None:
    day.takes(), day.takes(klass="priority")
    day.calls()
    plan = replace(day.plan, counters={key: c for key, c in day.plan.counters.items() if key != "1"})
    made = fairness(plan, TUESDAY, day.engine.log_of(TUESDAY))
    assert [(each["counter"], each["rule"], each["passed"]) for each in made["unchecked"]] == [
        ("1", "head_start", 1)
    ]
    assert made["unexplained"] == []


def test_a_long_list_of_passed_is_cut_but_counted() -> None:
    day = Day(small_plan(rules=Rules(close_when_full=False)))
    for _ in range(PASSED_SHOWN + 5):
        day.takes(minutes=0.1)
    day.takes(klass="priority")
    day.calls()
    (call,) = day.report()["calls"]
    assert (call["passed_count"], len(call["passed"])) == (PASSED_SHOWN + 5, PASSED_SHOWN)
    assert day.report()["totals"]["passings"] == PASSED_SHOWN + 5


def test_accounts_of_other_days_do_not_disturb_and_an_empty_day_is_refused(day: Day) -> None:
    day.do(c.AddAccount(SYSTEM, "staff", "eka", WAYAN.role, "hash"))
    day.clock.set("08:00", TUESDAY + timedelta(days=1))
    day.do(c.StartDay(SYSTEM, TUESDAY + timedelta(days=1)))
    day.do(c.SetSecret(SYSTEM, "staff", "eka", "another"))
    wednesday = TUESDAY + timedelta(days=1)
    made = fairness(day.plan, wednesday, day.engine.log_of(wednesday))
    assert made["totals"]["calls"] == 0
    with pytest.raises(DayUnknown):
        fairness(day.plan, date(2026, 1, 1), day.engine.log_of(date(2026, 1, 1)))


# -- any day ---------------------------------------------------------------------------------------


def any_plan(rng: Random) -> Plan:
    """Guards, help and a route, each in some of the plans."""
    plan = small_plan(rules=Rules(close_when_full=False))
    for service in ("ktp", "kk", "akta"):
        plan = with_service(plan, service, max_wait=rng.choice([None, timedelta(minutes=15)]))
    plan = with_service(plan, "kk", route=rng.choice([(), ("akta",)]))
    counters = {
        key: replace(each, help_after=rng.choice([None, timedelta(minutes=5)]))
        for key, each in plan.counters.items()
    }
    return replace(plan, counters=counters)


def anything(day: Day, rng: Random) -> c.Command:
    """Something that citizens or officers do, whether the hall allows it or not."""
    officer, counter = rng.choice([(ANI, "1"), (BUDI, "2"), (POLRI, "4")])
    numbers = day.engine.read(lambda hall: [ticket.number for ticket in hall.tickets.values()]) or ["A001"]
    number, services = rng.choice(numbers), ("ktp", "kk", "akta")
    day.clock.later(seconds=rng.choice([0, 1, 30, 90, 200]))
    kinds: list[tuple[int, c.Command]] = [
        (8, c.IssueTicket(CITIZEN, rng.choice((*services, "skck")), token(rng.randrange(10**9)))),
        (4, c.IssueTicket(CITIZEN, rng.choice((*services, "skck")), token(rng.randrange(10**9)), "priority")),
        (9, c.CallNext(officer, counter)),
        (6, c.StartService(officer, counter)),
        (5, c.FinishService(officer, counter)),
        (2, c.RecordNoShow(officer, counter)),
        (2, c.UndoAction(officer, counter)),
        (1, c.CallNumber(officer, counter, number, "a reason")),
        (2, c.PostponeTicket(CITIZEN, f"20261124-{number}")),
        (3, c.RestoreTicket(officer, counter, number)),
        (2, c.ParkTicket(officer, counter, rng.choice([None, 3]))),
        (4, c.ResumeTicket(officer, counter, number, rng.random() < 0.5)),
        (1, c.EndParks(SYSTEM)),
        (2, c.TransferTicket(officer, counter, service=rng.choice(services), at_end=rng.random() < 0.3)),
        (2, c.TransferTicket(officer, counter, to_counter=rng.choice("12"))),
        (1, c.ReturnTicket(officer, counter)),
        (1, c.HelpServices(officer, counter, (rng.choice(services),))),
        (1, c.PauseCounter(officer, counter)),
        (1, c.CloseCounter(officer, counter, rng.random() < 0.5)),
        (3, c.OpenCounter(officer, counter)),
    ]
    return rng.choices([command for _, command in kinds], [weight for weight, _ in kinds])[0]


def any_day(plan: Plan, rng: Random) -> None:
    """Whatever happens, every overtaking is explained, and counted as it was told at the call."""
    day = Day(plan)
    for _ in range(500):
        with suppress(Refusal):
            day.do(anything(day, rng))
    made = day.report()
    assert made["totals"]["passings"] > 0
    log = day.engine.log_of(TUESDAY)
    told = {each.seq: each.event.why.passed for each in log if isinstance(each.event, e.TicketCalled)}
    counted = {call["seq"]: call["passed_count"] for call in made["calls"]}
    assert {seq: passed for seq, passed in told.items() if passed} == counted


@pytest.mark.parametrize("turns", [False, True])
@pytest.mark.parametrize("seed", range(12))
def test_every_overtaking_of_any_day_is_explained(seed: int, turns: bool) -> None:
    rng = Random(seed)
    plan = any_plan(rng)
    any_day(with_service(plan, "ktp", ratio=Ratio(1, 3)) if turns else plan, rng)


# -- the command line ------------------------------------------------------------------------------

CONFIG = Path(__file__).parents[2] / "config.toml"


@pytest.fixture
def hall(tmp_path: Path) -> list[str]:
    """The options that name a training hall in which a citizen was called before another."""
    from core.config import load  # noqa: PLC0415 - the shipped hall is needed here alone
    from core.halls import claim, open_store  # noqa: PLC0415

    store = open_store(tmp_path / "data")
    claim(store, training=True)
    engine = engine_on(store, load(CONFIG).plan)  # type: ignore[arg-type]
    officer = Actor("wayan", ANI.role, "CAPIL")
    engine.do(c.OpenCounter(officer, "1"))
    for number, klass in enumerate((None, None, "priority")):
        engine.do(c.IssueTicket(CITIZEN, "ktp-cetak-baru", token(number), klass))
    engine.do(c.CallNext(officer, "1"))
    store.close()
    return ["--config", str(CONFIG), "--data", str(tmp_path / "data")]


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["report", "fairness", *words])
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("day", ["2026-11-24", "today"])
def test_the_report_on_the_console(hall: list[str], day: str) -> None:
    code, said, _ = run(day, *hall)
    assert code == 0
    assert "Fairness of 2026-11-24, until 09:00: 1 calls, 1 of them passed somebody, 2 passings" in said
    assert "Every overtaking is explained by its rule." in said
    assert "head_start" in said
    assert max(map(len, said.splitlines()[2:])) <= 80


def test_the_report_as_json(hall: list[str]) -> None:
    code, said, _ = run("2026-11-24", "--json", *hall)
    assert code == 0
    made = json.loads(said)
    assert made["totals"]["passings"] == 2
    assert made["calls"][0]["officer"] == "wayan"


def test_a_day_without_a_log_a_wrong_day_and_a_folder_without_a_hall(hall: list[str], tmp_path: Path) -> None:
    code, _, said = run("2026-11-23", *hall)
    assert (code, said) == (1, "antrean: The hall's log has nothing of the service day 2026-11-23.\n")
    code, _, said = run("yesterday", *hall)
    assert code == 2
    assert "write it as 2026-11-24, or today" in said
    code, _, said = run("today", "--config", str(CONFIG), "--data", str(tmp_path / "none"))
    assert code == 2
    assert "holds no hall" in said
    assert not (tmp_path / "none").exists()
