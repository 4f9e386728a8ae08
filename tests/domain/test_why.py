"""Every call says which rule decided, and how many it passed."""

from __future__ import annotations

from core.domain.commands import CallNumber, CancelTicket
from core.domain.ticket import Why
from tests.worlds import ANI, CITIZEN


def test_one_whom_nobody_preceded_is_called_by_arrival(story):
    story.takes(), story.takes()
    story.opens()
    assert story.calls().why == Why("arrival", 0, "regular", 0)


def test_a_head_start_that_passes_somebody_says_whom_it_is_for_and_how_many_it_passed(story):
    story.takes(), story.takes("kk")
    story.clock.later(minutes=10)
    story.takes("ktp", "priority")
    story.opens()
    assert story.calls().why == Why("head_start", 2, "priority", 1200)


def test_a_head_start_that_passes_nobody_is_an_arrival(story):
    story.takes("ktp", "priority"), story.takes()
    story.opens()
    assert story.calls().why == Why("arrival", 0, "priority", 0)


def test_one_who_left_was_not_passed(story):
    left = story.takes()
    story.takes()
    story.does(CancelTicket(CITIZEN, left.id))
    story.clock.later(minutes=1)
    story.takes("ktp", "priority")
    story.opens()
    assert story.calls().why.passed == 1


def test_those_of_another_agency_were_not_passed(story):
    story.takes("skck")
    story.clock.later(minutes=1)
    story.takes("ktp", "priority")
    story.opens()
    assert story.calls().why.passed == 0


def test_a_number_out_of_turn_carries_its_reason_and_whom_it_passed(story):
    story.takes(), story.takes(), story.takes()
    story.opens()
    (called,) = story.does(CallNumber(ANI, "1", "A003", " fainting "))
    assert called.why == Why("number", 2, "regular", reason="fainting")


def test_a_number_whose_turn_it_is_has_the_same_why_as_the_next(story):
    story.takes("akta")  # of a lower tier: calling by number must not count it
    story.takes()
    story.clock.later(minutes=5)
    story.takes("ktp", "priority")
    story.opens()
    by_number = story.when(CallNumber(ANI, "1", "A002"))
    assert by_number == [story.calls()]


def test_the_ticket_keeps_why_it_was_called(story):
    ticket = story.takes()
    story.opens().serves()
    assert story.hall.tickets[ticket.id].stage.why == Why("arrival", 0, "regular", 0)
