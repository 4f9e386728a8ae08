"""The script of a day: the same seed, the city's mix, the shape of a day."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from statistics import median

import pytest

from core.demo.script import DISTURBED_S, SERVICES, TWISTS, Day, Script, closing_early, make_day
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


def test_more_come_for_a_driving_licence_than_there_are_numbers(denpasar: Plan, day: Day) -> None:
    quota = denpasar.services["sim-perpanjangan"].daily_quota
    assert quota == 50
    assert sum(errand.service == "sim-perpanjangan" for errand in day.errands) > quota
    assert day.disturbance is not None
    assert denpasar.services[day.disturbance.service].daily_quota is None


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


def test_some_have_more_to_do_than_one_service(denpasar: Plan, day: Day) -> None:
    twists = Counter(errand.twist for errand in day.errands)
    assert set(twists) == {"", *TWISTS}
    for errand in day.errands:
        services = denpasar.services
        route = services[errand.service].route
        assert not (errand.twist and route)
        assert (errand.target is not None) == (errand.twist in {"transfer", "return", "add"})
        assert errand.target != errand.service
        visited = {services[each].agency for each in (errand.service, *route)}
        if errand.target is not None:
            assert denpasar.counters_of[errand.target]
            visited.add(services[errand.target].agency)
        assert errand.agencies[0] == errand.agency
        assert set(errand.agencies) == visited
        assert errand.comes_back_after_s is None or not errand.shows
    assert any(errand.postpones_after_s is not None for errand in day.errands)
    assert any(errand.comes_back_after_s is not None for errand in day.errands)
    assert any(len(errand.agencies) > 1 for errand in day.errands)


def test_a_service_is_disturbed_in_the_morning(denpasar: Plan, day: Day) -> None:
    assert day.disturbance is not None
    assert day.shown(day.disturbance.begins_s) == "10:00"
    assert denpasar.services[day.disturbance.service].agency != "CAPIL"
    assert any(
        errand.service == day.disturbance.service
        and 0 <= errand.arrives_s - day.disturbance.begins_s < DISTURBED_S
        for errand in day.errands
    )


def test_a_counter_that_closes_early_strands_nobody(denpasar: Plan) -> None:
    early = closing_early(denpasar)
    assert 1 <= len(early) <= 3
    for service, counters in denpasar.counters_of.items():
        assert not counters or {counter.id for counter in counters} - early, service


def test_services_take_about_what_the_catalogue_says(denpasar: Plan, day: Day) -> None:
    shares = [e.service_s / (denpasar.services[e.service].minutes * 60) for e in day.errands]
    assert 0.8 < median(shares) < 1.0
    assert 0.9 < sum(shares) / len(shares) < 1.1
    assert max(shares) > 2


def test_kiosks_offer_what_is_asked_of_them(denpasar: Plan, day: Day) -> None:
    for errand in day.errands:
        offered = denpasar.kiosks[errand.kiosk].agencies
        assert not offered or errand.agency in offered
