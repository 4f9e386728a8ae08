"""``config.toml`` → the plan of the hall and the settings of the process; every mistake is told at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.config.build import build_plan, build_settings, unchecked
from core.config.files import Reading
from core.config.problems import ConfigError, Problem
from core.config.references import check
from core.config.shape import shape
from core.domain.plan import Plan
from core.settings import Settings

__all__ = ["Config", "ConfigError", "Problem", "load"]


@dataclass(frozen=True, slots=True)
class Config:
    """A configuration without mistakes."""

    plan: Plan
    settings: Settings
    path: Path
    unchecked: tuple[str, ...] = ()
    """Ids of agencies and services that the hall has not confirmed yet (``checked = false``)."""


def load(path: Path) -> Config:
    """Read ``path`` and what it includes. Raises ``ConfigError`` with every problem of all files."""
    path = path.resolve()
    reading = Reading(path.parent)
    reading.read(path)
    shaped = shape(reading.sources)
    problems = [*reading.problems, *shaped.problems]
    # A file that cannot be read would make everything that refers into it look wrong.
    if reading.complete:
        problems += check(shaped, path.name)
    if problems:
        order = {source.name: position for position, source in enumerate(reading.sources)}
        raise ConfigError(sorted(problems, key=lambda problem: order.get(problem.file, -1)))
    return Config(build_plan(shaped), build_settings(shaped, path.parent), path, unchecked(shaped))
