"""What the live line is given by the composition root."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.domain.errors import Refusal
from core.domain.staff import Actor
from core.ports import Clock, Concurrency

if TYPE_CHECKING:
    from core.web.face import Topic


def plain_problem(error: Exception, _lang: str | None) -> Mapping[str, Any]:
    """A problem in no language, for where none is wired."""
    code, status = (error.code, error.status) if isinstance(error, Refusal) else ("internal_error", 500)
    detail = str(error) if isinstance(error, Refusal) else ""
    return {"type": "about:blank", "title": code, "status": status, "code": code, "detail": detail}


@dataclass(frozen=True)
class Wiring:
    """What ``Live`` is given by the composition root."""

    topics: Mapping[str, Topic]
    epoch: str
    """Random, made when the process starts: sequence numbers are compared within it."""
    seq: Callable[[], int]
    """The newest event that the views contain now."""
    clock: Clock
    concurrency: Concurrency
    actor_of: Callable[[str | None], Actor | None]
    """Who bears a token."""
    session_actor: Callable[[], Actor | None] = lambda: None
    """Who is signed in by the session cookie; asked once, in the request that connects."""
    session_id: Callable[[], str | None] = lambda: None
    """Which session that is; asked with it."""
    session_alive: Callable[[str], bool] = lambda _session: True
    """Whether a session has not ended."""
    origin: Callable[[str | None, Mapping[str, Any]], bool] | None = None
    """Whether a page of an origin may connect by a request (its environ); ``None``: the same origin only."""
    build: str = ""
    """Changes with the browsers' bundles: a page that was made by others loads itself again."""
    problem: Callable[[Exception, str | None], Mapping[str, Any]] = plain_problem
    """An error as a problem, in a language (``None``: the hall's first)."""
    greeting: Callable[[], tuple[str, Mapping[str, Any]] | None] = lambda: None
    """An event, with its content, for whoever connects now."""
