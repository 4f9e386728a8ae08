"""What the doctor says of printers: how they are, and what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core import care
from core.config import load
from core.settings import PrinterSettings
from kiosk.printing.simulator import Simulator
from tests.printing.tickets import ROOT


@pytest.fixture
def simulator():
    made = Simulator(width=576)
    made.start()
    yield made
    made.stop()


def told(tmp_path, **printer) -> list[care.Finding]:
    config = load(ROOT / "config.toml")
    printers = {"p": PrinterSettings(id="p", name="P", **printer)}
    config = replace(config, settings=replace(config.settings, printers=printers))
    return [each for each in care.examine(config, tmp_path) if each.subject == "printer p"]


def test_a_printer_that_is_well(tmp_path, simulator):
    (found,) = told(tmp_path, kind="network", host="127.0.0.1", port=simulator.port)
    assert (found.found, found.advice) == ("network, 80 mm: ok", "")
    assert simulator.strips == []


@pytest.mark.parametrize(
    ("fault", "words", "advice"),
    [("paper-out", "paper out", "put paper in"), ("cover-open", "cover open", "close its cover")],
)
def test_a_printer_that_needs_somebody(tmp_path, simulator, fault, words, advice):
    simulator.fault = fault
    (found,) = told(tmp_path, kind="network", host="127.0.0.1", port=simulator.port)
    assert (found.found, found.advice) == (f"network, 80 mm: {words}", advice)


def test_a_printer_out_of_reach(tmp_path, simulator):
    simulator.stop()
    (found,) = told(tmp_path, kind="network", host="127.0.0.1", port=simulator.port)
    assert found.found == f"network, 80 mm: refused 127.0.0.1:{simulator.port}"
    assert found.advice


def test_one_at_a_kiosks_own_computer_is_not_reached_from_here(tmp_path):
    (found,) = told(tmp_path, kind="agent")
    assert found.advice == ""


def test_a_mark_that_is_not_there(tmp_path):
    missing, well = told(tmp_path, logo=tmp_path / "mark.png")
    assert missing.advice
    assert well.found == "virtual, 80 mm: ok"
