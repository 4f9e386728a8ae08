"""One number for several services, taken at once: each is open, each counts against its quota."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain import commands as c
from core.domain import errors
from tests.worlds import CITIZEN, Story, small_plan, token, with_service

A001 = "20261124-A001"


def take(*more: str) -> c.IssueTicket:
    return c.IssueTicket(CITIZEN, "ktp", token(1), more=more)


def test_the_further_service_opens_when_the_first_is_finished(story):
    story.does(take("akta"))
    story.opens()
    assert story.serves() == "A001"
    ticket = story.hall.tickets[A001]
    assert (ticket.number, ticket.stage.service, ticket.state.value) == ("A001", "akta", "waiting")


def test_it_comes_after_the_route_of_the_first():
    story = Story(with_service(small_plan(), "ktp", route=("kk",)))
    story.does(take("akta"))
    assert story.hall.tickets[A001].to_come == ("kk", "akta")


def test_each_service_counts_against_its_quota():
    story = Story(with_service(small_plan(), "akta", daily_quota=1))
    story.does(take("akta"))
    assert story.hall.issued_of_service == {"ktp": 1, "akta": 1}
    story.refuses(c.IssueTicket(CITIZEN, "akta", token(2)), errors.QuotaUsedUp)
    story.refuses(c.IssueTicket(CITIZEN, "ktp", token(3), more=("akta",)), errors.QuotaUsedUp)


def test_a_number_counts_once_against_the_quota_of_its_agency(story):
    story.does(take("akta"))
    assert story.hall.issued_of_agency == {"DUK": 1}


def test_a_further_service_of_another_agency_counts_there(story):
    story.does(take("skck"))
    assert story.hall.issued_of_agency == {"DUK": 1, "POL": 1}


def test_a_further_service_that_gives_no_numbers_is_refused(story):
    story.hall.paused["akta"] = "server down"
    story.refuses(take("akta"), errors.ServicePausedNow)


@pytest.mark.parametrize("more", [("ktp",), ("akta", "akta")])
def test_each_service_is_on_a_number_once(story, more):
    story.refuses(take(*more), errors.ServiceAlreadyHere)


def test_an_unknown_service_is_refused(story):
    story.refuses(take("none"), errors.ServiceUnknown)


def test_a_replay_gives_the_same_hall(story):
    story.does(take("akta", "skck"))
    assert story.replayed().state() == story.hall.state()
    assert story.replayed(replace(story.hall.plan, services={})).issued_of_service == {
        "ktp": 1,
        "akta": 1,
        "skck": 1,
    }
