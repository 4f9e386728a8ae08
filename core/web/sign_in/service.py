"""What the pages ask: whether a name and password are right, and whether they may be tried now."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil
from threading import Lock
from typing import Literal

from flask import Response, after_this_request, request
from prometheus_client.core import CounterMetricFamily, Metric

from core.domain.events import AccountAdded, AccountRevoked, SecretChanged
from core.domain.staff import Account
from core.engine.effects import Effects
from core.passwords import hash_password
from core.ports import Concurrency
from core.web.auth import Gate
from core.web.buckets import Buckets, network_of
from core.web.sign_in.device import COOKIE, LASTS_S, BrowserCookies
from core.web.sign_in.limits import ENTRIES, PAIR, Attempt, Refused, SignInLimits
from core.web.sign_in.places import Busy, Delays, HashLanes

NAME_AT_MOST = 64
"""A longer name is looked at only if an account has it, in characters."""
PASSWORD_AT_MOST = 1024
"""Characters. A longer password is wrong and is not hashed."""
BUSY_S = 5
"""When to try again if too many passwords wait to be hashed."""
TOLD_EVERY_S = 60.0
"""A refusal is logged at most so often."""
STATUS = {"wrong": 401, "throttled": 429, "busy": 503}
ENDS = ("done", *STATUS)

log = logging.getLogger("antrean.sign_in")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a try ended: with an ``account``, or with a ``problem`` and perhaps seconds to wait."""

    account: Account | None = None
    problem: Literal["", "wrong", "throttled", "busy"] = ""
    wait: int = 0

    @property
    def status(self) -> int:
        """The HTTP status of a page that says so."""
        return STATUS.get(self.problem, 200)

    @property
    def headers(self) -> dict[str, str]:
        """``Retry-After``, where waiting helps."""
        return {"Retry-After": str(self.wait)} if self.wait else {}


_BUSY = Outcome(problem="busy", wait=BUSY_S)


def _throttled(wait: float) -> Outcome:
    """At least 2 s: the clocks of the two ends differ, and the texts need no singular."""
    return Outcome(problem="throttled", wait=max(2, ceil(wait)))


class SignIn:
    """Asks the gate within limits. ``steady``: seconds of a clock that only runs forward."""

    def __init__(
        self, gate: Gate, concurrency: Concurrency, key: bytes, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._gate = gate
        self._concurrency = concurrency
        self._steady = steady
        self._cookies = BrowserCookies(key)
        self._limits = SignInLimits()
        self._confirmations = Buckets(PAIR, ENTRIES)
        self._lock = Lock()
        self._lanes = HashLanes(concurrency, steady)
        self._delays = Delays(concurrency)
        self._ends: Counter[str] = Counter()
        self._told_at = -TOLD_EVERY_S

    def attempt(self, name: str, password: str) -> Outcome:
        """Sign in, within a request. On success the response makes this browser known for the account."""
        outcome = self._attempt(name, password)
        self._ends[outcome.problem or "done"] += 1
        if outcome.account is not None:
            self.remember(outcome.account)
        return outcome

    def _attempt(self, name: str, password: str) -> Outcome:
        if len(password) > PASSWORD_AT_MOST or self._no_name(name):
            return Outcome(problem="wrong")
        attempt = Attempt(name.lower(), network_of(request.remote_addr), self._device(name))
        with self._lock:
            verdict = self._limits.admit(attempt, self._steady())
        if isinstance(verdict, Refused):
            self._tell(attempt)
            return _throttled(verdict.wait)
        failed = False
        try:
            if verdict.delay > 0:
                self._delays.wait(verdict.delay)
            with self._lanes.lane(known=attempt.device is not None, penalty=verdict.penalty):
                account = self._verified(name, password)
            failed = account is None
        except Busy:
            return _BUSY
        finally:
            if not failed:
                with self._lock:
                    self._limits.give_back(attempt, self._steady())
        return Outcome(account) if account is not None else Outcome(problem="wrong")

    def renew(self, name: str, password: str, new: str) -> str | Outcome:
        """The hash of ``new`` for a signed-in person who gives their present password, else why not.

        Failures count for this person's own sessions alone: nobody else uses their allowance up.
        """
        if len(password) > PASSWORD_AT_MOST:
            return Outcome(problem="wrong")
        key = (name.lower(),)
        with self._lock:
            now = self._steady()
            if (wait := self._confirmations.wait(key, now)) > 0:
                return _throttled(wait)
            self._confirmations.count(key, now)
        failed = False
        try:
            with self._lanes.lane(known=True):
                failed = self._verified(name, password) is None
                return Outcome(problem="wrong") if failed else self._concurrency.offload(hash_password, new)
        except Busy:
            return _BUSY
        finally:
            if not failed:
                with self._lock:
                    self._confirmations.give_back(key, self._steady())

    def remember(self, account: Account) -> None:
        """Let the response of this request make the browser known for ``account``."""
        text = self._cookies.with_account(request.cookies.get(COOKIE, ""), account)
        secure = request.is_secure

        @after_this_request
        def set_cookie(response: Response) -> Response:
            response.set_cookie(
                COOKIE, text, max_age=LASTS_S, path="/staff", httponly=True, samesite="Lax", secure=secure
            )
            return response

    def follow(self, effects: Effects) -> None:
        """A new password, or an account that is new or out of use, lifts the limits of that name."""
        for recorded in effects.recorded:
            match recorded.event:
                case SecretChanged() | AccountAdded() | AccountRevoked() as event:
                    if event.account_kind == "staff":
                        self._lift(event.name.lower())

    def metrics(self) -> Iterable[Metric]:
        """For ``/metrics``: how tries to sign in ended."""
        told = CounterMetricFamily("antrean_sign_ins", "Sign-in attempts by result", labels=["end"])
        for end in ENDS:
            told.add_metric([end], self._ends[end])
        yield told

    def _lift(self, name: str) -> None:
        with self._lock:
            self._limits.lift(name)
            self._confirmations.drop(lambda key: key[0] == name)

    def _no_name(self, name: str) -> bool:
        return not name or (len(name) > NAME_AT_MOST and self._account(name) is None)

    def _device(self, name: str) -> str | None:
        cookie = request.cookies.get(COOKIE, "")
        if not cookie:
            return None
        return self._cookies.known(cookie, self._account(name))

    def _account(self, name: str) -> Account | None:
        return self._gate.account_named(name)

    def _verified(self, name: str, password: str) -> Account | None:
        return self._gate.sign_in(name, password, self._concurrency)

    def _tell(self, attempt: Attempt) -> None:
        """Once a minute: whoever reads the log learns that somebody guesses, and a flood fills no disk."""
        now = self._steady()
        if now - self._told_at < TOLD_EVERY_S:
            return
        self._told_at = now
        # Not the name: people type passwords into the wrong field.
        known = attempt.device is not None
        log.warning("sign_in_refused address=%s known_browser=%s: too many failures", attempt.address, known)
