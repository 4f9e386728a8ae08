"""``antrean clock``: compares the time of the hall and the machine, and accepts the machine's."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from core.cli.beside import opened_hall, opened_store
from core.cli.options import config_option, data_option, load_config, told
from core.clock import RealClock
from core.domain import commands as c
from core.domain.hall import Hall
from core.domain.staff import SYSTEM
from core.domain.ticket import OPEN
from core.halls import TRAINING
from core.ports import StoreError
from core.steadiness import AHEAD_LIMIT_S, LEEWAY_S, span


@click.group()
def clock() -> None:
    """The machine's clock and the hall's time."""


@clock.command("show")
@config_option
@data_option
def clock_show(config_path: Path | None, data_path: Path | None) -> None:
    """Compare the machine's clock with the hall's log: exit 0 if they agree, else 1."""
    config = load_config(config_path)
    with told(), opened_store(config, data_path) as store:
        _require_real(store.meta("kind"))
        newest, now = store.newest_instant(), RealClock().now()
    zone = config.plan.timezone
    click.echo(f"this machine    {now.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}")
    if newest is None:
        click.echo("newest event    none yet")
        return
    click.echo(f"newest event    {newest.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}")
    ahead = (now - newest).total_seconds()
    if -LEEWAY_S <= ahead <= AHEAD_LIMIT_S:
        click.echo("they agree")
        return
    click.echo(f"this machine is {span(ahead)} {'ahead of' if ahead > 0 else 'behind'} the log")
    click.echo("    -> set this machine's clock; if it is right: antrean clock accept")
    sys.exit(1)


@clock.command("accept")
@config_option
@data_option
def clock_accept(config_path: Path | None, data_path: Path | None) -> None:
    """Say that this machine's clock is right: the hall goes by it at once, back to its day if need be."""
    with (
        opened_hall(config_path, data_path) as engine,
        opened_store(load_config(config_path), data_path) as store,
    ):
        _require_real(store.meta("kind"))
        before = engine.read(lambda hall: (hall.day, hall.seq))
        now = RealClock().now()
        day = now.astimezone(engine.hall.plan.timezone).date()
        (verdict,) = engine.do_all([(c.AcceptClock(SYSTEM, day), None)])
        if isinstance(verdict, Exception):
            raise verdict
        for line in engine.read(lambda hall: _accepted(hall, now, before[0] != hall.day)):
            click.echo(line)


def _accepted(hall: Hall, now: datetime, moved: bool) -> list[str]:
    lines = [f"accepted: it is {now.astimezone(hall.plan.timezone):%Y-%m-%d %H:%M:%S %Z}"]
    if moved:
        still = sum(ticket.state in OPEN for ticket in hall.tickets.values())
        last = ", ".join(f"{series} {n}" for series, n in sorted(hall.issued.items()))
        lines.append(f"the service day {hall.day} continues: {still} tickets are open again")
        lines.append(f"last numbers: {last or 'none yet'}; numbers of the wrong day are void")
    return lines


def _require_real(kind: str | None) -> None:
    if kind == TRAINING:
        raise StoreError("a training hall has its own clock, which cannot be set")
