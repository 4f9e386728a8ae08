"""Numbers run from 1 in each series and service day, without gaps, and are never given twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.domain import commands as c
from core.domain import errors
from core.domain import events as e
from core.domain.plan import Series
from tests.worlds import CITIZEN, SYSTEM, TUESDAY, Story, small_plan, token


def test_the_first_number_of_a_day_is_one(story):
    assert story.takes("ktp").number == "A001"


def test_each_series_counts_for_itself(story):
    numbers = [story.takes(each).number for each in ("ktp", "akta", "ktp", "skck", "akta")]
    assert numbers == ["A001", "B001", "A002", "C001", "B002"]


def test_services_of_one_series_share_its_run_without_a_gap(story):
    numbers = [story.takes(each).number for each in ("ktp", "kk", "kk", "ktp")]
    assert numbers == ["A001", "A002", "A003", "A004"]


def test_a_number_is_not_given_again_after_its_holder_left(story):
    first = story.takes()
    story.does(c.CancelTicket(CITIZEN, first.id))
    assert story.takes().number == "A002"


def test_a_refused_request_uses_up_no_number(story):
    story.takes()
    story.refuses(story.issue("ktp", "royal"), errors.ClassUnknown)
    story.refuses(story.issue("nothing"), errors.ServiceUnknown)
    assert story.takes().number == "A002"


@pytest.mark.parametrize(
    ("ordinal", "number"), [(1, "A001"), (99, "A099"), (999, "A999"), (1000, "A1000"), (12345, "A12345")]
)
def test_a_number_has_at_least_three_digits(ordinal, number):
    assert Series("any", "A").number(ordinal) == number


def test_a1000_follows_a999(story):
    for _ in range(998):
        story.given(replace(_issued_next(story)))
    assert [story.takes().number for _ in range(3)] == ["A999", "A1000", "A1001"]


def _issued_next(story: Story) -> e.TicketIssued:
    # made by hand: deciding 998 times would compare the whole hall 998 times
    n = story.hall.issued["A"] + 1
    return e.TicketIssued(
        ticket=f"20261124-A{n:03d}", token=f"given-{n}", number=f"A{n:03d}", series="A", ordinal=n,
        service="ktp", agency="DUK", zone="A", klass="regular", head_start_s=0, lang="id",
        channel="kiosk", kiosk=None, ahead=0, median_minutes=0, p80_minutes=2,
    )  # fmt: skip


def test_numbers_start_at_one_on_the_next_day(story):
    story.takes(), story.takes()
    story.clock.later(days=1)
    story.does(c.StartDay(SYSTEM, TUESDAY + timedelta(days=1)))
    ticket = story.takes()
    assert (ticket.number, ticket.id) == ("A001", "20261125-A001")


def test_a_ticket_is_named_for_its_day_and_number(story):
    assert story.takes("akta").id == "20261124-B001"


@pytest.mark.parametrize("weak", ["", "short", "x" * 21])
def test_a_token_of_less_than_128_bits_is_refused(story, weak):
    story.refuses(c.IssueTicket(CITIZEN, "ktp", weak), errors.TokenWeak)


def test_a_token_is_not_taken_twice(story):
    story.does(c.IssueTicket(CITIZEN, "ktp", token(7)))
    story.refuses(c.IssueTicket(CITIZEN, "kk", token(7)), errors.TokenWeak)


def test_an_issued_ticket_says_all_that_the_plan_decided(story):
    (issued,) = story.when(story.issue("akta", "priority", lang="en", channel="phone"))
    assert issued == e.TicketIssued(
        ticket="20261124-B001", token=token(1), number="B001", series="B", ordinal=1, service="akta",
        agency="DUK", zone="A", klass="priority", head_start_s=1200, lang="en", channel="phone",
        kiosk=None, ahead=0, median_minutes=issued.median_minutes, p80_minutes=issued.p80_minutes,
        marked=True,
    )  # fmt: skip


def test_whoever_names_no_class_is_of_the_first(story):
    assert story.takes("ktp").klass == "regular"


def test_an_unknown_class_is_refused_with_those_there_are(story):
    refusal = story.refuses(story.issue("ktp", "royal"), errors.ClassUnknown)
    assert refusal.facts == {"class": "royal", "allowed": "regular, priority"}


def test_a_kiosk_with_a_printer_queues_the_paper(story):
    issued, queued = story.when(story.issue("ktp", kiosk="K1", site="https://mpp.test"))
    url = f"https://mpp.test/t/{token(1)}"
    assert queued == e.PrintQueued(f"{issued.ticket}.1", issued.ticket, "P1", "K1", url)


def test_a_kiosk_without_a_printer_queues_nothing(story):
    assert [type(event) for event in story.when(story.issue("sim", kiosk="K2"))] == [e.TicketIssued]


def test_a_kiosk_gives_numbers_of_its_agencies_alone(story):
    refusal = story.refuses(story.issue("ktp", kiosk="K2"), errors.ServiceNotOffered)
    assert refusal.facts == {"service": "ktp", "kiosk": "K2"}


def test_an_unknown_kiosk_is_refused(story):
    story.refuses(story.issue("ktp", kiosk="K9"), errors.KioskUnknown)


def test_two_series_never_share_a_number():
    story = Story(small_plan())
    numbers = [story.takes(each).number for each in ("ktp", "kk", "akta", "skck", "sim") * 5]
    assert len(set(numbers)) == 25
    assert sorted(story.hall.by_number) == sorted(numbers)
