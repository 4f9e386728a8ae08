"""The hall's engine and ledger for one command beside a running server, or without one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.cli.options import data_folder, load_config, told
from core.config import Config
from core.damage import explained, look
from core.engine.engine import Engine
from core.halls import TRAINING, clock_for_commands, open_store
from core.store.sqlite import SqliteStore
from core.web.concurrency import concurrency


@contextmanager
def opened_store(config: Config, data_path: Path | None) -> Iterator[SqliteStore]:
    """The ledger; it leaves checkpoints to the server."""
    folder = data_folder(config, data_path)
    look(folder)
    store = open_store(folder, checkpoints=False)
    try:
        with explained(folder, config.plan):
            yield store
    finally:
        store.close()


@contextmanager
def opened_hall(config_path: Path | None, data_path: Path | None) -> Iterator[Engine]:
    """The hall's engine for one command beside a running server, or without one."""
    config = load_config(config_path)
    with told(), opened_store(config, data_path) as store:
        clock = clock_for_commands(training=store.meta("kind") == TRAINING)
        engine = Engine(config.plan, store, clock, concurrency("threading"))
        engine.catch_up()
        yield engine
