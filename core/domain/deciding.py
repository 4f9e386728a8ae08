"""``decide``: what a command leads to, by the rules, or why it is refused. Reads, never changes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import assert_never

from core.domain import commands as c
from core.domain import errors
from core.domain import events as e
from core.domain.counter_rules import (
    call_next,
    call_number,
    close_counter,
    cut_off,
    help_services,
    no_show,
    open_counter,
    pause_counter,
    recall,
    start,
)
from core.domain.forecast import forecast
from core.domain.hall import DeskState, Hall
from core.domain.journey_rules import (
    add_service,
    end_parks,
    finish,
    park,
    postpone,
    restore,
    resume,
    send_back,
    transfer,
    undo,
)
from core.domain.opening import Closed, Reason, closed
from core.domain.plan import PriorityClass, Service
from core.domain.print_rules import report_print, report_printer, reprint, reroute_print
from core.domain.ranking import ahead_by_service
from core.domain.staff import ADMINISTERING, DEVICE_ROLES, NAME_LENGTH, SUPERVISING, TOKEN_ROLES, Role
from core.domain.stranded_rules import stranded
from core.domain.ticket import OPEN, Action, allows, rank_of

TOKEN_LENGTH = 22
"""128 bits in URL-safe base 64."""


def decide(hall: Hall, command: c.Command, now: datetime) -> list[e.Event]:  # noqa: C901, PLR0911, PLR0912
    """The events that ``command`` leads to at ``now`` (UTC). Raises a ``Refusal``; changes nothing."""
    at = hall.moment(now)
    match command:
        case c.StartDay():
            return _start_day(hall, command)
        case c.AcceptClock():
            return _accept_clock(hall, command)
        case c.IssueTicket():
            return _issue(hall, command, at)
        case c.CancelTicket():
            return _cancel(hall, command)
        case c.OpenCounter():
            return open_counter(hall, command)
        case c.PauseCounter():
            return pause_counter(hall, command)
        case c.CloseCounter():
            return close_counter(hall, command)
        case c.CallNext():
            return call_next(hall, command, at)
        case c.CallNumber():
            return call_number(hall, command, at)
        case c.Recall():
            return recall(hall, command, at)
        case c.StartService():
            return start(hall, command)
        case c.FinishService():
            return finish(hall, command)
        case c.RecordNoShow():
            return no_show(hall, command)
        case c.HelpServices():
            return help_services(hall, command)
        case c.ParkTicket():
            return park(hall, command, at)
        case c.ResumeTicket():
            return resume(hall, command)
        case c.TransferTicket():
            return transfer(hall, command, at)
        case c.ReturnTicket():
            return send_back(hall, command)
        case c.AddService():
            return add_service(hall, command)
        case c.RestoreTicket():
            return restore(hall, command)
        case c.UndoAction():
            return undo(hall, command, at)
        case c.PostponeTicket():
            return postpone(hall, command)
        case c.EndParks():
            return end_parks(hall, at)
        case c.ReleaseAimed():
            return list(stranded(hall))
        case c.CutOff():
            return cut_off(hall, command)
        case c.PauseService():
            return _pause_service(hall, command)
        case c.ResumeService():
            return _resume_service(hall, command)
        case c.ReportPrint():
            return report_print(hall, command)
        case c.ReroutePrint():
            return reroute_print(hall, command)
        case c.ReprintTicket():
            return reprint(hall, command)
        case c.ReportPrinter():
            return report_printer(hall, command)
        case c.AddAccount():
            return _add_account(hall, command)
        case c.SetSecret():
            return _set_secret(hall, command)
        case c.EndSessions():
            return _end_sessions(hall, command)
        case c.RevokeAccount():
            return _revoke_account(hall, command)
        case _:
            assert_never(command)


def _start_day(hall: Hall, command: c.StartDay) -> list[e.Event]:
    if hall.day is not None and command.day <= hall.day:
        raise errors.DayNotAfter(day=command.day.isoformat(), current=hall.day.isoformat())
    return [*_end_day(hall), e.DayStarted(command.day, _lengths(hall), command.given)]


def _accept_clock(hall: Hall, command: c.AcceptClock) -> list[e.Event]:
    """A day ahead of the clock's ends; one that is behind it ends as ever, when the next one begins."""
    _require(command.actor.role in ADMINISTERING, command.actor.role, "accept_clock")
    if hall.day is None or command.day >= hall.day:
        return [e.ClockAccepted(hall.day or command.day, _lengths(hall))]
    return [*_end_day(hall), e.ClockAccepted(command.day, _lengths(hall))]


