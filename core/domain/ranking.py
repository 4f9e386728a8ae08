"""Who is next at a counter, and why; who is ahead of a ticket; where a ticket goes that lets others pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import merge
from itertools import chain, islice

from core.domain.hall import Desk, Hall, Place
from core.domain.plan import Counter, Plan, Service
from core.domain.ticket import Stage, Ticket, Why

STEP = timedelta(microseconds=1)
"""What a rank is moved by to stand right behind another."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The ticket that a counter calls next, and the rule that chose it."""

    ticket: Ticket
    why: Why


@dataclass(frozen=True, slots=True)
class _Candidate:
    """The head of a list or a tier, and the rule that put it there."""

    place: Place
    """Where it competes with other lists and tiers: its own rank, or that of the first in its list."""
    ticket: str
    rule: str
    minutes: int = 0
    turn: int = 0
    of: int = 0


def tiers_of(counter: Counter, desk: Desk) -> tuple[tuple[str, ...], ...]:
    """The lists that a counter calls from, tier by tier.

    Tickets aimed at the counter or its officer compete in the first tier, and so do those that it takes
    over; services it helps come last.
    """
    aimed = (
        f"@counter:{counter.id}",
        f"@officer:{desk.officer}",
        f"@agency:{counter.agency}",
        f"@zone:{counter.zone}",
        "@hall:",
    )
    first, *others = counter.tiers or ((),)
    tiers = [(*first, *aimed), *others]
    if desk.helping:
        tiers.append(desk.helping)
    return tuple(tiers)


def lists_of(counter: Counter, desk: Desk) -> tuple[str, ...]:
    """Every list that a counter calls from."""
    return tuple(chain.from_iterable(tiers_of(counter, desk)))


_TAKEN_OVER = ("@agency:", "@zone:", "@hall:")


def taken_over(stage: Stage) -> bool:
    """Whether it waits for other counters than those of its service, which has none in the plan."""
    return stage.list_key.startswith(_TAKEN_OVER)


def taken_over_by(plan: Plan, stage: Stage, zone: str) -> str | None:
    """The aim of a stage whose service no counter of the plan serves; ``None``: its counters call it.

    Those of the agency take it over, else those of ``zone``, else all. ``None`` too if there is no counter.
    """
    if plan.counters_of.get(stage.service) or not plan.counters:
        return None
    counters = plan.counters.values()
    if any(each.agency == stage.agency for each in counters):
        return f"agency:{stage.agency}"
    return f"zone:{zone}" if any(each.zone == zone for each in counters) else "hall:"


def callers_of(hall: Hall, stage: Stage) -> tuple[Counter, ...]:
    """The counters that may call a stage that waits, open or not. None: it is stranded."""
    plan = hall.plan
    kind, _, name = (stage.aim or "").partition(":")
    match kind:
        case "":
            return plan.counters_of.get(stage.service, ())
        case "agency":
            return tuple(each for each in plan.counters.values() if each.agency == name)
        case "zone":
            return tuple(each for each in plan.counters.values() if each.zone == name)
        case "hall":
            return tuple(plan.counters.values())
        case _:
            counter = plan.counters.get((name if kind == "counter" else hall.desk_of(name)) or "")
            return () if counter is None else (counter,)


def next_for(hall: Hall, counter: Counter, at: datetime) -> Choice | None:
    """Whom this counter calls next at ``at``.

    The head of the first tier in which somebody waits; but a lower tier's head that has waited longer
    than ``help_after`` competes with it by rank.
    """
    desk = hall.desk(counter.id)
    chosen: _Candidate | None = None
    for tier in tiers_of(counter, desk):
        if chosen is not None and counter.help_after is None:
            break
        head = _head_of_tier(hall, tier, at)
        if head is None:
            continue
        if chosen is None:
            chosen = head
            continue
        assert counter.help_after is not None  # noqa: S101 - the loop has ended otherwise
        joined = hall.tickets[head.ticket].stage.joined_at
        if at - joined > counter.help_after and head.place < chosen.place:
            minutes = _minutes(counter.help_after)
            chosen = replace(head, rule="help", minutes=minutes)  # a turn that it had is taken all the same
    if chosen is None:
        return None
    ticket = hall.tickets[chosen.ticket]
    return Choice(ticket, _why(hall, ticket, chosen, lists_of(counter, desk)))


def _head_of_tier(hall: Hall, tier: Sequence[str], at: datetime) -> _Candidate | None:
    """The guard first, then the smallest rank among the lists' heads."""
    services = hall.plan.services
    longest: tuple[Place, timedelta] | None = None
    best: _Candidate | None = None
    for key in tier:
        if not hall.waiting.get(key):
            continue
        service = services.get(key)
        overdue = _overdue(hall, key, service, at)
        if overdue is not None and (longest is None or overdue[0] < longest[0]):
            longest = overdue
        head = _head_of_list(hall, key, service)
        if best is None or head.place < best.place:
            best = head
    if longest is None:
        return best
    ticket = hall.tickets[longest[0][2]]
    place = (ticket.stage.rank, ticket.seq, ticket.id)
    return _Candidate(place, ticket.id, "guard", minutes=_minutes(longest[1]))


def _overdue(hall: Hall, key: str, service: Service | None, at: datetime) -> tuple[Place, timedelta] | None:
    """Who has waited longest in a list, if that is longer than their service allows, and the limit.

    Whoever let others pass (restored, postponed) keeps the place behind them. A list of aimed tickets
    is short and holds tickets of any service.
    """
    if service is not None and service.max_wait is None:
        return None
    for place in hall.joined[key]:
        stage = hall.tickets[place[2]].stage
        limited = service or hall.plan.services.get(stage.service)
        limit = None if limited is None else limited.max_wait
        if limit is not None and at - place[0] > limit:
            if stage.rank <= stage.joined_at:
                return place, limit
        elif service is not None:
            return None
    return None


