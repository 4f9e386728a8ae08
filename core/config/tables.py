"""The tables of ``config.toml``. ``docs/configuration.md`` explains them; a test compares the two."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field

from core.config.kinds import (
    Bilingual,
    Colour,
    Contact,
    HostName,
    Identifier,
    Ids,
    Minutes,
    Prefix,
    Spans,
    Table,
    Timezone,
    Url,
    refusal,
)
from core.config.problems import shown

FACES = ("kiosk", "counter", "display")
Language = Literal["id", "en"]
BoardPart = Literal["recent", "missed", "waiting", "notices", "media", "clock"]
Line = Annotated[str, Field(min_length=1)]
Tier = Annotated[list[Line], Field(min_length=1)]
Quota = Annotated[int, Field(ge=1, le=100_000)]


MOVED = "transferred"
"""The outcome that the hall itself writes when a ticket is sent on."""


def _indonesian_first(languages: list[str]) -> list[str]:
    if "id" not in languages:
        raise refusal("Indonesian is missing", '["id"] or ["id", "en"]')
    return languages


class Hall(Table):
    """``[hall]``: the building."""

    name: Bilingual
    timezone: Timezone = "Asia/Makassar"
    languages: Annotated[list[Language], AfterValidator(_indonesian_first)] = Field(
        default_factory=lambda: list[Language](("id", "en"))
    )


class Server(Table):
    """``[server]``: the process that serves the hall."""

    host: Line = "0.0.0.0"  # noqa: S104 - kiosks and boards are other machines
    port: int = Field(default=8000, ge=1, le=65535)
    async_mode: Literal["eventlet", "gevent", "threading"] = "eventlet"
    public_url: Url = ""
    hosts: list[HostName] = Field(default_factory=list, max_length=50)
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    open_kiosks: bool | None = None
    accent: Colour = "#7a2e1d"


class Store(Table):
    """``[store]``: where the data are kept."""

    path: Line = "data"


class QueueRules(Table):
    """``[rules]``: limits of the queue."""

    recall_limit: int = Field(default=3, ge=0, le=20)
    recall_pace_seconds: int = Field(default=8, ge=0, le=120)
    missed_shown_minutes: int = Field(default=30, ge=0, le=600)
    restore_behind: int = Field(default=3, ge=1, le=50)
    restore_limit: int = Field(default=2, ge=0, le=20)
    postpone_limit: int = Field(default=2, ge=0, le=20)
    undo_seconds: int = Field(default=30, ge=0, le=300)
    reprint_limit: int = Field(default=3, ge=0, le=20)
    cut_off_seconds: int = Field(default=120, ge=0, le=3600)
    officers_out_of_turn: bool = True
    close_when_full: bool = True
    doors_before_minutes: int = Field(default=15, ge=0, le=240)


class LimitsTable(Table):
    """``[limits]``: against people who collect numbers; 0 is no limit."""

    kiosk_pause_seconds: float = Field(default=1.5, ge=0, le=60)
    kiosk_per_minute: int = Field(default=40, ge=0, le=10_000)
    device_pause_seconds: float = Field(default=0.0, ge=0, le=60)
    device_per_minute: int = Field(default=0, ge=0, le=100_000)


class PushTable(Table):
    """``[push]``: messages to phones whose page is closed."""

    enabled: bool = True
    contact: Contact = ""
    ahead: int = Field(default=3, ge=0, le=50)
    local_services: bool = False


class VoiceTable(Table):
    """``[voice]``: how calls are said."""

    enabled: bool = True
    repeats: int = Field(default=1, ge=1, le=3)
    expires: int = Field(default=60, ge=10, le=600)
    chime: bool = True
    recordings: str = ""


class Klass(Table):
    """``[[class]]``: a class of citizens."""

    id: Identifier
    name: Bilingual
    head_start_minutes: int = Field(default=0, ge=0, le=240)
    hint: Bilingual | None = None
    mark: bool = False


class ZoneTable(Table):
    """``[[zone]]``: a part of the hall with its boards and its loudspeaker."""

    id: Identifier
    name: Bilingual
    floor: Line = "1"


class SeriesTable(Table):
    """``[[series]]``: a run of numbers."""

    id: Identifier
    prefix: Prefix


class Week(Table):
    """``[hours.ID]``: working hours by weekday; a day without any is closed."""

    monday: Spans = Field(default_factory=list)
    tuesday: Spans = Field(default_factory=list)
    wednesday: Spans = Field(default_factory=list)
    thursday: Spans = Field(default_factory=list)
    friday: Spans = Field(default_factory=list)
    saturday: Spans = Field(default_factory=list)
    sunday: Spans = Field(default_factory=list)


class Holiday(Table):
    """``[[holiday]]``: a date on which the hall is closed, or open for less than usual."""

    day: date
    name: Bilingual
    hours: Spans = Field(default_factory=list)


class ChannelQuotas(Table):
    """``channel_quotas``: the most numbers a day by the way in which they are taken."""

    kiosk: Quota | None = None
    desk: Quota | None = None
    online: Quota | None = None

    def given(self) -> dict[str, int]:
        """Quota by channel, for those that have one."""
        return {channel: quota for channel, quota in self if quota is not None}


class RatioTable(Table):
    """``ratio``: of every ``of`` calls, so many go to marked classes while both kinds wait."""

    priority: int = Field(ge=1, le=19)
    of: int = Field(ge=2, le=20)


class OutcomeTable(Table):
    """One of ``outcomes``: a way in which serving can end."""

    id: Identifier
    name: Bilingual


def _leaves_some(ratio: RatioTable) -> RatioTable:
    if ratio.priority >= ratio.of:
        wrong = f"{ratio.priority} of {ratio.of} calls leave none to the other classes"
        raise refusal(wrong, "priority smaller than of")
    return ratio


def _a_choice(outcomes: list[OutcomeTable]) -> list[OutcomeTable]:
    named = [outcome.id for outcome in outcomes]
    for position, outcome in enumerate(named):
        if outcome in named[:position]:
            raise refusal(f"{shown(outcome)} stands twice", "each outcome once")
    if MOVED in named:
        raise refusal(f"{shown(MOVED)} is what the hall calls a ticket that is sent on", "another id")
    if len(named) == 1:
        raise refusal("one outcome leaves nothing to choose", "two or more, or none")
    return outcomes


class AgencyTable(Table):
    """``[[agency]]``: a body with counters in the hall."""

    id: Identifier
    name: Bilingual
    short: Annotated[str, Field(max_length=24)] = ""
    kind: Line = "city"
    zone: Identifier
    series: Identifier
    hours: Identifier
    daily_quota: Quota | None = None
    channel_quotas: ChannelQuotas | None = None
    max_wait_minutes: Minutes | None = None
    checked: bool = True


class ServiceTable(Table):
    """``[[service]]``: what a citizen comes for."""

    id: Identifier
    agency: Identifier
    name: Bilingual
    minutes: int = Field(ge=1, le=480)
    daily_quota: Quota | None = None
    channel_quotas: ChannelQuotas | None = None
    max_wait_minutes: Minutes | None = None
    ratio: Annotated[RatioTable, AfterValidator(_leaves_some)] | None = None
    route: Ids = Field(default_factory=list)
    outcomes: Annotated[list[OutcomeTable], AfterValidator(_a_choice)] = Field(default_factory=list)
    requirements: list[Bilingual] = Field(default_factory=list)
    fee: Bilingual | None = None
    often: bool = False
    keywords: list[Line] = Field(default_factory=list)
    series: Identifier | None = None
    hours: Identifier | None = None
    checked: bool = True


class CounterTable(Table):
    """``[[counter]]``: a numbered place where an officer serves."""

    number: int = Field(ge=1, le=999)
    agency: Identifier
    tiers: Annotated[list[Tier], Field(min_length=1)] = Field(default_factory=lambda: [["*"]])
    other_agencies: bool = False
    help_after_minutes: Minutes | None = None
    id: Identifier | None = None
    name: Bilingual | None = None
    zone: Identifier | None = None
    sign: bool = True


class PrinterTable(Table):
    """``[[printer]]``: a ticket printer."""

    id: Identifier
    name: Line
    kind: Literal["virtual", "network", "usb", "serial", "file", "cups", "agent"] = "virtual"
    width_mm: Literal[58, 80] = 80
    host: str = ""
    port: int = Field(default=9100, ge=1, le=65535)
    device: str = ""
    baud: int = Field(default=19200, ge=1200, le=921_600)
    timeout_seconds: float = Field(default=3.0, ge=0.2, le=30)
    answers: bool | None = None
    spare: Identifier | None = None
    profile: Line = "default"
    code_page: str = ""
    logo: str = ""
    lines: list[Literal["ahead", "range", "ready"]] = Field(
        default_factory=lambda: list[Literal["ahead", "range", "ready"]](("ahead", "range", "ready"))
    )


class KioskTable(Table):
    """``[[kiosk]]``: a touch screen at which citizens take numbers."""

    id: Identifier
    name: Bilingual
    zone: Identifier
    printer: Identifier | None = None
    agencies: Ids = Field(default_factory=list)


def _each_once(parts: list[BoardPart]) -> list[BoardPart]:
    for position, part in enumerate(parts):
        if part in parts[:position]:
            raise refusal(f"{shown(part)} stands twice", "each once")
    return parts


class BoardTable(Table):
    """``[[board]]``: a screen that everybody watches."""

    id: Identifier
    name: Bilingual
    kind: Literal["hall", "zone", "counter"] = "hall"
    zones: Ids = Field(default_factory=list)
    counter: Identifier | None = None
    recent: int = Field(default=8, ge=2, le=40)
    speaks: Ids | None = None
    shows: Annotated[list[BoardPart], AfterValidator(_each_once)] = Field(
        default_factory=lambda: list[BoardPart](get_args(BoardPart))
    )
    layout: Literal["beside", "below", "calls"] = "beside"
    distance_metres: float = Field(default=10.0, ge=1, le=60)
    screen_inches: float = Field(default=55.0, ge=10, le=400)
    media_volume: int = Field(default=0, ge=0, le=100)


class Notice(Table):
    """``[[notice]]``: a sentence of the boards' running text."""

    text: Bilingual


SINGLE: dict[str, type[Table]] = {
    "hall": Hall,
    "server": Server,
    "store": Store,
    "rules": QueueRules,
    "limits": LimitsTable,
    "voice": VoiceTable,
    "push": PushTable,
}
"""Tables that stand once, in whichever file."""

MANY: dict[str, type[Table]] = {
    "class": Klass,
    "zone": ZoneTable,
    "series": SeriesTable,
    "holiday": Holiday,
    "agency": AgencyTable,
    "service": ServiceTable,
    "counter": CounterTable,
    "printer": PrinterTable,
    "kiosk": KioskTable,
    "board": BoardTable,
    "notice": Notice,
}
"""Tables that stand any number of times, in any file, in the order of the files."""

BARE = ("include", "faces")
"""Keys outside any table."""

NAMED = ("hours", "translations")
"""Tables whose keys are names that the hall chooses."""
