"""The hall's engine and ledger for one command beside a running server, or without one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from core.cli.options import data_folder, load_config, told
from core.config import Config
from core.damage import explained, look
from core.engine.engine import Engine
from core.halls import TRAINING, clock_for_commands, open_store
from core.ports import StoreError
from core.store.sqlite import FILE, SqliteStore
from core.web.concurrency import concurrency


@contextmanager
def opened_store(config: Config, data_path: Path | None, *, new: bool = False) -> Iterator[SqliteStore]:
    """The ledger; it leaves checkpoints to the server. ``new``: a folder without a hall gets one.

    Raises ``StoreError``, for a folder without a hall too: most often its name was mistyped.
    """
    folder = data_folder(config, data_path)
    look(folder)
    if not (folder / FILE).exists():
        if not new:
            raise StoreError(f"{folder} holds no hall: name the hall's folder with --data")
        click.echo(f"a new hall was begun in {folder}", err=True)
    store = open_store(folder, checkpoints=False)
    try:
        with explained(folder, config.plan):
            yield store
    finally:
        store.close()


@contextmanager
def opened_hall(config_path: Path | None, data_path: Path | None, *, new: bool = False) -> Iterator[Engine]:
    """The hall's engine for one command beside a running server, or without one. ``new``: as above."""
    config = load_config(config_path)
    with told(), opened_store(config, data_path, new=new) as store:
        clock = clock_for_commands(training=store.meta("kind") == TRAINING)
        engine = Engine(config.plan, store, clock, concurrency("threading"))
        engine.catch_up()
        yield engine
