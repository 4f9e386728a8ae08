"""Who is next: the smallest rank of the first tier in which somebody waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.domain import errors
from core.domain.commands import CallNext, PauseCounter
from core.domain.ranking import ahead_of, in_order, next_for
from tests.worlds import ANI, BUDI, Story, small_plan


def numbers(story: Story, counter: str = "1") -> list[str]:
    return [ticket.number for ticket in in_order(story.hall, story.hall.plan.counters[counter], 99)]


def test_the_one_who_came_first_is_called_first(story):
    for _ in range(3):
        story.takes()
        story.clock.later(minutes=1)
    story.opens()
    assert [story.serves() for _ in range(3)] == ["A001", "A002", "A003"]


def test_of_two_who_came_in_the_same_instant_the_smaller_sequence_goes_first(story):
    story.takes("kk"), story.takes("ktp"), story.takes("kk")
    story.opens()
    assert [story.serves() for _ in range(3)] == ["A001", "A002", "A003"]


def test_ties_between_series_go_by_the_order_of_issue(story):
    plan = small_plan()
    counters = {**plan.counters, "1": replace(plan.counters["1"], tiers=(("akta", "ktp"),))}
    story = Story(replace(plan, counters=counters))
    story.takes("ktp"), story.takes("akta"), story.takes("ktp")
    story.opens()
    assert [story.serves() for _ in range(3)] == ["A001", "B001", "A002"]


def test_a_head_start_counts_as_having_come_earlier(story):
    story.takes("ktp")
    story.clock.later(minutes=19)
    story.takes("ktp", "priority")
    story.opens()
    assert [story.serves() for _ in range(2)] == ["A002", "A001"]


def test_a_head_start_does_not_pass_one_who_came_earlier_still(story):
    story.takes("ktp")
    story.clock.later(minutes=21)
    story.takes("ktp", "priority")
    story.opens()
    assert [story.serves() for _ in range(2)] == ["A001", "A002"]


def test_whose_head_start_reaches_the_same_instant_goes_by_sequence(story):
    story.takes("ktp")
    story.clock.later(minutes=20)
    story.takes("ktp", "priority")
    story.opens()
    assert story.serves() == "A001"


def test_priority_citizens_keep_their_order_among_themselves(story):
    for _ in range(3):
        story.takes("ktp", "priority")
        story.clock.later(minutes=1)
    story.opens()
    assert [story.serves() for _ in range(3)] == ["A001", "A002", "A003"]


def test_a_lower_tier_waits_until_the_first_is_empty(story):
    story.takes("akta")
    story.clock.later(minutes=90)
    story.takes("ktp", "regular")
    story.opens()
    assert [story.serves() for _ in range(2)] == ["A001", "B001"]


def test_the_same_services_in_other_tiers_give_another_order(story):
    story.takes("ktp"), story.takes("akta")
    assert numbers(story, "1") == ["A001", "B001"]
    assert numbers(story, "2") == ["B001", "A001"]


def test_a_counter_calls_nobody_for_services_that_it_does_not_serve(story):
    story.takes("akta"), story.takes("skck")
    story.opens("3")
    refusal = story.refuses(CallNext(ANI, "3"), errors.NobodyWaiting)
    assert refusal.facts == {"counter": "3", "state": "open"}


def test_a_clock_set_back_reorders_nobody(story):
    story.takes()
    story.clock.later(minutes=-45)
    late = story.takes()
    story.clock.later(minutes=50)
    story.takes()
    story.opens()
    assert late.issued_at >= story.hall.tickets["20261124-A001"].issued_at
    assert [story.serves() for _ in range(3)] == ["A001", "A002", "A003"]


def test_a_clock_set_back_does_not_give_a_head_start(story):
    story.takes("ktp", "priority")
    story.clock.later(hours=-1)
    story.takes("ktp")
    story.opens()
    assert story.serves() == "A001"


def test_two_counters_pull_from_the_same_people(story):
    for _ in range(3):
        story.takes()
    story.opens("1", ANI).opens("3", BUDI)
    assert [story.serves("1"), story.serves("3", BUDI), story.serves("1")] == ["A001", "A002", "A003"]


def test_one_who_was_put_back_is_next_again(story):
    story.takes(), story.takes()
    story.opens("1", ANI).opens("3", BUDI)
    assert story.number_called("1") == "A001"
    story.does(PauseCounter(ANI, "1"))
    assert story.number_called("3", BUDI) == "A001"


comings = st.lists(
    st.tuples(
        st.sampled_from(["ktp", "kk", "akta"]),
        st.sampled_from(["regular", "priority"]),
        st.integers(-5, 25),
    ),
    min_size=1,
    max_size=12,
)


@given(comings)
def test_whoever_comes_the_next_is_the_smallest_rank_of_the_first_tier(comings):
    story = Story()
    for what, klass, minutes in comings:
        story.takes(what, klass)
        story.clock.later(minutes=minutes)
    hall = story.hall
    for counter in hall.plan.counters.values():
        waiting = [
            [ticket for ticket in hall.tickets.values() if ticket.stage.service in tier]
            for tier in counter.tiers
        ]
        ordered = [
            ticket.number
            for tier in waiting
            for ticket in sorted(tier, key=lambda ticket: (ticket.stage.rank, ticket.seq))
        ]
        assert numbers(story, counter.id) == ordered
        choice = next_for(hall, counter, story.clock.now())
        assert (choice.ticket.number if choice else None) == next(iter(ordered), None)


@given(comings)
def test_how_many_are_ahead_counts_the_services_that_share_a_counter(comings):
    story = Story()
    for what, klass, minutes in comings:
        story.takes(what, klass)
        story.clock.later(minutes=minutes)
    everybody = list(story.hall.tickets.values())  # ktp, kk and akta share counter 1
    for ticket in everybody:
        ahead = [
            other for other in everybody if (other.stage.rank, other.seq) < (ticket.stage.rank, ticket.seq)
        ]
        assert sum(ahead_of(story.hall, ticket).values()) == len(ahead)


def test_rank_is_the_coming_less_the_head_start(story):
    stage = story.takes("ktp", "priority").stage
    assert stage.joined_at - stage.rank == timedelta(minutes=20)
