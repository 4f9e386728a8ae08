"""The cookie by which a browser is known for the accounts that have signed in there.

It lets nobody in: it only gives the browser an allowance of its own for these accounts. It is signed, and
bound to the account and to its password: a new password ends it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from core.domain.staff import Account

COOKIE = "antrean_browser"
ACCOUNTS = 8
"""Accounts that one browser is known for; officers share workstations. The newest stay."""
LENGTH = 2048
"""A longer cookie is not looked at, in characters."""
LASTS_S = 400 * 24 * 3600
"""As long as browsers keep a cookie (source: RFC 6265bis, section 5.5)."""


def identity_of(account: Account) -> list[Any]:
    """What the cookie is bound to: this account with this password."""
    return [account.id, account.version]


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser's random id, and the accounts that it is known for, newest first."""

    id: str
    accounts: tuple[list[Any], ...] = ()


class BrowserCookies:
    """Reads and writes the cookie. ``key``: what signs it."""

    def __init__(self, key: bytes) -> None:
        self._signer = URLSafeSerializer(key, salt="antrean-known-browser")

    def known(self, cookie: str, account: Account | None) -> str | None:
        """The id of the browser, if it is known for ``account``."""
        browser = self._read(cookie)
        if browser is None or account is None or identity_of(account) not in browser.accounts:
            return None
        return browser.id

    def with_account(self, cookie: str, account: Account) -> str:
        """The new cookie of a browser in which ``account`` has just signed in."""
        browser = self._read(cookie) or Browser(secrets.token_urlsafe(16))
        mine = identity_of(account)
        others = [each for each in browser.accounts if each[:1] != mine[:1]]
        kept = [mine, *others][:ACCOUNTS]
        while len(text := str(self._signer.dumps([browser.id, kept]))) > LENGTH and len(kept) > 1:
            kept.pop()
        return text

    def _read(self, cookie: str) -> Browser | None:
        if not cookie or len(cookie) > LENGTH:
            return None
        try:
            ident, accounts = self._signer.loads(cookie)
        except BadData:
            return None
        return Browser(ident, tuple(accounts))
