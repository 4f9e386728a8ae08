"""What a face (``kiosk``, ``counter``, ``display``) offers to the house, and what it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from flask import Blueprint
from flask_openapi3.blueprint import APIBlueprint
from prometheus_client.core import Metric

from core.domain.plan import Plan
from core.domain.staff import Actor
from core.engine.effects import Effects
from core.engine.engine import Engine
from core.engine.views import Views
from core.ports import Clock, Concurrency
from core.settings import Settings
from core.web.auth import Gate
from core.web.i18n import Texts
from core.web.sign_in import SignIn
from core.web.throttle import Throttle


@dataclass(frozen=True)
class House:
    """What the composition root gives to each face."""

    plan: Plan
    settings: Settings
    engine: Engine
    clock: Clock
    concurrency: Concurrency
    texts: Texts
    views: Views
    gate: Gate
    throttle: Throttle
    sign_in: SignIn
    data: Path
    training: bool = False


def _no_calls(_effects: Effects, _ident: str) -> Sequence[Mapping[str, Any]]:
    return ()


class Dialogue(Protocol):
    """For a topic whose followers are spoken to one by one, and answer.

    ``who`` is a connection. All are called in that connection's own thread, and must not raise.
    """

    hears: str
    """The name of the event that followers send: ``{topic, …}``."""

    def begin(self, send: Callable[[str, str, str, Mapping[str, Any]], None]) -> None:
        """Called once, before anybody joins. ``send(who, event, topic, content)`` emits to one connection."""
        ...

    def joined(self, ident: str, who: str, said: Mapping[str, Any], actor: Actor | None) -> None:
        """Follows from now on; ``said``: what it sent to subscribe. Called again when it asks again.

        ``actor``: who it was admitted as.
        """
        ...

    def left(self, ident: str, who: str) -> None:
        """Follows no longer, or its line is gone."""
        ...

    def heard(self, ident: str, who: str, said: Mapping[str, Any]) -> Mapping[str, Any]:
        """A follower has sent ``hears``; answers with the acknowledgement."""
        ...


@dataclass(frozen=True)
class Topic:
    """A live topic ``NAME:ID``.

    ``admit`` raises a refusal when the actor may not follow (or the id is unknown); ``view`` makes
    the whole view; ``touched`` names, among the ids that are followed, those whose view a commit
    changed; ``calls`` says whether calls are emitted to it too, and which.
    """

    name: str
    admit: Callable[[str, Actor | None], None]
    view: Callable[[str, datetime], Mapping[str, Any]]
    touched: Callable[[Effects, Iterable[str]], Iterable[str]]
    calls: Callable[[Effects, str], Sequence[Mapping[str, Any]]] = _no_calls
    dialogue: Dialogue | None = None
    secret: bool = False
    """Its ids are secrets: who follows one is more than a stranger (``core/web/connections.py``)."""


Metrics = Callable[[], Iterable[Metric]]
"""Figures for ``/metrics``, read when asked."""


@dataclass(frozen=True)
class Face:
    """One way to meet the hall: its pages, its API, its live topics, its adapters."""

    name: str
    pages: Sequence[Blueprint] = ()
    api: Sequence[APIBlueprint] = ()
    topics: Sequence[Topic] = ()
    start: Callable[[], None] = lambda: None
    """Called once the engine runs: starts what works beside the requests."""
    stop: Callable[[], None] = lambda: None
    """Called when the hall stops, before the engine: begin nothing new."""
    checks: Mapping[str, Callable[[], str]] = field(default_factory=dict)
    """For ``/readyz``: name to a function that answers ``ok`` or what is wrong."""
    metrics: Metrics = lambda: ()
    """For ``/metrics``."""
