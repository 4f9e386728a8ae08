"""One run of gunicorn: how the application is loaded, announced, left and closed."""

from __future__ import annotations

import gc
import mmap
import os
import resource
import signal
import socket
import traceback
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.errors import AppImportError  # type: ignore[import-untyped]

WSGIApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

DEAD_LINE_MS = 25_000
"""How long sent data may stay unacknowledged or a full window shut before the kernel drops the line."""


class Serving(BaseApplication):  # type: ignore[misc]
    """One run of gunicorn: a master that supervises, and one worker in which the application lives.

    ``load`` builds the application in the worker, after the patching. ``ready`` is told the address
    once a run, when requests are served. ``leaving`` is called when a worker is asked to stop and
    ``closing`` when it serves nobody any more. Both processes leave ``run`` by ``SystemExit``.
    """

    def __init__(
        self,
        options: Mapping[str, Any],
        load: Callable[[], WSGIApp],
        ready: Callable[[str, int], None],
        leaving: Callable[[], None] = lambda: None,
        closing: Callable[[], None] = lambda: None,
    ) -> None:
        self._options = options
        self._load = load
        self._ready = ready
        self.leaving = leaving
        self._closing = closing
        # Shared by the master and every worker it forks: a worker that replaces another says nothing.
        self._announced = mmap.mmap(-1, 1)
        super().__init__(prog="antrean")

    def load_config(self) -> None:
        """Gunicorn asks for the settings."""
        for name, value in self._options.items():
            self.cfg.set(name, value)
        self.cfg.set("when_ready", self._prepare_master)
        self.cfg.set("post_worker_init", self._settle)
        self.cfg.set("worker_exit", self._close)

    def load(self) -> WSGIApp:
        """The application; a failure ends the master too (exit code 4), it would only come again."""
        try:
            return self._load()
        except (Exception, SystemExit) as error:
            traceback.print_exc()
            raise AppImportError(f"Antrean cannot start: {error or type(error).__name__}") from error

    @property
    def announced(self) -> bool:
        """Whether a worker of this run has served already."""
        return bool(self._announced[0])

    def announce(self, worker: Any) -> None:
        """Tell where requests are served, once a run."""
        if self._announced[0]:
            return
        self._announced[0] = 1
        host, port = worker.sockets[0].getsockname()[:2]
        self._ready(host, port)

    def _prepare_master(self, arbiter: Any) -> None:
        """Open files for every connection, and no signal that would start a second worker."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = self.cfg.worker_connections + 1000  # closed ones that linger, and what the hall itself opens
        if soft != resource.RLIM_INFINITY and soft < wanted:
            most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        for listener in arbiter.LISTENERS:
            if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; accepted sockets inherit it
                listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAD_LINE_MS)
        # Gunicorn would start the new worker beside the old one, or more of them: two engines, one ledger.
        for ignored in (signal.SIGTTIN, signal.SIGTTOU, signal.SIGUSR2):
            signal.signal(ignored, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, lambda *_: arbiter.kill_workers(signal.SIGTERM))

    def _settle(self, _worker: Any) -> None:
        """What is built stays: the collector need not look at it during a broadcast.

        Measured with 500 clients: the worst of them waits 38 ms instead of 125 ms.
        """
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 50, 1000)

    def _close(self, _arbiter: Any, worker: Any) -> None:
        """The worker ends. The master calls this too, for a worker that vanished."""
        if worker.pid == os.getpid() and worker.booted:
            self._closing()
