"""The press and the hall's ledger: a report that cannot be kept is one line, and the paper comes once."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from core.domain import commands as c
from core.domain import events as e
from core.ports import StoreError
from kiosk.printing import spooler
from tests.running import eventually
from tests.web.conftest import Hall

ISSUE = "/api/v1/tickets"


@pytest.mark.parametrize("lost", ["sending", "confirmed"])
def test_a_report_while_the_hall_stops_is_one_line_and_is_made_again(
    hall: Hall,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    lost: str,
) -> None:
    engine = hall.application.house.engine
    carry_out = engine.do
    refused: list[str] = []

    def stopping(command: Any, *rest: Any) -> Any:
        if isinstance(command, c.ReportPrint) and command.state == lost and not refused:
            refused.append(command.job)
            raise StoreError("the hall is stopping")
        return carry_out(command, *rest)

    monkeypatch.setattr(engine, "do", stopping)
    monkeypatch.setattr(spooler, "AGAIN_S", 0.1)
    caplog.set_level(logging.WARNING)
    k1 = hall.token("kiosk", "k1")
    told = hall.client().post(ISSUE, json={"service": "ktp-rekam", "kiosk": "k1"}, headers=k1).get_json()
    job = told["print"]["job"]
    eventually(lambda: engine.read(lambda now: now.jobs[job].state.value) == "confirmed")
    assert refused == [job]
    (line,) = [each for each in caplog.records if job in each.message and "was not taken" in each.message]
    assert line.exc_info is None
    assert line.message == f"print job {job}: report {lost} was not taken: the hall is stopping"
    printed = list((hall.application.house.data / "printer" / "p1").glob(f"{job}*.png"))
    assert len(printed) == 1
    steps = [each.event for each in hall.store.everything() if isinstance(each.event, e.PrintReported)]
    assert [step.state for step in steps] == ["sending", "sent", "confirmed"]
