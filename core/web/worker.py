"""The process that serves: gunicorn, with workers of our own.

Gunicorn 26 dropped its worker for eventlet, and its worker for gevent waits at a stop for every open
websocket until it is killed. Ours for green threads are one class with two small adapters: they patch
the standard library after the fork, tell idle connections from busy ones, and leave at once.

No TLS here: a hall that needs it puts a reverse proxy in front (``[server] trusted_proxies``).
Beside ``core/web/concurrency.py`` this is the only module that names eventlet and gevent.
"""

from __future__ import annotations

import errno
import os
import select
import socket
import sys
import time
import warnings
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from gunicorn.workers.base_async import AsyncWorker  # type: ignore[import-untyped]
from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]

from core.settings import ServerSettings
from core.web.connections import Bounds, Connections, Phase
from core.web.crowding import Crowding
from core.web.guarding import guarded, refuse
from core.web.lines import Line, Upgradable, Whole, hang_up
from core.web.repeated import REPEATED, quieten
from core.web.serving import Serving, WSGIApp

__all__ = ["EventletWorker", "GeventWorker", "NativeWorker", "Serving", "gunicorn_options"]

CONNECTIONS = 5000
"""At most; an eighth is a reserve for accounts (docs/adr/0021-limits-of-connections.md)."""
TURN = 50
"""So many connections are accepted before others have their turn."""
NATIVE_THREADS = 512
"""Under ``threading`` a websocket holds a thread as long as it is open."""
GRACE_SECONDS = 5
"""After this long the master kills the worker."""
DRAIN_SECONDS = 3.0
"""How long a stopping worker lets requests finish; the rest of the grace is for the engine and the store."""

WORKERS = {
    "eventlet": "core.web.worker.EventletWorker",
    "gevent": "core.web.worker.GeventWorker",
    "threading": "core.web.worker.NativeWorker",
}


def gunicorn_options(settings: ServerSettings, host: str, port: int) -> dict[str, Any]:
    """Gunicorn's settings for one hall on ``host:port`` (port 0: any free one)."""
    options: dict[str, Any] = {
        "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "proc_name": "antrean",
        "workers": 1,  # one engine, and Socket.IO behind several workers loses messages
        "worker_class": WORKERS[settings.async_mode],
        "worker_connections": CONNECTIONS,
        "preload_app": False,
        "timeout": 30,
        "graceful_timeout": GRACE_SECONDS,
        "keepalive": 15,
        "sendfile": False,  # os.sendfile on a green socket gives up when its buffer is full
        "loglevel": "warning",
        "accesslog": None,
        "control_socket_disable": True,
        # Gunicorn itself would believe X-Forwarded-Proto, SCRIPT_NAME and PATH_INFO of this machine's own
        # processes; what proxies say is read in one place, core/web/host_check.py.
        "forwarded_allow_ips": "",
    }
    if settings.async_mode == "threading":
        options["threads"] = NATIVE_THREADS
    if Path("/dev/shm").is_dir():  # noqa: S108 - the watchdog's heartbeat must not wait for a disk
        options["worker_tmp_dir"] = "/dev/shm"  # noqa: S108
    return options


def asks_for_websocket(req: Any) -> bool:
    """Whether a request never ends: a stop need not wait for it."""
    return any(name == "UPGRADE" for name, _ in req.headers)


