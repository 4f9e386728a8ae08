"""From checked tables to what the rest of the house uses: the plan and the settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from core.config import tables
from core.config.kinds import Table
from core.config.references import agencies_of_services, expand
from core.config.shape import Entry, Shaped
from core.domain.plan import (
    Agency,
    Board,
    BoardKind,
    Counter,
    Hours,
    Kiosk,
    OutcomeKind,
    Plan,
    PriorityClass,
    Ratio,
    Rules,
    Series,
    Service,
    SpecialDay,
    Words,
    Zone,
)
from core.settings import (
    ANSWERING,
    LimitSettings,
    PrinterSettings,
    PushSettings,
    ServerSettings,
    Settings,
    StoreSettings,
    VoiceSettings,
)

T = TypeVar("T", bound=Table)


def _entries(shaped: Shaped, table: str, kind: type[T]) -> Iterator[tuple[Entry, T]]:
    for entry in shaped.entries[table]:
        if isinstance(entry.model, kind):
            yield entry, entry.model


def _all(shaped: Shaped, table: str, kind: type[T]) -> Iterator[T]:
    return (model for _, model in _entries(shaped, table, kind))


def _one(shaped: Shaped, table: str, kind: type[T]) -> T:
    return next(_all(shaped, table, kind), None) or kind()


def build_settings(shaped: Shaped, folder: Path) -> Settings:
    """What a process needs beside the plan. ``folder``: where the configuration lies."""
    server = _one(shaped, "server", tables.Server)
    limits = _one(shaped, "limits", tables.LimitsTable)
    voice = _one(shaped, "voice", tables.VoiceTable)
    return Settings(
        server=ServerSettings(
            host=server.host,
            port=server.port,
            async_mode=server.async_mode,
            public_url=server.public_url,
            hosts=tuple(server.hosts),
            trusted_proxies=server.trusted_proxies,
            open_kiosks=server.open_kiosks,
            accent=server.accent,
        ),
        store=StoreSettings(path=folder / _one(shaped, "store", tables.Store).path),
        limits=LimitSettings(
            kiosk_pause_s=limits.kiosk_pause_seconds,
            kiosk_per_minute=limits.kiosk_per_minute,
            device_pause_s=limits.device_pause_seconds,
            device_per_minute=limits.device_per_minute,
        ),
        voice=VoiceSettings(
            enabled=voice.enabled,
            repeats=voice.repeats,
            expires=voice.expires,
            chime=voice.chime,
            recordings=folder / voice.recordings if voice.recordings else None,
        ),
        push=PushSettings(**_one(shaped, "push", tables.PushTable).model_dump()),
        printers={
            each.id: PrinterSettings(
                id=each.id,
                name=each.name,
                kind=each.kind,
                width_mm=each.width_mm,
                host=each.host,
                port=each.port,
                device=each.device,
                baud=each.baud,
                timeout_s=each.timeout_seconds,
                answers=each.kind in ANSWERING if each.answers is None else each.answers,
                spare=each.spare,
                profile=each.profile,
                code_page=each.code_page,
                logo=folder / each.logo if each.logo else None,
                lines=tuple(each.lines),
            )
            for each in _all(shaped, "printer", tables.PrinterTable)
        },
        faces=shaped.faces,
        languages=tuple(next(_all(shaped, "hall", tables.Hall)).languages),
    )


def build_plan(shaped: Shaped) -> Plan:
    """The hall, from tables without problems."""
    hall = next(_all(shaped, "hall", tables.Hall))
    rules = _one(shaped, "rules", tables.QueueRules)
    hours = {
        str(entry.id): Hours(
            (
                tuple(week.monday),
                tuple(week.tuesday),
                tuple(week.wednesday),
                tuple(week.thursday),
                tuple(week.friday),
                tuple(week.saturday),
                tuple(week.sunday),
            )
        )
        for entry, week in _entries(shaped, "hours", tables.Week)
    }
    agencies = {each.id: each for each in _all(shaped, "agency", tables.AgencyTable)}
    counters = _counters(shaped, agencies)
    return Plan(
        name=hall.name.words(),
        timezone=ZoneInfo(hall.timezone),
        agencies={each.id: _agency(each, hours) for each in agencies.values()},
        services={each.id: each for each in _services(shaped, agencies, hours)},
        series={each.id: Series(each.id, each.prefix) for each in _all(shaped, "series", tables.SeriesTable)},
        counters=counters,
        zones={
            each.id: Zone(each.id, each.name.words(), each.floor)
            for each in _all(shaped, "zone", tables.ZoneTable)
        },
        classes={each.id: _class(each) for each in _all(shaped, "class", tables.Klass)},
        kiosks={
            each.id: Kiosk(each.id, each.name.words(), each.zone, each.printer, tuple(each.agencies))
            for each in _all(shaped, "kiosk", tables.KioskTable)
        },
        boards=_boards(shaped, counters),
        special_days=_special_days(_all(shaped, "holiday", tables.Holiday)),
        rules=Rules(
            recall_limit=rules.recall_limit,
            recall_pace=timedelta(seconds=rules.recall_pace_seconds),
            missed_shown=timedelta(minutes=rules.missed_shown_minutes),
            restore_behind=rules.restore_behind,
            restore_limit=rules.restore_limit,
            postpone_limit=rules.postpone_limit,
            undo_for=timedelta(seconds=rules.undo_seconds),
            reprint_limit=rules.reprint_limit,
            cut_off_after=timedelta(seconds=rules.cut_off_seconds),
            officers_out_of_turn=rules.officers_out_of_turn,
            close_when_full=rules.close_when_full,
            doors_before=timedelta(minutes=rules.doors_before_minutes),
        ),
        notices=tuple(each.text.words() for each in _all(shaped, "notice", tables.Notice)),
    )


def unchecked(shaped: Shaped) -> tuple[str, ...]:
    """Ids of agencies and services that nobody of the hall has confirmed yet (``checked = false``)."""
    agencies = [each.id for each in _all(shaped, "agency", tables.AgencyTable) if not each.checked]
    services = [each.id for each in _all(shaped, "service", tables.ServiceTable) if not each.checked]
    return (*agencies, *services)


def _class(each: tables.Klass) -> PriorityClass:
    hint = each.hint.words() if each.hint else Words("", "")
    head_start = timedelta(minutes=each.head_start_minutes)
    return PriorityClass(each.id, each.name.words(), head_start, hint, each.mark)


def _agency(each: tables.AgencyTable, hours: dict[str, Hours]) -> Agency:
    return Agency(
        id=each.id,
        name=each.name.words(),
        kind=each.kind,
        zone=each.zone,
        hours=hours[each.hours],
        daily_quota=each.daily_quota,
        channel_quotas=_channels(each.channel_quotas),
        short=each.short or each.name.id,
    )


def _services(
    shaped: Shaped, agencies: dict[str, tables.AgencyTable], hours: dict[str, Hours]
) -> Iterator[Service]:
    for each in _all(shaped, "service", tables.ServiceTable):
        agency = agencies[each.agency]
        yield Service(
            id=each.id,
            agency=each.agency,
            name=each.name.words(),
            series=each.series or agency.series,
            minutes=each.minutes,
            hours=hours[each.hours or agency.hours],
            daily_quota=each.daily_quota,
            requirements=tuple(text.words() for text in each.requirements),
            fee=each.fee.words() if each.fee else None,
            often=each.often,
            keywords=tuple(each.keywords),
            max_wait=_span(each.max_wait_minutes or agency.max_wait_minutes),
            ratio=Ratio(each.ratio.priority, each.ratio.of) if each.ratio else None,
            route=tuple(each.route),
            outcomes=tuple(OutcomeKind(kind.id, kind.name.words()) for kind in each.outcomes),
            channel_quotas=_channels(each.channel_quotas),
        )


def _channels(quotas: tables.ChannelQuotas | None) -> dict[str, int]:
    return quotas.given() if quotas else {}


def _span(minutes: int | None) -> timedelta | None:
    return None if minutes is None else timedelta(minutes=minutes)


def _counters(shaped: Shaped, agencies: dict[str, tables.AgencyTable]) -> dict[str, Counter]:
    agency_of = agencies_of_services(shaped)
    counters = {}
    for entry, each in _entries(shaped, "counter", tables.CounterTable):
        key = each.id or str(each.number)
        counters[key] = Counter(
            id=key,
            number=each.number,
            name=each.name.words() if each.name else Words(f"Loket {each.number}", f"Counter {each.number}"),
            agency=each.agency,
            zone=each.zone or agencies[each.agency].zone,
            tiers=expand(entry, each, agency_of)[0],
            help_after=_span(each.help_after_minutes),
        )
    return counters


def _boards(shaped: Shaped, counters: dict[str, Counter]) -> dict[str, Board]:
    """The boards of the file, then a sign over every counter that wants one and has none of this id."""
    boards = {
        each.id: Board(
            id=each.id,
            name=each.name.words(),
            kind=BoardKind(each.kind),
            zones=tuple(each.zones),
            counter=each.counter,
            recent=each.recent,
            speaks=tuple(each.zones if each.speaks is None else each.speaks),
            shows=frozenset(each.shows),
            layout=each.layout,
            distance_m=each.distance_metres,
            screen_inches=each.screen_inches,
            media_volume=each.media_volume,
        )
        for each in _all(shaped, "board", tables.BoardTable)
    }
    for each in _all(shaped, "counter", tables.CounterTable):
        counter = counters[each.id or str(each.number)]
        key = f"sign-{counter.id}"
        if each.sign and key not in boards:
            boards[key] = Board(key, counter.name, BoardKind.COUNTER, counter=counter.id)
    return boards


def _special_days(holidays: Iterable[tables.Holiday]) -> dict[date, SpecialDay]:
    ordered = sorted(holidays, key=lambda each: each.day)
    return {each.day: SpecialDay(each.day, each.name.words(), tuple(each.hours)) for each in ordered}
