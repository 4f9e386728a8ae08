"""Training halls for the benchmarks: configuration, accounts, servers, and a check of their ledger."""

from __future__ import annotations

import re
import shutil
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import count
from pathlib import Path

from core.accounts import add_account, add_device
from core.clock import LogClock
from core.config import load
from core.domain.plan import Plan
from core.domain.staff import DEVICE_ROLES, Role
from core.engine.engine import Engine
from core.halls import open_store
from core.passwords import new_token, token_hash
from core.store.sqlite import FILE
from core.web.concurrency import concurrency
from tests.bench.processes import ROOT, Server

CONFIG = ROOT / "config.toml"
CLOCK = "2026-11-24T09:00"
"""A Tuesday on which every agency is open."""
SERVE = (sys.executable, "-c", "from core.cli import main; main()", "serve", "--training")


def serve(data: Path, config: Path = CONFIG, name: str = "hall") -> Server:
    """A hall that serves, from the command line on."""
    arguments = [*SERVE, "--clock", CLOCK, "--config", str(config), "--data", str(data)]
    return Server([*arguments, "--host", "127.0.0.1", "--port", "0"], data.parent, name)


def tokens(data: Path, wanted: Sequence[tuple[str, Role]], config: Path = CONFIG) -> list[str]:
    """A token for each name, made beside the running server, as ``antrean token add`` does."""
    store = open_store(data, checkpoints=False)
    try:
        engine = Engine(load(config).plan, store, LogClock(), concurrency("threading"))
        engine.catch_up()
        made = []
        for name, role in wanted:
            made.append(new_token())
            if role in DEVICE_ROLES:
                add_device(engine, name, role, token_hash(made[-1]))
            else:
                add_account(engine, ("token", name), role, token_hash(made[-1]))
        return made
    finally:
        store.close()


def with_printers(folder: Path, ports: Sequence[int]) -> Path:
    """The shipped hall in ``folder``, its printers on the network at ``ports`` of this machine."""
    number = count()

    def networked(found: re.Match[str]) -> str:
        port = ports[next(number) % len(ports)]
        return f'{found[0]}kind = "network"\nhost = "127.0.0.1"\nport = {port}\n'

    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(ROOT / "hall", folder / "hall", dirs_exist_ok=True)
    text = re.sub(r"^\[\[printer\]\]\n", networked, CONFIG.read_text(), flags=re.MULTILINE)
    (folder / "config.toml").write_text(text)
    return folder / "config.toml"


def free_services(plan: Plan) -> list[str]:
    """Services without a quota that some counter serves."""
    return [
        service.id
        for service in plan.services.values()
        if service.daily_quota is None
        and plan.agencies[service.agency].daily_quota is None
        and plan.counters_of[service.id]
    ]


def audit(data: Path, acknowledged: Iterable[tuple[str, str]], expected: int | None = None) -> list[str]:
    """What is wrong with a stopped hall's ledger: damage, lost tickets, gaps, numbers given twice."""
    known = dict(acknowledged)
    database = sqlite3.connect(f"file:{data / FILE}?mode=ro", uri=True)
    try:
        told = [row[0] for row in database.execute("PRAGMA integrity_check")]
        wrong = [f"integrity: {each}" for each in told if each != "ok"]
        rows = database.execute("SELECT id, number, series, ordinal FROM ticket").fetchall()
        events = database.execute("SELECT count(*) FROM event WHERE kind = 'TicketIssued'").fetchone()[0]
    finally:
        database.close()
    numbers = {row[0]: row[1] for row in rows}
    wrong += [f"{ticket} is lost" for ticket, number in known.items() if numbers.get(ticket) != number][:5]
    if events != len(rows):
        wrong.append(f"{events} tickets in the log, {len(rows)} in the report table")
    if expected is not None and len(rows) != expected:
        wrong.append(f"{expected} tickets were acknowledged, {len(rows)} were given")
    if twice := [number for number, times in Counter(numbers.values()).items() if times > 1]:
        wrong.append(f"numbers given twice: {twice[:5]}")
    highest: dict[str, list[int]] = {}
    for _, _, series, ordinal in rows:
        highest.setdefault(series, []).append(ordinal)
    wrong += [
        f"series {series} has gaps"
        for series, given in highest.items()
        if sorted(given) != list(range(1, len(given) + 1))
    ]
    return wrong
