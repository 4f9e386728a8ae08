"""One contract for every kind of printer: what ``send`` and ``status`` promise, tried on each adapter."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.hall import PrinterState
from kiosk.printing.port import PrinterTrouble
from tests.printing.contract.rigs import EXPECTED, RIGS, TIMEOUT_S, Rig, built
from tests.running import at_most

JOB = "20261124-A007.1"
DATA = b"\x1b@\x1bR\x00" + b"A007 Pencetakan KTP-el baru\n" * 40 + b"\x1bd\x06\x1dV\x01"


@pytest.fixture(params=list(RIGS))
def rig(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    made = built(request.param, tmp_path, monkeypatch)
    yield made
    made.close()


def needs(rig: Rig, what: str) -> None:
    if what not in rig.can:
        pytest.skip(f"a printer of this kind cannot be {what}")


class Sent:
    """Counts how often it was called, and knows whether paper was there by then."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


def test_every_byte_of_every_job_arrives_once(rig: Rig) -> None:
    printer = rig.printer()
    for job in ("a", "b"):
        sent = Sent()
        assert printer.send(DATA, job, sent) == ("answers" in rig.can)
        assert sent.times == 1
        rig.settle()
    assert rig.paper(2) == [DATA, DATA]


def test_one_that_is_not_to_be_asked_confirms_nothing(rig: Rig) -> None:
    if type(rig).__name__ == "VirtualRig":
        pytest.skip("files confirm themselves")
    sent = Sent()
    assert rig.printer(answers=False).send(DATA, JOB, sent) is False
    assert sent.times == 1
    assert rig.paper(1) == [DATA]


def test_dots_that_look_like_a_question_are_printed_and_no_answer_to_ours(rig: Rig) -> None:
    dots = b"\x10\x04\x01\x10\x04\x04" * 8
    data = b"\x1b@\x1dv0\x00" + bytes((48, 0, 1, 0)) + dots + b"A007\n\x1dV\x01"
    assert rig.printer().send(data, JOB, Sent()) == ("answers" in rig.can)
    assert rig.paper(1) == [data]


@pytest.mark.parametrize("fault", ["paper-out", "cover-open"])
def test_without_paper_nothing_is_sent_and_that_is_certain(rig: Rig, fault: str) -> None:
    needs(rig, fault)
    rig.wrong(fault)
    sent = Sent()
    with pytest.raises(PrinterTrouble) as told:
        rig.printer().send(DATA, JOB, sent)
    assert (told.value.lasting, told.value.doubtful, told.value.state) == (True, False, EXPECTED[fault])
    assert sent.times == 0
    rig.wrong("")
    assert rig.paper() == []


@pytest.mark.parametrize("fault", ["mute", "garbage"])
def test_one_that_should_answer_and_does_not_leaves_doubt(rig: Rig, fault: str) -> None:
    needs(rig, fault)
    rig.wrong(fault)
    sent = Sent()
    with pytest.raises(PrinterTrouble) as told:
        rig.printer().send(DATA, JOB, sent)
    assert told.value.doubtful
    assert told.value.state is PrinterState.MUTE
    assert sent.times == 1


def test_a_line_that_breaks_in_the_middle_leaves_doubt(rig: Rig) -> None:
    needs(rig, "drops")
    rig.wrong("drops")
    sent = Sent()
    with pytest.raises(PrinterTrouble) as told:
        rig.printer().send(DATA * 20, JOB, sent)
    assert told.value.doubtful
    assert told.value.words.startswith("broken")
    assert sent.times == 0


def test_near_the_end_of_the_roll_it_still_prints(rig: Rig) -> None:
    rig.wrong("near-end")
    assert rig.printer().send(DATA, JOB, Sent()) == ("answers" in rig.can)
    assert rig.paper(1) == [DATA]


def test_where_nothing_is_there_is_no_doubt(rig: Rig) -> None:
    needs(rig, "gone")
    rig.take_away()
    sent = Sent()
    with pytest.raises(PrinterTrouble) as told:
        rig.printer().send(DATA, JOB, sent)
    assert (told.value.lasting, told.value.doubtful, sent.times) == (False, False, 0)
    assert told.value.words
    assert rig.printer().status().state is PrinterState.OFFLINE


def test_a_well_printer_says_so_and_prints_nothing_when_asked(rig: Rig) -> None:
    assert rig.printer().status().state is PrinterState.OK
    assert rig.printer().status().detail == ""
    assert rig.paper() == []


@pytest.mark.parametrize("fault", ["paper-out", "cover-open", "near-end", "mute", "garbage"])
def test_a_fault_is_told_in_time_and_its_end_too(rig: Rig, fault: str) -> None:
    needs(rig, fault)
    printer = rig.printer()
    rig.wrong(fault)
    start = time.monotonic()
    told = printer.status()
    assert time.monotonic() - start < at_most(TIMEOUT_S + 2)
    assert told.state is EXPECTED[fault]
    assert told.detail
    rig.settle()
    rig.wrong("")
    assert printer.status().state is PrinterState.OK
