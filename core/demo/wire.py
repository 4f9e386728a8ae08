"""The line to the hall: HTTP with kept connections, and every command safe to repeat."""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass
from typing import Any

import httpx

PATIENCE_S = 90.0
"""How long a command is repeated while the hall does not answer: a restart takes less."""
HURRIED_S = 10.0
ANSWER_S = 30.0
"""How long one answer may take."""
KEPT_S = 10.0
"""Idle connections are given up before the server hangs up (15 s)."""

UNAVAILABLE = frozenset({502, 503, 504})


class Unanswered(Exception):
    """The hall did not answer within the patience: whether the command was carried out is not known."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the hall said."""

    status: int
    body: dict[str, Any]

    @property
    def ok(self) -> bool:
        """Whether it was carried out."""
        return self.status < 400

    @property
    def code(self) -> str:
        """The stable code of a refusal."""
        return str(self.body.get("code") or f"http_{self.status}")


class Wire:
    """Requests to one hall; may be used by several threads."""

    def __init__(self, url: str, connections: int) -> None:
        limits = httpx.Limits(
            max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=KEPT_S
        )
        # trust_env: the hall is in the house, no proxy stands between
        self._client = httpx.Client(base_url=url, timeout=ANSWER_S, limits=limits, trust_env=False)
        self._hurried = threading.Event()
        self.retries = 0
        """How often a request was sent again."""

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def hurry(self) -> None:
        """Be less patient from now on."""
        self._hurried.set()

    def look(self, path: str, token: str | None = None) -> Answer:
        """One GET, not repeated. Raises ``httpx.TransportError``."""
        return _answer(self._client.get(path, headers=_headers(token)))

    def tell(self, path: str, body: dict[str, Any], token: str | None = None) -> Answer:
        """A command, repeated under the same key until it is answered. Raises ``Unanswered``."""
        headers = {**_headers(token), "Idempotency-Key": f"demo-{secrets.token_hex(12)}"}
        began, pause = time.monotonic(), 0.0
        while True:
            try:
                answer = _answer(self._client.post(path, json=body, headers=headers))
                if answer.status not in UNAVAILABLE:
                    return answer
                trouble = answer.code
            except httpx.TransportError as error:
                trouble = f"{type(error).__name__} {error}"
            patience = HURRIED_S if self._hurried.is_set() else PATIENCE_S
            if time.monotonic() - began > patience:
                raise Unanswered(f"{path}: {trouble}")
            self.retries += 1
            # the first at once: a kept connection may have been hung up in this very moment
            time.sleep(pause)
            pause = min(1.0, pause * 2 or 0.05)


def _headers(token: str | None) -> dict[str, str]:
    return {} if token is None else {"Authorization": f"Bearer {token}"}


def _answer(response: httpx.Response) -> Answer:
    try:
        body = response.json()
    except ValueError:
        body = {}
    return Answer(response.status_code, body if isinstance(body, dict) else {})
