"""Leaky buckets: what they admit, when again, and how much they keep."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.web.buckets import Buckets, Limit, network_of
from core.web.throttle import Throttle, limits_of

FIVE = Limit(5, 60)
ALICE = ("alice",)


class Steady:
    """Seconds that go on when they are told to."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def test_a_bucket_holds_so_many_and_says_when_one_more_fits() -> None:
    buckets = Buckets([FIVE], 10)
    for _ in range(5):
        assert buckets.wait(ALICE, 0) == 0
        buckets.count(ALICE, 0)
    assert buckets.wait(ALICE, 0) == pytest.approx(12)
    assert buckets.wait(ALICE, 5) == pytest.approx(7)
    assert buckets.wait(ALICE, 12) == pytest.approx(0)
    assert buckets.wait(("bob",), 0) == 0


def test_the_strictest_limit_says_how_long() -> None:
    buckets = Buckets([FIVE, Limit(6, 3600)], 10)
    for second in (0, 0, 0, 0, 0, 60):
        buckets.count(ALICE, second)
    assert buckets.wait(ALICE, 60) > 500


def test_what_is_given_back_was_never_there() -> None:
    buckets = Buckets([FIVE], 10)
    buckets.count(ALICE, 0)
    buckets.give_back(ALICE, 0)
    assert len(buckets) == 0
    buckets.give_back(ALICE, 0)
    assert buckets.wait(ALICE, 0) == 0


@given(st.lists(st.tuples(st.floats(0, 100), st.sampled_from("abc")), max_size=60))
def test_after_the_wait_one_more_fits_whatever_happened(steps: list[tuple[float, str]]) -> None:
    buckets, now = Buckets([FIVE, Limit(8, 600)], 10), 0.0
    for pause, who in steps:
        now += pause
        if buckets.wait((who,), now) <= 0:
            buckets.count((who,), now)
        assert buckets.level((who,), now) <= 5 + 1e-6
        then = now + buckets.wait((who,), now)
        assert buckets.wait((who,), then) == pytest.approx(0, abs=1e-6)


def test_a_hundred_thousand_keys_keep_a_bounded_number() -> None:
    buckets = Buckets([FIVE], 64)
    for number in range(100_000):
        buckets.count((str(number),), 0)
    assert len(buckets) == 64
    assert buckets.level(("99999",), 0) == 1


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.168.1.7", "192.168.1.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.168.1.7", "192.168.1.7"),
        ("no address", "?"),
        ("", "?"),
        (None, "?"),
    ],
)
def test_an_address_is_counted_by_its_network(address: str | None, counted: str) -> None:
    assert network_of(address) == counted


def test_a_throttle_counts_only_what_it_admits() -> None:
    steady = Steady()
    throttle = Throttle(steady)
    assert [throttle.hit("2 per minute", "push", "A1") for _ in range(2)] == [0, 0]
    for _ in range(50):
        assert throttle.hit("2 per minute", "push", "A1") == pytest.approx(30)
    steady.at += 30.001
    assert throttle.hit("2 per minute", "push", "A1") == 0
    assert throttle.hit("2 per minute", "push", "A2") == 0


def test_a_throttle_keeps_a_bounded_number_of_keys() -> None:
    throttle = Throttle(Steady(), entries=100)
    for number in range(100_000):
        throttle.hit("2 per minute", "guess", str(number))
    assert sum(map(len, throttle._buckets.values())) == 100


def test_limits_are_read_from_a_text() -> None:
    assert limits_of("5 per minute; 30 per hour") == (Limit(5, 60), Limit(30, 3600))
