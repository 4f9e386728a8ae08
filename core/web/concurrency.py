"""The three kinds of threads a hall can run on, behind one port.

Beside ``core/web/worker.py`` this is the only module that names eventlet and gevent. Each library is
imported when its adapter is made: in the worker, after the fork and the patching.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar

from core.ports import Concurrency, Mailbox, Offload, Waiter

T = TypeVar("T")

log = logging.getLogger("antrean.threads")


def concurrency(async_mode: str) -> Concurrency:
    """The threads of ``async_mode`` (``eventlet``, ``gevent`` or ``threading``)."""
    match async_mode:
        case "eventlet":
            return EventletThreads()
        case "gevent":
            return GeventThreads()
        case "threading":
            return NativeThreads()
    raise ValueError(f"async_mode: {async_mode!r} is not one of eventlet, gevent, threading")


def _logged(work: Callable[[], None]) -> Callable[[], None]:
    """``work``, whose failure is told: nobody waits for what runs beside."""

    def run() -> None:
        try:
            work()
        except Exception:
            log.exception("work beside the requests failed")

    return run


def _attempt(work: Callable[..., T], args: tuple[Any, ...]) -> tuple[T | None, BaseException | None]:
    """What ``work`` led to, as a value.

    A result crosses the border of a native thread the same way whatever it is: eventlet's pool takes
    a triple with an exception in its middle for a failure, gevent's prints failures to the console.
    """
    try:
        return work(*args), None
    except Exception as error:
        return None, error


def _opened(attempt: tuple[Any, BaseException | None]) -> Any:
    """The value of an attempt, or its exception raised."""
    value, error = attempt
    if error is not None:
        raise error
    return value


class EventletThreads:
    """Green threads of eventlet."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            # That eventlet is in maintenance is known (docs/adr); a hall's console need not repeat it.
            warnings.simplefilter("ignore")
            self._eventlet = import_module("eventlet")
            self._pool = import_module("eventlet.tpool")

    def spawn(self, work: Callable[[], None]) -> None:
        """Run ``work`` beside the caller."""
        self._eventlet.spawn_n(_logged(work))

    def spawn_after(self, seconds: float, work: Callable[[], None]) -> None:
        """Run ``work`` beside the caller in ``seconds``."""
        self._eventlet.spawn_after(seconds, _logged(work))

    def sleep(self, seconds: float) -> None:
        """Let others run for ``seconds``."""
        self._eventlet.sleep(seconds)

    def offload(self, work: Callable[..., T], *args: Any) -> T:
        """Run blocking work in a native thread of eventlet's pool."""
        return _opened(self._pool.execute(_attempt, work, args))  # type: ignore[no-any-return]

    def dedicated(self, name: str, threads: int = 1) -> Offload:
        """Native threads of their own; eventlet's pool has one size for all that is offloaded."""
        return EventletPool(name, threads)

    def waiter(self) -> Waiter[Any]:
        """A new place for one answer."""
        return EventletWaiter(self._eventlet.event.Event())

    def mailbox(self) -> Mailbox[Any]:
        """A new queue."""
        return EventletMailbox(self._eventlet.queue.LightQueue())


class EventletPool:
    """Native threads that work for green threads of one hub.

    Results come back through a socket pair, which the hub watches: the only safe way into it from another
    thread (as ``eventlet.tpool`` does it).
    """

    def __init__(self, name: str, threads: int) -> None:
        original = import_module("eventlet.patcher").original
        self._event = import_module("eventlet.event").Event
        self._orders: Any = original("queue").SimpleQueue()
        self._results: deque[tuple[Any, Any]] = deque()
        self._wake, heard = original("socket").socketpair()
        self._heard = import_module("eventlet.greenio").GreenSocket(heard)
        for number in range(threads):
            original("threading").Thread(target=self._work, name=f"{name}-{number}", daemon=True).start()
        import_module("eventlet").spawn_n(self._answer)

    def __call__(self, work: Callable[..., T], *args: Any) -> T:
        """``work(*args)``, in one of these threads."""
        done = self._event()
        self._orders.put((done, work, args))
        return _opened(done.wait())  # type: ignore[no-any-return]

    def _work(self) -> None:
        """In a native thread: nothing green may be touched here."""
        while True:
            done, work, args = self._orders.get()
            self._results.append((done, _attempt(work, args)))
            del done, work, args  # not kept until the next order
            self._wake.sendall(b".")

    def _answer(self) -> None:
        """In the hub's thread."""
        while self._heard.recv(4096):
            while self._results:
                done, attempt = self._results.popleft()
                done.send(attempt)
                del done, attempt


class EventletWaiter:
    """One answer through an ``eventlet.event.Event``."""

    __slots__ = ("_event",)

    def __init__(self, event: Any) -> None:
        self._event = event

    def set(self, value: Any) -> None:
        """Give the answer."""
        self._event.send(value)

    def wait(self) -> Any:
        """The answer, once it is there."""
        return self._event.wait()


