"""Hours, breaks, holidays, quotas: whether a service gives numbers, and if not, why and until when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from core.domain.forecast import Work, work_for_next
from core.domain.hall import Hall
from core.domain.plan import Interval, Plan, Service

HORIZON_DAYS = 60
"""How far ahead the next opening is looked for."""


class Reason(StrEnum):
    """Why a service gives no numbers; stable words, also used as catalogue keys."""

    HOLIDAY = "holiday"
    CLOSED_TODAY = "closed_today"
    NOT_YET = "not_yet"
    OVER = "over"
    QUOTA = "quota"
    AGENCY_QUOTA = "agency_quota"
    CHANNEL_QUOTA = "channel_quota"
    FULL = "full"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Closed:
    """Why a service gives no numbers. ``opens_at``: when it will, UTC; ``None``: not known."""

    reason: Reason
    opens_at: datetime | None = None
    detail: str = ""
    quota: int = 0


def closed(
    hall: Hall, service: Service, at: datetime, channel: str = "kiosk", work: Work | None = None
) -> Closed | None:
    """Why ``service`` gives no numbers at ``at`` through ``channel``; ``None`` when it does.

    A break does not stop numbers: whoever comes at noon may wait with a number in hand. ``work``: what is
    before the next who comes, where that is known already.
    """
    if service.id in hall.paused:
        return Closed(Reason.PAUSED, detail=hall.paused[service.id])
    plan = hall.plan
    local = at.astimezone(plan.timezone)
    if (shut := _out_of_hours(plan, service, local)) is not None:
        return shut
    return _used_up(hall, service, local, channel) or _full(hall, service, at, local, work)


def out_of_hours(plan: Plan, service: Service, at: datetime) -> Closed | None:
    """Why ``service`` gives no numbers at this time of this day, whatever was given out already."""
    return _out_of_hours(plan, service, at.astimezone(plan.timezone))


def _used_up(hall: Hall, service: Service, local: datetime, channel: str) -> Closed | None:
    """The quotas: of the service, of its agency as a whole, and of either for one channel."""
    agency = hall.plan.agencies[service.agency]
    by_channel = hall.issued_by_channel
    limits = (
        (Reason.QUOTA, service.daily_quota, hall.issued_of_service[service.id]),
        (Reason.AGENCY_QUOTA, agency.daily_quota, hall.issued_of_agency[agency.id]),
        (Reason.CHANNEL_QUOTA, service.channel_quotas.get(channel), by_channel[service.id, channel]),
        (Reason.CHANNEL_QUOTA, agency.channel_quotas.get(channel), by_channel[f"@{agency.id}", channel]),
    )
    for reason, quota, issued in limits:
        if quota is not None and issued >= quota:
            return Closed(reason, next_opening(hall.plan, service, local.date()), quota=quota)
    return None


def _full(hall: Hall, service: Service, at: datetime, local: datetime, work: Work | None) -> Closed | None:
    """Those who wait already fill what is left of the day with the counters that are open.

    While no counter is open nothing can be said.
    """
    if not hall.plan.rules.close_when_full:
        return None
    work = work or work_for_next(hall, service.id, at)
    if work.at_work == 0 or work.minutes == 0:
        return None
    if work.minutes / work.at_work < minutes_left(hall.plan, service, local):
        return None
    return Closed(Reason.FULL, next_opening(hall.plan, service, local.date()))


def minutes_left(plan: Plan, service: Service, local: datetime) -> float:
    """Working minutes from ``local`` to the end of the day, breaks left out."""
    left = 0.0
    for interval in service.hours.on(local.date(), plan.special_days):
        opens = max(_local(plan, local.date(), interval.opens), local)
        closes = _local(plan, local.date(), interval.closes)
        left += max(0.0, (closes - opens).total_seconds() / 60)
    return left


def _out_of_hours(plan: Plan, service: Service, local: datetime) -> Closed | None:
    today = local.date()
    intervals = service.hours.on(today, plan.special_days)
    if not intervals:
        special = plan.special_days.get(today)
        reason = Reason.HOLIDAY if special is not None else Reason.CLOSED_TODAY
        detail = special.name.id if special is not None else ""
        return Closed(reason, next_opening(plan, service, today), detail)
    opens = doors(plan, today, intervals)
    if local < opens:
        return Closed(Reason.NOT_YET, _utc(opens))
    if local >= _local(plan, today, intervals[-1].closes):
        return Closed(Reason.OVER, next_opening(plan, service, today))
    return None


def doors(plan: Plan, day: date, intervals: tuple[Interval, ...]) -> datetime:
    """When kiosks begin to give numbers on ``day``: ``doors_before`` the counters."""
    return _local(plan, day, intervals[0].opens) - plan.rules.doors_before


def next_opening(plan: Plan, service: Service, after: date) -> datetime | None:
    """The first instant (UTC) on a day after ``after`` at which the service gives numbers."""
    for day in _days_after(after):
        if intervals := service.hours.on(day, plan.special_days):
            return _utc(doors(plan, day, intervals))
    return None


def working_day(plan: Plan, day: date) -> bool:
    """Whether any agency works on ``day``."""
    return any(agency.hours.on(day, plan.special_days) for agency in plan.agencies.values())


def first_working_day(plan: Plan, start: date) -> date:
    """``start`` or the first working day after it; ``start`` where none is within the horizon."""
    if working_day(plan, start):
        return start
    return next((day for day in _days_after(start) if working_day(plan, day)), start)


def _days_after(day: date) -> Iterator[date]:
    return (day + timedelta(days=n) for n in range(1, HORIZON_DAYS + 1))


def _local(plan: Plan, day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=plan.timezone)


def _utc(local: datetime) -> datetime:
    return local.astimezone(UTC)
