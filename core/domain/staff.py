"""Who may act in the hall: people and devices, their roles and what each role may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What an account or a token is for."""

    KIOSK = "kiosk"
    BOARD = "board"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    AUDITOR = "auditor"
    CITIZEN = "citizen"
    """Somebody without an account: a phone, a kiosk's page."""
    SYSTEM = "system"
    """The hall itself: timers, the spooler, the command line."""


STAFF_ROLES = frozenset({Role.OFFICER, Role.SUPERVISOR, Role.ADMIN, Role.AUDITOR})
TOKEN_ROLES = STAFF_ROLES | {Role.KIOSK, Role.BOARD}
AT_COUNTERS = frozenset({Role.OFFICER, Role.SUPERVISOR, Role.ADMIN})
SUPERVISING = frozenset({Role.SUPERVISOR, Role.ADMIN, Role.SYSTEM})
ADMINISTERING = frozenset({Role.ADMIN, Role.SYSTEM})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who gives a command. ``agency`` limits an officer to its counters; ``None`` means any."""

    name: str
    role: Role
    agency: str | None = None


SYSTEM = Actor("system", Role.SYSTEM)
CITIZEN = Actor("citizen", Role.CITIZEN)


@dataclass(frozen=True, slots=True)
class Account:
    """A person (``kind`` ``staff``) or a device or program (``kind`` ``token``) known to the hall.

    Its secret is not here: hashes live in the store's own table and never in an event.
    """

    kind: str
    name: str
    role: Role
    agency: str | None = None
    version: int = 0
    """Changes with the secret, so that a new password ends old sessions."""

    @property
    def actor(self) -> Actor:
        """This account as one who gives commands."""
        return Actor(self.name, self.role, self.agency)
