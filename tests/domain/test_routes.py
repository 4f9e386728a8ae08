"""Several services on one ticket: finishing one stage opens the next."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.domain import commands as c
from core.domain import errors
from core.domain import events as e
from tests.worlds import ANI, BUDI, Story, small_plan, with_service, without_service

A001 = "20261124-A001"
ROUTE = with_service(small_plan(), "ktp", route=("akta", "kk"))
"""ktp, then akta, then kk."""


@pytest.fixture
def routed() -> Story:
    """A001 goes the whole route; counters 1 (ktp, kk) and 2 (akta) are open."""
    story = Story(ROUTE)
    story.takes()
    return story.opens("1", ANI).opens("2", BUDI)


def services(story: Story) -> list[str]:
    return [stage.service for stage in story.hall.tickets[A001].stages]


def test_finishing_one_stage_opens_the_next(routed):
    routed.starts()
    finished, opened = routed.does(c.FinishService(ANI, "1"))
    assert finished == e.ServiceFinished(A001, "1", "")
    assert (opened.service, opened.sender, opened.to_come) == ("akta", "1", ("kk",))
    assert routed.serves("2", BUDI) == "A001"
    assert routed.serves("1") == "A001"
    assert services(routed) == ["ktp", "akta", "kk"]
    assert routed.hall.tickets[A001].state.value == "done"


def test_a_later_stage_joins_by_the_original_time(routed):
    routed.clock.later(minutes=5)
    routed.takes("akta")
    routed.starts()
    routed.clock.later(minutes=30)
    routed.does(c.FinishService(ANI, "1"))
    assert routed.numbers("2")[:2] == ["A001", "B001"]


def test_the_head_start_is_kept_on_the_whole_way():
    story = Story(ROUTE)
    story.takes("ktp", "priority")
    story.opens("1", ANI).serves("1")
    stage = story.hall.tickets[A001].stage
    assert stage.joined_at - stage.rank == timedelta(minutes=20)


def test_a_service_that_left_the_plan_is_passed(routed):
    routed.hall = routed.replayed(without_service(ROUTE, "akta"))
    routed.serves("1")
    assert services(routed) == ["ktp", "kk"]


def test_a_route_changed_at_noon_holds_for_those_who_come_after(routed):
    routed.hall = routed.replayed(small_plan())
    routed.serves("1")
    assert services(routed) == ["ktp", "akta"]
    assert routed.takes().to_come == ()


def test_a_no_show_opens_no_stage(routed):
    routed.misses()
    assert services(routed) == ["ktp"]


def test_an_officer_adds_a_service_which_follows(story):
    story.takes()
    story.opens().starts()
    assert story.does(c.AddService(ANI, "1", "akta")) == [e.ServiceAdded(A001, "1", "akta")]
    story.does(c.AddService(ANI, "1", "kk"))
    assert story.hall.tickets[A001].to_come == ("akta", "kk")
    story.does(c.FinishService(ANI, "1"))
    assert (services(story), story.hall.tickets[A001].to_come) == (["ktp", "akta"], ("kk",))


def test_an_added_service_comes_after_the_route_and_brings_its_own():
    story = Story(with_service(ROUTE, "skck", route=("sim", "kk")))
    story.takes()
    story.opens("1", ANI).starts("1")
    story.does(c.AddService(ANI, "1", "skck"))
    story.does(c.FinishService(ANI, "1"))
    assert story.hall.tickets[A001].to_come == ("kk", "skck")
    story.opens("2", BUDI).serves("2", BUDI)
    assert story.serves("1") == "A001"
    assert story.hall.tickets[A001].stage.service == "skck"
    assert story.hall.tickets[A001].to_come == ("sim", "kk")


def test_no_service_is_twice_ahead_of_a_ticket():
    story = Story(with_service(ROUTE, "akta", route=("kk",)))
    story.takes()
    story.opens("1", ANI).serves("1")
    ticket = story.hall.tickets[A001]
    assert (ticket.stage.service, ticket.to_come) == ("akta", ("kk",))


def test_a_transfer_to_a_later_part_of_the_route_does_not_repeat_it(routed):
    routed.starts()
    routed.does(c.TransferTicket(ANI, "1", service="kk"))
    ticket = routed.hall.tickets[A001]
    assert (ticket.stage.service, ticket.to_come) == ("kk", ("akta",))


def test_a_service_that_is_there_already_is_not_added(story):
    story.takes()
    story.opens().starts()
    story.refuses(c.AddService(ANI, "1", "ktp"), errors.ServiceAlreadyHere)
    story.does(c.AddService(ANI, "1", "kk"))
    story.refuses(c.AddService(ANI, "1", "kk"), errors.ServiceAlreadyHere)
    story.refuses(c.AddService(ANI, "1", "none"), errors.ServiceUnknown)


def test_a_service_is_added_while_serving_only(story):
    story.takes()
    story.opens().calls()
    story.refuses(c.AddService(ANI, "1", "kk"), errors.WrongState)
