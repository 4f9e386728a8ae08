"""What a hall consists of: read once from the configuration, never changed while the hall runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

LANGUAGES = ("id", "en")


@dataclass(frozen=True, slots=True)
class Words:
    """One text in the hall's languages."""

    id: str
    en: str

    def of(self, lang: str) -> str:
        """The text in ``lang``; Indonesian where the language is not held."""
        return self.en if lang == "en" else self.id


@dataclass(frozen=True, slots=True)
class Interval:
    """From ``opens`` (inclusive) to ``closes`` (exclusive), local time of the hall."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A date with hours of its own: a holiday (no interval) or a half day."""

    day: date
    name: Words
    intervals: tuple[Interval, ...] = ()


@dataclass(frozen=True, slots=True)
class Hours:
    """When counters work: seven weekdays from Monday, each with its intervals (a gap is a break)."""

    weekly: tuple[tuple[Interval, ...], ...]

    def on(self, day: date, special: Mapping[date, SpecialDay]) -> tuple[Interval, ...]:
        """The intervals of ``day``. A special day can only shorten what the weekday has."""
        usual = self.weekly[day.weekday()]
        if day not in special:
            return usual
        cut = []
        for limit in special[day].intervals:
            for each in usual:
                opens, closes = max(each.opens, limit.opens), min(each.closes, limit.closes)
                if opens < closes:
                    cut.append(Interval(opens, closes))
        return tuple(cut)


@dataclass(frozen=True, slots=True)
class PriorityClass:
    """A class of citizens. ``head_start``: how much earlier they count as having come."""

    id: str
    name: Words
    head_start: timedelta = timedelta(0)
    hint: Words = Words("", "")
    """Who it is for, as the kiosk asks it. The reason itself is never stored (UU 27/2022)."""
    mark: bool = False
    """Whether the ticket and the officer's screen show a priority mark."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the hall with its boards and its loudspeaker."""

    id: str
    name: Words
    floor: str


@dataclass(frozen=True, slots=True)
class Series:
    """A run of numbers: a prefix and a counter from 1 each service day."""

    id: str
    prefix: str

    def number(self, ordinal: int) -> str:
        """``A007``; at least three digits, ``A1000`` follows ``A999``."""
        return f"{self.prefix}{ordinal:03d}"


@dataclass(frozen=True, slots=True)
class Agency:
    """A body with counters in the hall."""

    id: str
    name: Words
    kind: str
    zone: str
    hours: Hours
    daily_quota: int | None = None
    channel_quotas: Mapping[str, int] = field(default_factory=dict)
    short: str = ""
    """The name by which people know it, for boards and narrow paper."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """Of every ``of`` calls, ``priority`` go to marked classes while both kinds wait."""

    priority: int
    of: int


@dataclass(frozen=True, slots=True)
class OutcomeKind:
    """How serving can end, where the service asks for it."""

    id: str
    name: Words


@dataclass(frozen=True, slots=True)
class Service:
    """What a citizen comes for."""

    id: str
    agency: str
    name: Words
    series: str
    minutes: int
    """Usual length of serving, in minutes; the forecast's fair start."""
    hours: Hours
    daily_quota: int | None = None
    requirements: tuple[Words, ...] = ()
    fee: Words | None = None
    """``None`` means unknown: ask at the counter."""
    often: bool = False
    """Shown among "often asked for" on the kiosk."""
    keywords: tuple[str, ...] = ()
    max_wait: timedelta | None = None
    """Whoever waits longer goes before all others of the counter's tier (the guard)."""
    ratio: Ratio | None = None
    """Instead of head starts: how calls alternate between classes."""
    route: tuple[str, ...] = ()
    """Services that follow this one on the same ticket (files, then photo, then cashier)."""
    outcomes: tuple[OutcomeKind, ...] = ()
    """Asked for when serving ends; empty: not asked."""
    channel_quotas: Mapping[str, int] = field(default_factory=dict)
    """Quota by channel (``kiosk``, ``desk``, ``online``)."""


@dataclass(frozen=True, slots=True)
class Counter:
    """A numbered place where an officer serves.

    ``tiers``: groups of service ids; the first is served before the second and so on.
    """

    id: str
    number: int
    name: Words
    agency: str
    zone: str
    tiers: tuple[tuple[str, ...], ...]
    help_after: timedelta | None = None
    """How long the head of a lower tier waits until it competes with the tiers above; ``None``: never."""

    @property
    def services(self) -> tuple[str, ...]:
        """Every service this counter serves, in the order of its tiers."""
        return tuple(service for tier in self.tiers for service in tier)


