"""A changed configuration strands nobody: who waits can be called, with the rank they had."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.domain import commands as c
from core.domain import errors
from core.domain import events as e
from core.domain.plan import Plan
from core.domain.ranking import callers_of
from core.domain.staff import SYSTEM, Role
from core.domain.ticket import Ticket
from core.engine.fairness import fairness
from core.engine.stranded_words import consequences
from tests.worlds import ANI, BUDI, POLRI, TUESDAY, Story, small_plan, with_counter, without_service

GONE = "counter gone"


def without_counter(plan: Plan, *idents: str) -> Plan:
    """The plan after counters were taken out."""
    return replace(plan, counters={key: each for key, each in plan.counters.items() if key not in idents})


def without_agency(plan: Plan, ident: str) -> Plan:
    """The plan after an agency was taken out, with its services and counters."""
    gone = [each.id for each in plan.services.values() if each.agency == ident]
    for service in gone:
        plan = without_service(plan, service)
    counters = [each.id for each in plan.counters.values() if each.agency == ident]
    plan = without_counter(plan, *counters)
    return replace(plan, agencies={key: each for key, each in plan.agencies.items() if key != ident})


def without_callers(plan: Plan, ident: str) -> Plan:
    """The plan with a service that stays, and that no counter serves."""
    return replace(without_service(plan, ident), services=plan.services)


def restarted(story: Story, plan: Plan) -> list[e.Event]:
    """The hall starts again under another plan: what its log leads to, and what happens at the start."""
    story.hall = story.replayed(plan)
    events = story.does(c.ReleaseAimed(SYSTEM))
    assert story.when(c.ReleaseAimed(SYSTEM)) == [], "once is enough"
    assert story.replayed().state() == story.hall.state()
    for ticket in story.hall.tickets.values():
        if ticket.state == "waiting":
            assert callers_of(story.hall, ticket.stage)
    return events


def lifted(ticket: Ticket, to: str | None, zone: str = "A", aim: str = "") -> e.AimLifted:
    return e.AimLifted(ticket.id, aim, zone, to)


def test_an_unchanged_plan_changes_nothing(story: Story) -> None:
    story.takes()
    story.opens().starts()
    story.takes("skck")
    assert restarted(story, story.hall.plan) == []


@pytest.mark.parametrize("change", [without_service, without_callers])
def test_who_waits_for_a_service_that_nobody_serves_is_called_by_its_agency(change: Any) -> None:
    story = Story().opens().opens("3", BUDI)
    gone, stays = story.takes("akta"), story.takes("ktp")
    rank = gone.stage.rank
    assert restarted(story, change(story.hall.plan, "akta")) == [lifted(gone, "agency:DUK")]
    stage = story.now(gone).stage
    assert (stage.service, stage.rank, stage.aim) == ("akta", rank, "agency:DUK")
    assert story.numbers("1") == story.numbers("3") == [gone.number, stays.number]
    called = story.calls("3", BUDI)
    assert (called.ticket, called.why.rule) == (gone.id, "taken_over")
    story.does(c.StartService(BUDI, "3"))
    story.does(c.FinishService(BUDI, "3"))
    assert story.state(gone) == "done"


def test_without_its_agency_it_is_called_in_its_zone_else_everywhere() -> None:
    story = Story().opens()
    plan = story.hall.plan
    ticket = story.takes("skck")
    elsewhere = without_agency(plan, "POL")
    assert restarted(story, elsewhere) == [lifted(ticket, "hall:", "B")]
    assert story.numbers("1") == [ticket.number]
    assert restarted(story, with_counter(elsewhere, "3", zone="B")) == [
        lifted(ticket, "zone:B", "B", "hall:")
    ]
    assert (story.numbers("1"), story.numbers("3")) == ([], [ticket.number])


def test_a_service_that_comes_back_has_its_people_back() -> None:
    story = Story().opens("4", POLRI)
    plan = story.hall.plan
    first, second = story.takes("skck"), story.takes("sim")
    restarted(story, without_agency(plan, "POL"))
    assert story.numbers("1") == [first.number, second.number]
    assert restarted(story, plan) == [
        lifted(first, None, "B", "hall:"),
        lifted(second, None, "B", "hall:"),
    ]
    assert (story.numbers("1"), story.numbers("4")) == ([], [first.number, second.number])


@pytest.mark.parametrize("state", ["called", "serving", "paused while serving"])
def test_a_counter_that_is_gone_gives_its_ticket_back(state: str) -> None:
    story = Story().opens("1", ANI).opens("3", BUDI)
    ticket, after = story.takes(), story.takes()
    story.calls("1")
    if state != "called":
        story.does(c.StartService(ANI, "1"))
    if state == "paused while serving":
        story.does(c.PauseCounter(ANI, "1"))
    assert restarted(story, without_counter(story.hall.plan, "1")) == [
        e.TicketPutBack(ticket.id, "1", GONE),
        e.CounterClosed("1", "ani", GONE),
    ]
    assert story.numbers("3") == [ticket.number, after.number]
    assert story.hall.freed == {ticket.id: "1"}
    story.does(c.OpenCounter(ANI, "2"))
    assert story.calls("3", BUDI).ticket == ticket.id


def test_counter_and_service_gone_at_once() -> None:
    story = Story().opens("2", ANI).opens("3", BUDI)
    ticket = story.takes("akta")
    story.starts("2")
    plan = without_counter(without_service(story.hall.plan, "akta"), "2")
    assert restarted(story, plan) == [
        e.TicketPutBack(ticket.id, "2", GONE),
        e.CounterClosed("2", "ani", GONE),
        lifted(ticket, "agency:DUK"),
    ]
    assert story.numbers("3") == [ticket.number]


def test_a_counter_that_went_to_another_agency_gives_its_ticket_back() -> None:
    story = Story()
    story.given(e.AccountAdded("staff", "citra", Role.OFFICER, "POL"))
    story.given(e.AccountAdded("staff", "ani", Role.OFFICER, "DUK"))
    story.opens("4", POLRI).opens("1", ANI)
    ticket = story.takes("skck")
    story.calls("4", POLRI)
    plan = with_counter(story.hall.plan, "4", agency="DUK", tiers=(("ktp",),))
    plan = with_counter(plan, "3", agency="POL", zone="B", tiers=(("skck", "sim"),))
    assert restarted(story, plan) == [
        e.TicketPutBack(ticket.id, "4", GONE),
        e.CounterClosed("4", "citra", GONE),
    ]
    story.opens("3", POLRI)
    assert story.numbers("3") == [ticket.number]


def test_the_counter_of_a_revoked_account_closes_whoever_has_its_name_now() -> None:
    story = Story().opens("3", BUDI)
    add = c.AddAccount(SYSTEM, "staff", "ani", Role.OFFICER, "hash", "DUK")
    story.does(add)
    revoked = story.hall.accounts["staff", "ani"].actor
    story.opens("1", revoked)
    ticket = story.takes()
    story.starts("1", revoked)
    story.does(c.RevokeAccount(SYSTEM, "staff", "ani"))
    story.does(add)
    new = story.hall.accounts["staff", "ani"].actor
    cause = "the account of the officer at counter 1 was revoked"
    assert list(consequences(story.hall)) == [
        f"{cause}: closed; ani was there",
        f"{ticket.number}: {cause}: put back to where they waited",
    ]
    assert restarted(story, story.hall.plan) == [
        e.TicketPutBack(ticket.id, "1", "officer gone"),
        e.CounterClosed("1", "ani", "officer gone"),
    ]
    assert story.numbers("3") == [ticket.number]
    assert story.hall.freed == {}, "the counter is still there"
    story.opens("1", new)
    assert restarted(story, story.hall.plan) == []


def test_an_officer_whose_token_of_the_same_name_is_revoked_stays() -> None:
    story = Story()
    for kind in ("staff", "token"):
        story.does(c.AddAccount(SYSTEM, kind, "ani", Role.OFFICER, f"hash of {kind}", "DUK"))
    story.opens("1", story.hall.accounts["staff", "ani"].actor)
    story.does(c.RevokeAccount(SYSTEM, "token", "ani"))
    assert restarted(story, story.hall.plan) == []


def test_parked_and_missed_of_a_service_that_is_gone_come_back_at_their_agency() -> None:
    story = Story().opens("2", ANI)
    missed, parked = story.takes("akta"), story.takes("akta")
    story.misses("2")
    story.starts("2")
    story.does(c.ParkTicket(ANI, "2", 5))
    plan = without_counter(without_service(story.hall.plan, "akta"), "2")
    restarted(story, plan)
    assert (story.state(missed), story.state(parked)) == ("missed", "parked")
    story.opens("3", BUDI)
    story.does(c.RestoreTicket(BUDI, "3", missed.number))
    story.does(c.ResumeTicket(BUDI, "3", parked.number))
    assert story.numbers("3") == [missed.number, parked.number]


def test_one_whose_park_ends_after_the_service_has_gone_is_called_by_the_agency() -> None:
    story = Story().opens("2", ANI)
    ticket = story.takes("akta")
    story.starts("2")
    story.does(c.ParkTicket(ANI, "2", 5))
    restarted(story, without_counter(without_service(story.hall.plan, "akta"), "2"))
    story.clock.later(minutes=6)
    story.does(c.EndParks(SYSTEM))
    assert story.does(c.ReleaseAimed(SYSTEM)) == []
    assert story.opens("3", BUDI).numbers("3") == [ticket.number]


def test_a_later_stage_that_is_gone_is_passed_over() -> None:
    plan = small_plan()
    services = {**plan.services, "ktp": replace(plan.services["ktp"], route=("akta", "kk"))}
    story = Story(replace(plan, services=services)).opens()
    ticket = story.takes("ktp")
    story.starts()
    assert restarted(story, without_service(story.hall.plan, "akta")) == []
    story.does(c.FinishService(ANI, "1"))
    assert (story.now(ticket).stage.service, story.now(ticket).stage.aim) == ("kk", None)


def test_one_sent_to_a_counter_that_is_gone_waits_for_who_can_call() -> None:
    story = Story().opens("2", ANI).opens("3", BUDI)
    ticket = story.takes("akta")
    story.starts("2")
    story.does(c.TransferTicket(ANI, "2", to_counter="3"))
    plan = without_counter(without_service(story.hall.plan, "akta"), "3")
    assert restarted(story, plan) == [
        e.CounterClosed("3", "budi", GONE),
        lifted(ticket, "agency:DUK", "A", "counter:3"),
    ]
    assert story.numbers("2") == [ticket.number]


def test_helping_a_service_that_is_gone_holds_nobody_up() -> None:
    story = Story().opens("3", BUDI)
    story.does(c.HelpServices(BUDI, "3", ("akta",)))
    ticket = story.takes("akta")
    restarted(story, without_service(story.hall.plan, "akta"))
    assert story.numbers("3") == [ticket.number]


def test_an_action_that_is_undone_afterwards_strands_nobody() -> None:
    story = Story().opens("2", ANI).opens("3", BUDI)
    ticket = story.takes("akta")
    story.misses("2")
    restarted(story, without_service(story.hall.plan, "akta"))
    story.refuses(c.UndoAction(ANI, "2"), errors.UndoOvertaken)
    story.does(c.RestoreTicket(ANI, "2", ticket.number))
    assert story.numbers("3") == [ticket.number]


def test_a_call_undone_under_the_new_plan_waits_for_who_can_call() -> None:
    story = Story().opens("2", ANI)
    ticket = story.takes("akta")
    story.calls("2")
    assert restarted(story, without_service(story.hall.plan, "akta")) == []
    story.does(c.UndoAction(ANI, "2"))
    assert story.does(c.ReleaseAimed(SYSTEM)) == [lifted(ticket, "agency:DUK")]


def test_one_that_was_taken_over_is_sent_on_and_back() -> None:
    story = Story().opens("1", ANI).opens("3", BUDI)
    ticket = story.takes("akta")
    restarted(story, without_service(story.hall.plan, "akta"))
    story.starts("1")
    story.does(c.TransferTicket(ANI, "1", to_counter="3"))
    assert (story.now(ticket).stage.service, story.now(ticket).stage.aim) == ("akta", "counter:3")
    story.starts("3", BUDI)
    story.does(c.ReturnTicket(BUDI, "3"))
    story.starts("1")
    story.does(c.TransferTicket(ANI, "1", service="kk"))
    assert (story.now(ticket).stage.service, story.now(ticket).stage.aim) == ("kk", None)


def test_the_fairness_report_explains_what_was_taken_over() -> None:
    story = Story().opens("1", ANI)
    first = story.takes("akta")
    story.clock.later(minutes=3)
    for _ in range(2):
        story.takes("ktp")
    late = story.takes("akta", "priority")
    restarted(story, without_service(story.hall.plan, "akta"))
    assert [story.serves(), story.serves()] == [late.number, first.number]
    told = fairness(story.hall.plan, TUESDAY, story.log)
    assert (told["unexplained"], told["unchecked"]) == ([], [])
    assert {call["rule"] for call in told["calls"]} == {"taken_over"}
    assert told["totals"]["by_rule"][0]["rule"] in {"head_start", "taken_over"}


def test_a_ticket_taken_back_while_it_was_served_waits_in_the_report_too() -> None:
    story = Story().opens("1", ANI)
    story.takes()
    story.starts("1")
    story.clock.later(minutes=7)
    restarted(story, without_counter(story.hall.plan, "1"))
    story.clock.later(minutes=20)
    story.opens("3", BUDI)
    story.calls("3", BUDI)
    told = fairness(story.hall.plan, TUESDAY, story.log)
    assert told["longest_waits"]["regular"][0]["waited_minutes"] == 20.0
    assert [each["counter"] for each in told["unchecked"]] == ["1"]


def test_what_will_happen_is_said_before_it_happens() -> None:
    story = Story().opens("1", ANI).opens("2", BUDI)
    for _ in range(25):
        story.takes("akta")
    story.takes("ktp")
    story.calls("1")
    plan = without_counter(without_service(story.hall.plan, "akta"), "1")
    said = list(consequences(story.replayed(plan), {"P1"}))
    numbers = ", ".join(f"B{n:03d}" for n in range(1, 21))
    assert said == [
        "counter 1 is gone or has another agency: closed; ani was there",
        "A001: counter 1 is gone or has another agency: put back to where they waited",
        f"{numbers} and 5 more: no counter serves akta any more: the counters of DUK may call",
    ]


def test_paper_for_a_printer_that_is_gone_is_said_too() -> None:
    story = Story()
    story.takes("ktp", kiosk="K1")
    assert list(consequences(story.hall, {"P1"})) == []
    assert list(consequences(story.hall, {"P2"})) == [
        "A001: printer P1 is gone: print again on /ops, or at another kiosk"
    ]
