"""Days played against a real hall: every number accounted for, whatever happens to the hall."""

from __future__ import annotations

import re
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest

from tests.demo.conftest import RunningHall
from tests.running import PATIENCE_S, eventually

Ended = Callable[[Popen[str]], tuple[int, str]]
BALANCED = "every one in the database, none twice, none missing"
FAIR = "Every overtaking is explained by its rule."


def balanced(said: str) -> int:
    """How many numbers the demo gave, by its own word."""
    found = re.search(rf"^Balanced: (\d+) numbers, {BALANCED}\.$", said, re.MULTILINE)
    assert found is not None, said
    return int(found[1])


def ask(data: Path, query: str) -> list[Any]:
    """The database's own words, by no code of the demo."""
    address = f"{(data / 'antrean.db').as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=PATIENCE_S)) as connection:
        return connection.execute(query).fetchall()


def numbers_run_without_gap(data: Path) -> bool:
    query = (
        "SELECT series, count(*), count(DISTINCT ordinal), min(ordinal), max(ordinal) FROM ticket GROUP BY 1"
    )
    return all(n == distinct == last and first == 1 for _, n, distinct, first, last in ask(data, query))


def wait_for_tickets(data: Path, count: int) -> None:
    eventually(lambda: ask(data, "SELECT count(*) FROM ticket")[0][0] >= count)


@pytest.mark.timeout(240)
def test_a_day_of_a_thousand_over_all_agencies_ends_balanced(running_hall: RunningHall, ended: Ended) -> None:
    code, said = ended(running_hall.demo("--speed", "900", "--no-paper", "--citizens", "1000"))
    assert code == 0, said
    count = balanced(said)
    assert 900 < count < 1000
    assert FAIR in said
    assert "Unexpected" not in said
    data = running_hall.data
    assert ask(data, "SELECT count(*) FROM ticket") == [(count,)]
    assert ask(data, "SELECT count(DISTINCT agency) FROM stage") == [(24,)]
    assert numbers_run_without_gap(data)
    states = dict(ask(data, "SELECT state, count(*) FROM ticket GROUP BY 1"))
    assert set(states) == {"done", "missed", "cancelled"}
    assert states["done"] > 850
    assert ask(data, "SELECT count(*) FROM call WHERE repeat > 0")[0][0] > 0
    assert ask(data, "SELECT count(*) FROM print_job") == [(0,)]
    assert ask(data, "SELECT name FROM secret WHERE kind = 'token'") == []
    # all that the rules have was played
    happened = {kind for (kind,) in ask(data, "SELECT DISTINCT kind FROM event")}
    assert happened >= {
        *("TicketTransferred", "TicketParked", "TicketResumed", "TicketUnparked", "TicketRestored"),
        *("TicketPostponed", "TicketCancelled", "ServiceAdded", "StageOpened", "ActionUndone"),
        *("CounterPaused", "CounterClosing", "ServicePaused", "ServiceResumed"),
    }
    rules = {rule for (rule,) in ask(data, "SELECT DISTINCT rule FROM call")}
    assert rules >= {"arrival", "head_start", "tier", "aimed", "order", "number", "recall"}
    assert ask(data, "SELECT count(*) FROM call WHERE rule = 'number' AND reason = ''") == [(0,)]
    undone = "SELECT DISTINCT json_extract(data, '$.action') FROM event WHERE kind = 'ActionUndone'"
    assert {action for (action,) in ask(data, undone)} >= {"call", "finish"}
    outcomes = {outcome for (outcome,) in ask(data, "SELECT DISTINCT outcome FROM stage")}
    assert outcomes >= {"", "transferred", "done", "incomplete", "refused"}
    # one counter at a time for each ticket, one ticket at a time for each counter
    assert ask(data, "SELECT ticket FROM stage WHERE state IN ('called', 'serving')") == []
    last = "SELECT change FROM desk GROUP BY counter HAVING seq = max(seq)"
    assert {change for (change,) in ask(data, last)} == {"closed"}


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
    assert 150 < balanced(said) <= 200
    assert FAIR in said
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
    assert balanced(said) >= 40
    assert FAIR in said
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
