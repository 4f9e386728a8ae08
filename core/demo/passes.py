"""The demo's tokens: made in the data folder beside the running hall, taken out of use at the end."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from core.accounts import add_account, add_device, revoke_account
from core.domain.errors import AccountUnknown
from core.domain.events import Recorded
from core.domain.plan import Plan
from core.domain.staff import DEVICE_ROLES, Role
from core.engine.engine import Engine
from core.halls import TRAINING, clock_for_commands, open_store
from core.passwords import new_token, token_hash
from core.ports import StoreError
from core.store.sqlite import FILE, SqliteStore
from core.web.concurrency import concurrency

ATTEMPTS = 10
"""A busy hall writes in between: each try waits for its turn."""


@dataclass
class Passes:
    """Tokens of one run, in one data folder."""

    data: Path
    plan: Plan
    run: str = field(default_factory=lambda: f"demo-{secrets.token_hex(4)}")
    """Begins every name of this run."""
    names: list[str] = field(default_factory=list)

    @property
    def database(self) -> Path:
        """The hall's ledger."""
        return self.data / FILE

    def real(self) -> bool:
        """Whether it is no training hall."""
        with self._store() as store:
            return store.meta("kind") != TRAINING

    def logs(self, days: Sequence[str]) -> list[tuple[date, list[Recorded]]]:
        """The log of each of ``days``. Raises ``StoreError``."""
        with self._store() as store:
            return [(date.fromisoformat(day), store.of_day(date.fromisoformat(day))) for day in days]

    def make(self, wanted: list[tuple[str, Role, str | None]]) -> list[str]:
        """A token for each (name, role, limit). Raises ``StoreError`` or a ``Refusal``.

        The limit of an officer is an agency, that of a kiosk the kiosk it acts for.
        """
        made = []
        with self._beside() as engine:
            for name, role, limit in wanted:
                secret, full = new_token(), f"{self.run}-{name}"
                self.names.append(full)  # first: an interruption in between must not leave one in use
                _patiently(engine, full, role, (token_hash(secret), limit))
                made.append(secret)
        return made

    def revoke(self) -> list[str]:
        """Take every token out of use; the names of those that could not be."""
        left = []
        with self._beside() as engine:
            for name in self.names:
                for _ in range(ATTEMPTS):
                    try:
                        revoke_account(engine, "token", name)
                    except AccountUnknown:
                        break
                    except StoreError:
                        time.sleep(0.2)
                    else:
                        break
                else:
                    left.append(name)
        self.names = left
        return left

    @contextmanager
    def _store(self) -> Iterator[SqliteStore]:
        store = open_store(self.data, checkpoints=False)
        try:
            yield store
        finally:
            store.close()

    @contextmanager
    def _beside(self) -> Iterator[Engine]:
        """An engine of our own on the hall's ledger, as every command beside the server has."""
        with self._store() as store:
            clock = clock_for_commands(training=store.meta("kind") == TRAINING)
            engine = Engine(self.plan, store, clock, concurrency("threading"))
            engine.catch_up()
            yield engine


def _patiently(engine: Engine, name: str, role: Role, secret: tuple[str, str | None]) -> None:
    hash_, limit = secret
    for attempt in range(1, ATTEMPTS + 1):
        try:
            if role in DEVICE_ROLES:
                add_device(engine, name, role, hash_, limit)
            else:
                add_account(engine, ("token", name), role, hash_, limit)
        except StoreError:
            if attempt == ATTEMPTS:
                raise
            time.sleep(0.2)
        else:
            return
