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
DEVICE_ROLES = frozenset({Role.KIOSK, Role.BOARD})
TOKEN_ROLES = STAFF_ROLES | DEVICE_ROLES
AT_COUNTERS = frozenset({Role.OFFICER, Role.SUPERVISOR, Role.ADMIN})
SUPERVISING = frozenset({Role.SUPERVISOR, Role.ADMIN, Role.SYSTEM})
ADMINISTERING = frozenset({Role.ADMIN, Role.SYSTEM})


NAME_LENGTH = 64
"""The longest name that a new account may have, in characters."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who gives a command. ``agency`` limits an officer to its counters; ``None`` means any.

    ``name`` is for people to read: two accounts may have one name, at once or one after the other.
    """

    name: str
    role: Role
    agency: str | None = None
    account: str = ""
    """The id of the account; empty for the hall itself, for citizens and for a page without a device."""
    bound_to: str = ""
    """The kiosk or board for which a device acts; empty: for none in particular."""
    page: bool = False
    """Whether it is a kiosk's or board's own page, by its pass, and not the device's program."""


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
    """Changes with the secret and when all sessions are ended: whoever came by an older one is out."""
    id: str = ""
    """Made from the event that added it: no other account ever has it, whatever its name."""
    bound_to: str | None = None
    """The kiosk or board to which a device's token is limited."""

    @property
    def actor(self) -> Actor:
        """This account as one who gives commands."""
        return Actor(self.name, self.role, self.agency, self.id, self.bound_to or "")


def account_id(seq: int, command_id: str) -> str:
    """The id of the account that event ``seq`` of command ``command_id`` adds.

    With the command's random id: after a restored backup the log counts on from an earlier number.
    """
    return f"{seq}-{command_id[:12]}"
