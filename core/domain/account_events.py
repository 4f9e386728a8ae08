"""What happened to accounts. Their secrets are kept elsewhere (docs/adr/0005)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.domain.event import Event
from core.domain.staff import Role


@dataclass(frozen=True, slots=True)
class AccountAdded(Event):
    """A person, device or program may act in the hall.

    ``bound_to``: the kiosk or board to which a device's token is limited; ``None``: to none.
    """

    version: ClassVar[int] = 2
    lasting: ClassVar[bool] = True
    account_kind: str
    name: str
    role: Role
    agency: str | None
    bound_to: str | None = None


@dataclass(frozen=True, slots=True)
class SecretChanged(Event):
    """An account has a new password."""

    lasting: ClassVar[bool] = True
    account_kind: str
    name: str


@dataclass(frozen=True, slots=True)
class SessionsEnded(Event):
    """All sessions of an account were ended; its password stays."""

    lasting: ClassVar[bool] = True
    account_kind: str
    name: str


@dataclass(frozen=True, slots=True)
class AccountRevoked(Event):
    """An account is out of use."""

    lasting: ClassVar[bool] = True
    account_kind: str
    name: str
