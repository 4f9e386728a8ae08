"""The script of a day: the same seed, the city's mix, the shape of a day."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from statistics import median

import pytest

from core.demo.script import SERVICES, Day, Script, make_day
from core.domain.plan import Plan

THOUSAND = Script(url="http://localhost", speed=600, citizens=1000, seed=7)


@pytest.fixture(scope="module")
def day(denpasar: Plan) -> Day:
    return make_day(THOUSAND, denpasar)


def test_the_same_seed_plays_the_same_day(denpasar: Plan, day: Day) -> None:
    assert make_day(THOUSAND, denpasar) == day
    assert make_day(replace(THOUSAND, seed=8), denpasar) != day


def test_paper_and_speed_do_not_change_the_day(denpasar: Plan, day: Day) -> None:
    assert make_day(replace(THOUSAND, paper=False, speed=1), denpasar) == day


def test_as_many_come_as_the_script_says(denpasar: Plan) -> None:
    for citizens in (1, 24, 25, 1000):
        assert len(make_day(replace(THOUSAND, citizens=citizens), denpasar).errands) == citizens


def test_every_agency_is_visited(denpasar: Plan) -> None:
    for seed in range(20):
        few = make_day(replace(THOUSAND, citizens=24, seed=seed), denpasar)
        assert {errand.agency for errand in few.errands} == set(denpasar.agencies)


def test_civil_registration_has_the_most_and_stays_within_its_quota(denpasar: Plan, day: Day) -> None:
    visits = Counter(errand.agency for errand in day.errands)
    assert visits.most_common(1)[0][0] == "CAPIL"
    assert 300 < visits["CAPIL"] < denpasar.agencies["CAPIL"].daily_quota


def test_the_mix_of_civil_registration_is_the_counted_one(denpasar: Plan) -> None:
    many = make_day(replace(THOUSAND, citizens=10_000), denpasar)
    asked = Counter(errand.service for errand in many.errands if errand.agency == "CAPIL")
    printed = sum(asked[card] for card in ("ktp-cetak-baru", "ktp-hilang", "ktp-rusak", "ktp-ubah-data"))
    assert 225 / 419 - 0.05 < printed / asked.total() < 225 / 419 + 0.03
    assert asked["kia-baru"] > asked["akta-lahir"] > asked["akta-cerai"] > 0


def test_the_mix_names_services_that_there_are(denpasar: Plan) -> None:
    assert set(SERVICES) <= set(denpasar.services)


def test_the_doors_open_on_a_crowd_and_noon_is_quiet(day: Day) -> None:
    assert day.shown(0) == "07:45"
    assert day.shown(day.opens_s) == "08:00"
    assert day.shown(day.closes_s) == "15:30"
    halves = Counter(int(errand.arrives_s // 1800) for errand in day.errands)
    rush, mid_morning, noon, wave, last = halves[0], halves[4], halves[9], halves[12], halves[15]
    assert rush > mid_morning > wave > noon > last
    first_quarter = sum(errand.arrives_s < 900 for errand in day.errands)
    assert first_quarter > 80


def test_nobody_comes_after_the_agency_has_closed(denpasar: Plan, day: Day) -> None:
    arrivals = [errand.arrives_s for errand in day.errands]
    assert arrivals == sorted(arrivals)
    assert 0 <= arrivals[0] < arrivals[-1] < day.closes_s
    state = [e.arrives_s for e in day.errands if denpasar.agencies[e.agency].kind != "city"]
    assert max(state) < (15 - 7.75) * 3600


def test_who_they_are_and_how_they_behave(day: Day) -> None:
    errands = day.errands
    assert 80 < sum(errand.klass == "priority" for errand in errands) < 160
    assert {errand.klass for errand in errands} == {None, "priority"}
    assert 40 < sum(errand.lang == "en" for errand in errands) < 130
    assert 30 < sum(not errand.shows for errand in errands) < 95
    assert 20 < sum(errand.leaves_after_s is not None for errand in errands) < 100
    assert any(errand.insists and not errand.shows for errand in errands)


def test_services_take_about_what_the_catalogue_says(denpasar: Plan, day: Day) -> None:
    shares = [e.service_s / (denpasar.services[e.service].minutes * 60) for e in day.errands]
    assert 0.8 < median(shares) < 1.0
    assert 0.9 < sum(shares) / len(shares) < 1.1
    assert max(shares) > 2


def test_kiosks_offer_what_is_asked_of_them(denpasar: Plan, day: Day) -> None:
    for errand in day.errands:
        offered = denpasar.kiosks[errand.kiosk].agencies
        assert not offered or errand.agency in offered
