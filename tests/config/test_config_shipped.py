"""The hall that is shipped: Denpasar, with its whole catalogue."""

from __future__ import annotations

import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from core.config import Config, load
from core.domain.plan import BoardKind, Interval, Rules, Words
from tests.running import at_most

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def shipped() -> Config:
    return load(ROOT / "config.toml")


def test_it_holds_the_whole_catalogue(shipped: Config) -> None:
    plan = shipped.plan
    city = [each for each in plan.services.values() if plan.agencies[each.agency].kind == "city"]
    assert (len(plan.agencies), len(plan.services), len(city), len(plan.counters)) == (24, 219, 161, 61)
    assert len(plan.series) == len({each.prefix for each in plan.series.values()}) == 24


def test_services_by_agency(shipped: Config) -> None:
    sizes = {agency: len(services) for agency, services in shipped.plan.services_of.items()}
    assert sizes == {
        **{
            "CAPIL": 42,
            "PTSP": 60,
            "PENDA": 18,
            "NAKER": 10,
            "DLHK": 8,
            "INDAG": 8,
            "DINKES": 6,
            "SATPOL": 3,
        },
        **{"PBJ": 3, "DKIS": 3, "POLRES": 6, "KEJARI": 3, "PN": 4, "BPN": 6, "DJP": 5, "KANIM": 7, "BNN": 3},
        **{"AGAMA": 3, "BPJSK": 4, "BPJSTK": 4, "TASPEN": 3, "BPD": 3, "PDAM": 4, "PLN": 3},
    }


def test_every_service_can_be_called_by_some_counter(shipped: Config) -> None:
    assert all(shipped.plan.counters_of.values())
    assert all(each.services for each in shipped.plan.counters.values())


def test_counters_are_numbered_through_the_hall_and_named_by_their_number(shipped: Config) -> None:
    counters = shipped.plan.counters
    assert list(counters) == [str(number) for number in range(1, 62)]
    assert [each.number for each in counters.values()] == list(range(1, 62))
    assert counters["7"].name == Words("Loket 7", "Counter 7")


def test_all_ten_counters_of_civil_registration_share_one_crowd(shipped: Config) -> None:
    plan = shipped.plan
    own = {each.id for each in plan.services_of["CAPIL"]}
    counters = [each for each in plan.counters.values() if each.agency == "CAPIL"]
    assert len(counters) == 10
    assert all(set(each.services) == own and len(each.services) == len(own) for each in counters)
    # Every service is the first care of some counter, and no counter looks away for longer than this.
    assert {service for each in counters for service in each.tiers[0]} == own
    assert {each.help_after for each in counters} == {timedelta(minutes=15)}


def test_nobody_waits_behind_others_for_ever(shipped: Config) -> None:
    services = shipped.plan.services.values()
    assert {each.max_wait for each in services if each.agency == "CAPIL"} == {timedelta(minutes=90)}
    assert {each.max_wait for each in services if each.agency == "POLRES"} == {timedelta(minutes=120)}
    assert {each.agency for each in services if each.max_wait} == {"CAPIL", "POLRES"}


def test_property_transfer_duty_is_one_number_from_filing_to_validation(
    shipped: Config,
) -> None:
    services = shipped.plan.services
    routes = {each.id: each.route for each in services.values() if each.route}
    assert routes == {"bphtb-sptpd": ("bayar-pajak-daerah", "bphtb-validasi")}
    assert [services[each].agency for each in routes["bphtb-sptpd"]] == ["BPD", "PENDA"]


def test_how_serving_ends_is_asked_where_papers_are_examined(shipped: Config) -> None:
    asked = {each.id: each.outcomes for each in shipped.plan.services.values() if each.outcomes}
    assert set(asked) == {"nib-badan-usaha", "bphtb-validasi", "paspor-hilang-rusak", "jht-klaim"}
    assert {
        tuple((kind.id, kind.name.id, kind.name.en) for kind in outcomes) for outcomes in asked.values()
    } == {
        (
            ("done", "Selesai", "Done"),
            ("incomplete", "Berkas belum lengkap", "Papers incomplete"),
            ("refused", "Ditolak", "Refused"),
        )
    }


