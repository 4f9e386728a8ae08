"""What may be asked of the hall: imperative, frozen, and carrying who asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.domain.staff import Actor, Role


@dataclass(frozen=True, slots=True)
class StartDay:
    """Begin a service day; whatever the day before left open ends with it."""

    actor: Actor
    day: date


@dataclass(frozen=True, slots=True)
class IssueTicket:
    """Give a citizen the next number of a series. ``token``: 128 random bits, made by the caller."""

    actor: Actor
    service: str
    token: str
    klass: str | None = None
    lang: str = "id"
    channel: str = "kiosk"
    kiosk: str | None = None
    site: str = ""
    """What the address of the ticket's page starts with, as the citizen's phone reaches it."""


@dataclass(frozen=True, slots=True)
class CancelTicket:
    """The holder leaves."""

    actor: Actor
    ticket: str


@dataclass(frozen=True, slots=True)
class OpenCounter:
    """An officer takes a place at a counter, or takes up work again after a pause."""

    actor: Actor
    counter: str


@dataclass(frozen=True, slots=True)
class PauseCounter:
    """The officer stops calling for a while; a called ticket goes back to where it was."""

    actor: Actor
    counter: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CloseCounter:
    """The officer leaves; a called ticket goes back to where it was."""

    actor: Actor
    counter: str


@dataclass(frozen=True, slots=True)
class CallNext:
    """Call whoever is next at this counter by the rules."""

    actor: Actor
    counter: str


@dataclass(frozen=True, slots=True)
class CallNumber:
    """Call one particular number; a reason is needed when it is not its turn."""

    actor: Actor
    counter: str
    number: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Recall:
    """Announce the called ticket again."""

    actor: Actor
    counter: str


@dataclass(frozen=True, slots=True)
class StartService:
    """The citizen is at the counter."""

    actor: Actor
    counter: str


@dataclass(frozen=True, slots=True)
class FinishService:
    """The citizen has been served."""

    actor: Actor
    counter: str


@dataclass(frozen=True, slots=True)
class RecordNoShow:
    """Nobody came."""

    actor: Actor
    counter: str


@dataclass(frozen=True, slots=True)
class PauseService:
    """Stop issuing for a service ("layanan terganggu"); holders are still served."""

    actor: Actor
    service: str
    reason: str


@dataclass(frozen=True, slots=True)
class ResumeService:
    """Issue for the service again."""

    actor: Actor
    service: str


@dataclass(frozen=True, slots=True)
class ReportPrint:
    """The spooler says how a print job went. ``state`` is a ``PrintState``."""

    actor: Actor
    job: str
    state: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class AddAccount:
    """Make an account for a person (``staff``) or a device or program (``token``)."""

    actor: Actor
    kind: str
    name: str
    role: Role
    secret_hash: str
    agency: str | None = None

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
class RevokeAccount:
    """Take an account or a token out of use."""

    actor: Actor
    kind: str
    name: str


AtCounter = (
    OpenCounter
    | PauseCounter
    | CloseCounter
    | CallNext
    | CallNumber
    | Recall
    | StartService
    | FinishService
    | RecordNoShow
)
Command = (
    StartDay
    | IssueTicket
    | CancelTicket
    | AtCounter
    | PauseService
    | ResumeService
    | ReportPrint
    | AddAccount
    | SetSecret
    | RevokeAccount
)
