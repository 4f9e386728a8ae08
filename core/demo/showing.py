"""How a demo looks: a bar while it runs, the account at the end."""

from __future__ import annotations

import time
from collections.abc import Iterator

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from core.demo.account import Account, Line
from core.demo.notes import Counts
from core.demo.people import Scene
from core.demo.script import Day
from core.domain.plan import Plan

QUIET_S = 10.0
"""Between two lines where standard output is not a terminal."""
DIFFERENCES_SHOWN = 50


class Showing:
    """The day as it goes on."""

    def __init__(self, console: Console, day: Day) -> None:
        self._console = console
        self._day = day
        self._total = len(day.errands)
        self._told = time.monotonic()
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[told]}"),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("Day", total=self._total, told="")

    def __enter__(self) -> Showing:
        self._bar.start()
        return self

    def __exit__(self, *trouble: object) -> None:
        self._bar.stop()

    def update(self, counts: Counts, now: float) -> None:
        """``now``: seconds of the played day."""
        told = (
            f"{counts.issued} issued, {counts.served} served, {counts.waiting} waiting"
            f"{f', {counts.turned_away} turned away' if counts.turned_away else ''}"
            f"; hall clock {counts.hall_clock[11:19] or '-'}"
        )
        day = f"Day {self._day.shown(now)}"
        if self._console.is_terminal:
            gone = counts.served + counts.missed + counts.cancelled + counts.turned_away
            self._bar.update(self._task, completed=gone, description=day, told=told)
        elif time.monotonic() - self._told >= QUIET_S:
            self._told = time.monotonic()
            self._console.print(f"{day}: {told}", soft_wrap=True, highlight=False)


def show_account(console: Console, account: Account, plan: Plan, scene: Scene) -> None:
    """The table of the day, what was unexpected, and the verdict."""
    console.print(_table(account, plan))
    for text in (*_remarks(account, scene), *_verdict(account)):
        console.print(text, soft_wrap=True, highlight=False, markup=False)


def _table(account: Account, plan: Plan) -> Table:
    # as wide as a terminal of 80 columns allows
    table = Table(
        title="The day by the database", title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0)
    )
    table.add_column("Agency", no_wrap=True)
    for heading in ("Issued", "Served", "No-show", "Cancelled", "Left waiting", "Turned away"):
        table.add_column(heading, justify="right", min_width=max(map(len, heading.split())))
    for line in account.lines:
        table.add_row(escape(plan.agencies[line.agency].short or line.agency), *_numbers(line))
    table.add_section()
    table.add_row("All", *_numbers(account.total), style="bold")
    return table


def _remarks(account: Account, scene: Scene) -> Iterator[str]:
    counts = scene.notes.counts()
    expected = counts.expected
    if counts.deeds:
        told = ", ".join(f"{deed} {times}" for deed, times in sorted(counts.deeds.items()))
        yield f"Besides calling and serving: {told}"
    if account.strangers:
        yield f"{account.strangers} more numbers of the day belong to others; they were checked too."
    if expected:
        told = ", ".join(f"{code} {times}" for code, times in sorted(expected.items()))
        yield f"Refusals that belong to a day: {told}"
    if scene.wire.retries:
        yield f"Requests sent again, as the hall did not answer: {scene.wire.retries}"
    for problem in account.problems:
        yield f"Unexpected at {problem.where}, {problem.times} times: {problem.code} {problem.detail}"
    if account.interrupted:
        yield "The day was broken off: whoever still waited is left waiting."


def _verdict(account: Account) -> Iterator[str]:
    for difference in account.differences[:DIFFERENCES_SHOWN]:
        yield f"Difference: {difference}"
    if len(account.differences) > DIFFERENCES_SHOWN:
        yield f"... and {len(account.differences) - DIFFERENCES_SHOWN} more"
    yield from account.fairness
    if account.balanced:
        issued = account.total.issued
        yield f"Balanced: {issued} numbers, every one in the database, none twice, none missing."
    else:
        yield f"NOT balanced: {len(account.differences)} differences."


def _numbers(line: Line) -> list[str]:
    counts = (line.issued, line.served, line.no_show, line.cancelled, line.left, line.turned_away)
    return [str(count) for count in counts]