@dataclass(frozen=True, slots=True)
class Kiosk:
    """A touch screen at which citizens take numbers."""

    id: str
    name: Words
    zone: str
    printer: str | None = None
    agencies: tuple[str, ...] = ()
    """Agencies offered here; empty means all."""


class BoardKind(StrEnum):
    """What part of the hall a board shows."""

    HALL = "hall"
    ZONE = "zone"
    COUNTER = "counter"


BOARD_PARTS = frozenset({"recent", "missed", "waiting", "notices", "media", "clock"})


@dataclass(frozen=True, slots=True)
class Board:
    """A screen that everybody watches."""

    id: str
    name: Words
    kind: BoardKind
    zones: tuple[str, ...] = ()
    """Zones shown (kind ``zone``)."""
    counter: str | None = None
    """The counter shown (kind ``counter``)."""
    recent: int = 8
    """How many calls stay on the board, the current ones included."""
    speaks: tuple[str, ...] = ()
    """Zones whose calls this board's loudspeaker says."""
    shows: frozenset[str] = BOARD_PARTS
    """What it shows beside the calls."""
    layout: str = "beside"
    """Where that stands on a landscape screen: ``beside`` the calls, ``below`` them; ``calls``: nowhere."""
    distance_m: float = 10.0
    """How far away its viewers stand."""
    screen_inches: float = 55.0
    """Diagonal of the screen."""
    media_volume: int = 0
    """How loud its videos are, percent; 0: mute."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Limits of the queue that a hall may set for itself."""

    recall_limit: int = 3
    recall_pace: timedelta = timedelta(seconds=8)
    missed_shown: timedelta = timedelta(minutes=30)
    restore_behind: int = 3
    """A missed or postponed ticket goes behind so many who wait."""
    restore_limit: int = 2
    postpone_limit: int = 2
    undo_for: timedelta = timedelta(seconds=30)
    reprint_limit: int = 3
    """How often a ticket may be printed again, marked as a copy."""
    cut_off_after: timedelta = timedelta(minutes=2)
    """After how long without its workstation a counter is paused and its called ticket put back; 0: never."""
    officers_out_of_turn: bool = True
    """Whether an officer may call a number out of turn (with a reason), or a supervisor only."""
    close_when_full: bool = True
    """Whether a service stops giving numbers when those who wait fill what is left of its day."""
    doors_before: timedelta = timedelta(minutes=15)
    """How long before the counters the kiosks give numbers."""


@dataclass(frozen=True)
class Plan:
    """The whole hall as configured. Every mapping is keyed by the id of its values, in file order."""

    name: Words
    timezone: ZoneInfo
    agencies: Mapping[str, Agency]
    services: Mapping[str, Service]
    series: Mapping[str, Series]
    counters: Mapping[str, Counter]
    zones: Mapping[str, Zone]
    classes: Mapping[str, PriorityClass]
    """The first is the class of whoever names none."""
    kiosks: Mapping[str, Kiosk] = field(default_factory=dict)
    boards: Mapping[str, Board] = field(default_factory=dict)
    special_days: Mapping[date, SpecialDay] = field(default_factory=dict)
    rules: Rules = Rules()
    notices: tuple[Words, ...] = ()
    """Running text of the boards."""

    @cached_property
    def default_class(self) -> PriorityClass:
        """The class of whoever names none."""
        return next(iter(self.classes.values()))

    @cached_property
    def services_of(self) -> Mapping[str, tuple[Service, ...]]:
        """Services by agency, in file order."""
        grouped: dict[str, list[Service]] = {agency: [] for agency in self.agencies}
        for service in self.services.values():
            grouped[service.agency].append(service)
        return {agency: tuple(services) for agency, services in grouped.items()}

    @cached_property
    def counters_of(self) -> Mapping[str, tuple[Counter, ...]]:
        """Counters by service: who can serve it, in any tier."""
        grouped: dict[str, list[Counter]] = {service: [] for service in self.services}
        for counter in self.counters.values():
            for service in counter.services:
                grouped[service].append(counter)
        return {service: tuple(counters) for service, counters in grouped.items()}

    @cached_property
    def rivals_of(self) -> Mapping[str, tuple[str, ...]]:
        """By service: every service that shares a counter with it, itself included.

        Whoever waits for one of these can be called before someone who waits for the service.
        """
        groups: dict[tuple[str, ...], tuple[str, ...]] = {}
        answer = {}
        for service, counters in self.counters_of.items():
            key = tuple(counter.id for counter in counters)
            if key not in groups:
                seen = dict.fromkeys(s for counter in counters for s in counter.services)
                groups[key] = tuple(seen)
            answer[service] = groups[key] or (service,)
        return answer
