"""One suite for the port ``core.ports.Concurrency``, run on each of its adapters.

Each adapter runs in a process of its own, patched as the worker patches it, so that pytest's
own process stays as it is.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from core.web.concurrency import concurrency
from tests.running import PATIENCE_S, at_most

pytestmark = pytest.mark.timeout(60)

PREPARATION = {
    "eventlet": "import warnings; warnings.simplefilter('ignore'); import eventlet; eventlet.monkey_patch()",
    "gevent": "from gevent import monkey; monkey.patch_all()",
    "threading": "",
}


@pytest.fixture(params=sorted(PREPARATION))
def run(request):
    """Run a script with ``threads`` made for one adapter; its output."""

    def run_script(script: str) -> str:
        mode = request.param
        program = "\n".join(
            [
                PREPARATION[mode],
                "import sys, threading, time",
                "from core.web.concurrency import concurrency",
                f"mode = {mode!r}",
                "threads = concurrency(mode)",
                textwrap.dedent(script),
            ]
        )
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
        assert done.returncode == 0, done.stderr
        assert "deprecated" not in done.stderr
        return done.stdout

    return run_script


def test_a_waiter_gives_the_answer_to_one_who_waits_already(run):
    assert (
        run("""
        answer = threads.waiter()
        threads.spawn_after(0.05, lambda: answer.set(7))
        print(answer.wait())
    """)
        == "7\n"
    )


def test_a_waiter_gives_an_answer_that_is_there_already_and_gives_it_again(run):
    assert (
        run("""
        answer = threads.waiter()
        answer.set(None)
        print(answer.wait(), answer.wait())
    """)
        == "None None\n"
    )


def test_a_waiter_is_cheap_enough_for_thousands_of_commands_a_second(run):
    spent = run("""
        began = time.process_time()
        for number in range(10_000):
            answer = threads.waiter()
            answer.set(number)
            assert answer.wait() == number
        print(time.process_time() - began)
    """)
    assert float(spent) < at_most(1)


def test_a_mailbox_waits_for_one_item_and_then_takes_all_in_order(run):
    assert (
        run("""
        box = threads.mailbox()
        taken = threads.waiter()
        def writer():
            first = box.take_all(100)
            while len(first) < 3:
                first += box.take_all(100)
            taken.set(first)
        threads.spawn(writer)
        threads.sleep(0.05)
        for item in "abc":
            box.put(item)
        print("".join(taken.wait()))
    """)
        == "abc\n"
    )


def test_what_came_while_the_taker_worked_is_one_batch(run):
    assert (
        run("""
        box = threads.mailbox()
        for item in range(5):
            box.put(item)
        print(box.take_all(3), box.take_all(3))
    """)
        == "[0, 1, 2] [3, 4]\n"
    )


def test_a_mailbox_loses_nothing_between_many_writers_and_one_taker(run):
    assert (
        run("""
        box = threads.mailbox()
        def many():
            for _ in range(200):
                box.put(1)
                threads.sleep(0)
        for _ in range(20):
            threads.spawn(many)
        total = 0
        while total < 4000:
            total += len(box.take_all(50))
        print(total)
    """)
        == "4000\n"
    )


def test_nobody_is_busy_while_all_wait(run):
    used = run("""
        box = threads.mailbox()
        threads.spawn(lambda: box.take_all(1))
        answer = threads.waiter()
        threads.spawn_after(1.0, lambda: answer.set(None))
        began = time.process_time()
        answer.wait()
        print(time.process_time() - began)
        box.put(None)
    """)
    assert float(used) < 0.2


def test_offloaded_work_answers_and_lets_the_others_run(run):
    done = run("""
        from importlib import import_module
        really_sleep = time.sleep
        if mode == "eventlet":
            really_sleep = import_module("eventlet.patcher").original("time").sleep
        if mode == "gevent":
            really_sleep = import_module("gevent.monkey").get_original("time", "sleep")
        def blocking(a, b):
            really_sleep(0.5)
            return a + b
        beats = []
        def beat():
            while True:
                beats.append(1)
                threads.sleep(0.01)
        threads.spawn(beat)
        print(threads.offload(blocking, 3, 4), len(beats) > 3)
    """)
    assert done == "7 True\n"


@pytest.mark.parametrize("value", ["None", "(1, ValueError('x'), 3)", "[1]"])
def test_offloaded_work_may_answer_with_anything(run, value):
    assert run(f"print(repr(threads.offload(lambda: {value})) == repr({value}))") == "True\n"


def test_an_exception_of_offloaded_work_reaches_the_caller_and_nobody_else(run):
    told = run("""
        class Full(Exception): ...
        def work():
            raise Full("disk")
        sys.stderr = sys.stdout
        try:
            threads.offload(work)
        except Full as error:
            print("caught", error)
        threads.sleep(0.05)
    """)
    assert told == "caught disk\n"


def test_many_offload_at_once(run):
    assert (
        run("""
        left = [30]
        done = threads.waiter()
        def one():
            assert threads.offload(sum, [1, 2]) == 3
            left[0] -= 1
            if not left[0]:
                done.set("all")
        for _ in range(30):
            threads.spawn(one)
        print(done.wait())
    """)
        == "all\n"
    )


REALLY_SLEEP = """
        from importlib import import_module
        really_sleep = time.sleep
        if mode == "eventlet":
            really_sleep = import_module("eventlet.patcher").original("time").sleep
        if mode == "gevent":
            really_sleep = import_module("gevent.monkey").get_original("time", "sleep")
