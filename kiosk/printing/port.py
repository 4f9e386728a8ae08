"""What the hall needs of a printer, and what may go wrong with one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from core.domain.hall import PrinterState

Sent = Callable[[], None]
"""Called once, when the printer's side has the last byte of a job."""


class PrinterTrouble(Exception):
    """A job did not go through.

    ``words``: a code and the printer's own words (``refused 10.0.0.7:9100``). ``lasting``: trying
    again by itself is pointless until somebody does something. ``doubtful``: bytes were already on
    their way, so that paper may have come out; trying again might give the ticket twice. ``state``:
    how the printer is, as far as this trouble tells.
    """

    def __init__(
        self,
        words: str,
        lasting: bool,
        doubtful: bool = False,
        state: PrinterState = PrinterState.OFFLINE,
    ) -> None:
        super().__init__(words)
        self.words = words
        self.lasting = lasting
        self.doubtful = doubtful
        self.state = state


@dataclass(frozen=True, slots=True)
class Status:
    """How a printer says it is. ``detail``: its words, empty where all is well."""

    state: PrinterState
    detail: str = ""


def unheard() -> None:
    """The ``Sent`` of a caller who does not want to know."""


class Printer(Protocol):
    """One printer. It has one caller at a time: a job, or a question between two jobs."""

    def send(self, data: bytes, job: str, sent: Sent = unheard) -> bool:
        """Hand over a whole job on a connection of its own.

        True: the printer answered after the cut that it is well, which confirms the job. False: it
        has all bytes and, by its nature or by configuration, answers nothing. Raises
        ``PrinterTrouble``; one that should answer and does not is *doubtful* trouble. Never takes
        longer than the printer's time-outs.
        """
        ...

    def status(self) -> Status:
        """Ask how it is, on a connection of its own, within 3 s. Prints nothing, raises nothing."""
        ...


class NotKept(Exception):
    """A report could not be kept now: the hall stops, or its disk does not write. It is made again."""


class NotWanted(Exception):
    """A report was refused: the job is gone, or somebody else has taken it further. It is not made again."""
