"""One occurrence is one line of the log, and a terminal shows what was sent and does nothing that it says."""

from __future__ import annotations

import io
import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from core.cli import report
from core.domain.events import AccountAdded, Recorded
from core.domain.staff import SYSTEM, Role
from core.logs import MESSAGE_LENGTH, TRACE_LINES, LineFormatter, json_visible, visible
from core.ports import Commit
from core.store.sqlite import SqliteStore
from tests.running import ROOT, antrean

FORGED = "2026-11-24T01:00:00Z ERROR core.forged all is lost"
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (WARNING|ERROR) ")
UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202e\ud800-\udfff]")


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger of its own that writes as the server does."""
    told = io.StringIO()
    handler = logging.StreamHandler(told)
    handler.setFormatter(LineFormatter())
    logger = logging.Logger("tests.house.logs")  # none of the manager: pytest keeps what those log
    logger.addHandler(handler)
    yield logger, told
    logger.removeHandler(handler)


def lines(told: io.StringIO) -> list[str]:
    return told.getvalue().splitlines()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_a_line_end_in_a_strangers_text_begins_no_line(
    log: tuple[logging.Logger, io.StringIO], end: str
) -> None:
    logger, told = log
    logger.warning("board %s could not say %s: %s", "hall", "7-a", f"no file{end}{FORGED}")
    assert len(lines(told)) == 1
    assert STAMP.match(lines(told)[0])


def test_escape_sequences_and_turned_text_are_shown_and_not_done(
    log: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, told = log
    logger.error("%s", "\x1b[2J\x9b1m\x07 \u202eneparetna\u202c \ud800 Jalan Gajah Mada 12, ñ 東")
    (line,) = lines(told)
    assert line.endswith(r"\x1b[2J\x9b1m\x07 \u202eneparetna\u202c \ud800 Jalan Gajah Mada 12, ñ 東")


def test_a_message_is_bounded(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, told = log
    logger.warning("%s", "x" * 1_000_000)
    (line,) = lines(told)
    assert len(line) < MESSAGE_LENGTH + 50
    assert "more)" in line


def test_a_traceback_follows_indented_and_bounded(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, told = log
    for words in (f"bad\n{FORGED}", "\n".join([FORGED] * 10_000)):
        told.truncate(0)
        told.seek(0)
        try:
            raise ValueError(words)
        except ValueError:
            logger.exception("request_failed path=%s", f"/x\n{FORGED}")
        first, *rest = lines(told)
        assert STAMP.match(first)
        assert rest
        assert all(line.startswith("    | ") for line in rest)
        assert len(rest) <= TRACE_LINES + 1
        assert any("Traceback" in line for line in rest)


def test_a_traceback_that_another_formatter_has_written_is_written_anew(
    log: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, told = log
    try:
        raise ValueError(FORGED)
    except ValueError as trouble:
        record = logger.makeRecord(
            "x", logging.ERROR, __file__, 1, "m", (), (type(trouble), trouble, trouble.__traceback__)
        )
    logging.Formatter().format(record)
    logger.handle(record)
    assert all(line.startswith("    | ") for line in lines(told)[1:])


@given(st.text())
def test_whatever_the_text_it_is_one_visible_line(text: str) -> None:
    shown = visible(text, 50)
    assert not UNSEEN.search(shown)
    assert "\n" not in shown
    assert len(shown.splitlines()) <= 1


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_json_means_the_same(text: str) -> None:
    made = json.dumps(text, ensure_ascii=False)
    assert json.loads(json_visible(made)) == text
    assert not UNSEEN.search(json_visible(made))


@pytest.mark.parametrize(
    ("begin", "logger"),
    [
        ("from core.serving import _log_to_stderr as begin", "display.announcing.announcer"),
        ("from core.serving import _log_to_stderr as begin", "engineio.server"),
        ("from core.serving import _log_to_stderr as begin", "gunicorn.error"),
        ("from core.logs import log_to_stderr as begin", "antrean.agent"),
    ],
)
def test_every_logger_of_a_process_writes_so(begin: str, logger: str) -> None:
    program = f"""
import logging, sys
from gunicorn.config import Config
from gunicorn.glogging import Logger
Logger(Config())
{begin}
begin()
logging.getLogger({logger!r}).warning("no file\\n%s", {FORGED!r})
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    )
    (line,) = done.stderr.splitlines()
    assert STAMP.match(line)
    assert f" {logger} " in line


def test_a_report_shows_reasons_and_does_not_do_them() -> None:
    told = io.StringIO()
    rows = [("09:00:00", "A001", "1", "ani\x1b[31m", 1, "urgent\r\x1b]0;owned\x07\nnew row \x9b1m")]
    report._table(Console(file=told, width=200, highlight=False), "Called\x1b[2J", ("a",) * 6, rows)
    assert not UNSEEN.search(told.getvalue())
    assert r"\x1b]0;owned\x07" in told.getvalue()


def test_a_list_of_accounts_shows_one_a_line(tmp_path: Path) -> None:
    """An earlier version took any name."""
    store = SqliteStore(tmp_path)
    at = datetime(2026, 11, 24, 1, tzinfo=UTC)
    odd = AccountAdded("token", "first\x1b[2J\nforged\tadmin\t-", Role.KIOSK, None, None)
    store.append(Commit(0, [Recorded(1, at.date(), at, SYSTEM, "id-1", odd)]))
    store.close()
    told = antrean("token", "list", "--data", str(tmp_path)).stdout
    assert told == "first\\x1b[2J\\nforged\\tadmin\\t-\tkiosk\t-\n"


def test_the_doctor_shows_what_a_database_says_and_does_not_do_it(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    now = datetime(2026, 11, 24, 1, tzinfo=UTC).isoformat()
    store._db.execute(
        "INSERT INTO event VALUES (1, '2026-11-24', ?, ?, 1, '{}', '', '{}')", (now, "Evil\x1b[2J\nok  all")
    )
    store._db.conn.commit()
    store.close()
    told = antrean("doctor", "--data", str(tmp_path), check=False).stdout
    assert "\x1b" not in told
    assert r"Evil\x1b[2J ok all" in told


def test_a_damaged_start_is_told_in_three_lines_of_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "session.key").write_bytes(b"")
    (tmp_path / "antrean.db").write_bytes(b"")
    run = antrean("serve", "--data", str(tmp_path), check=False)
    assert run.returncode == 1
    wrong, safe, advice = run.stderr.splitlines()
    assert wrong.startswith("antrean: ")
    assert safe.startswith("  Safe: ")
    assert advice.startswith("  Type: antrean restore ")


def test_a_folder_in_place_of_the_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "antrean.db").mkdir()
    run = antrean("serve", "--data", str(tmp_path), check=False)
    assert (run.returncode, len(run.stderr.splitlines())) == (1, 3)


def test_the_doctor_looks_at_the_session_key(tmp_path: Path) -> None:
    (tmp_path / "session.key").write_bytes(b"")
    told = antrean("doctor", "--data", str(tmp_path), check=False).stdout
    assert "!!  session key: " in told
