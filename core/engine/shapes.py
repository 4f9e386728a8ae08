"""The shapes of what everybody sees: JSON-ready, small, named as in the protocol.

Instants are ISO 8601 with the hall's offset; names carry both languages.
"""

from __future__ import annotations

from typing_extensions import TypedDict  # pydantic reads no other before Python 3.12


class Name(TypedDict):
    """One text in both languages."""

    id: str
    en: str


class ForecastShape(TypedDict):
    """How long until the call: in half of all cases, and in four of five."""

    median_minutes: int
    p80_minutes: int


_Class = TypedDict("_Class", {"class": str})
"""``class`` is a word of Python's own and needs this form."""


class WhyShape(_Class):
    """Why a ticket was called, with a sentence in both languages."""

    rule: str
    passed: int
    head_start_minutes: int
    minutes: int
    turn: int
    of: int
    reason: str
    sentence: Name


class ClosedShape(TypedDict):
    """Why a service gives no numbers. ``reason``: a stable word (see ``core.domain.opening``)."""

    reason: str
    detail: str
    opens_at: str | None
    sentence: Name


class ServiceShape(TypedDict):
    """A service as a kiosk or a program sees it."""

    id: str
    agency: str
    name: Name
    requirements: list[Name]
    fee: Name | None
    minutes: int
    often: bool
    keywords: list[str]
    open: bool
    closed: ClosedShape | None
    waiting: int
    ahead: int
    forecast: ForecastShape


class ServiceStateShape(TypedDict):
    """What changes about a service while the hall runs."""

    id: str
    open: bool
    closed: ClosedShape | None
    waiting: int
    """How many wait for this very service."""
    ahead: int
    """How many would be called before a newcomer: all who wait for the counters of this service."""
    forecast: ForecastShape


class AgencyShape(TypedDict):
    """An agency with what waits for it."""

    id: str
    name: Name
    short: str
    zone: str
    floor: str
    prefix: str
    open: bool
    waiting: int
    services: int


class ClassShape(TypedDict):
    """A class that a citizen may choose."""

    id: str
    name: Name
    hint: Name
    mark: bool


class TicketShape(_Class):
    """A ticket as its holder sees it."""

    id: str
    number: str
    token: str
    service: str
    service_name: Name
    agency: str
    agency_name: Name
    mark: bool
    lang: str
    state: str
    ahead: int
    forecast: ForecastShape
    callers: str
    """Who may call it: ``own`` (its counters), ``others`` (its service has none any more, others take it
    over), ``none`` (nobody can: the holder must ask; ``ahead`` and ``forecast`` say nothing then)."""
    zone: str
    zone_name: Name
    floor: str
    counter: str | None
    counter_name: Name | None
    day: str
    """The service day, with which the number ends."""
    issued_at: str
    called_at: str | None
    requirements: list[Name]
    url: str
    actions: list[str]
    """What the holder may do now: ``cancel``, ``postpone``."""
    to_come: list[ServiceNameShape]
    """Services that follow on this ticket."""


class PrintShape(TypedDict):
    """A print job: ``queued sending sent confirmed failed doubtful``; ``none`` where nothing is printed."""

    job: str | None
    state: str
    detail: str


class CallShape(TypedDict):
    """One call as a board shows and speaks it."""

    number: str
    spoken: Name
    counter: str
    counter_number: int
    counter_name: str
    counter_name_en: str
    zone: str
    zone_name: Name
    floor: str
    agency: str
    agency_name: Name
    agency_short: str
    lang: str
    mark: bool
    repeat: int
    called_at: str
    at: str
    audio: list[str]


class WaitingShape(TypedDict):
    """How many wait for an agency."""

    agency: str
    name: Name
    short: str
    count: int
    open: bool
    counters_open: int
    forecast: ForecastShape


class MediaShape(TypedDict):
    """A picture or a video that a board shows. ``kind``: ``picture`` or ``video``."""

    url: str
    kind: str


class LookShape(TypedDict):
    """How a board is laid out. Lengths are units of 1/1080 of the screen's short side.

    ``capital``: least height of the capitals of a called number; ``row_em``, ``number_em``: the widest row of
    calls and the widest number of the hall, in em.
    """

    shows: list[str]
    layout: str
    capital: float
    row_em: float
    number_em: float
    recent: int
    speaks: bool
    media_volume: int


