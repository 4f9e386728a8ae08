"""What ``antrean serve`` does before it serves: the data folder, the people, the clock."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import click

from core.accounts import add_account, has_administrator, set_secret
from core.config import Config
from core.domain.plan import Plan
from core.domain.staff import Role
from core.engine.engine import Engine
from core.halls import claim, clock_for_commands, hold, open_store, training_start
from core.passwords import hash_password, new_password
from core.serving import Orders
from core.store.sqlite import SqliteStore
from core.web.concurrency import concurrency

ADMINISTRATOR = "admin"


@dataclass(frozen=True)
class Wishes:
    """What was asked for on the command line."""

    host: str | None = None
    port: int | None = None
    training: bool = False
    start: datetime | None = None


def prepare(config: Config, data: Path, wishes: Wishes) -> Orders:
    """Make the data folder ready. Raises ``StoreError`` if it cannot be used."""
    plan, server = config.plan, config.settings.server
    hold(data)  # until this process, which becomes the server, ends
    store = open_store(data)
    try:
        claim(store, training=wishes.training)
        start = training_start(plan, store, wishes.start) if wishes.training else None
        _prepare_people(plan, store, wishes.training)
    finally:
        store.close()
    return Orders(
        config=str(config.path),
        data=str(data.resolve()),
        host=wishes.host or server.host,
        port=server.port if wishes.port is None else wishes.port,
        async_mode=server.async_mode,
        training_from=None if start is None else start.isoformat(),
    )


def become_server(orders: Orders) -> NoReturn:
    """Go on as a fresh process that has imported nothing which patching could miss."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, "-P", "-m", "core.serving", orders.to_json()])  # noqa: S606


def _prepare_people(plan: Plan, store: SqliteStore, training: bool) -> None:
    """The first start makes an administrator; a training hall's sample accounts get a new password."""
    engine = Engine(plan, store, clock_for_commands(training=training), concurrency("threading"))
    engine.catch_up()
    if training:
        _sample_accounts(plan, engine)
    elif not has_administrator(engine):
        password = new_password()
        add_account(engine, ("staff", ADMINISTRATOR), Role.ADMIN, hash_password(password))
        click.echo("The first administrator of this hall, shown only now:")
        click.echo(f"  name {ADMINISTRATOR}   password {password}   sign in at /staff/login")


def _sample_accounts(plan: Plan, engine: Engine) -> None:
    """One officer an agency, a supervisor and an administrator, all with one password for this run."""
    password = new_password()
    secret = hash_password(password)
    samples: list[tuple[str, Role, str | None]] = [
        (ADMINISTRATOR, Role.ADMIN, None),
        ("supervisor", Role.SUPERVISOR, None),
        *((agency.lower(), Role.OFFICER, agency) for agency in plan.agencies),
    ]
    known = engine.read(lambda hall: {name for kind, name in hall.accounts if kind == "staff"})
    for name, role, agency in samples:
        if name in known:
            set_secret(engine, ("staff", name), secret)
        else:
            add_account(engine, ("staff", name), role, secret, agency)
    first = next(iter(plan.agencies)).lower()
    click.echo("TRAINING HALL: numbers given here are for practice.")
    click.echo(f"  Sign in at /staff/login as {first} (or another agency's code, supervisor, admin)")
    click.echo(f"  Password of all of them until the next start: {password}")
