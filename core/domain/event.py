"""The root of all events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Event:
    """Root of all events."""

    version: ClassVar[int] = 1
    lasting: ClassVar[bool] = False
    """Whether it matters beyond its service day."""
