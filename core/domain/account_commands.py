"""What may be asked about accounts. Their secrets are kept elsewhere (docs/adr/0005)."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.staff import Actor, Role


@dataclass(frozen=True, slots=True)
class AddAccount:
    """Make an account for a person (``staff``) or a device or program (``token``)."""

    actor: Actor
    kind: str
    name: str
    role: Role
    secret_hash: str
    agency: str | None = None
    bound_to: str | None = None
    """The kiosk or board to which a token of that role is limited."""

    def __repr__(self) -> str:  # a hash must not reach a log
        return f"AddAccount({self.kind} {self.name!r} as {self.role})"


@dataclass(frozen=True, slots=True)
class SetSecret:
    """Replace the password of an account."""

    actor: Actor
    kind: str
    name: str
    secret_hash: str

    def __repr__(self) -> str:
        return f"SetSecret({self.kind} {self.name!r})"


@dataclass(frozen=True, slots=True)
class EndSessions:
    """Sign an account out everywhere; its password stays."""

    actor: Actor
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class RevokeAccount:
    """Take an account or a token out of use."""

    actor: Actor
    kind: str
    name: str
