"""Whoever is told of what follows a commit."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from core.domain.events import Recorded
from core.domain.hall import Hall
from core.engine.effects import Effects, effects_of

_log = logging.getLogger(__name__)


class Listeners:
    """In the order in which they subscribed."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Effects], None]] = []

    def add(self, listener: Callable[[Effects], None]) -> None:
        """One more."""
        self._listeners.append(listener)

    def publish(self, effects: Effects) -> None:
        """Tell all; what follows a commit must never undo or stop it."""
        for listener in self._listeners:
            try:
                listener(effects)
            except Exception:
                _log.exception("listener_failed seq=%s", effects.seq)


def what_follows(hall: Hall, news: Sequence[Recorded]) -> Effects:
    """The effects of ``news``, which are on disk: a fault here must not look like a failed commit."""
    try:
        return effects_of(hall, news)
    except Exception:
        _log.exception("effects_failed seq=%s", news[-1].seq)
        return Effects(seq=news[-1].seq, at=news[-1].at, recorded=tuple(news), everything=True)
