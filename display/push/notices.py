"""What a holder is to be told: pure, from the present state and what this device was told before.

Nothing here looks at single events. What is due is found anew before each try to send, so a message that
waited for the network never tells what is no longer true, and the newest takes the place of those before it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from core.domain.hall import Hall
from core.domain.ranking import ahead_of, callers_of
from core.domain.ticket import State, Ticket


class Kind(StrEnum):
    """What a notice is about."""

    NEAR = "near"
    CALLED = "called"
    AGAIN = "again"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to say. ``key`` tells it from all others of its ticket, so that each is said once."""

    kind: Kind
    key: str
    number: str
    token: str
    ahead: int = 0
    counter: str | None = None


def due(hall: Hall, ticket: Ticket, said: Collection[str], near: int) -> Notice | None:
    """What a device that heard ``said`` (keys) is to be told now. ``near``: how many ahead count as soon."""
    stage = ticket.stage
    match stage.state:
        case State.CALLED:
            at = stage.announced_at or stage.called_at
            kind = Kind.AGAIN if stage.recalls else Kind.CALLED
            notice = _notice(ticket, kind, f"call {stage.counter} {at}", counter=stage.counter)
        case State.MISSED:
            notice = _notice(ticket, Kind.MISSED, f"missed {stage.called_at}", counter=stage.counter)
        case State.WAITING if near:
            key = f"near {len(ticket.stages)}"  # once a wait: who was sent on waits anew
            if key in said or not callers_of(hall, stage):
                return None
            if (ahead := sum(ahead_of(hall, ticket).values())) > near:
                return None
            notice = _notice(ticket, Kind.NEAR, key, ahead=ahead)
        case _:
            return None
    return None if notice.key in said else notice


def _notice(ticket: Ticket, kind: Kind, key: str, *, ahead: int = 0, counter: str | None = None) -> Notice:
    return Notice(kind, key, ticket.number, ticket.token, ahead, counter)


def nearing(hall: Hall, services: Iterable[str], near: int) -> Iterator[str]:
    """Tickets that may have at most ``near`` ahead of them since the lists of ``services`` moved.

    Whoever is ahead in the own list is ahead indeed, so nobody further back in any list can be near: a look
    at the heads of a few lists, however many wait.
    """
    if near <= 0:
        return
    rivals = {rival for each in services for rival in hall.plan.rivals_of.get(each, (each,))}
    aimed = {key for key in hall.waiting if key.startswith("@")}
    for key in rivals | aimed:
        for place in islice(hall.waiting.get(key) or (), near + 1):
            yield place[2]
