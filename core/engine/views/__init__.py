"""What a board, a counter, a kiosk, a phone sees: pure functions of the hall.

``Views`` holds what never changes while the hall runs (texts, whether it is a training hall); each
method takes the hall and the present and answers with a JSON-ready shape.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.engine.views.at_kiosk import KioskViews
from core.engine.views.of_ticket import TicketViews
from core.engine.views.on_board import BoardViews, counters_of
from core.engine.views.telling import name

__all__ = ["Views", "counters_of", "name"]


@dataclass(frozen=True)
class Views(KioskViews, TicketViews, BoardViews):
    """Everything that is shown, from the hall."""
