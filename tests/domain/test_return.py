"""``return`` sends a ticket back to the counter that sent it, by the original time."""

from __future__ import annotations

import pytest

from core.domain import commands as c
from core.domain import errors
from core.domain import events as e
from tests.worlds import ANI, BUDI, Story, small_plan, with_service

A001 = "20261124-A001"


@pytest.fixture
def sent(story: Story) -> Story:
    """A001 (ktp) came at 9:00, was sent from 1 to akta and is served at 2; A002 came at 9:10; it is 9:30."""
    story.takes()
    story.opens("1", ANI).opens("2", BUDI).starts("1")
    story.clock.later(minutes=10)
    story.takes()
    story.does(c.TransferTicket(ANI, "1", service="akta", at_end=True))
    story.clock.later(minutes=20)
    story.starts("2", BUDI)
    return story


def test_only_what_was_sent_is_sent_back(story):
    story.takes()
    story.opens().starts()
    refusal = story.refuses(c.ReturnTicket(ANI, "1"), errors.NoSender)
    assert refusal.facts == {"number": "A001", "state": "serving"}


def test_it_waits_for_its_sender_by_the_original_time(sent):
    transferred, _ = sent.does(c.ReturnTicket(BUDI, "2"))
    assert transferred == e.TicketTransferred(A001, "2", "counter 1")
    stage = sent.hall.tickets[A001].stage
    assert (stage.service, stage.aim, stage.sender) == ("ktp", "counter:1", "2")
    assert stage.joined_at == sent.hall.tickets[A001].issued_at
    assert sent.numbers("1") == ["A001", "A002"]
    assert sent.numbers("3") == ["A002"]


def test_it_may_go_to_and_fro(sent):
    sent.does(c.ReturnTicket(BUDI, "2"))
    sent.starts("1")
    sent.does(c.ReturnTicket(ANI, "1"))
    stage = sent.hall.tickets[A001].stage
    assert (stage.service, stage.aim) == ("akta", "counter:2")


def test_a_sender_that_left_the_plan_gets_nothing_back(sent):
    plan = small_plan(counters={k: v for k, v in small_plan().counters.items() if k != "1"})
    sent.hall = sent.replayed(plan)
    sent.refuses(c.ReturnTicket(BUDI, "2"), errors.NoSender)


def test_what_was_sent_back_by_a_route_has_that_part_of_it_still_to_come():
    story = Story(with_service(small_plan(), "ktp", route=("akta", "kk")))
    story.takes()
    story.opens("1", ANI).opens("2", BUDI).serves("1")
    story.starts("2", BUDI)
    story.does(c.ReturnTicket(BUDI, "2"))
    assert story.serves("1") == "A001"
    ticket = story.hall.tickets[A001]
    assert (ticket.stage.service, ticket.to_come) == ("akta", ("kk",))


def test_what_was_sent_back_after_a_transfer_is_done_with_its_sender(sent):
    sent.does(c.ReturnTicket(BUDI, "2"))
    assert sent.serves("1") == "A001"
    assert sent.hall.tickets[A001].state.value == "done"