def _end_day(hall: Hall) -> list[e.Event]:
    if hall.day is None:
        return []
    left = [ticket.id for ticket in hall.tickets.values() if ticket.state in OPEN]
    events: list[e.Event] = [e.TicketExpired(ticket) for ticket in left]
    events += [
        e.CounterClosed(counter, desk.officer or "", "day_ended")
        for counter, desk in hall.desks.items()
        if desk.state is not DeskState.CLOSED
    ]
    return [*events, e.DayEnded(hall.day, len(left))]


def _lengths(hall: Hall) -> tuple[tuple[str, int, float, float], ...]:
    return tuple(
        (service, length.count, length.mean, length.variance) for service, length in hall.lengths.items()
    )


def _issue(hall: Hall, command: c.IssueTicket, at: datetime) -> list[e.Event]:
    plan = hall.plan
    service = plan.services.get(command.service)
    if service is None:
        raise errors.ServiceUnknown(service=command.service)
    klass = _class(hall, command.klass)
    if len(command.token) < TOKEN_LENGTH or command.token in hall.by_token:
        raise errors.TokenWeak()
    printer = _printer(hall, command, service)
    if (shut := closed(hall, service, at, command.channel)) is not None:
        raise refusal_of(service, shut)
    further = _further(hall, service, command, at)
    series = plan.series[service.series]
    ordinal = hall.issued[series.id] + 1
    number = series.number(ordinal)
    if number in hall.by_number:
        # The series' prefix was changed during the day, and another series had it before.
        raise errors.NumberGiven(number=number, series=series.id)
    day = hall.day or at.astimezone(plan.timezone).date()
    ticket = f"{day:%Y%m%d}-{number}"
    head_start = timedelta(0) if service.ratio is not None else klass.head_start
    ahead = ahead_by_service(hall, service.id, rank_of(at, head_start), len(hall.tickets) + 1)
    wait = forecast(hall, service.id, ahead)
    issued = e.TicketIssued(
        ticket=ticket,
        token=command.token,
        number=number,
        series=series.id,
        ordinal=ordinal,
        service=service.id,
        agency=service.agency,
        zone=plan.agencies[service.agency].zone,
        klass=klass.id,
        head_start_s=int(klass.head_start.total_seconds()),
        lang=command.lang,
        channel=command.channel,
        kiosk=command.kiosk,
        ahead=sum(ahead.values()),
        median_minutes=wait.median_minutes,
        p80_minutes=wait.p80_minutes,
        marked=klass.mark,
        route=(*service.route, *(more.id for more in further)),
        further=tuple((more.id, more.agency) for more in further),
        by_turns=service.ratio is not None,
    )
    if printer is None:
        return [issued]
    return [
        issued,
        e.PrintQueued(f"{ticket}.1", ticket, printer, command.kiosk, f"{command.site}/t/{command.token}"),
    ]


def _further(hall: Hall, service: Service, command: c.IssueTicket, at: datetime) -> list[Service]:
    """What else the citizen came for: each must give numbers as if it were the first."""
    further: list[Service] = []
    for ident in command.more:
        more = hall.plan.services.get(ident)
        if more is None:
            raise errors.ServiceUnknown(service=ident)
        if ident == service.id or ident in service.route or more in further:
            raise errors.ServiceAlreadyHere(service=ident, number="", reason="twice")
        if (shut := closed(hall, more, at, command.channel)) is not None:
            raise refusal_of(more, shut)
        further.append(more)
    return further


def _class(hall: Hall, wanted: str | None) -> PriorityClass:
    if wanted is None:
        return hall.plan.default_class
    klass = hall.plan.classes.get(wanted)
    if klass is None:
        raise errors.ClassUnknown(**{"class": wanted, "allowed": ", ".join(hall.plan.classes)})
    return klass


def _printer(hall: Hall, command: c.IssueTicket, service: Service) -> str | None:
    """The printer of the kiosk, if one is named that has a printer, and paper is wanted.

    What a kiosk offers binds its own citizens; a desk may print anybody's ticket there.
    """
    if command.kiosk is None:
        return None
    kiosk = hall.plan.kiosks.get(command.kiosk)
    if kiosk is None:
        raise errors.KioskUnknown(kiosk=command.kiosk)
    if command.channel == "kiosk" and kiosk.agencies and service.agency not in kiosk.agencies:
        raise errors.ServiceNotOffered(service=service.id, kiosk=kiosk.id)
    return kiosk.printer if command.paper else None


def refusal_of(service: Service, shut: Closed) -> errors.Refusal:
    """The refusal that tells why a service gives no numbers."""
    opens_at = None if shut.opens_at is None else shut.opens_at.isoformat()
    match shut.reason:
        case Reason.PAUSED:
            return errors.ServicePausedNow(service=service.id, reason=shut.detail)
        case Reason.QUOTA | Reason.AGENCY_QUOTA | Reason.CHANNEL_QUOTA:
            return errors.QuotaUsedUp(
                service=service.id, reason=shut.reason.value, quota=shut.quota, opens_at=opens_at
            )
        case _:
            return errors.ServiceClosed(
                service=service.id, reason=shut.reason.value, name=shut.detail, opens_at=opens_at
            )


