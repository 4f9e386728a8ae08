"""One batch of commands on its way through the engine: orders in, verdicts and a commit out."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import Enum, auto
from typing import Any

import orjson

from core.domain import commands as c
from core.domain import events as e
from core.domain.events import Recorded
from core.domain.hall import Hall
from core.engine.projection import Rows, rows_of
from core.ports import Outcome, Secret, Store, Waiter

OUTCOMES_CACHED = 20_000

_UNPRINTED = frozenset({"token", "secret_hash", "site"})
"""Fields that differ from one try of the same request to the next."""
_LATER = frozenset({"ticket", "event", "shown"})
"""Fields that commands got later: one that leaves them out has the digest that it had before."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a command led to. ``repeated``: it had been carried out before, under the same id."""

    result: Mapping[str, Any]
    repeated: bool = False

    @property
    def ticket(self) -> str:
        """The ticket it was about; KeyError if it was about none."""
        return str(self.result["ticket"])


class Nudge(Enum):
    """What the writer is told besides commands."""

    LOOK = auto()
    """See whether another process has written."""
    STOP = auto()


class Undecided(Exception):
    """A fault in ``decide`` itself: the command was not carried out, nothing has changed."""


Answer = Callable[[Hall, Done], Any]


@dataclass(slots=True)
class Order:
    """A command on its way, with the caller that waits for it."""

    command: c.Command
    id: str
    named: bool
    answer: Answer
    waiter: Waiter[Any] | None = None


@dataclass(slots=True)
class Batch:
    """What one transaction will hold."""

    staged: list[Recorded] = field(default_factory=list)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    secrets: list[Secret] = field(default_factory=list)
    verdicts: list[Done | Exception] = field(default_factory=list)
    rows: Rows = field(default_factory=dict)
    projected: int = 0
    """How many of ``staged`` have their rows made."""

    def keep_secret(self, command: c.Command) -> None:
        """Keep the secret that a command sets or removes, if it does."""
        if secret := secret_of(command):
            self.secrets.append(secret)

    def project(self, hall: Hall) -> None:
        """Make the report rows of what was staged since the last time."""
        for table, made in rows_of(hall, self.staged[self.projected :]).items():
            self.rows.setdefault(table, []).extend(made)
        self.projected = len(self.staged)


class Outcomes:
    """What commands with an id led to: the newest are in memory, all are in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._cached: OrderedDict[str, Outcome] = OrderedDict()

    def known(self, command_id: str) -> Outcome | None:
        """The outcome, if the command was ever carried out. Raises ``StoreError``."""
        found = self._cached.get(command_id)
        if found is None and (found := self._store.outcome(command_id)) is not None:
            self.remember([found])
        return found

    def remember(self, outcomes: Iterable[Outcome]) -> None:
        """Keep some that are on disk."""
        for outcome in outcomes:
            self._cached[outcome.command_id] = outcome
            if len(self._cached) > OUTCOMES_CACHED:
                self._cached.popitem(last=False)


def fingerprint_of(command: c.Command) -> str:
    """A digest of what a command asks, the same for every try of the same request."""
    actor = command.actor
    asked = {f.name: getattr(command, f.name) for f in fields(command) if f.name not in _UNPRINTED}
    asked = {name: value for name, value in asked.items() if value is not None or name not in _LATER}
    # The fields that actors have had from the first: a request repeated after an upgrade is the same one.
    asked["actor"] = {"name": actor.name, "role": actor.role, "agency": actor.agency}
    told = orjson.dumps([type(command).__name__, asked])
    return hashlib.blake2b(told, digest_size=16).hexdigest()


def result_of(events: Sequence[e.Event]) -> dict[str, Any]:
    """What is kept of a command's outcome: small, JSON-ready."""
    result: dict[str, Any] = {}
    for event in events:
        if (ticket := getattr(event, "ticket", None)) is not None:
            result.setdefault("ticket", ticket)
        match event:
            case e.PrintQueued(job=job):
                result["job"] = job
            case e.TicketCalled(why=why):
                result["why"] = {f.name: getattr(why, f.name) for f in fields(why)}
            case _:
                pass
    return result


def secret_of(command: c.Command) -> Secret | None:
    """The secret that a command sets or removes; it goes beside the log, never into it."""
    match command:
        case c.AddAccount(kind=kind, name=name, secret_hash=hash_):
            return Secret(kind, name, hash_)
        case c.SetSecret(kind=kind, name=name, secret_hash=hash_):
            return Secret(kind, name, hash_)
        case c.RevokeAccount(kind=kind, name=name):
            return Secret(kind, name, None)
        case _:
            return None
