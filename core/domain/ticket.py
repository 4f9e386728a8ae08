"""A ticket, its stages, the states they pass through, and the one table of transitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    """Where a stage is in its life."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    DONE = "done"
    MISSED = "missed"
    PARKED = "parked"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


TRANSFERRED = "transferred"
"""The outcome of a stage that ended by sending its ticket on."""

AT_COUNTER = frozenset({State.CALLED, State.SERVING})
OPEN = frozenset({State.WAITING, State.CALLED, State.SERVING, State.MISSED, State.PARKED})
CLOSED = frozenset(State) - OPEN


class Action(StrEnum):
    """What moves a stage from one state to another."""

    CALL = "call"
    RECALL = "recall"
    START = "start"
    FINISH = "finish"
    NO_SHOW = "no_show"
    PUT_BACK = "put_back"
    PARK = "park"
    RESUME = "resume"
    UNPARK = "unpark"
    TRANSFER = "transfer"
    RESTORE = "restore"
    POSTPONE = "postpone"
    CANCEL = "cancel"
    EXPIRE = "expire"


@dataclass(frozen=True, slots=True)
class Transition:
    """The states an action may leave, and the state it leads to."""

    leaves: frozenset[State]
    to: State


TRANSITIONS: Mapping[Action, Transition] = MappingProxyType(
    {
        Action.CALL: Transition(frozenset({State.WAITING}), State.CALLED),
        Action.RECALL: Transition(frozenset({State.CALLED}), State.CALLED),
        Action.START: Transition(frozenset({State.CALLED}), State.SERVING),
        Action.FINISH: Transition(frozenset({State.SERVING}), State.DONE),
        Action.NO_SHOW: Transition(frozenset({State.CALLED}), State.MISSED),
        Action.PUT_BACK: Transition(frozenset({State.CALLED}), State.WAITING),
        Action.PARK: Transition(frozenset({State.SERVING}), State.PARKED),
        Action.RESUME: Transition(frozenset({State.PARKED}), State.SERVING),
        Action.UNPARK: Transition(frozenset({State.PARKED}), State.WAITING),
        Action.TRANSFER: Transition(frozenset({State.CALLED, State.SERVING}), State.DONE),
        Action.RESTORE: Transition(frozenset({State.MISSED}), State.WAITING),
        Action.POSTPONE: Transition(frozenset({State.WAITING}), State.WAITING),
        Action.CANCEL: Transition(frozenset({State.WAITING, State.MISSED, State.PARKED}), State.CANCELLED),
        Action.EXPIRE: Transition(OPEN, State.EXPIRED),
    }
)


def allows(action: Action, state: State) -> bool:
    """Whether the table lets ``action`` leave ``state``."""
    return state in TRANSITIONS[action].leaves


@dataclass(frozen=True, slots=True)
class Why:
    """Why a ticket was called before others: the rule that decided, and whom it passed.

    ``rule``: ``arrival`` (nobody came earlier), ``head_start`` (its class counts as having come
    ``head_start_s`` seconds earlier), ``ratio`` (classes take turns), ``guard`` (it waited longer than
    its service allows), ``help`` (it waited too long for its own counters), ``tier`` (this counter
    serves its services first), ``aimed`` (it was sent to this counter or officer), ``taken_over`` (no
    counter serves its service any more), ``order`` (its place after a restore or a
    transfer), ``number`` (called by number, with ``reason``).
    ``passed``: how many who came earlier and still wait were passed.
    """

    rule: str
    passed: int = 0
    klass: str = ""
    head_start_s: int = 0
    reason: str = ""
    minutes: int = 0
    """``guard`` and ``help``: the limit that was passed."""
    turn: int = 0
    """``ratio``: which call of the round this was, from 1; ``of``: how many make a round."""
    of: int = 0


@dataclass(frozen=True, slots=True)
class Stage:
    """One leg of a ticket: the service it waits for and is served by. Instants are UTC."""

    service: str
    agency: str
    state: State
    joined_at: datetime
    rank: datetime
    """``joined_at`` less the head start of the class; the smallest is called first."""
    counter: str | None = None
    officer: str | None = None
    called_at: datetime | None = None
    announced_at: datetime | None = None
    """The last call or recall."""
    why: Why | None = None
    """Why it was called, while it is at a counter and afterwards."""
    recalls: int = 0
    started_at: datetime | None = None
    ended_at: datetime | None = None
    aim: str | None = None
    """``counter:ID`` or ``officer:NAME`` if only they may call it."""
    sender: str | None = None
    """The counter that sent it here; ``return`` sends it back."""
    parked_at: datetime | None = None
    park_until: datetime | None = None
    away_s: float = 0.0
    """How long it was parked before it was resumed: no part of what serving took."""
    outcome: str = ""

    @property
    def list_key(self) -> str:
        """The waiting list it stands in: its service's, or that of whom it is aimed at."""
        return self.service if self.aim is None else f"@{self.aim}"


@dataclass(frozen=True, slots=True)
class Ticket:
    """One citizen's number, kept from issue to leaving. The last stage is the current one."""

    id: str
    seq: int
    """Order of issue in the service day, over all series; breaks ties of rank."""
    number: str
    series: str
    ordinal: int
    token: str
    klass: str
    lang: str
    channel: str
    kiosk: str | None
    zone: str
    issued_at: datetime
    stages: tuple[Stage, ...]
    marked: bool = False
    """Whether its class is one that ratios and screens set apart."""
    head_start_s: int = 0
    to_come: tuple[str, ...] = ()
    """Services still to come on this ticket: the rest of a route, and what an officer added."""
    restores: int = 0
    postpones: int = 0
    ahead: int = 0
    """How many were ahead at issue, and the forecast made then, in minutes: scored at the call."""
    median_minutes: int = 0
    p80_minutes: int = 0

    @property
    def stage(self) -> Stage:
        """The stage it is in now."""
        return self.stages[-1]

    @property
    def state(self) -> State:
        """The state of the current stage."""
        return self.stages[-1].state

    def with_stage(self, stage: Stage) -> Ticket:
        """The same ticket with its current stage replaced."""
        return replace(self, stages=(*self.stages[:-1], stage))


def rank_of(joined_at: datetime, head_start: timedelta) -> datetime:
    """The instant by which a stage is ordered: as if it had joined ``head_start`` earlier."""
    return joined_at - head_start