class EventletMailbox:
    """A queue between green threads of eventlet."""

    __slots__ = ("_queue",)

    def __init__(self, box: Any) -> None:
        self._queue = box

    def put(self, item: Any) -> None:
        """Leave an item; the caller runs on."""
        self._queue.put(item)

    def take_all(self, limit: int) -> list[Any]:
        """Wait for at least one item, then take up to ``limit`` that are there."""
        items = [self._queue.get()]
        while len(items) < limit and self._queue.qsize():
            items.append(self._queue.get_nowait())
        return items


class GeventThreads:
    """Green threads of gevent."""

    def __init__(self) -> None:
        self._gevent = import_module("gevent")
        self._event = import_module("gevent.event")
        self._queue = import_module("gevent.queue")

    def spawn(self, work: Callable[[], None]) -> None:
        """Run ``work`` beside the caller."""
        self._gevent.spawn(_logged(work))

    def spawn_after(self, seconds: float, work: Callable[[], None]) -> None:
        """Run ``work`` beside the caller in ``seconds``."""
        self._gevent.spawn_later(seconds, _logged(work))

    def sleep(self, seconds: float) -> None:
        """Let others run for ``seconds``."""
        self._gevent.sleep(seconds)

    def offload(self, work: Callable[..., T], *args: Any) -> T:
        """Run blocking work in a native thread of the hub's pool."""
        return _opened(self._gevent.get_hub().threadpool.apply(_attempt, (work, args)))  # type: ignore[no-any-return]

    def dedicated(self, name: str, threads: int = 1) -> Offload:  # noqa: ARG002 - gevent names its threads
        """A pool of its own in the present hub."""
        pool = import_module("gevent.threadpool").ThreadPool(threads)

        def offload(work: Callable[..., T], *args: Any) -> T:
            return _opened(pool.apply(_attempt, (work, args)))  # type: ignore[no-any-return]

        return offload

    def waiter(self) -> Waiter[Any]:
        """A new place for one answer."""
        return GeventWaiter(self._event.AsyncResult())

    def mailbox(self) -> Mailbox[Any]:
        """A new queue."""
        return QueueMailbox(self._queue.SimpleQueue(), self._queue.Empty)


class GeventWaiter:
    """One answer through a ``gevent.event.AsyncResult``."""

    __slots__ = ("_result",)

    def __init__(self, result: Any) -> None:
        self._result = result

    def set(self, value: Any) -> None:
        """Give the answer."""
        self._result.set(value)

    def wait(self) -> Any:
        """The answer, once it is there."""
        return self._result.get()


class NativeThreads:
    """Threads of the operating system: what the caller blocks on blocks nobody else."""

    def spawn(self, work: Callable[[], None]) -> None:
        """Run ``work`` beside the caller."""
        threading.Thread(target=_logged(work), daemon=True).start()

    def spawn_after(self, seconds: float, work: Callable[[], None]) -> None:
        """Run ``work`` beside the caller in ``seconds``."""
        timer = threading.Timer(seconds, _logged(work))
        timer.daemon = True
        timer.start()

    def sleep(self, seconds: float) -> None:
        """Let others run for ``seconds``."""
        time.sleep(seconds)

    def offload(self, work: Callable[..., T], *args: Any) -> T:
        """Run ``work`` here: this thread is a native one already."""
        return work(*args)

    def dedicated(self, name: str, threads: int = 1) -> Offload:
        """In the caller's thread too, ``threads`` at a time."""
        del name
        turns = threading.BoundedSemaphore(threads)

        def offload(work: Callable[..., T], *args: Any) -> T:
            with turns:
                return work(*args)

        return offload

    def waiter(self) -> Waiter[Any]:
        """A new place for one answer."""
        return NativeWaiter()

    def mailbox(self) -> Mailbox[Any]:
        """A new queue."""
        return QueueMailbox(queue.SimpleQueue(), queue.Empty)


class NativeWaiter:
    """One answer behind one lock, which the answer opens: a tenth of the cost of an ``Event``."""

    __slots__ = ("_closed", "_value")

    def __init__(self) -> None:
        self._value: Any = None
        self._closed = threading.Lock()
        self._closed.acquire()

    def set(self, value: Any) -> None:
        """Give the answer."""
        self._value = value
        self._closed.release()

    def wait(self) -> Any:
        """The answer, once it is there."""
        with self._closed:
            return self._value


class QueueMailbox:
    """A queue with the standard library's interface as a mailbox."""

    __slots__ = ("_empty", "_queue")

    def __init__(self, box: Any, empty: type[Exception]) -> None:
        self._queue = box
        self._empty = empty

    def put(self, item: Any) -> None:
        """Leave an item; the caller runs on."""
        self._queue.put(item)

    def take_all(self, limit: int) -> list[Any]:
        """Wait for at least one item, then take up to ``limit`` that are there."""
        items = [self._queue.get()]
        try:
            while len(items) < limit:
                items.append(self._queue.get_nowait())
        except self._empty:
            pass
        return items