class BoardShape(TypedDict):
    """What a board shows. ``current``: who is called or being served now, newest call first."""

    id: str
    name: Name
    kind: str
    hall: Name
    zone: Name | None
    counter: CounterShape | None
    training: bool
    now: str
    day: str
    current: list[CallShape]
    recent: list[CallShape]
    waiting: list[WaitingShape]
    missed: list[str]
    notices: list[Name]
    look: LookShape
    media: list[MediaShape]


class CounterShape(TypedDict):
    """A counter as everybody may know it."""

    id: str
    number: int
    name: Name
    agency: str
    zone: str
    services: list[str]
    state: str
    """``closed``, ``open`` or ``paused``."""
    officer: str | None
    current: str | None


class CurrentShape(_Class):
    """The ticket at a counter."""

    id: str
    number: str
    service: str
    service_name: Name
    class_name: Name
    mark: bool
    lang: str
    state: str
    issued_at: str
    called_at: str
    announced_at: str
    started_at: str | None
    waited_seconds: int
    recalls: int
    recalls_left: int
    recall_after_seconds: int
    """Seconds until a recall is allowed, 0 when it is."""
    why: WhyShape | None
    outcomes: list[OutcomeShape]
    """What the service asks for when serving ends; empty: nothing."""
    to_come: list[ServiceNameShape]
    """Services that follow on this ticket."""
    sender: str | None
    """The counter that sent it here."""


class OutcomeShape(TypedDict):
    """One way in which serving can end."""

    id: str
    name: Name


class ServiceNameShape(TypedDict):
    """A service by its name."""

    id: str
    name: Name


class ParkedShape(TypedDict):
    """A parked ticket. ``until``: when it waits again by itself."""

    id: str
    number: str
    service: str
    service_name: Name
    parked_at: str
    until: str | None
    here: bool
    """Whether it was parked at this counter, where it can be served on at once."""


class UndoShape(TypedDict):
    """What can be taken back, and for how many seconds more.

    ``ticket`` and ``event`` (the action's first event in the log) are what ``undo`` sends back.
    """

    action: str
    number: str
    ticket: str
    event: int
    seconds_left: int


class WaitingTicketShape(_Class):
    """One who waits, in the order in which this counter would call."""

    id: str
    number: str
    service: str
    service_name: Name
    class_name: Name
    mark: bool
    issued_at: str
    waited_seconds: int


class WorkstationShape(TypedDict):
    """What the officer of one counter sees."""

    counter: CounterShape
    agency_name: Name
    training: bool
    now: str
    state: str
    officer: str | None
    pause_reason: str
    current: CurrentShape | None
    next: WaitingTicketShape | None
    waiting: list[WaitingTicketShape]
    waiting_count: int
    missed: list[WaitingTicketShape]
    parked: list[ParkedShape]
    undo: UndoShape | None
    closing: bool
    """Whether the ticket at the counter is its last."""
    helping: list[ServiceNameShape]
    served_today: int
    actions: list[str]
    """What may be done now: ``open close pause next call recall start finish no-show park resume
    transfer return add restore undo help last``."""


class KioskJobShape(TypedDict):
    """A ticket of this kiosk on its way to paper."""

    job: str
    ticket: str
    number: str
    printer: str
    state: str
    detail: str
    copy: int
    """Which reprint it is; 0: the first print."""


class KioskShape(TypedDict):
    """What changes on a kiosk while it runs; the services' texts come once, with the page."""

    id: str
    name: Name
    zone: str
    training: bool
    now: str
    agencies: list[AgencyShape]
    services: list[ServiceStateShape]
    classes: list[ClassShape]
    printer: str | None
    printer_state: str
    """``none``, or how the printer is: ``ok near_end paper_out cover_open error offline mute``; ``failing``:
    it says that all is well, but its last job failed."""
    jobs: list[KioskJobShape]


class DeviceShape(TypedDict):
    """A kiosk or a board in a list."""

    id: str
    name: Name
    kind: str
    zone: str
    printer: str | None
