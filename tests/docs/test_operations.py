"""Times, sizes and names that the pages for technicians tell are those in the code."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from core import care, findings
from core.engine import engine
from core.halls import LOCK
from core.store.sqlite import FILE
from core.web import auth, health, sessions

ROOT = Path(__file__).parents[2]
OPERATIONS = " ".join((ROOT / "docs" / "operations.md").read_text(encoding="utf-8").split())
COMMANDS = " ".join((ROOT / "docs" / "commands.md").read_text(encoding="utf-8").split())
PROTOCOL = " ".join((ROOT / "docs" / "protocol.md").read_text(encoding="utf-8").split())
RULES = " ".join((ROOT / "docs" / "rules.md").read_text(encoding="utf-8").split())


@pytest.mark.parametrize("page", [OPERATIONS, PROTOCOL], ids=["operations", "protocol"])
def test_how_long_sessions_last(page: str) -> None:
    assert f"after {sessions.SIGNED_IN_S // 3600} hours" in page
    assert f"for {auth.DEVICE_SESSION // timedelta(days=1)} days" in page


def test_how_soon_a_revocation_and_a_new_day_are_noticed() -> None:
    assert engine.WATCH_S == 2.0
    assert COMMANDS.count("within about two seconds") == 2
    assert "within about two seconds" in OPERATIONS
    assert "within about 2 s" in PROTOCOL
    assert "within 2 seconds after midnight" in RULES


def test_files_of_the_data_folder() -> None:
    for name in (FILE, LOCK, "session.key", sessions.FILE):
        assert f"| `{name}` |" in OPERATIONS


def test_what_the_doctor_and_readyz_tell() -> None:
    assert f"less than {care.FREE_SPACE // 2**20} MiB" in COMMANDS
    assert f"within {findings.PRINTER_TIMEOUT_S:g} s" in COMMANDS
    assert f"more than {health.CLOCK_LEEWAY.seconds} s behind" in OPERATIONS


def test_pages_do_not_say_that_forecasts_learn() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert "learn" not in page
