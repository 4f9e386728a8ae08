"""Finds accounts for whoever asks: by name for people, by the digest of a token for devices and programs."""

from __future__ import annotations

from core.domain.staff import Account
from core.engine.engine import Engine

TRIES = 3
TOKENS_REMEMBERED = 10_000


class Directory:
    """The accounts of a hall. What it remembers of a token is bound to the account's id, not to its name."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[str, tuple[str, str]] = {}
        """Digest of a token to the name and the id of its account."""

    def find(self, kind: str, name: str) -> Account | None:
        """The account of that name; if it is not known, the disk is asked: it may be new there."""
        account = self._engine.read(lambda hall: hall.account(kind, name))
        if account is None and self._engine.catch_up():
            account = self._engine.read(lambda hall: hall.account(kind, name))
        return account

    def newest(self, kind: str, name: str) -> Account | None:
        """The account of that name as it is on disk at this moment."""
        self._engine.catch_up()
        return self._engine.read(lambda hall: hall.account(kind, name))

    def secret(self, kind: str, name: str) -> str | None:
        """The hash of an account's password."""
        return self._engine.secret(kind, name)

    def of_token(self, digest: str) -> Account | None:
        """Whose token this is, if it is still in use."""
        if (known := self._known.get(digest)) is not None:
            name, ident = known
            account = self._engine.read(lambda hall: hall.account("token", name))
            if account is not None and account.id == ident:
                return account
            self._known.pop(digest, None)  # revoked; another account may have the name now
        return self._look_up(digest)

    def _look_up(self, digest: str) -> Account | None:
        for _ in range(TRIES):
            name = self._engine.account_of_hash("token", digest)
            if name is None:
                return None
            account = self.newest("token", name)
            # The disk still has this digest under this name, so the name cannot have gone to another account
            # in between.
            if account is not None and self._engine.account_of_hash("token", digest) == name:
                if len(self._known) >= TOKENS_REMEMBERED:
                    self._known.clear()
                self._known[digest] = (name, account.id)
                return account
        return None