def _cancel(hall: Hall, command: c.CancelTicket) -> list[e.Event]:
    ticket = hall.tickets.get(command.ticket)
    if ticket is None:
        raise errors.TicketUnknown(ticket=command.ticket)
    if not allows(Action.CANCEL, ticket.state):
        raise errors.WrongState(action=Action.CANCEL.value, state=ticket.state.value, number=ticket.number)
    return [e.TicketCancelled(ticket.id)]


def _pause_service(hall: Hall, command: c.PauseService) -> list[e.Event]:
    _require(command.actor.role in SUPERVISING, command.actor.role, "pause_service")
    if command.service not in hall.plan.services:
        raise errors.ServiceUnknown(service=command.service)
    if not command.reason.strip():
        raise errors.ReasonRequired(action="pause_service")
    return [e.ServicePaused(command.service, command.reason.strip())]


def _resume_service(hall: Hall, command: c.ResumeService) -> list[e.Event]:
    _require(command.actor.role in SUPERVISING, command.actor.role, "resume_service")
    if command.service not in hall.paused:
        raise errors.ServiceNotPaused(service=command.service)
    return [e.ServiceResumed(command.service)]


def _add_account(hall: Hall, command: c.AddAccount) -> list[e.Event]:
    _require(command.actor.role in ADMINISTERING, command.actor.role, "add_account")
    name = command.name
    if not name.isprintable() or name != name.strip() or not 0 < len(name) <= NAME_LENGTH:
        raise errors.NameInvalid(limit=NAME_LENGTH)
    if hall.account(command.kind, command.name) is not None:
        raise errors.NameTaken(name=command.name)
    if command.role not in TOKEN_ROLES:
        raise errors.Forbidden(role=command.role.value, action="add_account")
    if command.agency is not None and command.agency not in hall.plan.agencies:
        raise errors.AgencyUnknown(agency=command.agency, allowed=", ".join(hall.plan.agencies))
    if command.bound_to is not None:
        _check_bound(hall, command, command.bound_to)
    return [e.AccountAdded(command.kind, command.name, command.role, command.agency, command.bound_to)]


def _check_bound(hall: Hall, command: c.AddAccount, device: str) -> None:
    """A token of role ``kiosk`` is bound to a kiosk, one of role ``board`` to a board, others to nothing."""
    if command.kind != "token" or command.role not in DEVICE_ROLES:
        raise errors.Forbidden(role=command.role.value, action="add_account")
    if command.role is Role.KIOSK and device not in hall.plan.kiosks:
        raise errors.KioskUnknown(kiosk=device)
    if command.role is Role.BOARD and device not in hall.plan.boards:
        raise errors.BoardUnknown(board=device)


def _set_secret(hall: Hall, command: c.SetSecret) -> list[e.Event]:
    _require(_may_renew(hall, command), command.actor.role, "set_secret")
    if hall.account(command.kind, command.name) is None:
        raise errors.AccountUnknown(name=command.name)
    return [e.SecretChanged(command.kind, command.name)]


def _end_sessions(hall: Hall, command: c.EndSessions) -> list[e.Event]:
    _require(_may_renew(hall, command), command.actor.role, "end_sessions")
    if hall.account(command.kind, command.name) is None:
        raise errors.AccountUnknown(name=command.name)
    return [e.SessionsEnded(command.kind, command.name)]


def _may_renew(hall: Hall, command: c.SetSecret | c.EndSessions) -> bool:
    """An administrator, or the person of this very account: by its id, as a device may bear its name."""
    account = hall.account(command.kind, command.name)
    own = command.kind == "staff" and account is not None and account.id == command.actor.account
    return own or command.actor.role in ADMINISTERING


def _revoke_account(hall: Hall, command: c.RevokeAccount) -> list[e.Event]:
    _require(command.actor.role in ADMINISTERING, command.actor.role, "revoke_account")
    account = hall.account(command.kind, command.name)
    if account is None:
        raise errors.AccountUnknown(name=command.name)
    if command.kind == "staff" and account.role is Role.ADMIN:
        admins = [a for a in hall.accounts.values() if a.kind == "staff" and a.role is Role.ADMIN]
        if len(admins) == 1:
            raise errors.LastAdministrator(name=command.name)
    return [e.AccountRevoked(command.kind, command.name)]


def _require(allowed: bool, role: Role, action: str) -> None:
    if not allowed:
        raise errors.Forbidden(role=role.value, action=action)
