"""What services really took: a fair start from the catalogue, then what was seen, carried over the days."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.domain import commands as c
from core.domain import events as e
from core.domain.forecast import forecast, length_of
from core.domain.hall import LENGTHS_KEPT, Length
from tests.worlds import ANI, BUDI, SYSTEM, TUESDAY, Story

WEDNESDAY = TUESDAY + timedelta(days=1)


def serve(story: Story, minutes: float, times: int = 1) -> Story:
    for _ in range(times):
        story.takes()
        story.starts()
        story.clock.later(minutes=minutes)
        story.does(c.FinishService(ANI, "1"))
    return story


def test_an_empty_history_starts_with_the_catalogues_minutes(story):
    assert length_of(story.hall, "ktp")[0] == 10
    assert length_of(story.hall, "akta")[0] == 20


def test_one_quick_serving_moves_it_a_little(story):
    serve(story.opens(), 4)
    assert length_of(story.hall, "ktp")[0] == pytest.approx(9)  # five of ten minutes and one of four


def test_many_servings_speak_for_themselves():
    story = Story(clock="08:00")
    serve(story.opens(), 4, times=60)
    mean, _ = length_of(story.hall, "ktp")
    assert mean == pytest.approx(4, abs=1)
    assert story.hall.lengths["ktp"].count == LENGTHS_KEPT
    assert forecast(story.hall, "ktp", {"ktp": 10}).median_minutes <= 50


def test_the_mean_follows_a_day_that_gets_slower():
    length = Length()
    for seconds in [60] * 100 + [600] * 100:
        length = length.with_one(seconds)
    assert length.mean == pytest.approx(600, rel=0.05)


def test_mean_and_variance_of_the_first_few_are_exact():
    length = Length()
    for seconds in (100, 200, 300):
        length = length.with_one(seconds)
    assert (length.count, length.mean) == (3, pytest.approx(200))
    assert length.variance == pytest.approx(20_000 / 3)


def test_only_the_time_from_start_to_finish_counts(story):
    story.takes()
    story.opens().calls()
    story.clock.later(minutes=6)
    story.does(c.StartService(ANI, "1"))
    story.clock.later(minutes=5)
    story.does(c.FinishService(ANI, "1"))
    assert story.hall.lengths["ktp"] == Length(1, 300.0, 0.0)


def test_steadier_servings_make_a_narrower_range():
    story = Story(clock="08:00")
    story.opens()
    before = forecast(story.hall, "ktp", {"ktp": 10})
    serve(story, 10, times=40)
    after = forecast(story.hall, "ktp", {"ktp": 10})
    assert after.median_minutes == before.median_minutes
    assert after.p80_minutes - after.median_minutes < before.p80_minutes - before.median_minutes


def test_what_was_seen_is_carried_over_the_night_by_the_event(story):
    serve(story.opens(), 4, times=3)
    seen = story.hall.lengths["ktp"]
    *_, started = story.does(c.StartDay(SYSTEM, WEDNESDAY))
    assert started == e.DayStarted(WEDNESDAY, (("ktp", 3, seen.mean, seen.variance),))
    assert story.hall.lengths == {"ktp": seen}


def test_the_newest_day_alone_leads_to_the_same_lengths(story):
    serve(story.opens(), 4, times=3)
    story.does(c.StartDay(SYSTEM, WEDNESDAY))
    day = [each for each in story.log if each.day == WEDNESDAY]
    alone = Story(day=TUESDAY)
    alone.log = day
    assert alone.replayed().lengths == story.hall.lengths
    assert story.replayed().state() == story.hall.state()


def test_each_service_learns_from_its_own_servings(story):
    story.opens("2", BUDI)
    story.takes("akta")
    story.starts("2", BUDI)
    story.clock.later(minutes=2)
    story.does(c.FinishService(BUDI, "2"))
    assert set(story.hall.lengths) == {"akta"}
