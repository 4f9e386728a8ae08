"""A transfer keeps the number and opens the next stage: for a service, a counter or an officer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.domain import commands as c
from core.domain import errors
from core.domain import events as e
from core.domain.plan import Ratio
from core.domain.staff import SYSTEM, Role
from core.domain.ticket import State
from tests.worlds import ANI, BUDI, POLRI, TUESDAY, WAYAN, Story, small_plan, with_service

A001 = "20261124-A001"


@pytest.fixture
def serving(story: Story) -> Story:
    """A001 (ktp) is served at 1 since 9:00, Budi is at 2; B001 and B002 (akta) came at 9:10; it is 9:30."""
    story.takes()
    story.opens().opens("2", BUDI).starts()
    story.given(e.AccountAdded("staff", "budi", Role.OFFICER, "DUK"))
    story.clock.later(minutes=10)
    story.takes("akta"), story.takes("akta")
    story.clock.later(minutes=20)
    return story


def test_to_a_service_it_keeps_its_number_and_its_time(serving):
    transferred, opened = serving.does(c.TransferTicket(ANI, "1", service="akta"))
    assert transferred == e.TicketTransferred(A001, "1", "service akta")
    ticket = serving.hall.tickets[A001]
    assert (ticket.number, [stage.service for stage in ticket.stages]) == ("A001", ["ktp", "akta"])
    assert [stage.state for stage in ticket.stages] == [State.DONE, State.WAITING]
    assert opened.joined_at == ticket.stages[0].joined_at
    assert serving.numbers("2") == ["A001", "B001", "B002"]


def test_at_the_end_it_joins_behind_whoever_waits(serving):
    serving.does(c.TransferTicket(ANI, "1", service="akta", at_end=True))
    assert serving.hall.tickets[A001].stage.joined_at == serving.clock.now()
    assert serving.numbers("2") == ["B001", "B002", "A001"]


def test_it_frees_the_counter_but_was_not_served_there(serving):
    serving.does(c.TransferTicket(ANI, "1", service="akta"))
    desk = serving.hall.desk("1")
    assert (desk.ticket, desk.served) == (None, 0)
    assert "ktp" not in serving.hall.lengths


def test_one_who_was_called_and_not_yet_served_may_be_sent_on(story):
    story.takes()
    story.opens().calls()
    story.does(c.TransferTicket(ANI, "1", service="akta"))
    assert story.hall.tickets[A001].stage.service == "akta"


def test_a_head_start_goes_along(story):
    story.takes("ktp", "priority")
    story.opens().starts()
    story.does(c.TransferTicket(ANI, "1", service="akta"))
    stage = story.hall.tickets[A001].stage
    assert stage.joined_at - stage.rank == timedelta(minutes=20)


def test_a_head_start_that_a_ratio_stood_for_comes_back_where_there_is_none():
    story = Story(with_service(small_plan(), "ktp", ratio=Ratio(1, 2)))
    ticket = story.takes("ktp", "priority")
    assert ticket.stage.rank == ticket.stage.joined_at
    story.opens().starts()
    story.does(c.TransferTicket(ANI, "1", service="akta"))
    stage = story.now(ticket).stage
    assert stage.joined_at - stage.rank == timedelta(minutes=20)


def test_a_service_with_a_ratio_gives_no_head_start_to_one_who_is_sent_there():
    story = Story(with_service(small_plan(), "akta", ratio=Ratio(1, 2)))
    ticket = story.takes("ktp", "priority")
    story.opens().starts()
    story.does(c.TransferTicket(ANI, "1", service="akta"))
    stage = story.now(ticket).stage
    assert stage.joined_at == stage.rank
    assert story.now(ticket).marked


def test_it_moves_to_the_zone_where_it_is_awaited(serving):
    serving.does(c.TransferTicket(ANI, "1", service="skck"))
    assert serving.hall.tickets[A001].zone == "B"
    assert serving.numbers("4") == ["A001"]


def test_to_a_counter_it_is_called_there_and_nowhere_else(serving):
    serving.does(c.TransferTicket(ANI, "1", to_counter="2"))
    assert serving.hall.tickets[A001].stage.aim == "counter:2"
    assert serving.numbers("2") == ["A001", "B001", "B002"]
    assert "A001" not in serving.numbers("1") + serving.numbers("3")
    serving.opens("3", WAYAN)
    refusal = serving.refuses(c.CallNumber(WAYAN, "3", "A001", "asked for"), errors.NotServedHere)
    assert refusal.facts == {"number": "A001", "counter": "3", "state": "waiting"}


def test_aimed_tickets_compete_by_their_rank(serving):
    serving.does(c.TransferTicket(ANI, "1", to_counter="2", at_end=True))
    serving.clock.later(minutes=1)
    serving.takes("akta")
    assert serving.numbers("2") == ["B001", "B002", "A001", "B003"]


def test_a_call_of_an_aimed_ticket_says_so(serving):
    serving.does(c.TransferTicket(ANI, "1", to_counter="2"))
    why = serving.calls("2", BUDI).why
    assert (why.rule, why.passed) == ("aimed", 0)


def test_to_an_officer_it_is_called_wherever_they_are(serving):
    serving.does(c.TransferTicket(ANI, "1", to_officer="budi"))
    assert serving.hall.tickets[A001].stage.aim == "officer:budi"
    assert serving.numbers("2") == ["A001", "B001", "B002"]
    serving.does(c.CloseCounter(BUDI, "2"))
    serving.opens("3", BUDI)
    assert serving.numbers("3") == ["A001"]
    assert "A001" not in serving.numbers("2")


def test_to_another_agencys_counter_it_is_called_there(serving):
    serving.opens("4", POLRI)
    serving.does(c.TransferTicket(ANI, "1", to_counter="4"))
    assert serving.number_called("4", POLRI) == "A001"
    assert serving.hall.tickets[A001].zone == "B"


@pytest.mark.parametrize("targets", [{}, {"service": "akta", "to_counter": "2"}])
def test_a_transfer_names_one_target(serving, targets):
    serving.refuses(c.TransferTicket(ANI, "1", **targets), errors.TargetRequired)


def test_an_unknown_target_is_refused(serving):
    serving.refuses(c.TransferTicket(ANI, "1", service="none"), errors.ServiceUnknown)
    serving.refuses(c.TransferTicket(ANI, "1", to_counter="99"), errors.CounterUnknown)
    refusal = serving.refuses(c.TransferTicket(ANI, "1", to_officer="nobody"), errors.OfficerUnknown)
    assert refusal.facts == {"officer": "nobody"}


def test_an_account_that_works_at_no_counter_is_no_officer(serving):
    serving.given(e.AccountAdded("token", "screen", Role.BOARD, None))
    serving.refuses(c.TransferTicket(ANI, "1", to_officer="screen"), errors.OfficerUnknown)


def test_nobody_sends_a_ticket_where_it_is(serving):
    serving.given(e.AccountAdded("staff", "ani", Role.OFFICER, "DUK"))
    serving.refuses(c.TransferTicket(ANI, "1", to_counter="1"), errors.TransferToItself)
    serving.refuses(c.TransferTicket(ANI, "1", to_officer="ani"), errors.TransferToItself)
    refusal = serving.refuses(c.TransferTicket(ANI, "1", service="ktp"), errors.ServiceAlreadyHere)
    assert refusal.facts == {"service": "ktp", "number": "A001"}


def test_those_ahead_of_an_aimed_ticket_are_all_whom_its_counter_calls_first(serving):
    from core.domain.ranking import ahead_of  # noqa: PLC0415

    serving.does(c.TransferTicket(ANI, "1", to_counter="2", at_end=True))
    assert ahead_of(serving.hall, serving.hall.tickets[A001]) == {"akta": 2}


def test_an_aimed_ticket_expires_with_the_day(serving):
    serving.does(c.TransferTicket(ANI, "1", to_officer="budi"))
    assert e.TicketExpired(A001) in serving.does(c.StartDay(SYSTEM, TUESDAY + timedelta(days=1)))
    assert serving.hall.waiting == {}


def test_a_replay_gives_the_same_hall(serving):
    serving.does(c.TransferTicket(ANI, "1", to_officer="budi"))
    assert serving.replayed().state() == serving.hall.state()
