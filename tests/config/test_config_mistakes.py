"""Each mistake is told with its file, its key and what is allowed; all of them at once."""

from __future__ import annotations

import re
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from core.config import Config, ConfigError, load
from core.domain.plan import OutcomeKind, Ratio, Rules, Words

SMALL = (Path(__file__).parent / "small.toml").read_text(encoding="utf-8")


def write(folder: Path, **files: str) -> Path:
    """Write files, ``config`` and others by their name without ``.toml``; answers the path of the first."""
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder / "config.toml"


def problems(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert str(caught.value) == "\n".join(str(problem) for problem in caught.value.problems)
    return [str(problem) for problem in caught.value.problems]


def loaded(folder: Path, text: str) -> Config:
    return load(write(folder, config=text))


def test_the_small_hall_is_right(tmp_path: Path) -> None:
    config = loaded(tmp_path, SMALL)
    assert list(config.plan.counters) == ["1", "2"]
    assert config.plan.agencies["CAPIL"].short == "Catatan sipil"
    assert list(config.plan.boards) == ["hall", "sign-1", "sign-2"]


with (Path(__file__).parent / "mistakes.toml").open("rb") as file:
    MISTAKES = tomllib.load(file)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_once_and_where_it_is(name: str, tmp_path: Path) -> None:
    mistake = MISTAKES[name]
    assert mistake["old"] in SMALL
    found = problems(write(tmp_path, config=SMALL.replace(mistake["old"], mistake["new"], 1)))
    assert len(found) == 1, found
    assert found[0].startswith(f"config.toml: {mistake['says']}"), found[0]


@pytest.mark.parametrize("table", ["class", "zone", "series", "agency", "service", "counter"])
def test_a_hall_needs_at_least_one_of_each(table: str, tmp_path: Path) -> None:
    without = re.sub(rf"\[\[{table}\]\]\n([^\[\n].*\n)*", "", SMALL)
    assert f"config.toml: {table}: is missing, allowed: at least one [[{table}]]" in problems(
        write(tmp_path, config=without)
    )


def test_a_file_without_a_hall(tmp_path: Path) -> None:
    assert problems(write(tmp_path, config=""))[0] == (
        "config.toml: hall: is missing, allowed: a table [hall] with the name of the hall"
    )


def test_mistakes_of_several_files_are_told_together_each_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    main = 'include = ["more/a.toml", "more/b.toml"]\n' + SMALL.replace('series = "B"', 'series = "Q"')
    path = write(tmp_path, config=main)
    write(
        tmp_path / "more",
        a='[[service]]\nid = "x"\nagency = "BANK"\nname = { id = "X", en = "X" }\nminutes = 0\ncolour = 1\n',
        b='[server]\nport = 0\n[[zone]]\nid = "A"\nname = { id = "Z", en = "Z" }\n',
    )
    assert [problem.partition(", allowed")[0] for problem in problems(path)] == [
        'config.toml: agency[BANK].series: "Q" is not a series',
        "more/a.toml: service[x].minutes: 0 is too small",
        "more/a.toml: service[x].colour: is not a known key",
        "more/b.toml: server.port: 0 is too small",
        'more/b.toml: zone[A].id: "A" is already used by config.toml',
    ]


def test_every_file_that_is_not_toml_is_told_with_the_line(tmp_path: Path) -> None:
    main = f'include = ["a.toml", "b.toml"]\n{SMALL}'
    found = problems(write(tmp_path, config=main, a="[[zone]\n", b='x = 1\ny = "open\n'))
    assert [each.split(":")[0] for each in found] == ["a.toml", "b.toml"]
    assert "a.toml: is not TOML: " in found[0]
    assert "line 1" in found[0]
    assert "line 2" in found[1]


def test_a_file_that_is_not_toml_does_not_hide_the_mistakes_of_others(tmp_path: Path) -> None:
    main = f'include = ["a.toml"]\n{SMALL}'.replace("number = 2", "number = 0")
    assert len(problems(write(tmp_path, config=main, a="="))) == 2


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    path = write(tmp_path, config=SMALL)
    path.write_bytes(SMALL.encode().replace(b"Umum", b"\xff\xfe"))
    assert problems(path)[0].startswith("config.toml: is not UTF-8 text")


def test_a_file_saved_by_a_windows_editor_is_read(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    assert len(load(path).plan.services) == 3


def test_a_missing_file_is_told_at_its_include(tmp_path: Path) -> None:
    assert problems(write(tmp_path, config=f'include = ["gone.toml", 7]\n{SMALL}')) == [
        'config.toml: include[#1]: there is no file "gone.toml",'
        " allowed: a file, named relative to config.toml",
        "config.toml: include[#2]: 7 is not the name of a file, allowed: text in quotes",
    ]


def test_a_missing_main_file(tmp_path: Path) -> None:
    assert problems(tmp_path / "config.toml") == ["config.toml: cannot be read: No such file or directory"]


def test_includes_that_go_round_in_a_circle(tmp_path: Path) -> None:
    main = f'include = ["a.toml"]\n{SMALL}'
    found = problems(write(tmp_path, config=main, a='include = ["b.toml"]', b='include = ["a.toml"]'))
    assert found == [
        "b.toml: include[#1]: goes round in a circle: a.toml → b.toml → a.toml,"
        " allowed: a file that is not above it"
    ]


def test_a_file_included_twice(tmp_path: Path) -> None:
    main = f'include = ["a.toml", "a.toml"]\n{SMALL}'
    assert problems(write(tmp_path, config=main, a="")) == [
        'config.toml: include[#2]: "a.toml" is included twice, allowed: each file once'
    ]


def test_a_single_table_stands_in_one_file(tmp_path: Path) -> None:
    main = f'include = ["a.toml"]\n{SMALL}'
    found = problems(write(tmp_path, config=main, a='[hall]\nname = { id = "x", en = "y" }'))
    assert found == ["a.toml: hall: [hall] stands already in config.toml, allowed: once"]


def test_a_service_of_another_agency_where_it_is_meant(tmp_path: Path) -> None:
    shared = SMALL.replace("number = 2", 'number = 2\nother_agencies = true\ntiers = [["*"], ["kk"]]')
    assert loaded(tmp_path, shared).plan.counters["2"].tiers == (("pay",), ("kk",))


def test_patterns_spell_out_the_services_that_nothing_else_names(tmp_path: Path) -> None:
    tiers = SMALL.replace("number = 1", 'number = 1\ntiers = [["k*"], ["kk"]]')
    assert loaded(tmp_path, tiers).plan.counters["1"].tiers == (("ktp",), ("kk",))


def test_a_text_may_stand_in_translations_of_any_file(tmp_path: Path) -> None:
    main = 'include = ["a.toml"]\n' + SMALL.replace('{ id = "Bayar", en = "Pay" }', '"Bayar"')
    config = load(write(tmp_path, config=main, a='[translations]\n"Bayar" = "Pay here"'))
    assert config.plan.services["pay"].name.en == "Pay here"


def test_times_may_be_toml_times(tmp_path: Path) -> None:
    spans = SMALL.replace('"13:00-15:00"', '{ opens = 13:00:00, closes = "15:00" }')
    assert loaded(tmp_path, spans).plan == loaded(tmp_path, SMALL).plan


def test_a_sign_is_made_unless_it_is_switched_off_or_configured(tmp_path: Path) -> None:
    own = '\n[[board]]\nid = "sign-1"\nname = { id = "S", en = "S" }\nkind = "counter"\ncounter = "1"\n'
    boards = loaded(tmp_path, SMALL.replace("number = 2", "number = 2\nsign = false") + own).plan.boards
    assert list(boards) == ["hall", "sign-1"]
    assert boards["sign-1"].name.id == "S"


def test_the_store_lies_relative_to_the_configuration(tmp_path: Path) -> None:
    config = loaded(tmp_path, SMALL + '\n[store]\npath = "../hall-data"\n')
    assert config.settings.store.path.resolve() == tmp_path.parent / "hall-data"


def test_a_counter_with_an_id_of_its_own(tmp_path: Path) -> None:
    config = loaded(tmp_path, SMALL.replace("number = 2", 'number = 2\nid = "cash"'))
    assert config.plan.counters["cash"].name.en == "Counter 2"
    assert config.plan.boards["sign-cash"].counter == "cash"
    clash = SMALL.replace("number = 2", 'number = 2\nid = "1"')
    assert problems(write(tmp_path, config=clash)) == [
        'config.toml: counter[1].id: "1" is already used by config.toml, allowed: each once'
    ]


RULES = """
[rules]
restore_behind = 5
restore_limit = 1
postpone_limit = 0
undo_seconds = 45
cut_off_seconds = 90
officers_out_of_turn = false
close_when_full = false
"""
MARKED = """
[[class]]
id = "priority"
name = { id = "Prioritas", en = "Priority" }
mark = true
"""


def test_the_rules_of_a_hall_reach_the_plan(tmp_path: Path) -> None:
    rules = loaded(tmp_path, SMALL + RULES).plan.rules
    assert (rules.restore_behind, rules.restore_limit, rules.postpone_limit) == (5, 1, 0)
    assert rules.undo_for == timedelta(seconds=45)
    assert rules.cut_off_after == timedelta(seconds=90)
    assert (rules.officers_out_of_turn, rules.close_when_full) == (False, False)


def test_without_a_table_of_rules_those_of_the_plan_hold(tmp_path: Path) -> None:
    assert loaded(tmp_path, SMALL).plan.rules == Rules()


def test_a_guard_is_the_services_own_or_its_agencys(tmp_path: Path) -> None:
    guarded = SMALL.replace('id = "CAPIL"', 'id = "CAPIL"\nmax_wait_minutes = 90').replace(
        'id = "kk"', 'id = "kk"\nmax_wait_minutes = 60'
    )
    services = loaded(tmp_path, guarded).plan.services
    assert services["ktp"].max_wait == timedelta(minutes=90)
    assert services["kk"].max_wait == timedelta(minutes=60)
    assert services["pay"].max_wait is None


def test_a_ratio_a_route_and_outcomes_reach_the_plan(tmp_path: Path) -> None:
    service = """id = "pay"
ratio = { priority = 1, of = 3 }
route = ["kk", "ktp"]
outcomes = [
  { id = "done", name = "Selesai" },
  { id = "incomplete", name = { id = "Belum lengkap", en = "Papers incomplete" } },
]"""
    text = SMALL.replace('id = "pay"', service) + MARKED + '[translations]\n"Selesai" = "Done"\n'
    pay = loaded(tmp_path, text).plan.services["pay"]
    assert pay.ratio == Ratio(1, 3)
    assert pay.route == ("kk", "ktp")
    assert pay.outcomes == (
        OutcomeKind("done", Words("Selesai", "Done")),
        OutcomeKind("incomplete", Words("Belum lengkap", "Papers incomplete")),
    )


def test_routes_may_meet_as_long_as_none_leads_back(tmp_path: Path) -> None:
    text = SMALL.replace('id = "pay"', 'id = "pay"\nroute = ["kk", "ktp"]').replace(
        'id = "kk"', 'id = "kk"\nroute = ["ktp"]'
    )
    assert loaded(tmp_path, text).plan.services["kk"].route == ("ktp",)


def test_two_circles_of_routes_are_two_problems(tmp_path: Path) -> None:
    text = SMALL.replace('id = "pay"', 'id = "pay"\nroute = ["pay"]')
    text = text.replace('id = "kk"', 'id = "kk"\nroute = ["ktp"]')
    text = text.replace('id = "ktp"', 'id = "ktp"\nroute = ["pay", "kk"]', 1)
    assert [each.partition(", allowed")[0] for each in problems(write(tmp_path, config=text))] == [
        "config.toml: service[ktp].route: leads back to itself: ktp → kk → ktp",
        "config.toml: service[pay].route: leads back to itself: pay → pay",
    ]


def test_quotas_by_channel_reach_the_plan(tmp_path: Path) -> None:
    text = SMALL.replace('id = "CAPIL"', 'id = "CAPIL"\nchannel_quotas = { kiosk = 300, online = 100 }')
    text = text.replace('id = "pay"', 'id = "pay"\ndaily_quota = 20\nchannel_quotas = { desk = 20 }')
    plan = loaded(tmp_path, text).plan
    assert plan.agencies["CAPIL"].channel_quotas == {"kiosk": 300, "online": 100}
    assert plan.services["pay"].channel_quotas == {"desk": 20}
    assert plan.services["ktp"].channel_quotas == {}


def test_help_between_tiers_reaches_the_plan(tmp_path: Path) -> None:
    text = SMALL.replace("number = 1", 'number = 1\ntiers = [["ktp"], ["*"]]\nhelp_after_minutes = 15')
    counters = loaded(tmp_path, text).plan.counters
    assert counters["1"].help_after == timedelta(minutes=15)
    assert counters["2"].help_after is None
