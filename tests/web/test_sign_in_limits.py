"""The rules of signing in: nobody locks out another, guessing is slow, memory is bounded. No clock."""

from __future__ import annotations

import pytest

from core.domain.staff import Account, Role
from core.web.sign_in.device import ACCOUNTS, LENGTH, BrowserCookies
from core.web.sign_in.limits import (
    FREE_FAILURES,
    LATEST_S,
    PAIR,
    SLOWEST_S,
    Admitted,
    Attempt,
    Refused,
    SignInLimits,
)


def fails(limits: SignInLimits, attempt: Attempt, now: float, times: int = 1) -> int:
    """How many of so many failing tries at one moment are admitted."""
    return sum(isinstance(limits.admit(attempt, now), Admitted) for _ in range(times))


def test_a_stranger_elsewhere_locks_nobody_out() -> None:
    limits = SignInLimits()
    fails(limits, Attempt("supervisor", "10.9.9.9"), 0, 5000)
    for name in ("supervisor", "admin"):
        assert isinstance(limits.admit(Attempt(name, "10.0.0.1"), 1), Admitted)


def test_a_stranger_behind_the_same_address_locks_no_known_browser_out() -> None:
    limits = SignInLimits()
    for number in range(300):
        fails(limits, Attempt("capil", "10.0.0.1"), number, 10)
        fails(limits, Attempt(f"name-{number}", "10.0.0.1"), number, 10)
    assert isinstance(limits.admit(Attempt("capil", "10.0.0.1"), 300), Refused)
    assert limits.admit(Attempt("capil", "10.0.0.1", "desk-1"), 300) == Admitted(0)


def test_a_known_browser_has_an_allowance_of_its_own_and_no_more() -> None:
    limits = SignInLimits()
    assert fails(limits, Attempt("capil", "10.0.0.1", "desk-1"), 0, 50) == PAIR[0].times
    assert isinstance(limits.admit(Attempt("capil", "10.0.0.1", "desk-2"), 0), Admitted)
    assert isinstance(limits.admit(Attempt("capil", "10.0.0.1"), 0), Admitted)


def test_refused_tries_do_not_count() -> None:
    limits = SignInLimits()
    attempt = Attempt("capil", "10.0.0.1")
    fails(limits, attempt, 0, PAIR[0].times)
    first = limits.admit(attempt, 0)
    assert isinstance(first, Refused)
    for _ in range(1000):
        assert limits.admit(attempt, 0) == first
    assert isinstance(limits.admit(attempt, first.wait + 0.001), Admitted)


def test_the_wait_that_is_told_is_the_true_one() -> None:
    limits = SignInLimits()
    attempt, now = Attempt("capil", "10.0.0.1"), 0.0
    for _ in range(200):
        verdict = limits.admit(attempt, now)
        if isinstance(verdict, Refused):
            assert isinstance(limits.admit(attempt, now + verdict.wait - 0.01), Refused)
            now += verdict.wait + 0.001
    assert now > 3600, "thirty an hour in the long run"


def test_a_guesser_at_one_address_gets_thirty_an_hour_for_a_name() -> None:
    limits = SignInLimits()
    admitted = sum(fails(limits, Attempt("admin", "10.0.0.1"), second) for second in range(3600, 7200))
    assert admitted <= 2 * PAIR[1].times


def test_sixty_one_officers_behind_one_address_get_in_with_two_typing_errors_each() -> None:
    limits = SignInLimits()
    for number in range(61):
        attempt, at = Attempt(f"officer-{number}", "10.0.0.1"), number * 0.5
        assert fails(limits, attempt, at, 2) == 2
        verdict = limits.admit(attempt, at)
        assert isinstance(verdict, Admitted)
        assert verdict.delay == 0
        limits.give_back(attempt, at)


def test_all_at_the_same_moment_too() -> None:
    limits = SignInLimits()
    everybody = [Attempt(f"officer-{number}", "10.0.0.1") for number in range(61)]
    for attempt in everybody:
        assert fails(limits, attempt, 0, 2) == 2
    for attempt in everybody:  # none has given back yet: all hash at once
        assert isinstance(limits.admit(attempt, 0), Admitted)


def test_successes_use_nothing_up() -> None:
    limits = SignInLimits()
    attempt = Attempt("capil", "10.0.0.1")
    for _ in range(5000):
        assert limits.admit(attempt, 0) == Admitted(0)
        limits.give_back(attempt, 0)
    assert len(limits) == 0


