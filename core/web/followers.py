"""Who is connected to the live line, and how many follow what."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

from core.domain.staff import Actor


def split_topic(topic: Any) -> tuple[str, str]:
    """Name and id of ``NAME:ID``; empty for what is no text."""
    name, _, ident = topic.partition(":") if isinstance(topic, str) else ("", "", "")
    return name, ident


def room_of(name: str, ident: str) -> str:
    """``NAME:ID``, or ``NAME`` alone."""
    return f"{name}:{ident}" if ident else name


@dataclass
class Connection:
    """One client: who it is, by what it showed that, and what it follows."""

    actor: Actor | None
    session: str | None = None
    """The person's session, where the cookie told who it is."""
    tokens: dict[Actor, str] = field(default_factory=dict)
    """The newest token or page pass of each actor that this client has acted as."""
    topics: set[str] = field(default_factory=set)
    as_whom: dict[str, Actor | None] = field(default_factory=dict)
    """By topic: who was admitted to it; a token may have been sent with the subscription."""


class Followers:
    """How many follow each id of each topic."""

    def __init__(self) -> None:
        self._counts: dict[str, dict[str, int]] = {}
        self._lock = threading.Lock()

    def add(self, name: str, ident: str) -> None:
        """One more."""
        with self._lock:
            idents = self._counts.setdefault(name, {})
            idents[ident] = idents.get(ident, 0) + 1

    def remove(self, name: str, ident: str) -> None:
        """One less."""
        with self._lock:
            idents = self._counts.get(name, {})
            left = idents.get(ident, 0) - 1
            if left > 0:
                idents[ident] = left
            else:
                idents.pop(ident, None)

    def of(self, name: str) -> tuple[str, ...]:
        """The ids of a topic that somebody follows."""
        with self._lock:
            return tuple(self._counts.get(name, ()))

    def of_each_topic(self) -> dict[str, int]:
        """How many follow any id of each topic that was ever followed."""
        with self._lock:
            return {name: sum(idents.values()) for name, idents in self._counts.items()}

    def follows(self, name: str, ident: str) -> bool:
        """Whether anybody follows."""
        return ident in self._counts.get(name, ())
