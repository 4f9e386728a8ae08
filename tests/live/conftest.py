"""A served hall a test, and clients for it. Nothing outlives its test."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest
import websocket

from tests import running
from tests.clients import Client
from tests.running import PATIENCE_S

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PATIENCE = PATIENCE_S
"""Seconds for a start: test machines may be busy."""


class Served:
    """The processes of one hall."""

    def __init__(self, mode, **environment):
        self.mode = mode
        self.lines = queue.Queue()
        self.said = []
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "hall.py"), mode],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.errors = []
        self._readers = [threading.Thread(target=each) for each in (self._read, self._read_errors)]
        for reader in self._readers:
            reader.start()

    def _read(self):
        with self.process.stdout as lines:
            for line in lines:
                self.said.append(line.strip())
                self.lines.put(line.strip())

    def _read_errors(self):
        with self.process.stderr as lines:
            for line in lines:
                self.errors.append(line.rstrip())

    @property
    def console(self):
        """What stands on the console."""
        return "\n".join(self.errors)

    def wait_until_ready(self):
        """Until requests are served."""
        try:
            line = self.lines.get(timeout=PATIENCE)
        except queue.Empty:
            raise AssertionError(f"never ready: {self.console}") from None
        word, host, port = line.split()
        assert word == "READY"
        self.url = f"http://{host}:{port}"
        self.port = int(port)
        return self

    def workers(self):
        """The worker's process ids."""
        return [child.pid for child in psutil.Process(self.process.pid).children()]

    def wait(self, seconds=PATIENCE):
        """The exit code."""
        code = self.process.wait(seconds)
        for reader in self._readers:
            reader.join(2)
        return code

    def end(self):
        """Leave nothing behind."""
        children = []
        with suppress(psutil.NoSuchProcess):
            children = psutil.Process(self.process.pid).children(recursive=True)
        for process in [self.process, *children]:
            with suppress(psutil.NoSuchProcess, ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
        self.wait()


@pytest.fixture(params=["eventlet", "gevent", "threading"])
def mode(request):
    """How the hall is served."""
    return request.param


@pytest.fixture
def serve(mode):
    """Start halls; they are gone after the test."""
    started = []

    def start(**environment):
        started.append(Served(mode, **environment))
        return started[-1]

    yield start
    for each in started:
        each.end()


@pytest.fixture
def served(serve):
    """One hall that serves."""
    return serve().wait_until_ready()


@pytest.fixture(scope="session")
def halls():
    """Halls by mode that many tests share: a start costs seconds."""
    started = {}
    yield started
    for each in started.values():
        each.end()


@pytest.fixture(scope="module")
def halls_of():
    """Halls that differ by their environment, one a mode; gone after the module."""
    started = {}

    def configured(**environment):
        def of(mode):
            which = (mode, *environment.items())
            if which not in started:
                started[which] = Served(mode, **environment)
                started[which].wait_until_ready()
            return started[which]

        return of

    yield configured
    for each in started.values():
        each.end()


@pytest.fixture
def shared(mode, halls):
    """A hall that serves, as if it had just started."""
    if mode not in halls:
        halls[mode] = Served(mode)
        halls[mode].wait_until_ready()
    httpx.post(f"{halls[mode].url}/reset", trust_env=False, timeout=PATIENCE)
    return halls[mode]


@pytest.fixture
def http(served):
    """A client that keeps its connection."""
    with httpx.Client(base_url=served.url, timeout=PATIENCE, trust_env=False) as client:
        yield client


class Follower:
    """A client of Socket.IO that remembers what it is sent."""

    def __init__(self, url, auth=None, transports=("websocket",), reconnection=True):
        self.events = queue.Queue()
        self.connected = threading.Event()
        self.client = Client(reconnection=reconnection, reconnection_delay=0.2, reconnection_delay_max=0.4)
        self.client.on("connect", self.connected.set, namespace="/live")
        self.client.on("view", lambda data: self.events.put(("view", data)), namespace="/live")
        self.client.on("call", lambda data: self.events.put(("call", data)), namespace="/live")
        self.client.on("greeting", lambda data: self.events.put(("greeting", data)), namespace="/live")
        self.client.connect(
            url, transports=list(transports), namespaces=["/live"], auth=auth, wait_timeout=PATIENCE
        )

    def ask(self, event, data):
        """The acknowledgement."""
        return self.client.call(event, data, namespace="/live", timeout=PATIENCE)

    def subscribe(self, topic, **more):
        """The snapshot or a problem."""
        return self.ask("subscribe", {"topic": topic, **more})

    def next(self, kind=None, timeout=PATIENCE):
        """The next event, of a kind."""
        until = time.monotonic() + timeout
        while True:
            got = self.events.get(timeout=max(0.001, until - time.monotonic()))
            if kind in (None, got[0]):
                return got

    def end(self):
        """Hang up."""
        self.client.hang_up()


@pytest.fixture
def follow(served):
    """Connect followers; they are gone after the test."""
    followers = []

    def connect(**options):
        followers.append(Follower(served.url, **options))
        return followers[-1]

    yield connect
    for each in followers:
        each.end()


@pytest.fixture
def open_websocket(served):
    """Bare websockets that joined ``/live`` and follow a topic; closed after the test."""
    sockets = []

    def connect(topic=None, **options):
        ws = websocket.create_connection(
            f"ws://127.0.0.1:{served.port}/socket.io/?EIO=4&transport=websocket", timeout=PATIENCE, **options
        )
        sockets.append(ws)
        assert ws.recv().startswith("0")
        ws.send("40/live,")
        assert ws.recv().startswith("40/live,")
        if topic:
            ws.send(f'42/live,1["subscribe",{{"topic":"{topic}"}}]')
            assert ws.recv().startswith("43/live,1")
        return ws

    yield connect
    for ws in sockets:
        with suppress(Exception):
            ws.shutdown()


@pytest.fixture
def eventually():
    """Wait until something is true."""

    return running.eventually
