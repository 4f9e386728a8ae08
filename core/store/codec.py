"""Events to and from JSON. Old versions are upgraded here; event classes are always the current ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import orjson
from pydantic import TypeAdapter

from core.domain.events import KINDS, Event, Recorded
from core.domain.staff import DEVICE_ROLES, Actor, Role
from core.ports import StoreError, instant

Row = tuple[int, str, str, str, int, str, str, str]
"""seq, day, at, kind, version, actor, command_id, data"""


def _bound_by_name(data: dict[str, Any]) -> dict[str, Any]:
    """Until version 2 a device's token counted for the kiosk whose id it bore as its name."""
    device = data["account_kind"] == "token" and data["role"] in DEVICE_ROLES
    return {**data, "bound_to": data["name"] if device else None}


UPGRADES: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {
    ("AccountAdded", 1): _bound_by_name,
    ("AimLifted", 1): lambda data: {**data, "to": None},
    ("DayStarted", 1): lambda data: {**data, "given": ()},
}
"""From (kind, version) to a function that makes the data of the next version."""


class Unreadable(StoreError):
    """The log holds an event that this version of the program cannot read."""


def encode(recorded: Recorded) -> Row:
    """The row of the event table."""
    event, actor = recorded.event, recorded.actor
    return (
        recorded.seq,
        recorded.day.isoformat(),
        instant(recorded.at) or "",
        type(event).__name__,
        event.version,
        _actor_text(actor),
        recorded.command_id,
        orjson.dumps(event).decode(),
    )


def decode(row: Row) -> Recorded:
    """The event of a row. Raises ``Unreadable`` for a damaged one, or one of a newer program."""
    seq, day, at, kind, version, actor, command_id, data = row
    known = KINDS.get(kind)
    if known is None or version > known.version:
        raise Unreadable(f"event {seq} is a {kind} of version {version}: a newer Antrean wrote it")
    try:
        if version < known.version:
            event = _ADAPTERS[kind].validate_python(_upgraded(kind, version, known.version, data))
        else:
            event = _ADAPTERS[kind].validate_json(data)
        return Recorded(seq, date.fromisoformat(day), _instant(at), _actor(actor), command_id, event)
    except (ValueError, KeyError, TypeError) as trouble:
        raise Unreadable(f"event {seq} ({kind}, version {version}) cannot be read: {trouble}") from trouble


def _upgraded(kind: str, version: int, wanted: int, data: str) -> dict[str, Any]:
    told = orjson.loads(data)
    for step in range(version, wanted):
        told = UPGRADES[kind, step](told)
    return dict(told)


_ADAPTERS: dict[str, TypeAdapter[Event]] = {name: TypeAdapter(kind) for name, kind in KINDS.items()}


@lru_cache(maxsize=10_000)
def _actor_text(actor: Actor) -> str:
    """What the log keeps of an actor. Logs from before accounts had ids have the first three alone."""
    told: dict[str, Any] = {"name": actor.name, "role": actor.role, "agency": actor.agency}
    more = {"account": actor.account, "bound_to": actor.bound_to, "page": actor.page}
    return orjson.dumps(told | {name: value for name, value in more.items() if value}).decode()


@lru_cache(maxsize=10_000)
def _actor(text: str) -> Actor:
    told = orjson.loads(text)
    return Actor(
        told["name"],
        Role(told["role"]),
        told["agency"],
        told.get("account", ""),
        told.get("bound_to", ""),
        told.get("page", False),
    )


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
