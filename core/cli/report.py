"""``antrean report``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import click
import orjson
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from core.cli.beside import opened_store
from core.cli.options import MISTAKEN, config_option, data_folder, data_option, load_config, told
from core.engine.fairness import fairness as fairness_of
from core.engine.fairness_shapes import FairnessShape
from core.engine.fairness_words import sentences
from core.halls import TRAINING, clock_for_commands
from core.logs import json_visible, visible
from core.store.sqlite import FILE, SqliteStore

SHOWN = 10
"""Rows of each table on the console; JSON has all of them."""
TODAY = "today"


def _day(_ctx: click.Context, _param: click.Parameter, value: str) -> date | None:
    """A date; ``None`` for today, which the hall's clock tells."""
    try:
        return None if value == TODAY else date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no day: write it as 2026-11-24, or {TODAY}") from None


@click.group()
def report() -> None:
    """What a day was like, from the log."""


@report.command("fairness")
@click.argument("day", callback=_day)
@click.option("--json", "as_json", is_flag=True, help="The whole report as JSON.")
@config_option
@data_option
def fairness(day: date | None, as_json: bool, config_path: Path | None, data_path: Path | None) -> None:
    """Who was passed on DAY (2026-11-24, or today), by which rule, and how long people waited."""
    config = load_config(config_path)
    folder = data_folder(config, data_path)
    if not (folder / FILE).is_file():
        click.echo(f"antrean: {folder} holds no hall: name the hall's folder with --data", err=True)
        sys.exit(MISTAKEN)
    with told(), opened_store(config, data_path) as store:
        now = _now(store)
        found = day or now.astimezone(config.plan.timezone).date()
        made = fairness_of(config.plan, found, store.of_day(found), now)
    if as_json:
        told_as_json = orjson.dumps(made, option=orjson.OPT_INDENT_2).decode()
        click.echo("\n".join(json_visible(line) for line in told_as_json.split("\n")))
    else:
        show(Console(highlight=False), made)


def _now(store: SqliteStore) -> datetime:
    now = clock_for_commands(training=store.meta("kind") == TRAINING).now()
    return max(now, store.newest_instant() or now)


def show(console: Console, made: FairnessShape) -> None:
    """The report in tables as wide as a terminal of 80 columns allows."""
    for line in sentences(made):
        console.print(visible(line), soft_wrap=True, markup=False)
    totals = made["totals"]
    _table(
        console,
        "Rules: how often each decided, and passed somebody",
        ("Rule", "Calls", "Passed"),
        [(each["rule"] or "none", each["calls"], each["passings"]) for each in totals["by_rule"]],
    )
    _table(
        console,
        "Who passed whom",
        ("Rule", "Class", "passed class", "Times"),
        [(each["rule"] or "none", each["by"], each["passed"], each["times"]) for each in totals["who"]],
    )
    _table(
        console,
        "Passed most often",
        ("Number", "Class", "Times", "Minutes waited", "By rule"),
        [
            (m["number"], m["class"], m["times"], m["waited_minutes"], ", ".join(m["rules"]))
            for m in made["most_passed"]
        ],
    )
    for klass, waits in made["longest_waits"].items():
        _table(
            console,
            f"Longest waits, class {klass}",
            ("Number", "Service", "Minutes", "Until"),
            [(wait["number"], wait["service"], wait["waited_minutes"], wait["ended"]) for wait in waits],
        )
    _table(
        console,
        "Called out of turn",
        ("At", "Number", "Counter", "Officer", "Passed", "Reason"),
        [
            (
                each["at"][11:19],
                each["number"],
                each["counter"],
                each["officer"],
                each["passed"],
                f"{each['reason']}{' (undone)' if each['undone'] else ''}",
            )
            for each in made["out_of_turn"]
        ],
        shown=50,
    )
    _table(
        console,
        "Calls within the forecast told with the number (fair: 50 % and 80 %)",
        ("Agency", "Calls", "Median", "p80"),
        [
            (
                each["agency"] or "All",
                each["calls"],
                _percent(each["within_median"]),
                _percent(each["within_p80"]),
            )
            for each in made["forecasts"]
        ],
        shown=50,
    )


def _percent(share: float) -> str:
    return f"{share:.0%}"


def _table(
    console: Console,
    title: str,
    headings: Sequence[str],
    rows: Sequence[Sequence[object]],
    shown: int = SHOWN,
) -> None:
    if not rows:
        return
    console.print(f"\n{visible(title)}", soft_wrap=True, markup=False)
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for column, heading in enumerate(headings):
        numeric = all(isinstance(row[column], int | float) or str(row[column]).endswith("%") for row in rows)
        table.add_column(heading, justify="right" if numeric else "left", overflow="fold")
    for row in rows[:shown]:
        table.add_row(*(escape(visible(cell)) for cell in row))
    console.print(table)
    if len(rows) > shown:
        console.print(f"... and {len(rows) - shown} more", markup=False)
