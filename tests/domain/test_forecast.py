"""How long: a range that grows with those ahead and shrinks with the counters at work."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.domain.commands import PauseCounter, StartService
from core.domain.forecast import FALLBACK_MINUTES, Forecast, forecast, forecast_for_next
from tests.worlds import ANI, BUDI, Story, small_plan, with_service

counts = st.dictionaries(st.sampled_from(["ktp", "kk", "akta", "gone"]), st.integers(0, 300))


def hall_with(open_counters: int, busy: int = 0):
    story = Story()
    for ident, officer in (("1", ANI), ("3", BUDI))[:open_counters]:
        story.opens(ident, officer)
        if busy:
            story.takes()
            story.calls(ident, officer)
            busy -= 1
    return story


@given(counts, st.sampled_from(["ktp", "kk", "akta", "gone"]), st.integers(0, 2), st.integers(0, 2))
def test_the_range_never_shrinks_when_one_more_is_ahead(ahead, other, at_work, busy):
    hall = hall_with(at_work, busy).hall
    before = forecast(hall, "ktp", ahead)
    after = forecast(hall, "ktp", {**ahead, other: ahead.get(other, 0) + 1})
    assert after.median_minutes >= before.median_minutes
    assert after.p80_minutes >= before.p80_minutes


@given(counts, st.integers(0, 2), st.integers(0, 2))
def test_the_median_is_never_above_the_80th_percentile(ahead, at_work, busy):
    told = forecast(hall_with(at_work, busy).hall, "ktp", ahead)
    assert 0 <= told.median_minutes < told.p80_minutes


def test_with_nobody_ahead_and_a_free_counter_it_is_now(story):
    story.opens()
    assert forecast(story.hall, "ktp", {}) == Forecast(0, 2)


def test_ten_ahead_of_one_counter_take_ten_services(story):
    story.opens()
    told = forecast(story.hall, "ktp", {"ktp": 10})
    assert told.median_minutes == 100  # ten of ten minutes
    assert 100 < told.p80_minutes < 140


def test_a_second_counter_halves_it(story):
    story.opens("1", ANI)
    alone = forecast(story.hall, "ktp", {"ktp": 10})
    story.opens("3", BUDI)
    assert forecast(story.hall, "ktp", {"ktp": 10}).median_minutes == alone.median_minutes / 2


def test_a_paused_counter_does_not_count_as_at_work(story):
    story.opens("1", ANI).opens("3", BUDI)
    story.does(PauseCounter(BUDI, "3"))
    assert forecast(story.hall, "ktp", {"ktp": 10}).median_minutes == 100


def test_one_who_is_served_is_half_way_through(story):
    story.takes()
    story.opens().calls()
    story.does(StartService(ANI, "1"))
    assert forecast(story.hall, "ktp", {}).median_minutes == 5


def test_a_service_out_of_the_plan_has_a_usual_length(story):
    story.opens()
    assert forecast(story.hall, "ktp", {"gone": 1}).median_minutes == FALLBACK_MINUTES


def test_longer_services_ahead_take_longer():
    story = Story(with_service(small_plan(), "kk", minutes=30))
    story.opens()
    assert forecast(story.hall, "ktp", {"kk": 2}).median_minutes == 60


def test_a_ticket_carries_the_forecast_of_its_issue(story):
    story.opens()
    story.takes()
    ahead, told = forecast_for_next(story.hall, "ktp", story.clock.now())
    (issued,) = story.when(story.issue())
    assert (issued.ahead, issued.median_minutes, issued.p80_minutes) == (
        ahead,
        told.median_minutes,
        told.p80_minutes,
    )
    assert ahead == 1


def test_a_priority_citizen_has_fewer_ahead(story):
    for _ in range(3):
        story.takes()
        story.clock.later(minutes=1)
    regular, priority = story.when(story.issue())[0], story.when(story.issue("ktp", "priority"))[0]
    assert (regular.ahead, priority.ahead) == (3, 0)
    assert priority.p80_minutes < regular.p80_minutes