def _head_of_list(hall: Hall, key: str, service: Service | None) -> _Candidate:
    """The smallest rank; with a ratio and both kinds waiting, the smallest of the kind whose turn it is.

    Turns decide within the list alone: among lists it competes with whoever is first in it, so that a
    turn neither holds the list back nor gives it more calls.
    """
    place = hall.waiting[key][0]
    if service is None:
        return _Candidate(place, place[2], "taken_over" if key.startswith(_TAKEN_OVER) else "aimed")
    if service.ratio is None:
        return _Candidate(place, place[2], "")
    marked, regular = hall.lanes.get((key, True)), hall.lanes.get((key, False))
    if not marked or not regular:
        return _Candidate(place, place[2], "")
    turn = hall.turns[key] % service.ratio.of
    lane = marked if turn < service.ratio.priority else regular
    return _Candidate(place, lane[0][2], "ratio", turn=turn + 1, of=service.ratio.of)


def _why(hall: Hall, ticket: Ticket, chosen: _Candidate, keys: Iterable[str]) -> Why:
    """The rule in words: what let the ticket pass those who came before it, if anybody."""
    keys = tuple(keys)
    passed = count_passed(hall, ticket, keys)
    head_start = int((ticket.stage.joined_at - ticket.stage.rank).total_seconds())
    rule = chosen.rule
    if not rule and passed == 0:
        rule = "arrival"
    elif not rule:
        # Whoever stands before it by rank as well was passed because its tier comes first.
        by_rank: Place = (ticket.stage.rank, ticket.seq, "")
        before = sum(places.bisect_left(by_rank) for places in hall.places(keys))
        rule = "tier" if before else "head_start" if head_start > 0 else "order"
    return Why(
        rule,
        passed,
        ticket.klass,
        head_start if rule == "head_start" else 0,
        minutes=chosen.minutes,
        turn=chosen.turn,
        of=chosen.of,
    )


def count_passed(hall: Hall, ticket: Ticket, keys: Iterable[str]) -> int:
    """How many stand in ``keys``, joined before ``ticket`` and would be passed by calling it."""
    bound: Place = (ticket.stage.joined_at, ticket.seq, "")
    lists = (hall.joined.get(key) for key in keys)
    # Mostly nobody came before: a look at the first of a list is cheaper than a search in it.
    return sum(places.bisect_left(bound) for places in lists if places and places[0] < bound)


def passed_by(hall: Hall, ticket: Ticket, keys: Iterable[str]) -> Iterator[Ticket]:
    """Those who joined before ``ticket`` and still wait in ``keys``."""
    bound: Place = (ticket.stage.joined_at, ticket.seq, "")
    for key in keys:
        for place in hall.joined.get(key, ()):
            if place >= bound:
                break
            if place[2] != ticket.id:
                yield hall.tickets[place[2]]


def ahead_by_service(hall: Hall, service: str, rank: datetime, seq: int) -> dict[str, int]:
    """How many go before (``rank``, ``seq``), by the service they wait for.

    Counts every service that shares a counter with ``service``, as their holders are called by the
    same officers.
    """
    bound: Place = (rank, seq, "")
    counts = {}
    for rival in hall.plan.rivals_of.get(service, (service,)):
        places = hall.waiting.get(rival)
        if places and (count := places.bisect_left(bound)):
            counts[rival] = count
    return counts


def ahead_of(hall: Hall, ticket: Ticket) -> dict[str, int]:
    """How many go before a waiting ticket, by service."""
    stage = ticket.stage
    if stage.aim is not None:
        bound: Place = (stage.rank, ticket.seq, "")
        counts: dict[str, int] = {}
        for key in _lists_around(hall, stage):
            places = hall.waiting.get(key)
            if places and (count := places.bisect_left(bound)):
                service = stage.service if key.startswith("@") else key
                counts[service] = counts.get(service, 0) + count
        return counts
    return ahead_by_service(hall, stage.service, stage.rank, ticket.seq)


def rank_behind(hall: Hall, ticket: Ticket, others: int) -> datetime | None:
    """The rank right behind the next ``others`` who wait for the ticket's counters.

    For one who waits: the next behind them; for one who does not (any more): the first of all.
    ``None`` if nobody is there to go behind.
    """
    stage = ticket.stage
    keys = _lists_around(hall, stage)
    own: Place = (stage.rank, ticket.seq, ticket.id)
    waits = own in hall.waiting[stage.list_key] if hall.waiting.get(stage.list_key) else False
    start = own if waits else None
    lists = (places.irange(start, None, (False, True)) for places in hall.places(keys))
    behind = list(islice(merge(*lists), others))
    return behind[-1][0] + STEP if behind else None


def _lists_around(hall: Hall, stage: Stage) -> tuple[str, ...]:
    """The lists of those who are called by the same counters as one who waits in this stage."""
    if stage.aim is None:
        return hall.plan.rivals_of.get(stage.service, (stage.service,))
    keys = chain.from_iterable(lists_of(each, hall.desk(each.id)) for each in callers_of(hall, stage))
    return tuple(dict.fromkeys(keys)) or (stage.list_key,)


def in_order(hall: Hall, counter: Counter, limit: int) -> list[Ticket]:
    """The first ``limit`` who wait, by tier and rank: about the order in which this counter would call."""
    tiers = tiers_of(counter, hall.desk(counter.id))
    ordered = chain.from_iterable(merge(*hall.places(tier)) for tier in tiers)
    return [hall.tickets[place[2]] for place in islice(ordered, limit)]


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)
