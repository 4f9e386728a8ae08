"""What a printer answers when it is asked how it is: DLE EOT, the one question that nearly all know.

It is a real-time command: the printer answers as soon as the question is there, while it still prints.
python-escpos 3.1 asks too (``is_online``, ``paper_status``), but takes a line that is closed, and one that
says nothing, for "plenty of paper", and any byte for an answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from escpos.constants import RT_STATUS  # type: ignore[import-untyped]

from core.domain.hall import PrinterState
from kiosk.printing.port import Status

ONLINE: bytes = RT_STATUS + b"\x01"
CAUSE: bytes = RT_STATUS + b"\x02"
PAPER: bytes = RT_STATUS + b"\x04"
QUESTIONS = (ONLINE, CAUSE, PAPER)

LIKE_A_QUESTION = re.compile(re.escape(RT_STATUS) + rb"[\x01-\x08]")

FIXED, PATTERN = 0x93, 0x12
"""Bits 0, 1, 4 and 7 of an answer are 0, 1, 1 and 0: nothing else that a printer sends by itself looks so."""

COVER, END, BROKEN = 0x04, 0x20, 0x40
"""Bits of the answer to ``CAUSE``."""
OFFLINE = 0x08
NEAR, OUT = 0x0C, 0x60

Ask = Callable[[bytes], int | None]
"""A question -> the answer; ``None`` if none came in time."""


def looks_asked(data: bytes) -> int:
    """How often a job looks like a question: in a picture those are dots, and many printers answer them."""
    return len(LIKE_A_QUESTION.findall(data))


def is_answer(byte: int) -> bool:
    """Whether this byte can be an answer to DLE EOT."""
    return byte & FIXED == PATTERN


def asked(ask: Ask) -> Status:  # noqa: PLR0911 - worst first
    """How a printer is, by three questions.

    Silence at the first is ``MUTE``; at another no complaint, as some printers know only one of them.
    """
    online = ask(ONLINE)
    if online is None:
        return Status(PrinterState.MUTE, "mute: no answer when asked")
    cause, paper = ask(CAUSE) or 0, ask(PAPER) or 0
    if cause & COVER:
        return Status(PrinterState.COVER_OPEN, "cover open")
    if paper & OUT or cause & END:
        return Status(PrinterState.PAPER_OUT, "paper out")
    if cause & BROKEN:
        return Status(PrinterState.ERROR, "error of the printer (knife, heat, power)")
    if online & OFFLINE:
        return Status(PrinterState.OFFLINE, "offline by its own word")
    if paper & NEAR:
        return Status(PrinterState.NEAR_END, "paper near its end")
    return Status(PrinterState.OK)


def answer(question: int, state: PrinterState) -> int:
    """What a printer in ``state`` answers to ``DLE EOT question``: for the simulator."""
    bits = {
        (1, PrinterState.COVER_OPEN): OFFLINE,
        (1, PrinterState.PAPER_OUT): OFFLINE,
        (1, PrinterState.ERROR): OFFLINE,
        (1, PrinterState.OFFLINE): OFFLINE,
        (2, PrinterState.COVER_OPEN): COVER,
        (2, PrinterState.PAPER_OUT): END,
        (2, PrinterState.ERROR): BROKEN,
        (4, PrinterState.PAPER_OUT): OUT | NEAR,
        (4, PrinterState.NEAR_END): NEAR,
    }
    return PATTERN | bits.get((question, state), 0)