class GreenWorker(AsyncWorker):  # type: ignore[misc]
    """A worker that serves each connection in a green thread of its own.

    A subclass patches the standard library; ``select``, ``socket`` and ``time`` are green from then on.
    """

    app: Serving
    alive: bool
    sockets: list[Any]
    wsgi: WSGIApp
    spawn: Callable[..., Any]
    """Starts a green thread that has ``kill``; set by ``patch``."""

    def patch(self) -> None:
        """Make the standard library green and start an event loop of this process's own."""
        raise NotImplementedError

    def pooled(self, connections: int) -> Callable[..., None]:
        """A function that runs another in a green thread; it would wait while ``connections`` are running."""
        raise NotImplementedError

    def init_process(self) -> None:
        """Become green, then load the application and serve (gunicorn's order)."""
        self.connections = Connections(Bounds.of(self.worker_connections))
        self.crowding = Crowding(self.connections)
        self.open: set[Any] = set()
        self.busy: set[Any] = set()
        self._quit = self._reopen = False
        self.patch()
        # The master's listeners are sockets of the unpatched kind.
        self.sockets = [
            socket.socket(plain.FAMILY, socket.SOCK_STREAM, fileno=plain.sock.detach())
            for plain in self.sockets
        ]
        super().init_process()

    def load_wsgi(self) -> None:
        """Load the application."""
        super().load_wsgi()
        self.wsgi = guarded(self.wsgi, self.connections)
        quieten()

    def run(self) -> None:
        """Serve until asked to stop, then let requests finish."""
        bounds = self.connections.bounds
        # More than are ever admitted: accepting never waits for a place.
        serve = self.pooled(bounds.total + bounds.dying + 1)
        doors = [self.spawn(self._accept, listener, serve) for listener in self.sockets]
        self.app.announce(self)
        while self.alive and os.getppid() == self.ppid:
            self.notify()
            self._wait_for_signal()
            self.look_after()
            if self._reopen:
                self._reopen = False
                self.log.reopen_files()
        self.alive = False
        for door in doors:
            door.kill()
        for listener in self.sockets:
            listener.close()
        if self._quit:
            self.cfg.worker_int(self)
        else:
            self._drain()

    def _accept(self, listener: Any, serve: Callable[..., None]) -> None:
        taken = 0
        while self.alive:
            try:
                client, address = listener.accept()
            except OSError as error:  # out of files, or the peer has gone again
                self.log.warning("accept: %s", error)
                time.sleep(0.1)
                continue
            link = self.connections.admit(client, address[0], time.monotonic())
            if link is None:
                refuse(client)
            else:
                client.setblocking(True)
                serve(self.handle, listener, client, address)
            taken += 1
            if taken % TURN == 0:  # a crowd at the door holds up nobody inside
                time.sleep(0)

    def look_after(self) -> None:
        """What is due about every second."""
        self.crowding.sweep(time.monotonic(), pause=lambda: time.sleep(0))
        REPEATED.flush()

    def _wait_for_signal(self) -> None:
        """Sleep a second, or until a signal comes: the interpreter writes its number to the pipe."""
        with suppress(OSError):
            if select.select([self.PIPE[0]], [], [], 1.0)[0]:
                os.read(self.PIPE[0], 4096)

    def _drain(self) -> None:
        """Hang up on who asks for nothing, let requests finish, and feed the watchdog meanwhile."""
        self.app.leaving()
        deadline = time.monotonic() + DRAIN_SECONDS
        while self.open and time.monotonic() < deadline:
            time.sleep(0.05)  # first: what `leaving` told the clients is on its way
            self.notify()
            hang_up(self.open - self.busy)
        if self.open:
            self.log.warning("%d requests were cut off", len(self.busy))
            hang_up(self.open)
            time.sleep(0.05)

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        """Serve one connection to its end."""
        self.open.add(client)
        link = self.connections.of(client.fileno())
        try:
            super().handle(listener, client, addr)
        finally:
            self.open.discard(client)
            if link is not None:
                self.connections.remove(link)

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> Any:
        """Answer one request."""
        if asks_for_websocket(req):
            return super().handle_request(listener_name, req, sock, addr)
        self.busy.add(sock)
        whole = Whole(sock)
        link = self.connections.of(sock.fileno())
        try:
            answered = super().handle_request(listener_name, req, whole, addr)
        finally:
            whole.flush()
            self.busy.discard(sock)
            if link is not None:
                link.enter(Phase.IDLE, time.monotonic())
            # A client that asks again at once would hold the loop, as its next request is there
            # already: p99 of 32 such clients fell from 400 to 110 ms with a turn for the others.
            time.sleep(0)
        if link is not None and link.broken:
            raise StopIteration  # where its next request begins is not known: gunicorn closes
        return answered

    # Signals interrupt whatever runs, the event loop included, where nothing green may be called:
    # they leave a note, and `run` acts on it (the pipe wakes it).

    def handle_quit(self, _sig: int, _frame: Any) -> None:
        """Stop now."""
        self.alive = False
        self._quit = True
        if not self.booted:
            sys.exit(0)

    def handle_usr1(self, _sig: int, _frame: Any) -> None:
        """Reopen the log files."""
        self._reopen = True


