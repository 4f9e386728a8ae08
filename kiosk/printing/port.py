"""What the spooler needs of a printer."""

from __future__ import annotations

from typing import Protocol


class PrinterTrouble(Exception):
    """A job did not go through.

    ``words``: a code and the printer's own words (``refused 10.0.0.7:9100``). ``lasting``: trying
    again by itself is pointless until somebody does something. ``doubtful``: bytes were already on
    their way, so that paper may have come out; trying again might give the ticket twice.
    """

    def __init__(self, words: str, lasting: bool, doubtful: bool = False) -> None:
        super().__init__(words)
        self.words = words
        self.lasting = lasting
        self.doubtful = doubtful


class Printer(Protocol):
    """One printer of the hall."""

    def send(self, data: bytes, job: str) -> None:
        """Hand over a whole job; returns once the printer has the last byte.

        Raises ``PrinterTrouble``. Never takes longer than the printer's time-outs.
        """
        ...


class NotKept(Exception):
    """A report could not be kept now: the hall stops, or its disk does not write. It is made again."""
