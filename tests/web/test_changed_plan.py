"""The hall starts again with another configuration: who waits can be called and is told the truth."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner

from core import care
from core.cli.hall import check
from core.config import Config
from core.domain import commands as c
from core.domain.plan import Plan
from core.domain.staff import CITIZEN, SYSTEM, Role
from core.halls import claim
from core.store.sqlite import FILE, SqliteStore
from core.web.app import Application, Parts, create
from core.web.concurrency import concurrency
from counter.ops import ops_topic
from tests.worlds import (
    ALWAYS,
    ANI,
    BUDI,
    POLRI,
    HandClock,
    engine_on,
    small_plan,
    token,
    with_counter,
    with_service,
    without_service,
)

OFFICERS = {"1": ANI, "2": BUDI, "3": BUDI, "4": POLRI}


def less(mapping: Any, *idents: str) -> dict[str, Any]:
    return {key: each for key, each in mapping.items() if key not in idents}


def without_counter(plan: Plan, ident: str) -> Plan:
    return replace(plan, counters=less(plan.counters, ident))


def without_police(plan: Plan) -> Plan:
    plan = without_service(without_service(plan, "skck"), "sim")
    return replace(without_counter(plan, "4"), agencies=less(plan.agencies, "POL"))


def moved_zone(plan: Plan) -> Plan:
    """Zone A is gone; what was there is in zone B."""
    agencies = {key: replace(each, zone="B") for key, each in plan.agencies.items()}
    counters = {key: replace(each, zone="B") for key, each in plan.counters.items()}
    kiosks = {key: replace(each, zone="B") for key, each in plan.kiosks.items()}
    boards = less(plan.boards, "zone-a")
    zones = less(plan.zones, "A")
    return replace(plan, agencies=agencies, counters=counters, kiosks=kiosks, boards=boards, zones=zones)


@dataclass
class Day:
    """One data folder, and the hall that runs on it now."""

    config: Config
    data: Path
    plan: Plan
    clock: HandClock = field(default_factory=HandClock)
    tokens: int = 0

    @contextmanager
    def runs(self, plan: Plan | None = None, printers: Any = None) -> Iterator[Application]:
        """The hall is started, under another plan if one is given, and stopped at the end."""
        self.plan = plan or self.plan
        server = replace(self.config.settings.server, async_mode="threading")
        settings = replace(self.config.settings, server=server, printers=printers or {})
        store = SqliteStore(self.data)
        threads = concurrency("threading")
        application = create(Parts(self.plan, settings, store, self.clock, threads, self.data))
        try:
            yield application
        finally:
            application.live.stop()
            application.stop()

    def does(self, application: Application, *commands: c.Command) -> None:
        for command in commands:
            application.house.engine.do(command)

    def takes(self, application: Application, service: str, **more: Any) -> str:
        self.tokens += 1
        command = c.IssueTicket(CITIZEN, service, token(self.tokens), **more)
        return application.house.engine.do(command).ticket  # type: ignore[no-any-return]


@pytest.fixture
def day(config: Any, tmp_path: Path) -> Day:
    plan = small_plan()
    hours = {key: replace(each, hours=ALWAYS) for key, each in plan.services.items()}
    return Day(config, tmp_path, replace(plan, services=hours))


def phone(application: Application, n: int = 1) -> dict[str, Any]:
    """What the holder of the ticket number ``n`` sees."""
    answer = application.flask.test_client().get(f"/api/v1/tickets/{token(n)}")
    assert answer.status_code == 200
    return dict(answer.get_json())


def listed(application: Application, counter: str) -> list[str]:
    house = application.house
    view = house.engine.read(
        lambda hall: house.views.workstation(hall, house.plan.counters[counter], house.clock.now())
    )
    return [each["number"] for each in view["waiting"]]


def alerts(application: Application) -> dict[str, str]:
    """The alerts of ``/ops``: code and English sentence."""
    house = application.house
    told = ops_topic(house).view("", house.clock.now())
    return {each["code"]: each["sentence"]["en"] for each in told["alerts"]}


@dataclass(frozen=True)
class Case:
    """What was done before the configuration changed, and what holds after the hall has started with it."""

    change: Callable[[Plan], Plan]
    service: str
    before: tuple[c.Command, ...] = ()
    callers: str = "own"
    calls: str = "3"
    """A counter that then calls the ticket."""
    alert: str | None = None
    back: c.Command | None = None
    """What brings it back to the queue: it was parked or missed."""


def gone(service: str) -> Callable[[Plan], Plan]:
    return lambda plan: without_service(plan, service)


def at(counter: str, *actions: str) -> tuple[c.Command, ...]:
    """An officer opens a counter, and what follows there."""
    actor = OFFICERS[counter]
    commands: dict[str, c.Command] = {
        "next": c.CallNext(actor, counter),
        "start": c.StartService(actor, counter),
        "no-show": c.RecordNoShow(actor, counter),
        "park": c.ParkTicket(actor, counter),
        "finish": c.FinishService(actor, counter),
        "to 3": c.TransferTicket(actor, counter, to_counter="3"),
        "help": c.HelpServices(actor, counter, ("akta",)),
    }
    return (c.OpenCounter(actor, counter), *(commands[each] for each in actions))


OTHERS = {"callers": "others", "alert": "service_gone"}
CASES: dict[str, Case] = {
    "service gone": Case(gone("akta"), "akta", **OTHERS),
    "service off every counter": Case(
        lambda plan: replace(without_service(plan, "akta"), services=plan.services), "akta", **OTHERS
    ),
    "agency gone": Case(without_police, "skck", **OTHERS),
    "counter gone, called": Case(
        lambda plan: without_counter(plan, "1"), "ktp", at("1", "next"), alert="counter_gone"
    ),
    "counter gone, serving": Case(
        lambda plan: without_counter(plan, "1"), "ktp", at("1", "next", "start"), alert="counter_gone"
    ),
    "counter to another agency": Case(
        lambda plan: with_counter(plan, "1", agency="POL", tiers=(("sim",),)),
        "ktp",
        at("1", "next"),
        alert="counter_gone",
    ),
    "zone gone": Case(moved_zone, "ktp"),
    "class gone": Case(
        lambda plan: replace(plan, classes=less(plan.classes, "priority")), "ktp", callers="own"
    ),
    "parked, service gone": Case(
        gone("akta"),
        "akta",
        at("2", "next", "start", "park"),
        **OTHERS,
        back=c.ResumeTicket(BUDI, "3", "B001", wait=True),
    ),
    "missed, service gone": Case(
        gone("akta"),
        "akta",
        at("2", "next", "no-show"),
        **OTHERS,
        back=c.RestoreTicket(BUDI, "3", "B001"),
    ),
    "sent to a counter that is gone": Case(
        lambda plan: without_counter(plan, "3"),
        "ktp",
        (c.OpenCounter(BUDI, "3"), *at("1", "next", "start", "to 3")),
        calls="1",
    ),
    "helped, service gone": Case(gone("akta"), "akta", at("3", "help"), **OTHERS),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_after_the_restart_it_is_listed_called_and_told_the_truth(day: Day, case: Case) -> None:
    with day.runs() as application:
        for officer in (ANI, BUDI, POLRI):
            secret = c.AddAccount(SYSTEM, "staff", officer.name, Role.OFFICER, "hash", officer.agency)
            application.house.engine.do(secret)
        ticket = day.takes(application, case.service, klass="priority")
        day.does(application, *case.before)
    with day.runs(case.change(day.plan)) as application:
        engine = application.house.engine
        if case.alert is not None:
            assert "B001" in alerts(application)[case.alert] or ticket[9:] in alerts(application)[case.alert]
        officer = OFFICERS[case.calls]
        if engine.read(lambda hall: hall.desk(case.calls).state) == "closed":
            if (other := engine.read(lambda hall: hall.desk_of(officer.name))) is not None:
                engine.do(c.CloseCounter(officer, other))
            engine.do(c.OpenCounter(officer, case.calls))
        if case.back is not None:
            engine.do(case.back)
        assert listed(application, case.calls) == [ticket[9:]]
        seen = phone(application)
        assert (seen["state"], seen["callers"], seen["ahead"]) == ("waiting", case.callers, 0)
        zones = {zone.id for zone in day.plan.zones.values()}
        assert seen["zone"] in zones, "the holder is sent to a place that exists"
        assert engine.do(c.CallNext(officer, case.calls)).ticket == ticket
        assert alerts(application) == {}, "said as long as it waits"


def test_the_next_stage_that_is_gone_is_passed_over(day: Day) -> None:
    routed = with_service(day.plan, "ktp", route=("akta", "kk"))
    with day.runs(routed) as application:
        day.takes(application, "ktp")
        day.does(application, *at("1", "next", "start"))
    with day.runs(with_service(without_service(routed, "akta"), "ktp", route=("kk",))) as application:
        application.house.engine.do(c.FinishService(ANI, "1"))
        assert phone(application)["service"] == "kk"
        assert listed(application, "1") == ["A001"]


def test_a_plan_without_any_counter_tells_the_holder_to_ask(day: Day) -> None:
    with day.runs() as application:
        day.takes(application, "ktp")
    with day.runs(replace(day.plan, counters={}, boards=less(day.plan.boards, "sign-1"))) as application:
        seen = phone(application)
        assert (seen["callers"], seen["ahead"]) == ("none", 0)
        assert seen["forecast"] == {"median_minutes": 0, "p80_minutes": 0}
        assert "A001" in alerts(application)["nobody_calls"]


def test_the_log_says_whom_it_concerns(day: Day, caplog: pytest.LogCaptureFixture) -> None:
    with day.runs() as application:
        day.takes(application, "akta")
        day.takes(application, "ktp")
        day.does(application, *at("1", "next"))
    with caplog.at_level(logging.WARNING, "antrean.plan"), day.runs():
        assert not [each for each in caplog.records if each.name == "antrean.plan"]
    changed = without_counter(without_service(day.plan, "akta"), "1")
    with caplog.at_level(logging.WARNING, "antrean.plan"), day.runs(changed):
        said = [each.getMessage() for each in caplog.records if each.name == "antrean.plan"]
    assert said == [
        "configuration_changed counter 1 is gone or has another agency: closed; ani was there",
        "configuration_changed A001: counter 1 is gone or has another agency: put back to where they waited",
        "configuration_changed B001: no counter serves akta any more: the counters of DUK may call",
    ]
    with caplog.at_level(logging.WARNING, "antrean.plan"), day.runs(changed):
        assert len([each for each in caplog.records if each.name == "antrean.plan"]) == 3, "said once"


def test_paper_for_a_printer_that_is_gone_needs_a_person_and_is_shown(day: Day) -> None:
    with day.runs() as application:
        day.takes(application, "ktp", kiosk="K1")
    with day.runs() as application:  # no printer is configured
        house = application.house
        for _ in range(200):
            if house.engine.read(lambda hall: hall.jobs["20261124-A001.1"].state) == "failed":
                break
            time.sleep(0.02)
        assert "A001" in alerts(application)["failed"]
        told = ops_topic(house).view("", house.clock.now())
        assert [(each["id"], each["state"], each["failed"]) for each in told["printers"]] == [
            ("P1", "gone", 1)
        ]


def test_before_the_start_check_and_doctor_say_whom_it_will_concern(day: Day) -> None:
    with day.runs() as application:
        day.takes(application, "akta")
        day.takes(application, "ktp", kiosk="K1")
    config = replace(day.config, plan=without_service(day.plan, "akta"))
    with time_machine.travel(day.clock.now()):
        said = care.concerned(config, day.data)
        assert said[0] == "B001: no counter serves akta any more: the counters of DUK may call"
        findings = {each.subject: each for each in care.examine(config, day.data)}
        finding = findings["configuration and open day"]
        assert finding.found.startswith(said[0])
        assert finding.advice
    with time_machine.travel(day.clock.now() + timedelta(days=1)):
        assert care.concerned(config, day.data) == [], "tomorrow nobody waits"


def test_check_reads_the_open_day_and_leaves_the_file_alone(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "data")
    plan = small_plan()
    claim(store, training=True)  # its day is the log's own, whatever today is
    day = engine_on(store, plan)
    day.do(c.IssueTicket(CITIZEN, "akta", token(1)))
    store.close()
    before = (tmp_path / "data" / FILE).read_bytes()
    shipped = Path(__file__).parents[2] / "config.toml"
    told = CliRunner().invoke(check, ["--config", str(shipped), "--data", str(tmp_path / "data")])
    assert told.exit_code == 0, told.output
    assert "at the next start: B001: no counter serves akta any more" in told.stderr
    assert (tmp_path / "data" / FILE).read_bytes() == before
    nothing = CliRunner().invoke(check, ["--config", str(shipped), "--data", str(tmp_path / "none")])
    assert (nothing.exit_code, "at the next start" in nothing.stderr) == (0, False)
    assert not (tmp_path / "none").exists()
