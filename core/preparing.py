"""What ``antrean serve`` does before it serves: the data folder and the clock."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from core.config import Config
from core.damage import look_closely, may_write
from core.folders import cache_folder, close_to_others
from core.halls import claim, hold, open_store, training_start
from core.secret_files import session_key
from core.serving import Orders


@dataclass(frozen=True)
class Wishes:
    """What was asked for on the command line."""

    host: str | None = None
    port: int | None = None
    training: bool = False
    start: datetime | None = None


def prepare(config: Config, data: Path, wishes: Wishes) -> Orders:
    """Make the data folder ready. Raises ``StoreError`` if it cannot be used."""
    server = config.settings.server
    may_write(data)
    held = hold(data)  # until this process, which becomes the server, ends
    try:
        start = _made_ready(config, data, wishes)
    except BaseException:
        os.close(held)
        raise
    if close_to_others(data):
        print(f"{data} was open to other users of this machine; now it is this user's alone", file=sys.stderr)
    return Orders(
        config=str(config.path),
        data=str(data.resolve()),
        host=wishes.host or server.host,
        port=server.port if wishes.port is None else wishes.port,
        async_mode=server.async_mode,
        training_from=None if start is None else start.isoformat(),
    )


def _made_ready(config: Config, data: Path, wishes: Wishes) -> datetime | None:
    """The data folder as a hall of the wanted kind; answers where a training hall's clock starts."""
    look_closely(data, config.plan)
    session_key(data)  # a damaged one is reported here, in words, not by a worker that does not start
    store = open_store(data)
    try:
        claim(store, training=wishes.training)
        return training_start(config.plan, store, wishes.start) if wishes.training else None
    finally:
        store.close()


def become_server(orders: Orders) -> NoReturn:
    """Go on as a fresh process that has imported nothing which patching could miss."""
    sys.stdout.flush()
    sys.stderr.flush()
    # eventlet's own resolver costs half a second of imports; printers are named by address.
    os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")
    # python-escpos would make a temporary folder at each start for what it reads once.
    if (cache := cache_folder(Path(orders.data))) is not None:
        os.environ.setdefault("ESCPOS_CAPABILITIES_PICKLE_DIR", str(cache))
    os.execv(sys.executable, [sys.executable, "-P", "-m", "core.serving", orders.to_json()])  # noqa: S606
