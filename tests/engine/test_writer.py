"""The writer outlives every fault: each command has an answer, and the next one is carried out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest

from core.domain import commands as c
from core.domain.staff import CITIZEN
from core.engine.batch import Nudge
from core.engine.engine import Engine
from core.engine.writer import AGAIN_S
from core.store.memory import MemoryStore
from core.web.concurrency import concurrency
from tests.worlds import DirectThreads, HandClock, engine_on, small_plan, token


class Fault(Exception):
    """Nothing that anybody expects."""


class Leaving(BaseException):
    """A signal's end of the process, raised in the thread that happens to run."""


def issue(n: int) -> c.IssueTicket:
    return c.IssueTicket(CITIZEN, "ktp", token(n))


def once(trouble: BaseException, work: Callable[..., Any]) -> Callable[..., Any]:
    """``work``, which the first time does all and then raises ``trouble``."""
    left = [trouble]

    def call(*args: Any) -> Any:
        done = work(*args)
        if left:
            raise left.pop()
        return done

    return call


@pytest.fixture
def engine() -> Iterator[Engine]:
    """An engine on real threads."""
    made = Engine(small_plan(), MemoryStore(), HandClock(), concurrency("threading"))
    made.start()
    yield made
    made.close()


@pytest.fixture
def patience() -> Iterator[Callable[..., Any]]:
    """``do`` in a thread; a hang is a failure and not a test that never ends."""
    pool = ThreadPoolExecutor()
    yield lambda work, *args: pool.submit(work, *args).result(timeout=30)
    pool.shutdown(wait=False, cancel_futures=True)


def test_an_unexpected_error_is_the_answer_and_the_next_command_is_carried_out(
    engine: Engine, patience: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    engine._writer._process = once(Fault("odd"), engine._process)
    with pytest.raises(Fault, match="odd"):
        patience(engine.do, issue(1), "first")
    assert "writer_failed commands=1" in caplog.messages
    assert patience(engine.do, issue(2)).ticket.endswith("A002")
    assert patience(engine.do, issue(1), "first").repeated, "the same id says what became of it"


def test_an_error_after_a_commit_leaves_memory_as_the_disk_is(memory: MemoryStore) -> None:
    engine = engine_on(memory)
    engine._listeners.publish = once(Fault(), engine._listeners.publish)  # type: ignore[method-assign]
    with pytest.raises(Fault):
        engine.do(issue(1))
    state = engine.read(lambda hall: hall.state())
    assert state == engine_on(memory).hall.state()
    assert len(state["tickets"]) == 1


@pytest.mark.parametrize("verdicts", [[], ["one", "too many"]])
def test_a_wrong_number_of_verdicts_answers_everybody(memory: MemoryStore, verdicts: list[str]) -> None:
    engine = engine_on(memory)
    engine._writer._process = lambda _orders: verdicts
    with pytest.raises(RuntimeError, match=f"{len(verdicts)} verdicts for 1 commands"):
        engine.do(issue(1))


def test_a_waiter_that_cannot_be_answered_takes_nobody_along(
    memory: MemoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    engine = engine_on(memory)
    broken = engine._order(issue(1), None, None)
    broken.waiter = engine._concurrency.waiter()
    broken.waiter.set = once(Fault(), lambda _verdict: None)  # type: ignore[method-assign]
    engine._writer.mailbox.put(broken)
    assert engine.do(issue(2)).ticket.endswith("A002")
    assert "answer_not_given command=IssueTicket" in caplog.messages


def leaving(engine: Engine, *items: Any) -> None:
    """The thread of the writer ends while it carries out ``items``."""
    threads = cast("DirectThreads", engine._concurrency)
    engine._writer._process = once(Leaving(), engine._process)
    for each in items:
        engine._writer.mailbox.put(each)
    with pytest.raises(Leaving):
        threads.run()
    del threads.running[0]


def test_the_end_of_the_thread_is_not_the_end_of_the_writer(memory: MemoryStore) -> None:
    engine = engine_on(memory)
    order = engine._order(issue(1), None, None)
    order.waiter = engine._concurrency.waiter()
    leaving(engine, order)
    assert isinstance(order.waiter.wait(), RuntimeError)
    assert engine.do(issue(2)).ticket.endswith("A002")
    assert engine.read(lambda hall: hall.state()) == engine_on(memory).hall.state()


def test_stopping_ends_also_when_the_last_batch_fails(memory: MemoryStore) -> None:
    engine = engine_on(memory)
    leaving(engine, Nudge.STOP)
    engine._writer.ended.wait()
    assert cast("DirectThreads", engine._concurrency).running == []


def test_a_mailbox_that_fails_is_asked_again(memory: MemoryStore, caplog: pytest.LogCaptureFixture) -> None:
    engine, pauses = engine_on(memory), list[float]()
    engine._concurrency.sleep = pauses.append  # type: ignore[assignment, method-assign]
    take, left = engine._writer.mailbox.take_all, [Fault()]

    def taken(limit: int) -> Any:
        if left:
            raise left.pop()
        return take(limit)

    engine._writer.mailbox.take_all = taken  # type: ignore[method-assign]
    with caplog.at_level(logging.ERROR):
        assert engine.do(issue(1)).ticket.endswith("A001")
    assert pauses == [AGAIN_S]
    assert "writer_mailbox_failed" in caplog.messages
