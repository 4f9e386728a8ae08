"""What is concluded from a printer's answers, when it also answers what was no question."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.hall import PrinterState
from kiosk.printing.answers import LIKE_A_QUESTION, answer
from kiosk.printing.port import PrinterTrouble
from kiosk.printing.speaking import LinePrinter

JOB = "20261124-A007.1"


class Slow:
    """A line to a printer that answers a picture's dots late: after the last byte, with the first question.

    ``before``: its state until then, in which it answers the dots; ``state``: after. ``piece``: so many
    answers are read at once.
    """

    def __init__(self, *, answers_dots: bool, before: PrinterState, state: PrinterState, piece: int) -> None:
        self.answers_dots, self.before, self.state, self.piece = answers_dots, before, state, piece
        self.late: list[int] = []
        self.told = bytearray()
        self.job = False

    def write(self, data: bytes, end: float) -> None:
        asked = [each[2] for each in LIKE_A_QUESTION.findall(data)]
        if not data.startswith(b"\x10\x04"):
            self.job = True
            self.late = self._answers(asked, self.before) if self.answers_dots else []
            return
        self.told += bytes(self.late)
        self.late = []
        self.told += bytes(self._answers(asked, self.state if self.job else PrinterState.OK))

    def _answers(self, asked: Iterable[int], state: PrinterState) -> list[int]:
        return [answer(number, state) for number in asked]

    def taken(self, end: float) -> None:
        """All of it, at once."""

    def drain(self) -> None:
        self.told.clear()

    def read(self, end: float) -> bytes:
        piece, self.told = bytes(self.told[: self.piece]), self.told[self.piece :]
        return piece

    def close(self) -> None:
        """Nothing to do."""


class Printer(LinePrinter):
    def __init__(self, line: Slow) -> None:
        super().__init__("p", 1.0, answers=True)
        self.line = line

    def connect(self, timeout: float) -> Slow:
        return self.line


dots = st.lists(
    st.sampled_from([b"\x10\x04\x01", b"\x10\x04\x02", b"\x10\x04\x04", b"\xff", b"\x10"]), max_size=12
)


@given(dots=dots, answers_dots=st.booleans(), piece=st.sampled_from([1, 2, 3, 256]))
@pytest.mark.parametrize("state", [PrinterState.PAPER_OUT, PrinterState.COVER_OPEN, PrinterState.ERROR])
def test_an_old_answer_never_confirms_a_job(
    state: PrinterState, dots: list[bytes], answers_dots: bool, piece: int
) -> None:
    line = Slow(answers_dots=answers_dots, before=PrinterState.OK, state=state, piece=piece)
    with pytest.raises(PrinterTrouble) as told:
        Printer(line).send(b"\x1b@" + b"".join(dots) + b"\x1dV\x01", JOB)
    assert (told.value.state, told.value.doubtful) == (state, True)


@given(dots=dots, answers_dots=st.booleans(), piece=st.sampled_from([1, 2, 3, 256]))
def test_an_old_answer_never_leaves_doubt_about_a_job_that_is_out(
    dots: list[bytes], answers_dots: bool, piece: int
) -> None:
    line = Slow(answers_dots=answers_dots, before=PrinterState.NEAR_END, state=PrinterState.OK, piece=piece)
    assert Printer(line).send(b"\x1b@" + b"".join(dots) + b"\x1dV\x01", JOB) is True


def test_without_such_dots_each_question_is_asked_once() -> None:
    asked: list[bytes] = []

    class Heard(Slow):
        def write(self, data: bytes, end: float) -> None:
            asked.append(data)
            super().write(data, end)

    line = Heard(answers_dots=True, before=PrinterState.OK, state=PrinterState.OK, piece=256)
    Printer(line).send(b"\x1b@A007\x1dV\x01", JOB)
    questions = [b"\x10\x04\x01", b"\x10\x04\x02", b"\x10\x04\x04"]
    assert asked == [*questions, b"\x1b@A007\x1dV\x01", *questions]
