"""The press and the hall's ledger: a report that cannot be kept is one line, and the paper comes once."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import pytest

from core.domain import commands as c
from core.ports import StoreError
from tests.web.conftest import Hall

ISSUE = "/api/v1/tickets"
LIMIT_S = 20


def eventually(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + LIMIT_S
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_report_while_the_hall_stops_is_one_line_and_is_made_again(
    hall: Hall, kiosk: dict[str, str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    engine = hall.application.house.engine
    carry_out = engine.do
    refused: list[str] = []

    def stopping(command: Any, *rest: Any) -> Any:
        if isinstance(command, c.ReportPrint) and not refused:
            refused.append(command.job)
            raise StoreError("the hall is stopping")
        return carry_out(command, *rest)

    monkeypatch.setattr(engine, "do", stopping)
    caplog.set_level(logging.WARNING)
    told = hall.client().post(ISSUE, json={"service": "ktp-rekam", "kiosk": "k1"}, headers=kiosk).get_json()
    job = told["print"]["job"]
    eventually(lambda: engine.read(lambda now: now.jobs[job].state.value) == "sent")
    assert refused == [job]
    (line,) = [each for each in caplog.records if "was not taken" in each.message]
    assert line.exc_info is None
    assert line.message == f"print job {job}: report sent was not taken: the hall is stopping"
    printed = list((hall.application.house.data / "printer" / "p1").glob(f"{job}*.png"))
    assert len(printed) == 1
