"""Page passes: what a kiosk's or board's own page shows to act and to follow its live topics.

A pass says for which kiosk or board it is, by which account the page was let in, and when it ends. It is
signed with the key of the data folder. A page fetches the next one before its own ends (docs/adr/0018).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from core.domain.staff import DEVICE_ROLES, Account, Actor, Role

LASTS_S = 24 * 3600
"""Of one pass. A page renews it at half of that."""
LONGEST = 1024
"""Signs of a pass that is looked at."""


@dataclass(frozen=True, slots=True)
class PagePass:
    """What a pass says. ``bearer``: kind, name, id and version of the account that was let in."""

    role: Role
    ident: str
    bearer: tuple[str, str, str, int] | None
    expires: int
    """Seconds since 1970, by this machine's clock."""

    @property
    def actor(self) -> Actor:
        """The page as one who gives commands."""
        account = self.bearer[2] if self.bearer is not None else ""
        return Actor(f"{self.role.value}:{self.ident}", self.role, None, account, self.ident, page=True)


class Passes:
    """Makes and reads passes. ``now``: seconds since 1970."""

    def __init__(self, key: bytes, now: Callable[[], float] = time.time) -> None:
        self._signer = URLSafeSerializer(key, salt="antrean-page-pass-2")
        self._now = now

    def make(self, role: Role, ident: str, bearer: Account | None) -> str:
        """A pass for a page. Raises ``ValueError`` for a role that no page has."""
        if role not in DEVICE_ROLES:
            raise ValueError(f"no page acts as {role.value}")
        who = None if bearer is None else [bearer.kind, bearer.name, bearer.id, bearer.version]
        return str(self._signer.dumps([role.value, ident, who, int(self._now()) + LASTS_S]))

    def read(self, text: str) -> PagePass | None:
        """What a pass says; ``None`` if it is forged, odd, or over."""
        if len(text) > LONGEST:
            return None
        try:
            role, ident, who, expires = self._signer.loads(text)
            bearer = None if who is None else (str(who[0]), str(who[1]), str(who[2]), int(who[3]))
            found = PagePass(Role(role), str(ident), bearer, int(expires))
        except (BadSignature, ValueError, TypeError, IndexError, KeyError):
            return None
        lasts = found.expires - self._now()
        return found if found.role in DEVICE_ROLES and 0 < lasts <= LASTS_S + 1 else None


def pass_answer(text: str) -> dict[str, Any]:
    """A pass as a page fetches it, and for how many seconds it holds."""
    return {"token": text, "lasts_s": LASTS_S}


def pass_settings(text: str, address: str) -> dict[str, Any]:
    """What a page is told of its pass: the first one, and where it gets the next."""
    return {**pass_answer(text), "next_pass": address}
