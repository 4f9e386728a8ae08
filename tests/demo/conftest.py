"""A training hall of its own for each test of the demo, and the demo as a process beside it."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from core.config import load
from core.domain.plan import Plan
from tests.running import free_port

CONFIG = Path(__file__).parents[2] / "config.toml"
ANTREAN = [sys.executable, "-c", "from core.cli import main; main()"]
READY = "Antrean is ready on "
PATIENCE_S = 60.0
"""For a start: test machines may be busy."""


class RunningHall:
    """``antrean serve --training`` as a process of its own, on a port that a restart finds again."""

    def __init__(self, data: Path, *options: str) -> None:
        self.data = data
        self.options = options
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        """Until requests are served."""
        where = ["--config", str(CONFIG), "--data", str(self.data)]
        where += ["--host", "127.0.0.1", "--port", str(self.port)]
        self.process = subprocess.Popen(
            [*ANTREAN, "serve", "--training", *where, *self.options],
            cwd=self.data.parent,  # any folder will do
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        lines: queue.SimpleQueue[str] = queue.SimpleQueue()

        def read(stdout: object) -> None:
            for line in stdout:
                lines.put(line)

        self._reader = threading.Thread(target=read, args=(self.process.stdout,), daemon=True)
        self._reader.start()
        try:
            while READY not in lines.get(timeout=PATIENCE_S):
                pass
        except queue.Empty:
            self.kill()
            raise AssertionError("the hall was never ready") from None

    def kill(self) -> None:
        """As a power cut does: master and worker at once."""
        children = []
        with suppress(psutil.NoSuchProcess):
            children = psutil.Process(self.process.pid).children(recursive=True)
        for pid in [self.process.pid, *(child.pid for child in children)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(PATIENCE_S)
        psutil.wait_procs(children, timeout=PATIENCE_S)
        self._reader.join(PATIENCE_S)  # at the end of the pipe
        self.process.stdout.close()

    def demo(self, *options: str) -> subprocess.Popen[str]:
        """``antrean demo`` against this hall."""
        where = ["--url", self.url, "--config", str(CONFIG), "--data", str(self.data)]
        return subprocess.Popen(
            [*ANTREAN, "demo", *where, *options],
            cwd=self.data.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


@pytest.fixture
def running_hall(tmp_path: Path) -> Iterator[RunningHall]:
    """A hall that serves; nothing of it is left after the test."""
    hall = RunningHall(tmp_path / "data")
    yield hall
    hall.kill()


@pytest.fixture
def ended() -> Iterator[Callable[[subprocess.Popen[str]], tuple[int, str]]]:
    """Wait for a demo: its exit code and what it said."""
    started = []

    def wait(process: subprocess.Popen[str]) -> tuple[int, str]:
        started.append(process)
        said, _ = process.communicate(timeout=200)
        return process.returncode, said

    yield wait
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait(PATIENCE_S)


@pytest.fixture(scope="session")
def denpasar() -> Plan:
    """The shipped hall."""
    return load(CONFIG).plan
