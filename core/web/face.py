"""What a face (``kiosk``, ``counter``, ``display``) offers to the house, and what it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Blueprint
from flask_openapi3.blueprint import APIBlueprint

from core.domain.plan import Plan
from core.domain.staff import Actor
from core.engine.effects import Effects
from core.engine.engine import Engine
from core.engine.views import Views
from core.ports import Clock, Concurrency
from core.settings import Settings
from core.web.auth import Gate
from core.web.i18n import Texts
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
    data: Path
    training: bool = False


def _no_calls(_effects: Effects, _ident: str) -> Sequence[Mapping[str, Any]]:
    return ()


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