"""


def test_a_dedicated_thread_answers_while_the_shared_ones_are_all_occupied(run):
    spent = run(
        REALLY_SLEEP
        + """
        own = threads.dedicated("ledger")
        for _ in range(40):
            threads.spawn(lambda: threads.offload(really_sleep, 3))
        threads.sleep(0.2)
        began = time.monotonic()
        assert own(sum, [1, 2]) == 3
        print(time.monotonic() - began, flush=True)
        import os
        os._exit(0)  # the others need not be waited for
    """
    )
    assert float(spent) < 1.0


def test_dedicated_work_lets_others_run_and_goes_one_after_the_other(run):
    done = run(
        REALLY_SLEEP
        + """
        own, order, beats = threads.dedicated("one"), [], []
        def work(number):
            order.append(f"+{number}")
            really_sleep(0.1)
            order.append(f"-{number}")
        def beat():
            while True:
                beats.append(1)
                threads.sleep(0.01)
        threads.spawn(beat)
        left, done = [3], threads.waiter()
        def one(number):
            own(work, number)
            left[0] -= 1
            if not left[0]:
                done.set(None)
        for number in range(3):
            threads.spawn(lambda number=number: one(number))
        done.wait()
        print(*(each[0] for each in order), len(beats) > 15)
    """
    )
    assert done == "+ - + - + - True\n"


def test_dedicated_threads_are_as_many_as_asked_for(run):
    most = run(
        REALLY_SLEEP
        + """
        own, running, seen = threads.dedicated("few", 3), [], []
        def work():
            running.append(1)
            seen.append(len(running))
            really_sleep(0.05)
            running.pop()
        left, done = [12], threads.waiter()
        def one():
            own(work)
            left[0] -= 1
            if not left[0]:
                done.set(None)
        for _ in range(12):
            threads.spawn(one)
        done.wait()
        print(max(seen))
    """
    )
    assert most == "3\n"


@pytest.mark.parametrize("value", ["None", "(1, ValueError('x'), 3)", "[1]"])
def test_dedicated_work_may_answer_with_anything(run, value):
    assert run(f"print(repr(threads.dedicated('own')(lambda: {value})) == repr({value}))") == "True\n"


def test_an_exception_of_dedicated_work_reaches_the_caller_and_the_thread_lives_on(run):
    told = run("""
        class Full(Exception): ...
        def work():
            raise Full("disk")
        sys.stderr = sys.stdout
        own = threads.dedicated("own")
        try:
            own(work)
        except Full as error:
            print("caught", error)
        print(own(len, "abc"))
    """)
    assert told == "caught disk\n3\n"


def test_work_beside_that_fails_is_told_and_stops_nobody(run):
    assert (
        run("""
        import logging
        told = []
        class Told(logging.StreamHandler):
            def emit(self, record):
                super().emit(record)
                told.append(record)
        logging.basicConfig(handlers=[Told(sys.stdout)], format="%(name)s %(message)s", level=logging.ERROR)
        def fails():
            raise RuntimeError("boom")
        threads.spawn(fails)
        threads.spawn_after(0.01, fails)
        while len(told) < 2:
            threads.sleep(0.01)
        print("alive")
    """).count("antrean.threads work beside the requests failed")
        == 2
    )


def test_later_is_later(run):
    assert (
        run("""
        order = []
        threads.spawn_after(0.80, lambda: order.append("b"))
        threads.spawn_after(0.20, lambda: order.append("a"))
        threads.spawn(lambda: order.append("now"))
        while len(order) < 3:
            threads.sleep(0.01)
        print(*order)
    """)
        == "now a b\n"
    )


def test_an_unknown_mode_names_what_is_allowed():
    with pytest.raises(ValueError, match="eventlet, gevent, threading"):
        concurrency("asyncio")


def test_making_native_threads_leaves_this_process_as_it_is():
    concurrency("threading").sleep(0.01)
    assert "eventlet" not in sys.modules
