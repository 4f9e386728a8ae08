"""Quotas by service and by agency, each as a whole and for one channel; the day's work as a limit."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.domain import commands as c
from core.domain import errors
from core.domain.opening import Reason, closed
from tests.worlds import (
    ANI,
    BUDI,
    CITIZEN,
    SYSTEM,
    TUESDAY,
    Story,
    local,
    small_plan,
    with_agency,
    with_rules,
    with_service,
)

TOMORROW = local("07:45", TUESDAY + timedelta(days=1))


def why_not(story: Story, what: str = "ktp", channel: str = "kiosk") -> Reason | None:
    shut = closed(story.hall, story.hall.plan.services[what], story.clock.now(), channel)
    return None if shut is None else shut.reason


def test_a_channel_of_a_service_is_used_up_and_the_others_go_on():
    story = Story(with_service(small_plan(), "ktp", channel_quotas={"kiosk": 2, "online": 1}))
    story.takes(), story.takes()
    refusal = story.refuses(story.issue(), errors.QuotaUsedUp)
    assert refusal.facts == {
        "service": "ktp", "reason": "channel_quota", "quota": 2, "opens_at": TOMORROW.isoformat(),
    }  # fmt: skip
    story.takes("ktp", channel="online")
    assert why_not(story, channel="online") is Reason.CHANNEL_QUOTA
    story.takes("ktp", channel="desk")
    assert why_not(story, "kk") is None


def test_a_channel_of_an_agency_counts_all_its_services():
    story = Story(with_agency(small_plan(), "DUK", channel_quotas={"online": 2}))
    story.takes("ktp", channel="online"), story.takes("akta", channel="online")
    for what in ("ktp", "kk", "akta"):
        assert why_not(story, what, "online") is Reason.CHANNEL_QUOTA
        assert why_not(story, what, "kiosk") is None
    assert why_not(story, "skck", "online") is None


def test_the_quota_of_the_agency_is_told_apart_from_the_services():
    plan = with_agency(with_service(small_plan(), "ktp", daily_quota=1), "DUK", daily_quota=3)
    story = Story(plan)
    story.takes("ktp")
    assert (why_not(story, "ktp"), why_not(story, "kk")) == (Reason.QUOTA, None)
    story.takes("kk"), story.takes("akta")
    assert (why_not(story, "kk"), why_not(story, "skck")) == (Reason.AGENCY_QUOTA, None)


def test_who_left_has_used_up_a_number_all_the_same():
    story = Story(with_service(small_plan(), "ktp", daily_quota=1))
    story.does(c.CancelTicket(CITIZEN, story.takes().id))
    assert why_not(story) is Reason.QUOTA


def test_a_transfer_and_a_route_use_up_no_quota():
    plan = with_service(with_service(small_plan(), "akta", daily_quota=1), "ktp", route=("akta",))
    story = Story(plan)
    story.takes("ktp")
    story.opens().serves()
    assert why_not(story, "akta") is None


def test_a_new_day_has_new_quotas():
    story = Story(with_service(small_plan(), "ktp", channel_quotas={"kiosk": 1}))
    story.takes()
    story.clock.later(days=1)
    story.does(c.StartDay(SYSTEM, TUESDAY + timedelta(days=1)))
    assert why_not(story) is None


@pytest.fixture
def late() -> Story:
    """It is 14:30, an hour before the counters close; counter 3 (ktp, kk) is open."""
    return Story(clock="14:30").opens("3")


def test_those_who_wait_fill_what_is_left_of_the_day(late):
    for _ in range(6):  # ten minutes each, one counter
        late.takes("kk")
    assert why_not(late) is Reason.FULL
    refusal = late.refuses(late.issue(), errors.ServiceClosed)
    assert (refusal.facts["reason"], refusal.facts["opens_at"]) == ("full", TOMORROW.isoformat())


def test_another_counter_makes_room(late):
    for _ in range(6):
        late.takes("kk")
    late.opens("1", BUDI)
    assert why_not(late) is None


def test_room_that_is_served_is_given_again(late):
    for _ in range(6):
        late.takes("kk")
    late.serves("3")
    assert why_not(late) is None


def test_a_break_is_no_time_for_work():
    story = Story(clock="11:50").opens("3")  # ten minutes, then 150 after the break
    for _ in range(15):
        story.takes()
    assert why_not(story) is None
    story.takes()
    assert why_not(story) is Reason.FULL


def test_where_no_counter_is_open_nothing_is_known_and_numbers_are_given():
    story = Story(clock="15:29")
    for _ in range(20):
        story.takes()
    assert why_not(story) is None


def test_a_hall_may_go_on_giving_numbers():
    story = Story(with_rules(small_plan(), close_when_full=False), clock="15:20").opens("3")
    for _ in range(20):
        story.takes()


def test_whoever_holds_a_number_is_served_when_no_more_are_given(late):
    taken = [late.takes().number for _ in range(6)]
    assert why_not(late) is Reason.FULL
    late.clock.set("16:40")
    assert why_not(late) is Reason.OVER
    assert [late.serves("3") for _ in taken] == taken


def test_holders_of_a_paused_service_are_served(late):
    number = late.takes().number
    late.does(c.PauseService(SYSTEM, "ktp", "server down"))
    late.refuses(late.issue(), errors.ServicePausedNow)
    assert late.serves("3", ANI) == number
