"""``docs/rules.md`` tells the table of transitions and the sets of states as they are in the code."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from core.domain import evolving, forecast, ticket
from core.domain.hall import LENGTHS_KEPT
from core.domain.opening import Reason
from core.domain.plan import Rules
from core.domain.ticket import TRANSITIONS, Why
from core.store.sqlite import FILE, SqliteStore

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")


def rows(header: str) -> list[list[str]]:
    """The cells of the table whose header row begins with ``header``."""
    lines = PAGE[PAGE.index(header) :].splitlines()[2:]
    table = []
    for line in lines:
        if not line.startswith("|"):
            break
        table.append([cell.strip().strip("`") for cell in line.strip("|").split("|")])
    return table


def test_the_table_of_transitions_is_the_one_in_the_code() -> None:
    told = [row[:3] for row in rows("| action | leaves |")]
    true = [
        [action.value, ", ".join(sorted(state.value for state in step.leaves)), step.to.value]
        for action, step in TRANSITIONS.items()
    ]
    assert told == true


def test_the_sets_of_states_are_those_in_the_code() -> None:
    for name, told in rows("| set | states |"):
        assert told == ", ".join(sorted(state.value for state in getattr(ticket, name))), name


def test_every_rule_that_a_call_may_name_is_told_and_has_its_sentence() -> None:
    told = [row[0] for row in rows("| rule | meaning |")]
    for catalogue in (ROOT / "core" / "web" / "translations").rglob("hall.po"):
        said = re.findall(r'^msgid "why\.(\w+)"', catalogue.read_text(encoding="utf-8"), re.MULTILINE)
        assert sorted(told) == sorted(said), catalogue
    assert all(f"``{rule}``" in (Why.__doc__ or "") for rule in told)


def test_what_can_be_undone_is_told() -> None:
    assert [row[0] for row in rows("| action | after undo |")] == [
        evolving._ACTIONS[kind] for kind in evolving._UNDOABLE
    ]


def test_the_numbers_of_the_rules_are_those_that_hold_where_nothing_is_set() -> None:
    rules, page = Rules(), " ".join(PAGE.split())
    for told in (
        f"`recall_limit` ({rules.recall_limit})",
        f"`recall_pace` ({rules.recall_pace.seconds} s)",
        f"`missed_shown` ({rules.missed_shown.seconds // 60} minutes)",
        f"`restore_behind` ({rules.restore_behind})",
        f"`restore_limit` ({rules.restore_limit})",
        f"`postpone_limit` ({rules.postpone_limit})",
        f"`undo_for` ({rules.undo_for.seconds} s)",
        f"`officers_out_of_turn` ({str(rules.officers_out_of_turn).lower()})",
        f"`doors_before` ({rules.doors_before.seconds // 60} minutes)",
    ):
        assert told in page, told


def test_the_numbers_of_the_forecast_are_those_in_the_code() -> None:
    page = " ".join(PAGE.split())
    assert f"about the last {LENGTHS_KEPT} servings" in page
    assert f"as much as {forecast.PRIOR} servings that scatter by {forecast.SPREAD * 100:.0f} %" in page


def test_the_forecast_is_scored_by_the_columns_and_the_query_that_are_told(tmp_path: Path) -> None:
    SqliteStore(tmp_path).close()
    (query,) = re.findall(r"^```sql\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    with closing(sqlite3.connect(tmp_path / FILE)) as database:
        for table, columns, _ in rows("| where | column | what |"):
            known = {each[1] for each in database.execute(f"PRAGMA table_info({table})")}
            assert set(columns.replace("`", "").split(", ")) <= known
        for number, waited_s in enumerate((60, 1300, 1300, 9000)):
            ticket = (str(number), "2026-11-24", number, 20, 30)
            database.execute(
                "INSERT INTO ticket (id, day, number, series, ordinal, class, lang, channel, zone, issued_at,"
                " state, median_minutes, p80_minutes) VALUES (?, ?, '', '', ?, '', '', '', '', '', '', ?, ?)",
                ticket,
            )
            for waited in (waited_s, waited_s + 9000):  # the first call counts, the recall does not
                database.execute(
                    "INSERT INTO call (day, at, ticket, counter, officer, repeat, rule, passed, reason,"
                    " waited_s) VALUES ('', '', ?, '', '', 0, '', 0, '', ?)",
                    (str(number), waited),
                )
        assert database.execute(query).fetchall() == [("2026-11-24", 0.25, 0.75)]


def test_every_reason_for_giving_no_numbers_is_told() -> None:
    assert {row[0] for row in rows("| reason | when |")} == {reason.value for reason in Reason}
