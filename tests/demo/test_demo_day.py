"""Days played against a real hall: every number accounted for, whatever happens to the hall."""

from __future__ import annotations

import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest

from tests.demo.conftest import RunningHall

Ended = Callable[[Popen[str]], tuple[int, str]]
BALANCED = "every one in the database, none twice, none missing"


def ask(data: Path, query: str) -> list[Any]:
    """The database's own words, by no code of the demo."""
    address = f"{(data / 'antrean.db').as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=10)) as connection:
        return connection.execute(query).fetchall()


def numbers_run_without_gap(data: Path) -> bool:
    query = (
        "SELECT series, count(*), count(DISTINCT ordinal), min(ordinal), max(ordinal) FROM ticket GROUP BY 1"
    )
    return all(n == distinct == last and first == 1 for _, n, distinct, first, last in ask(data, query))


def wait_for_tickets(data: Path, count: int) -> None:
    until = time.monotonic() + 60
    while ask(data, "SELECT count(*) FROM ticket")[0][0] < count:
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.mark.timeout(240)
def test_a_day_of_a_thousand_over_all_agencies_ends_balanced(running_hall: RunningHall, ended: Ended) -> None:
    code, said = ended(running_hall.demo("--speed", "900", "--no-paper", "--citizens", "1000"))
    assert code == 0, said
    assert f"Balanced: 1000 numbers, {BALANCED}." in said
    assert "Unexpected" not in said
    data = running_hall.data
    assert ask(data, "SELECT count(*) FROM ticket") == [(1000,)]
    assert ask(data, "SELECT count(DISTINCT agency) FROM stage") == [(24,)]
    assert numbers_run_without_gap(data)
    states = dict(ask(data, "SELECT state, count(*) FROM ticket GROUP BY 1"))
    assert set(states) == {"done", "missed", "cancelled"}
    assert states["done"] > 850
    assert ask(data, "SELECT count(*) FROM call WHERE repeat > 0")[0][0] > 0
    assert ask(data, "SELECT count(*) FROM print_job") == [(0,)]
    # a number is called once: nobody was put back on this day
    assert ask(data, "SELECT ticket FROM call WHERE repeat = 0 GROUP BY 1 HAVING count(*) > 1") == []
    assert ask(data, "SELECT name FROM secret WHERE kind = 'token'") == []


@pytest.mark.timeout(240)
def test_a_hall_killed_in_the_middle_of_the_day_loses_nothing(
    running_hall: RunningHall, ended: Ended
) -> None:
    demo = running_hall.demo("--speed", "1800", "--no-paper", "--citizens", "200")
    try:
        wait_for_tickets(running_hall.data, 60)
        running_hall.kill()
        running_hall.start()
    finally:
        code, said = ended(demo)
    assert code == 0, said
    assert f"Balanced: 200 numbers, {BALANCED}." in said
    assert "Requests sent again" in said
    assert "Unexpected" not in said
    assert numbers_run_without_gap(running_hall.data)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_demo_that_is_broken_off_leaves_no_token_and_no_open_counter(
    running_hall: RunningHall, ended: Ended, sign: signal.Signals
) -> None:
    demo = running_hall.demo("--speed", "300", "--citizens", "300")
    try:
        wait_for_tickets(running_hall.data, 40)
    finally:
        demo.send_signal(sign)
        code, said = ended(demo)
    assert code == 0, said
    assert "broken off" in said
    assert BALANCED in said
    data = running_hall.data
    assert ask(data, "SELECT name FROM secret WHERE kind = 'token'") == []
    assert ask(data, "SELECT count(*) FROM ticket WHERE state IN ('called', 'serving')") == [(0,)]
    last = "SELECT change FROM desk GROUP BY counter HAVING seq = max(seq)"
    assert {change for (change,) in ask(data, last)} <= {"closed"}
    assert ask(data, "SELECT count(*) FROM print_job")[0][0] > 0


@pytest.mark.timeout(120)
def test_no_play_without_a_hall_or_in_anothers_folder(
    running_hall: RunningHall, ended: Ended, tmp_path: Path
) -> None:
    code, said = ended(running_hall.demo("--url", "http://127.0.0.1:9"))
    assert code == 2
    assert "no hall answers at http://127.0.0.1:9" in said
    assert "make run" in said

    code, said = ended(running_hall.demo("--data", str(tmp_path / "nowhere")))
    assert code == 2
    assert "holds no hall" in said
    assert not (tmp_path / "nowhere").exists()

    other = RunningHall(tmp_path / "other")
    try:
        code, said = ended(running_hall.demo("--data", str(other.data)))
    finally:
        other.kill()
    assert code == 2
    assert "does not keep its data in" in said
    assert ask(other.data, "SELECT name FROM secret WHERE kind = 'token'") == []
    assert ask(running_hall.data, "SELECT count(*) FROM ticket") == [(0,)]


@pytest.mark.timeout(120)
def test_no_play_in_a_hall_that_is_closed_by_its_clock(tmp_path: Path, ended: Ended) -> None:
    hall = RunningHall(tmp_path / "data", "--clock", "2026-11-24T20:00")
    try:
        code, said = ended(hall.demo())
    finally:
        hall.kill()
    assert code == 2
    assert "the hall is closed by its clock" in said
    assert "make run" in said
