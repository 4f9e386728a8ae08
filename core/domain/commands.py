"""What may be asked of the hall: imperative, frozen, and carrying who asks.

``ticket`` in a command at a counter is the id of the ticket that the sender means, ``""`` for none. If the
counter holds another one, the command is refused. ``None``: whichever ticket is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.domain.account_commands import AddAccount, EndSessions, RevokeAccount, SetSecret
from core.domain.staff import Actor

__all__ = ["AddAccount", "EndSessions", "RevokeAccount", "SetSecret"]  # from elsewhere


@dataclass(frozen=True, slots=True)
class StartDay:
    """Begin a service day; whatever the day before left open ends with it."""

    actor: Actor
    day: date
    given: tuple[tuple[str, int], ...] = ()
    """Series and how many numbers of it bear this date already, from when the clock had run ahead."""


@dataclass(frozen=True, slots=True)
class AcceptClock:
    """The machine's clock is right, whatever the log says; ``day`` is its date in the hall.

    The hall's time may go back by it, and the service day of that date goes on where it was.
    """

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
    more: tuple[str, ...] = ()
    """Further services on the same number, opened one after the other."""
    paper: bool = True
    """Whether the kiosk's printer prints it; without, the number is told or written down."""


@dataclass(frozen=True, slots=True)
class CancelTicket:
    """The holder leaves."""

    actor: Actor
    ticket: str


@dataclass(frozen=True, slots=True)
class PostponeTicket:
    """The holder lets the next few pass."""

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
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class CloseCounter:
    """The officer leaves; a called ticket goes back to where it was.

    ``after_current``: the ticket at the counter is the last one; the counter closes when it leaves.
    """

    actor: Actor
    counter: str
    after_current: bool = False
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class HelpServices:
    """Call for further services after the counter's own, until it closes; none: no longer."""

    actor: Actor
    counter: str
    services: tuple[str, ...]


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
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class StartService:
    """The citizen is at the counter."""

    actor: Actor
    counter: str
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class FinishService:
    """The citizen has been served; ``outcome`` where the service asks for one."""

    actor: Actor
    counter: str
    outcome: str = ""
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class ParkTicket:
    """The citizen fetches a paper; the officer takes others meanwhile. ``minutes``: until it queues again."""

    actor: Actor
    counter: str
    minutes: int | None = None
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class ResumeTicket:
    """A parked citizen is back: served at once where they were, or waiting again for any counter."""

    actor: Actor
    counter: str
    number: str
    wait: bool = False


@dataclass(frozen=True, slots=True)
class TransferTicket:
    """Send the citizen on: to a service, a counter or an officer (one of them)."""

    actor: Actor
    counter: str
    service: str | None = None
    to_counter: str | None = None
    to_officer: str | None = None
    at_end: bool = False
    """Join at the end instead of by the original time."""
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class ReturnTicket:
    """Send the citizen back to the counter that sent them."""

    actor: Actor
    counter: str
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class AddService:
    """One more service on the ticket at the counter; its stage opens when this one ends."""

    actor: Actor
    counter: str
    service: str
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class RestoreTicket:
    """A missed citizen is here after all: behind the next few."""

    actor: Actor
    counter: str
    number: str


@dataclass(frozen=True, slots=True)
class UndoAction:
    """Take back the officer's last call, finish, no-show, park or transfer, for a short while."""

    actor: Actor
    counter: str
    ticket: str | None = None
    event: int | None = None
    """The first event of the action that is meant: the same ticket may have seen another one since."""


@dataclass(frozen=True, slots=True)
class CutOff:
    """The hall has lost the workstation of an officer: nobody is there who could serve whom they called."""

    actor: Actor
    counter: str


@dataclass(frozen=True, slots=True)
class ReleaseAimed:
    """A timer, and the start: whoever waits for a counter, officer or service that is gone can be called."""

    actor: Actor


@dataclass(frozen=True, slots=True)
class EndParks:
    """A timer: parked tickets whose time is over wait again."""

    actor: Actor


@dataclass(frozen=True, slots=True)
class RecordNoShow:
    """Nobody came."""

    actor: Actor
    counter: str
    ticket: str | None = None


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
    permanent: bool = False
    """``failed``: trying again by itself is pointless until somebody does something."""


@dataclass(frozen=True, slots=True)
class ReroutePrint:
    """Another printer takes a job that failed."""

    actor: Actor
    job: str
    printer: str


@dataclass(frozen=True, slots=True)
class ReprintTicket:
    """Once more on paper, at the printer of ``kiosk`` or where it was printed last."""

    actor: Actor
    ticket: str
    kiosk: str | None = None
    site: str = ""
    """What the address of the ticket's page begins with, for one that was never printed."""
    shown: tuple[str, str] | None = None
    """The last job and its state as a screen shows them: one that has gone on is not printed again."""


@dataclass(frozen=True, slots=True)
class ReportPrinter:
    """How a printer is. ``state`` is a ``PrinterState``; ``detail`` the printer's words."""

    actor: Actor
    printer: str
    state: str
    detail: str = ""


OnTicket = (
    Recall
    | StartService
    | FinishService
    | RecordNoShow
    | ParkTicket
    | TransferTicket
    | ReturnTicket
    | AddService
)
"""Commands that act on the ticket at the counter."""
AtCounter = (
    OnTicket
    | OpenCounter
    | PauseCounter
    | CutOff
    | CloseCounter
    | HelpServices
    | CallNext
    | CallNumber
    | ResumeTicket
    | RestoreTicket
    | UndoAction
)
Command = (
    StartDay
    | AcceptClock
    | IssueTicket
    | CancelTicket
    | PostponeTicket
    | EndParks
    | ReleaseAimed
    | AtCounter
    | PauseService
    | ResumeService
    | ReportPrint
    | ReroutePrint
    | ReprintTicket
    | ReportPrinter
    | AddAccount
    | SetSecret
    | EndSessions
    | RevokeAccount
)
