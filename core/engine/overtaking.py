"""Which rule lets a called ticket pass one who joined before it: told from the facts, pair by pair.

Written apart from ``core.domain.ranking``, which chooses: what both say of a day must agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.domain.events import TicketCalled
from core.domain.hall import Hall
from core.domain.plan import Counter
from core.domain.ranking import lists_of, next_for, passed_by, tiers_of
from core.domain.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Passing:
    """One who was passed. ``rule``: what explains it; ``None``: nothing does."""

    ticket: Ticket
    rule: str | None


@dataclass(frozen=True, slots=True)
class _Case:
    """A call in the hall as it stood right before."""

    hall: Hall
    tiers: tuple[tuple[str, ...], ...]
    ticket: Ticket
    call: TicketCalled
    at: datetime


def passings(hall: Hall, counter: Counter, call: TicketCalled, at: datetime) -> list[Passing]:
    """Everybody whom ``call`` passes in ``hall``, where it has not happened yet, longest wait first."""
    desk, ticket = hall.desk(counter.id), hall.tickets[call.ticket]
    case = _Case(hall, tiers_of(counter, desk), ticket, call, at)
    found = [Passing(each, _rule(case, each)) for each in passed_by(hall, ticket, lists_of(counter, desk))]
    return sorted(found, key=lambda each: (each.ticket.stage.joined_at, each.ticket.seq))


def bypassed(hall: Hall, counter: Counter, call: TicketCalled, at: datetime) -> Ticket | None:
    """Whose turn it was instead, by the rules, where the call does not say that it was out of turn."""
    if call.why.rule == "number":
        return None
    choice = next_for(hall, counter, at)
    return choice.ticket if choice is not None and choice.ticket.id != call.ticket else None


def _rule(case: _Case, other: Ticket) -> str | None:
    why, here, there = case.call.why, case.ticket.stage, other.stage
    if why.rule == "number":
        return "number" if why.reason else None
    tier, their_tier = _tier(case, here.list_key), _tier(case, there.list_key)
    waited = case.at - here.joined_at
    if tier < their_tier:
        return "tier"
    if tier > their_tier:
        return "help" if why.rule == "help" and waited > timedelta(minutes=why.minutes) else None
    if _guarded(case, case.ticket) and not _guarded(case, other):
        return "guard"
    if why.turn and _turn(case, other):
        return "ratio"
    return _by_rank(case.ticket, other)


def _turn(case: _Case, other: Ticket) -> bool:
    """Whether it was the other class's turn; in another list, whether the first of this list came before."""
    here, there = case.ticket.stage, other.stage
    if here.list_key == there.list_key:
        return case.ticket.marked != other.marked
    first = case.hall.waiting[here.list_key][0]
    return bool(first < (there.rank, other.seq, other.id) < (here.rank, case.ticket.seq, case.ticket.id))


def _by_rank(ticket: Ticket, other: Ticket) -> str | None:
    """A smaller rank: given by a restore or by letting others pass, or by the class."""
    if (ticket.stage.rank, ticket.seq) > (other.stage.rank, other.seq):
        return None
    if _moved(ticket) or _moved(other):
        return "order"
    ahead, others = (each.stage.joined_at - each.stage.rank for each in (ticket, other))
    return "head_start" if ahead > others else None


def _moved(ticket: Ticket) -> bool:
    """Whether the rank is another than the class gives (none in a service with a ratio)."""
    ahead = ticket.stage.joined_at - ticket.stage.rank
    return ahead not in (timedelta(0), timedelta(seconds=ticket.head_start_s))


def _guarded(case: _Case, ticket: Ticket) -> bool:
    """Whether it had waited longer than its service allows, and had not let others pass."""
    stage = ticket.stage
    service = case.hall.plan.services.get(stage.service)
    limit = service.max_wait if service is not None else None
    return limit is not None and case.at - stage.joined_at > limit and stage.rank <= stage.joined_at


def _tier(case: _Case, key: str) -> int:
    """Where a list stands; behind all others if the plan no longer has it here."""
    return next((i for i, tier in enumerate(case.tiers) if key in tier), len(case.tiers))
