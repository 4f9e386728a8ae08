"""With a ratio k of n calls are priority while both kinds wait; it stands instead of head starts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.domain.plan import Ratio
from core.domain.ticket import Why
from tests.worlds import ANI, BUDI, Story, small_plan, with_counter, with_service


def with_ratio(priority: int, of: int, **more) -> Story:
    return Story(with_service(small_plan(), "ktp", ratio=Ratio(priority, of), **more))


def kinds(story: Story, calls: int, counter: str = "1") -> str:
    """R for a regular and P for a priority citizen, call by call."""
    told = ""
    for _ in range(calls):
        number = story.serves(counter)
        told += "P" if story.hall.tickets[f"20261124-{number}"].marked else "R"
    return told


def crowd(story: Story, regular: int, priority: int) -> Story:
    for _ in range(regular):
        story.takes()
    for _ in range(priority):
        story.takes("ktp", "priority")
    return story.opens()


@pytest.mark.parametrize(
    ("ratio", "order"), [((1, 2), "PRPRPR"), ((1, 3), "PRRPRR"), ((2, 3), "PPRPPR"), ((3, 4), "PPPRPP")]
)
def test_k_of_n_calls_are_priority_while_both_wait(ratio, order):
    assert kinds(crowd(with_ratio(*ratio), 9, 9), 6) == order


def test_when_one_kind_is_absent_the_other_is_called_by_its_coming():
    assert kinds(crowd(with_ratio(1, 3), 3, 0), 3) == "RRR"
    assert kinds(crowd(with_ratio(1, 3), 0, 3), 3) == "PPP"


def test_calls_while_one_kind_is_absent_take_no_turn():
    story = crowd(with_ratio(1, 3), 3, 0)
    assert kinds(story, 2) == "RR"
    assert story.hall.turns["ktp"] == 0
    for _ in range(2):
        story.takes("ktp", "priority"), story.takes()
    assert kinds(story, 4) == "PRRP"


def test_a_round_that_was_broken_off_goes_on():
    story = crowd(with_ratio(1, 3), 4, 1)
    assert kinds(story, 3) == "PRR"
    assert story.hall.turns["ktp"] == 1
    story.takes("ktp", "priority")
    story.takes(), story.takes()
    assert kinds(story, 3) == "RRP"


def test_there_is_no_head_start_besides():
    story = with_ratio(1, 2)
    ticket = story.takes("ktp", "priority")
    assert (ticket.stage.rank, ticket.head_start_s) == (ticket.stage.joined_at, 1200)


def test_within_a_kind_whoever_came_first_goes_first():
    story = crowd(with_ratio(1, 2), 2, 2)
    assert [story.serves() for _ in range(4)] == ["A003", "A001", "A004", "A002"]


def test_the_call_says_which_turn_of_how_many_it_was():
    story = crowd(with_ratio(1, 2), 2, 2)
    assert story.calls().why == Why("ratio", 2, "priority", turn=1, of=2)


def test_two_counters_share_the_turns():
    story = crowd(with_ratio(1, 2), 2, 2).opens("3", BUDI)
    assert [story.serves("1"), story.serves("3", BUDI), story.serves("1")] == ["A003", "A001", "A004"]


def test_turns_decide_within_the_service_and_give_it_no_more_calls():
    story = with_ratio(1, 2)
    story.takes("ktp")
    story.clock.later(minutes=1)
    story.takes("kk")
    story.clock.later(minutes=1)
    story.takes("ktp", "priority")
    story.opens()
    # ktp has the first in line; the turn is the priority citizen's; then kk has.
    assert [story.serves() for _ in range(3)] == ["A003", "A001", "A002"]


def test_a_turn_that_is_not_yet_there_does_not_hold_its_service_back():
    story = with_ratio(1, 2)
    story.takes("ktp"), story.takes("ktp")
    story.clock.later(minutes=5)
    story.takes("kk")
    story.clock.later(minutes=5)
    story.takes("ktp", "priority")
    story.opens()
    assert story.serves() == "A004"
    assert [story.serves() for _ in range(3)] == ["A001", "A002", "A003"]


def test_help_given_to_a_service_with_a_ratio_takes_its_turns():
    plan = with_service(small_plan(), "ktp", ratio=Ratio(1, 2))
    story = Story(with_counter(plan, "2", help_after=timedelta(minutes=5)))
    for klass in ("regular", "priority") * 2:
        story.takes("ktp", klass)
    story.clock.later(minutes=10)
    for _ in range(4):
        story.takes("akta")
    story.opens("2", ANI)
    whys = [story.calls("2").why]
    assert (whys[0].rule, whys[0].turn, whys[0].of, whys[0].minutes) == ("help", 1, 2, 5)
    assert story.hall.turns["ktp"] == 1


def test_a_ratio_that_changes_at_noon_goes_on_within_the_new_round():
    story = crowd(with_ratio(1, 4), 9, 9)
    assert kinds(story, 7) == "PRRRPRR"
    story.hall = story.replayed(with_service(small_plan(), "ktp", ratio=Ratio(1, 2)))
    assert kinds(story, 3) == "RPR"


def test_a_ratio_is_for_marked_classes_not_for_a_name():
    plan = with_service(small_plan(), "ktp", ratio=Ratio(1, 2))
    classes = {**plan.classes, "priority": replace(plan.classes["priority"], mark=False)}
    story = crowd(Story(replace(plan, classes=classes)), 2, 2)
    assert [story.serves() for _ in range(4)] == ["A001", "A002", "A003", "A004"]
