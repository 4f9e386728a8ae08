"""The processes of a benchmark: servers, load and followers. Each is ended by whoever started it."""

from __future__ import annotations

import json
import os
import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import psutil

from tests.bench import followers, load

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0
"""Seconds until a server must be ready: the machine may be busy."""
READY = re.compile(r"is ready on http://(.+):(\d+)$")


class Process:
    """A process of ours that says lines on its standard output."""

    def __init__(self, arguments: Sequence[str], folder: Path, name: str) -> None:
        self.errors = folder / f"{name}.err"
        self.lines: queue.Queue[str | None] = queue.Queue()
        self.started = time.monotonic()
        with self.errors.open("wb") as errors:
            self.popen = subprocess.Popen(
                arguments,
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        threading.Thread(target=self._read, args=[self.popen.stdout], daemon=True).start()

    def _read(self, output: IO[str]) -> None:
        for line in output:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def line(self, seconds: float = PATIENCE) -> str:
        """The next line. Raises ``RuntimeError`` with what it complained about."""
        try:
            line = self.lines.get(timeout=seconds)
        except queue.Empty:
            line = None
        if line is None:
            told = self.errors.read_text(errors="replace")[-2000:]
            raise RuntimeError(f"{self.errors.stem} says nothing more (exit {self.popen.poll()}): {told}")
        return line

    def stop(self, seconds: float = 15) -> None:
        """End it, at last by force."""
        self.popen.terminate()
        try:
            self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            for child in psutil.Process(self.popen.pid).children():
                with suppress(psutil.NoSuchProcess):
                    child.kill()
            self.popen.kill()
            self.popen.wait(5)

    def __enter__(self) -> Any:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, trouble: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class Server(Process):
    """A server that says ``… is ready on http://HOST:PORT``; made when it has said so."""

    def __init__(self, arguments: Sequence[str], folder: Path, name: str) -> None:
        super().__init__(arguments, folder, name)
        while not (found := READY.search(self.line())):
            pass
        self.start_seconds = time.monotonic() - self.started
        self.host, self.port = "127.0.0.1" if found[1] == "localhost" else found[1], int(found[2])

    @property
    def members(self) -> list[psutil.Process]:
        """The master and its worker."""
        master = psutil.Process(self.popen.pid)
        return [master, *master.children()]

    def cpu_seconds(self) -> float:
        """What the worker has used of a processor."""
        used = self.members[1].cpu_times()
        return float(used.user + used.system)

    def memory(self) -> dict[str, float]:
        """MB (10^6 bytes) of master and worker together: pages held (rss) and held by nobody else (uss)."""
        told = [member.memory_full_info() for member in self.members]
        return {name: sum(getattr(each, name) for each in told) / 1e6 for name in ("rss", "uss", "pss")}


def bare_server(folder: Path, mode: str = "eventlet") -> Server:
    """The server that the live views are measured against."""
    return Server([sys.executable, "-m", "tests.bench.bare", mode], folder, "bare")


def run_load(orders: load.Orders) -> dict[str, Any]:
    """Run the clients in a process of their own; what they tell."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load", orders.to_json()],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=orders.seconds + PATIENCE,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return dict(json.loads(done.stdout))


class Followers(Process):
    """A fleet of Socket.IO clients, all of them following."""

    def __init__(self, orders: followers.Orders, folder: Path, name: str) -> None:
        super().__init__([sys.executable, "-m", "tests.bench.followers", orders.to_json()], folder, name)
        while "ready" not in json.loads(self.line()):
            pass

    def arrival(self, event: str, seq: int = 0, seconds: float = 30) -> dict[str, Any]:
        """The next message of that name, not older than ``seq``, that has reached all."""
        while True:
            told = self._told(self.line(seconds))
            if told.get("event") == event and told["seq"] >= seq:
                return told

    def _told(self, line: str) -> dict[str, Any]:
        told = dict(json.loads(line))
        if "lost" in told:
            raise RuntimeError(f"{self.errors.stem}: a follower was lost: {told['lost']}")
        return told
