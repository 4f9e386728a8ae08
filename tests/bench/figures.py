"""Figures of a benchmark: what was measured, its limit of the same run, and whether it is near enough."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Goal:
    """What a figure must reach. ``of``: whether its ratio to the limit counts, or its value."""

    bound: float
    of: str = "ratio"
    least: bool = False
    """At least ``bound``; otherwise at most."""
    counted: bool = True
    """Whether a miss makes the run fail."""

    def __str__(self) -> str:
        sign = "\N{GREATER-THAN OR EQUAL TO}" if self.least else "\N{LESS-THAN OR EQUAL TO}"
        return f"{sign} {self.bound:g}" + ("" if self.of == "value" else " of limit")


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    what: str
    value: float
    unit: str
    limit: float | None = None
    """The same quantity of a bare thing, measured in the same run, in turns."""
    against: str = ""
    """What the limit is."""
    goal: Goal | None = None
    ratio: float | None = None
    """``value / limit`` unless given: the median of ratios of neighbours, where there are rounds."""

    def __post_init__(self) -> None:
        if self.ratio is None and self.limit:
            object.__setattr__(self, "ratio", self.value / self.limit)

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; ``None`` without one."""
        if self.goal is None:
            return None
        told = self.value if self.goal.of == "value" else self.ratio
        if told is None:
            return False
        return told >= self.goal.bound if self.goal.least else told <= self.goal.bound

    @property
    def missed(self) -> bool:
        """Whether it makes the run fail."""
        return self.goal is not None and self.goal.counted and not self.met

    def as_json(self) -> dict[str, Any]:
        """For the file."""
        return {**asdict(self), "met": self.met}


@dataclass(frozen=True)
class Result:
    """What one benchmark found."""

    figures: list[Figure]
    broken: list[str] = field(default_factory=list)
    """What was wrong, not slow: makes the run fail whatever the figures say."""
    details: dict[str, Any] = field(default_factory=dict)
    """More numbers, for the file alone."""


@dataclass(frozen=True)
class Scale:
    """How much is measured, and where the data folders are made."""

    folder: Path
    quick: bool = False

    def pick(self, full: int, quick: int) -> int:
        """``quick`` in a short run."""
        return quick if self.quick else full


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that ``percent`` of all do not exceed."""
    ordered = sorted(values)
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(0, int(rank) - 1)]


def middle(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)