class EventletWorker(GreenWorker):
    """Gunicorn's worker on eventlet."""

    def patch(self) -> None:
        """Patch with eventlet, and make its hub here, after the fork."""
        # Its own resolver takes a third of a second to import; the one name that this process may look up,
        # a printer's, is looked up in a native thread.
        os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")
        with warnings.catch_warnings():
            # That eventlet is in maintenance is known (docs/adr); a hall's console need not repeat it.
            warnings.simplefilter("ignore")
            self._eventlet = import_module("eventlet")
        self._eventlet.monkey_patch()
        import_module("eventlet.hubs").use_hub()
        self._local = import_module("eventlet.wsgi").WSGI_LOCAL
        self.spawn = self._eventlet.spawn

    def pooled(self, connections: int) -> Callable[..., None]:
        """A pool of green threads."""
        return self._eventlet.GreenPool(connections).spawn_n  # type: ignore[no-any-return]

    def timeout_ctx(self) -> AbstractContextManager[Any]:
        """How long to wait for the next request on a connection."""
        return self._eventlet.Timeout(self.cfg.keepalive, False)  # type: ignore[no-any-return]

    def load_wsgi(self) -> None:
        """Load the application and hand it each request the way eventlet's own server would."""
        super().load_wsgi()
        app = self.wsgi

        def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            if "HTTP_UPGRADE" in environ:
                environ["eventlet.input"] = Upgradable(Line(environ["gunicorn.socket"]))
            self._local.already_handled = False  # of an earlier request on this connection
            return app(environ, start_response)

        self.wsgi = answer

    def is_already_handled(self, respiter: Any) -> bool:
        """Whether a websocket used up the connection; then it ends here."""
        if getattr(self._local, "already_handled", False):
            self._local.already_handled = False
            raise StopIteration
        return bool(super().is_already_handled(respiter))


class GeventWorker(GreenWorker):
    """Gunicorn's worker on gevent."""

    def patch(self) -> None:
        """Patch with gevent, and renew its hub after the fork."""
        import_module("gevent.monkey").patch_all()
        import_module("gevent").reinit()
        self._gevent = import_module("gevent")
        self._pools = import_module("gevent.pool")
        self.spawn = self._gevent.spawn

    def pooled(self, connections: int) -> Callable[..., None]:
        """A pool of green threads."""
        return self._pools.Pool(connections).spawn  # type: ignore[no-any-return]

    def timeout_ctx(self) -> AbstractContextManager[Any]:
        """How long to wait for the next request on a connection."""
        return self._gevent.Timeout(self.cfg.keepalive, False)  # type: ignore[no-any-return]


class NativeWorker(ThreadWorker):  # type: ignore[misc]
    """Gunicorn's worker on native threads; a stop, or the death of its master, ends open websockets."""

    app: Serving
    wsgi: WSGIApp

    def init_process(self) -> None:
        """Serve (gunicorn's order)."""
        # A websocket, and a request while it is read and answered, holds a thread.
        self.connections = Connections(Bounds.of(min(self.cfg.threads, self.worker_connections)))
        self.crowding = Crowding(self.connections)
        self.websockets: set[Any] = set()
        self._quit = False
        super().init_process()

    def load_wsgi(self) -> None:
        """Load the application."""
        super().load_wsgi()
        self.wsgi = guarded(self.wsgi, self.connections)
        quieten()

    def accept(self, listener: Any) -> None:
        """Take a new connection, or refuse it at once."""
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno not in {errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK}:
                self.log.warning("accept: %s", error)
                time.sleep(0.1)
            return
        if self.connections.admit(client, address[0], time.monotonic()) is None:
            refuse(client)
            return
        self.nr_conns += 1
        client.setblocking(True)
        self.enqueue_req(TConn(self.cfg, client, address, listener.getsockname()))

    def murder_keepalived(self, force: bool = False) -> None:
        """Called every second, and with ``force`` at a stop."""
        super().murder_keepalived(force)
        self.crowding.sweep(time.monotonic())
        REPEATED.flush()

    def run(self) -> None:
        """Serve until asked to stop; connections wait at the door already."""
        self.app.announce(self)
        super().run()

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer one request."""
        if not asks_for_websocket(req):
            link = self.connections.of(conn.sock.fileno())
            try:
                keep = super().handle_request(req, conn)
            finally:
                if link is not None:
                    link.enter(Phase.IDLE, time.monotonic())
            return keep and not (link is not None and link.broken)
        self.websockets.add(conn.sock)
        try:
            return super().handle_request(req, conn)
        finally:
            self.websockets.discard(conn.sock)

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Stop."""
        if self.alive:
            self.method_queue.defer(self._leave)
        super().handle_exit(sig, frame)

    def handle_quit(self, sig: int, frame: Any) -> None:
        """Stop now; asked again (a terminal and the master both ask), the first time counts."""
        if not self._quit:
            self._quit = True
            hang_up(list(self.websockets))
            super().handle_quit(sig, frame)

    def is_parent_alive(self) -> bool:
        """Whether the master lives; without it the worker ends."""
        alive = bool(super().is_parent_alive())
        if not alive:
            self._leave()
        return alive

    def _leave(self) -> None:
        self.app.leaving()
        time.sleep(0.1)  # what it told the clients is on its way
        # The interpreter waits for these threads at its end, and they for their clients.
        hang_up(list(self.websockets))
