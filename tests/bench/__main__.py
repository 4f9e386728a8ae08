"""``python -m tests.bench``: run the benchmarks, print their table, fail where a goal is missed."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from tests.bench import calls, deciding, memory, paper, phones, reconnects, start, tickets
from tests.bench.figures import Figure, Result, Scale

BENCHMARKS: dict[str, Callable[[Scale], Result]] = {
    "tickets": tickets.run,
    "calls": calls.run,
    "phones": phones.run,
    "reconnects": reconnects.run,
    "paper": paper.run,
    "memory": memory.run,
    "start": start.run,
    "deciding": deciding.run,
}
MARKS = {True: "[green]met[/]", False: "[red]missed[/]", None: ""}


@click.command()
@click.option("--only", type=click.Choice(list(BENCHMARKS)), multiple=True, help="Run this one.")
@click.option("--quick", is_flag=True, help="A short run: figures are rough.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write the figures here.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where data folders are made [temporary].")
def main(only: tuple[str, ...], quick: bool, json_path: Path | None, folder: Path | None) -> None:
    """Measure, each figure against a limit of the same run."""
    console = Console(width=None if sys.stdout.isatty() else 150)
    results: dict[str, Result] = {}
    failures: list[str] = []
    base = Path(tempfile.mkdtemp(prefix="antrean-bench-", dir=folder))
    try:
        for name in only or BENCHMARKS:
            console.print(f"{name} \N{HORIZONTAL ELLIPSIS}", style="dim")
            place, began = base / name, time.monotonic()
            place.mkdir()
            try:
                results[name] = BENCHMARKS[name](Scale(place, quick))
            except Exception as trouble:  # what the others have measured is still told
                console.print_exception()
                failures.append(f"{name}: {type(trouble).__name__}: {trouble}")
                continue
            results[name].details["took_seconds"] = round(time.monotonic() - began, 1)
            results[name].details["load_average"] = os.getloadavg()[0]
    finally:
        shutil.rmtree(base, ignore_errors=True)
    console.print(_table(results))
    if json_path is not None:
        json_path.write_text(json.dumps(_as_json(results), indent=1))
    for name, result in results.items():
        failures += [f"{name}: {each.what}: {_said(each)}" for each in result.figures if each.missed]
        failures += [f"{name}: {wrong}" for wrong in result.broken]
    for failure in failures:
        console.print(f"MISSED {failure}", style="red", markup=False)
    sys.exit(1 if failures else 0)


def _table(results: dict[str, Result]) -> Table:
    table = Table(title=f"Antrean on {os.cpu_count()} processors, Python {sys.version.split()[0]}")
    for heading, justify in (
        ("benchmark", "left"),
        ("figure", "left"),
        ("measured", "right"),
        ("limit", "right"),
        ("ratio", "right"),
        ("goal", "left"),
        ("", "left"),
        ("limit is", "left"),
    ):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    for name, result in results.items():
        for number, each in enumerate(result.figures):
            table.add_row(
                name if number == 0 else "",
                each.what,
                _number(each.value, each.unit),
                "" if each.limit is None else _number(each.limit, each.unit),
                "" if each.ratio is None else f"{each.ratio:.2f}",
                "" if each.goal is None else str(each.goal),
                MARKS[each.met],
                each.against,
            )
        table.add_section()
    return table


def _said(figure: Figure) -> str:
    ratio = "" if figure.ratio is None else f", {figure.ratio:.2f} of the limit"
    return f"{_number(figure.value, figure.unit)}{ratio}, wanted {figure.goal}"


def _number(value: float, unit: str) -> str:
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:.{digits}f} {unit}"


def _as_json(results: dict[str, Result]) -> dict[str, Any]:
    return {
        name: {
            "figures": [each.as_json() for each in result.figures],
            "broken": result.broken,
            "details": result.details,
        }
        for name, result in results.items()
    }


if __name__ == "__main__":
    main()