def test_failures_of_a_name_at_many_addresses_make_answers_slower_and_refuse_nobody() -> None:
    limits = SignInLimits()
    delays = []
    for number in range(500):
        verdict = limits.admit(Attempt("admin", f"10.0.{number // 250}.{number % 250}"), 0)
        assert isinstance(verdict, Admitted)
        delays.append(verdict.delay)
    assert delays == sorted(delays)
    assert delays[:FREE_FAILURES] == [0.0] * FREE_FAILURES
    assert delays[-1] == SLOWEST_S
    assert limits.admit(Attempt("admin", "10.1.1.1", "desk-1"), 0) == Admitted(0), (
        "a known browser is not slower"
    )
    other = limits.admit(Attempt("capil", "10.1.1.1"), 0)
    assert other == Admitted(0, 0), "nor is another name"
    attacked = limits.admit(Attempt("admin", "10.1.1.2"), 0)
    assert isinstance(attacked, Admitted)
    assert attacked.penalty == LATEST_S, "where passwords queue, a name that is guessed waits longest"
    assert limits.admit(Attempt("admin", "10.1.1.3"), 15 * 60 + 1) == Admitted(0, 0)


def test_a_new_password_lifts_what_holds_the_name() -> None:
    limits = SignInLimits()
    held = [Attempt("capil", "10.0.0.1"), Attempt("capil", "10.0.0.1", "desk-1")]
    for attempt in [*held, Attempt("ptsp", "10.0.0.1")]:
        fails(limits, attempt, 0, 20)
    limits.lift("capil")
    for attempt in held:
        verdict = limits.admit(attempt, 0)
        assert isinstance(verdict, Admitted)
        assert verdict.delay == 0
    assert isinstance(limits.admit(Attempt("ptsp", "10.0.0.1"), 0), Refused)


def test_a_hundred_thousand_names_and_addresses_end_in_bounded_memory() -> None:
    limits = SignInLimits(entries=500)
    for number in range(100_000):
        limits.admit(Attempt(f"{number}", f"2001:db8:{number:x}::/64"), number / 1000)
        if number % 10 == 0:
            limits.admit(Attempt("admin", "10.0.0.1", f"browser-{number}"), number / 1000)
    assert len(limits) == 4 * 500


# The cookie of a known browser.

CAPIL = Account("staff", "capil", Role.OFFICER, "CAPIL", 7, "7-a")


@pytest.fixture
def cookies() -> BrowserCookies:
    return BrowserCookies(b"k" * 32)


def test_a_browser_is_known_for_whom_it_has_signed_in(cookies: BrowserCookies) -> None:
    cookie = cookies.with_account("", CAPIL)
    assert cookies.known(cookie, CAPIL)
    for other in (
        None,
        Account("staff", "ptsp", Role.OFFICER, "PTSP", 7, "8-b"),
        Account("staff", "capil", Role.OFFICER, "CAPIL", 7, "9-c"),  # a later one of that name
        Account("staff", "capil", Role.OFFICER, "CAPIL", 8, "7-a"),  # a new password
    ):
        assert cookies.known(cookie, other) is None


def test_a_cookie_cannot_be_forged(cookies: BrowserCookies) -> None:
    cookie = cookies.with_account("", CAPIL)
    forged = BrowserCookies(b"x" * 32).with_account("", CAPIL)
    for bad in ("", "x", ".", "...", cookie[:-1], cookie[1:], cookie + "a", forged, "é" * 40):
        assert cookies.known(bad, CAPIL) is None


def test_a_browser_keeps_its_id_and_the_newest_accounts(cookies: BrowserCookies) -> None:
    cookie = cookies.with_account("", CAPIL)
    ident = cookies.known(cookie, CAPIL)
    others = [
        Account("staff", f"officer-{number}", Role.OFFICER, "CAPIL", number, f"{number}-x")
        for number in range(20)
    ]
    for other in others:
        cookie = cookies.with_account(cookie, other)
        assert cookies.known(cookie, other) == ident
    known = [other.name for other in others if cookies.known(cookie, other)]
    assert known == [other.name for other in others[-ACCOUNTS:]]
    assert cookies.known(cookie, CAPIL) is None


def test_a_cookie_stays_short_whatever_the_names_are(cookies: BrowserCookies) -> None:
    cookie = ""
    for number in range(20):
        cookie = cookies.with_account(
            cookie, Account("staff", f"{number}" * 200, Role.OFFICER, None, 1, f"{number}" * 200)
        )
        assert len(cookie) <= LENGTH
    assert cookies.known(cookie + "a" * LENGTH, CAPIL) is None
