"""When a service gives numbers; if not, why, and when it will again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.domain import commands as c
from core.domain import errors
from core.domain.opening import Closed, Reason, closed, first_working_day, next_opening, working_day
from core.domain.plan import Hours, Rules, SpecialDay
from core.domain.staff import SYSTEM
from tests.worlds import (
    ANI,
    OFFICE,
    TUESDAY,
    WAYAN,
    Story,
    between,
    local,
    small_plan,
    with_agency,
    with_service,
    with_special,
    words,
)

WEDNESDAY, FRIDAY, SATURDAY = date(2026, 11, 25), date(2026, 11, 27), date(2026, 11, 28)
SUNDAY, MONDAY = date(2026, 11, 29), date(2026, 11, 30)


def shut(clock: str, day: date = TUESDAY, plan=None) -> Closed | None:
    """Why ktp gives no numbers then."""
    story = Story(plan, clock, day)
    return closed(story.hall, story.hall.plan.services["ktp"], story.clock.now())


# -- hours ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("clock", ["07:45", "08:00", "11:59:59", "12:00", "12:30", "13:00", "15:29:59"])
def test_numbers_are_given_from_the_doors_to_closing_and_during_the_break(clock):
    assert shut(clock) is None


@pytest.mark.parametrize("clock", ["00:00", "07:44:59"])
def test_before_the_doors_it_is_not_yet(clock):
    assert shut(clock) == Closed(Reason.NOT_YET, local("07:45"))


@pytest.mark.parametrize("clock", ["15:30", "23:59:59"])
def test_after_closing_it_is_over_until_tomorrow(clock):
    assert shut(clock) == Closed(Reason.OVER, local("07:45", WEDNESDAY))


def test_friday_closes_earlier_and_monday_is_next():
    assert shut("14:29", FRIDAY) is None
    assert shut("14:30", FRIDAY) == Closed(Reason.OVER, local("07:45", MONDAY))


@pytest.mark.parametrize("day", [SATURDAY, SUNDAY])
def test_a_day_without_hours_is_closed_until_the_next_that_has_some(day):
    assert shut("10:00", day) == Closed(Reason.CLOSED_TODAY, local("07:45", MONDAY))


def test_how_long_before_the_counters_the_doors_open_is_the_halls_own_choice():
    plan = small_plan(rules=replace(Rules(), doors_before=timedelta(hours=1)))
    assert shut("07:00", plan=plan) is None
    assert shut("06:59", plan=plan) == Closed(Reason.NOT_YET, local("07:00"))


def test_a_service_may_close_before_its_agency():
    early = Hours((between("08:00-10:00"),) * 5 + ((), ()))
    plan = with_service(small_plan(), "ktp", hours=early)
    story = Story(plan, "10:00")
    story.refuses(story.issue("ktp"), errors.ServiceClosed)
    assert story.takes("kk").number == "A001"


def test_the_hours_are_those_of_the_halls_own_zone():
    plan = small_plan(timezone=ZoneInfo("Asia/Jayapura"))  # an hour before Denpasar
    story = Story(plan, "07:00")
    assert closed(story.hall, plan.services["ktp"], local("06:45")) is None
    assert closed(story.hall, plan.services["ktp"], local("14:30")).reason is Reason.OVER


def test_the_next_opening_is_told_in_utc():
    opens = next_opening(small_plan(), small_plan().services["ktp"], TUESDAY)
    assert opens == datetime(2026, 11, 24, 23, 45, tzinfo=UTC)
    assert opens.tzinfo is UTC


# -- special days ----------------------------------------------------------------------------------


def test_a_holiday_gives_no_numbers_and_says_its_name():
    plan = with_special(small_plan(), SpecialDay(TUESDAY, words("Galungan")))
    assert shut("10:00", plan=plan) == Closed(Reason.HOLIDAY, local("07:45", WEDNESDAY), "Galungan")


def test_the_next_opening_leaps_over_holidays_and_the_weekend():
    plan = with_special(
        small_plan(),
        SpecialDay(WEDNESDAY, words("one")),
        SpecialDay(date(2026, 11, 26), words("two")),
        SpecialDay(FRIDAY, words("three")),
    )
    assert shut("16:00", plan=plan) == Closed(Reason.OVER, local("07:45", MONDAY))


def test_a_half_day_closes_early():
    plan = with_special(small_plan(), SpecialDay(TUESDAY, words("half"), between("08:00-11:00")))
    assert shut("10:59", plan=plan) is None
    assert shut("11:00", plan=plan) == Closed(Reason.OVER, local("07:45", WEDNESDAY))


def test_a_half_day_that_begins_late_opens_late():
    plan = with_special(small_plan(), SpecialDay(TUESDAY, words("half"), between("10:00-20:00")))
    assert shut("09:44", plan=plan) == Closed(Reason.NOT_YET, local("09:45"))
    assert shut("15:30", plan=plan).reason is Reason.OVER  # never longer than the weekday


def test_a_half_day_that_touches_no_hour_of_the_service_is_a_holiday_for_it():
    plan = with_special(small_plan(), SpecialDay(TUESDAY, words("half"), between("16:00-18:00")))
    assert shut("10:00", plan=plan).reason is Reason.HOLIDAY


def test_a_special_day_opens_no_weekend():
    plan = with_special(small_plan(), SpecialDay(SATURDAY, words("extra"), between("08:00-12:00")))
    assert shut("09:00", SATURDAY, plan).opens_at == local("07:45", MONDAY)


def test_a_service_that_never_opens_again_promises_nothing():
    plan = with_service(small_plan(), "ktp", hours=Hours(((),) * 7))
    assert shut("10:00", plan=plan) == Closed(Reason.CLOSED_TODAY, None)


def test_hours_with_a_break_are_cut_on_both_sides_of_it():
    special = {TUESDAY: SpecialDay(TUESDAY, words("half"), between("09:00-14:00"))}
    assert OFFICE.on(TUESDAY, special) == between("09:00-12:00", "13:00-14:00")


def test_working_days_leap_over_the_weekend_and_holidays():
    plan = with_special(small_plan(), SpecialDay(MONDAY, words("holiday")))
    assert working_day(plan, FRIDAY)
    assert not working_day(plan, SATURDAY)
    assert first_working_day(plan, SATURDAY) == MONDAY + timedelta(days=1)
    assert first_working_day(plan, TUESDAY) == TUESDAY


# -- refusals --------------------------------------------------------------------------------------


def test_a_closed_service_refuses_with_the_reason_and_the_next_opening():
    story = Story(clock="16:00")
    refusal = story.refuses(story.issue("ktp"), errors.ServiceClosed)
    assert refusal.facts == {
        "service": "ktp",
        "reason": "over",
        "name": "",
        "opens_at": "2026-11-24T23:45:00+00:00",
    }


def test_holders_are_still_called_and_served_after_closing():
    story = Story(clock="15:29")
    story.takes()
    story.clock.set("18:00")
    story.refuses(story.issue(), errors.ServiceClosed)
    story.opens()
    assert story.serves() == "A001"


# -- quotas ----------------------------------------------------------------------------------------


def test_the_last_number_of_a_quota_is_given_and_the_next_is_not():
    story = Story(with_service(small_plan(), "ktp", daily_quota=2))
    assert [story.takes().number for _ in range(2)] == ["A001", "A002"]
    refusal = story.refuses(story.issue(), errors.QuotaUsedUp)
    assert refusal.facts == {
        "service": "ktp",
        "reason": "quota",
        "quota": 2,
        "opens_at": "2026-11-24T23:45:00+00:00",
    }
    assert story.takes("kk").number == "A003"  # another service of the same series


def test_a_number_that_was_given_up_does_not_refill_the_quota():
    story = Story(with_service(small_plan(), "ktp", daily_quota=1))
    story.does(c.CancelTicket(SYSTEM, story.takes().id))
    story.refuses(story.issue(), errors.QuotaUsedUp)


def test_a_quota_of_none_is_used_up_at_once():
    story = Story(with_service(small_plan(), "ktp", daily_quota=0))
    story.refuses(story.issue(), errors.QuotaUsedUp)


def test_an_agencys_quota_counts_all_its_services():
    story = Story(with_agency(small_plan(), "DUK", daily_quota=3))
    for each in ("ktp", "kk", "akta"):
        story.takes(each)
    for each in ("ktp", "kk", "akta"):
        refusal = story.refuses(story.issue(each), errors.QuotaUsedUp)
        assert (refusal.facts["reason"], refusal.facts["quota"]) == ("agency_quota", 3)
    story.takes("skck")


def test_a_quota_is_full_again_the_next_day():
    story = Story(with_service(small_plan(), "ktp", daily_quota=1))
    story.takes()
    story.clock.set("09:00", WEDNESDAY)
    story.does(c.StartDay(SYSTEM, WEDNESDAY))
    assert story.takes().number == "A001"


# -- pauses of a service ----------------------------------------------------------------------------


def test_a_paused_service_gives_no_numbers_and_says_why(story):
    story.does(c.PauseService(WAYAN, "ktp", " server down "))
    refusal = story.refuses(story.issue("ktp"), errors.ServicePausedNow)
    assert refusal.facts == {"service": "ktp", "reason": "server down"}
    story.takes("kk")


def test_holders_of_a_paused_service_are_still_served(story):
    story.takes()
    story.does(c.PauseService(WAYAN, "ktp", "server down"))
    story.opens()
    assert story.serves() == "A001"


def test_a_resumed_service_gives_the_next_number(story):
    story.takes()
    story.does(c.PauseService(WAYAN, "ktp", "server down"))
    story.does(c.ResumeService(WAYAN, "ktp"))
    assert story.takes().number == "A002"


def test_a_pause_needs_a_reason(story):
    story.refuses(c.PauseService(WAYAN, "ktp", "  "), errors.ReasonRequired)


def test_a_pause_may_be_given_another_reason(story):
    story.does(c.PauseService(WAYAN, "ktp", "server down"))
    story.does(c.PauseService(WAYAN, "ktp", "no paper"))
    assert story.hall.paused == {"ktp": "no paper"}


def test_only_a_paused_service_is_resumed(story):
    story.refuses(c.ResumeService(WAYAN, "ktp"), errors.ServiceNotPaused)


def test_an_unknown_service_is_not_paused(story):
    story.refuses(c.PauseService(WAYAN, "nothing", "x"), errors.ServiceUnknown)


@pytest.mark.parametrize("command", [c.PauseService(ANI, "ktp", "x"), c.ResumeService(ANI, "ktp")])
def test_an_officer_neither_pauses_nor_resumes_a_service(story, command):
    story.refuses(command, errors.Forbidden)
