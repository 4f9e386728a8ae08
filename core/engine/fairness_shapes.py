"""The shapes of the fairness report. Instants are ISO 8601 with the hall's offset, waits are minutes."""

from __future__ import annotations

from typing_extensions import TypedDict  # pydantic reads no other before Python 3.12

_Class = TypedDict("_Class", {"class": str})
"""``class`` is a word of Python's own and needs this form."""


class CallShape(_Class):
    """Which call."""

    seq: int
    at: str
    number: str
    counter: str
    officer: str
    rule: str
    """What decided the call."""


class PassedShape(_Class):
    """One who had come earlier, still waited and was passed; ``rule`` explains it."""

    number: str
    waited_minutes: float
    rule: str | None


class PassingCallShape(CallShape):
    """A call that passed somebody."""

    reason: str
    undone: bool
    passed_count: int
    passed: list[PassedShape]
    """The longest waits first, not more than ``PASSED_SHOWN``."""


class OutOfTurnShape(CallShape):
    """A call of one particular number, not the next."""

    reason: str
    passed: int
    undone: bool


class UnexplainedShape(CallShape):
    """A passing that no rule explains. ``passed``: whose turn it was."""

    passed: str


class UncheckedShape(CallShape):
    """A call that cannot be judged: its counter is no longer configured. ``passed``: as told then."""

    passed: int


class RuleShape(TypedDict):
    """How often a rule decided a call, and how often it let somebody pass another."""

    rule: str
    calls: int
    passings: int


class WhoShape(TypedDict):
    """How often a rule let one of a class (``by``) pass one of a class (``passed``)."""

    rule: str
    by: str
    passed: str
    times: int


class TotalsShape(TypedDict):
    """Calls that were undone count as ``undone`` alone."""

    calls: int
    undone: int
    calls_that_passed: int
    passings: int
    by_rule: list[RuleShape]
    who: list[WhoShape]


class MostPassedShape(_Class):
    """Who was passed most often."""

    number: str
    times: int
    rules: list[str]
    waited_minutes: float
    """When passed for the last time."""


class WaitShape(_Class):
    """A long wait. ``ended``: ``called``, ``left`` or ``waiting`` (still, or when the day ended)."""

    number: str
    service: str
    agency: str
    waited_minutes: float
    ended: str


class HonestyShape(TypedDict):
    """Of the first calls, which share came within what was told with the number."""

    agency: str
    calls: int
    within_median: float
    within_p80: float


class FairnessShape(TypedDict):
    """Who was passed on one day, by which rule, and how long people waited."""

    day: str
    ended: bool
    until: str
    totals: TotalsShape
    calls: list[PassingCallShape]
    most_passed: list[MostPassedShape]
    longest_waits: dict[str, list[WaitShape]]
    """By class."""
    out_of_turn: list[OutOfTurnShape]
    forecasts: list[HonestyShape]
    """By agency; the first line is the whole hall."""
    unexplained: list[UnexplainedShape]
    unchecked: list[UncheckedShape]