def test_hours_quotas_and_doors(shipped: Config) -> None:
    plan = shipped.plan
    capil, sim = plan.agencies["CAPIL"], plan.services["sim-perpanjangan"]
    friday = capil.hours.on(date(2026, 11, 27), plan.special_days)
    assert [f"{each.opens:%H:%M}-{each.closes:%H:%M}" for each in friday] == ["08:00-11:30", "13:00-15:30"]
    assert capil.hours.on(date(2026, 11, 28), plan.special_days) == ()
    assert sim.hours.on(date(2026, 11, 24), plan.special_days)[0].closes.hour == 15
    assert (capil.daily_quota, sim.daily_quota) == (400, 50)
    assert [each.id for each in plan.services.values() if each.daily_quota] == ["sim-perpanjangan"]
    assert plan.rules.doors_before == timedelta(minutes=15)


def test_the_shipped_rules_are_those_that_hold_without_a_word(shipped: Config) -> None:
    assert shipped.plan.rules == Rules()


def test_balinese_holidays_close_the_hall_and_shared_leave_halves_the_day(shipped: Config) -> None:
    plan = shipped.plan
    hours = plan.agencies["PTSP"].hours
    for galungan in (date(2026, 6, 17), date(2027, 1, 13), date(2027, 8, 11)):
        assert galungan.strftime("%a") == "Wed"
        assert hours.on(galungan, plan.special_days) == ()
        assert plan.special_days[galungan + timedelta(days=10)].name.id == "Hari Suci Kuningan"
    usual = hours.on(date(2026, 12, 23), plan.special_days)[0]
    assert hours.on(date(2026, 12, 24), plan.special_days) == (
        Interval(usual.opens, usual.opens.replace(12)),
    )


def test_classes_kiosks_boards_and_printers(shipped: Config) -> None:
    plan, settings = shipped.plan, shipped.settings
    assert {each.id: each.head_start for each in plan.classes.values()} == {
        "regular": timedelta(0),
        "priority": timedelta(minutes=20),
    }
    assert plan.default_class.id == "regular"
    assert plan.classes["priority"].mark
    assert {"k1", "k2", "k3", "k4"} <= set(plan.kiosks)
    assert {"hall", "zone-a", "zone-b", "zone-c", "zone-d"} <= set(plan.boards)
    assert [each.counter for each in plan.boards.values() if each.kind is BoardKind.COUNTER] == list(
        plan.counters
    )
    assert plan.boards["sign-61"].counter == "61"
    assert {each.kind for each in settings.printers.values()} == {"virtual"}
    assert {each.width_mm for each in settings.printers.values()} == {58, 80}
    assert {each.zone for each in plan.counters.values()} <= {
        zone for board in plan.boards.values() for zone in board.zones
    }


def test_english_screens_find_english_everywhere(shipped: Config) -> None:
    plan = shipped.plan
    texts = [
        text for each in plan.services.values() for text in (*each.requirements, each.fee, each.name) if text
    ]
    assert all(text.id.strip() and text.en.strip() for text in texts)
    required = {text.id: text.en for each in plan.services.values() for text in each.requirements}
    assert len(required) == 259
    # Names of documents stay, but never stand alone for somebody who does not know them.
    assert [indonesian for indonesian, english in required.items() if indonesian == english] == []
    assert plan.services["akta-lahir"].fee == Words("Gratis", "Free")
    assert plan.services["pbg-hunian"].fee is None
    assert sum(each.fee == Words("Gratis", "Free") for each in plan.services.values()) == 161


def test_what_is_often_asked_for_comes_from_several_agencies(shipped: Config) -> None:
    often = [each for each in shipped.plan.services.values() if each.often]
    assert 10 <= len(often) <= 14
    assert len({each.agency for each in often}) >= 5


def test_what_nobody_has_confirmed_is_marked(shipped: Config) -> None:
    assert "DKIS" in shipped.unchecked
    assert "kk-hilang-rusak" in shipped.unchecked
    assert "ktp-rekam" not in shipped.unchecked
    assert len(shipped.unchecked) == 147


def test_the_data_folder_lies_beside_the_file(shipped: Config) -> None:
    assert shipped.path == ROOT / "config.toml"
    assert shipped.settings.store.path == ROOT / "data"


def test_it_loads_in_half_a_second() -> None:
    started = time.process_time()
    load(ROOT / "config.toml")
    assert time.process_time() - started < at_most(0.5)
