"""What a board says of closed doors and last numbers, and how it is to be laid out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.domain.sight import capital_mm, capital_units, largest_capital, row_em
from tests.web.conftest import Hall


@pytest.fixture
def config(config: Any) -> Any:
    """The shipped hall in which the civil registry gives twelve numbers a day."""
    agencies = {**config.plan.agencies}
    agencies["CAPIL"] = replace(agencies["CAPIL"], daily_quota=12)
    return replace(config, plan=replace(config.plan, agencies=agencies))


def notices(hall: Hall, board: str = "zone-a") -> list[str]:
    told = hall.client().get(f"/api/v1/boards/{board}").get_json()["notices"]
    return [each["id"] for each in told[: len(told) - len(hall.application.house.plan.notices)]]


def take(hall: Hall, count: int) -> None:
    headers = hall.token("kiosk", f"taker-{hall.last_seq()}")
    for _ in range(count):
        answer = hall.client().post("/api/v1/tickets", json={"service": "kk-ubah-data"}, headers=headers)
        assert answer.status_code == 201, answer.get_json()


def test_the_last_ten_numbers_of_the_day_are_told_and_then_that_they_are_out(hall: Hall) -> None:
    take(hall, 1)
    assert notices(hall) == []
    take(hall, 4)
    name = hall.application.house.plan.agencies["CAPIL"].name.id
    assert notices(hall) == [f"{name} — tinggal 7 nomor untuk hari ini."]
    take(hall, 7)
    assert [each for each in notices(hall) if "tinggal" in each] == []
    assert any(each.startswith(name) and "12" in each for each in notices(hall))


def test_a_closed_hall_says_so_once_and_when_it_opens(hall: Hall) -> None:
    hall.clock.forward(hours=14)  # eleven in the evening
    for board in ("hall", "zone-a"):
        told = notices(hall, board)
        assert len(told) == 1
        assert told[0].startswith("Layanan hari ini sudah selesai.")
        assert "Rabu" in told[0]


def test_the_view_says_how_large_letters_must_be(hall: Hall) -> None:
    look = hall.client().get("/api/v1/boards/hall").get_json()["look"]
    assert look["capital"] == pytest.approx(192.7)
    assert look["row_em"] == pytest.approx(4.59, abs=0.01)


def test_letters_by_distance() -> None:
    """The figures of the rule: 10 m, 122 mm, on 55 inches 193 of 1080 units."""
    assert capital_mm(10) == pytest.approx(122.2, abs=0.1)
    assert capital_units(10, 55) == pytest.approx(192.7, abs=0.1)
    assert capital_units(10, 110) == pytest.approx(capital_units(5, 55))
    assert largest_capital(row_em(["A"], 61)) > largest_capital(row_em(["PTSP"], 61))
    assert largest_capital(row_em(["A"], 61)) > largest_capital(row_em(["A"], 100))
