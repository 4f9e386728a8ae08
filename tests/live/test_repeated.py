"""A line that comes often is written a few times and counted."""

from __future__ import annotations

import logging

import flask
import pytest

from core.web.concurrency import NativeThreads
from core.web.live import Live
from core.web.repeated import KINDS, LIVE_LIBRARIES, SHOWN, Repeated
from core.web.wiring import Wiring
from tests.worlds import HandClock


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def repeated(clock):
    return Repeated(clock)


@pytest.fixture
def logger(repeated, caplog):
    """A logger with the filter; what it lets through is in ``caplog``."""
    logger = logging.getLogger("antrean.tests.repeated")
    logger.addFilter(repeated)
    caplog.set_level(logging.INFO)
    yield logger
    logger.removeFilter(repeated)


def test_of_many_lines_the_first_are_written_and_the_rest_counted(logger, repeated, clock, caplog):
    for n in range(1485):
        logger.warning("a packet was broken: %s", n)
    logger.error("something else")
    assert len(caplog.messages) == SHOWN + 1
    clock.now = 61
    repeated.flush()
    assert "… and 1,480 more in the last minute: a packet was broken: …" in caplog.messages[-1]
    repeated.flush()
    assert len(caplog.messages) == SHOWN + 2


def test_a_new_minute_begins_anew(logger, clock, caplog):
    for _ in range(10):
        logger.warning("a packet was broken")
    clock.now = 60
    logger.warning("a packet was broken")
    assert len(caplog.messages) == SHOWN + 2
    assert "and 5 more" in caplog.messages[-2]


def test_few_lines_are_all_written(logger, repeated, clock, caplog):
    logger.warning("once")
    clock.now = 61
    repeated.flush()
    assert caplog.messages == ["once"]


def test_messages_that_strangers_make_up_fill_no_memory(logger, repeated, caplog):
    for n in range(5000):
        logger.warning(f"{n} invalid request")
    assert len(repeated._kinds) <= KINDS + 1
    assert len(caplog.messages) <= KINDS + SHOWN


def test_what_a_connection_did_has_no_traceback(logger, caplog):
    try:
        raise TimeoutError(110, "Connection timed out")
    except TimeoutError:
        logger.exception("Socket error processing request.")
    try:
        raise ValueError("ours")
    except ValueError:
        logger.exception("Error handling request")
    assert [record.exc_info is None for record in caplog.records] == [True, False]
    assert "timed out" in caplog.messages[0]


def test_what_a_client_sent_is_no_error_of_ours(repeated, caplog):
    logger = logging.getLogger("engineio.server")
    logger.addFilter(repeated)
    try:
        logger.error("Invalid session %s", "abc")
        try:
            raise ValueError("a fault of ours")
        except ValueError:
            logger.exception("a handler failed")
    finally:
        logger.removeFilter(repeated)
    assert [each.levelname for each in caplog.records] == ["WARNING", "ERROR"]


def test_the_live_libraries_write_nowhere_but_to_the_log_of_the_process(monkeypatch):
    for name in LIVE_LIBRARIES:
        monkeypatch.setattr(logging.getLogger(name), "handlers", [])
    live = Live(Wiring({}, "epoch", lambda: 0, HandClock(), NativeThreads(), lambda _token: None))
    live.bind(flask.Flask("hall"), "threading")
    live.stop()
    assert not any(logging.getLogger(name).handlers for name in LIVE_LIBRARIES)
