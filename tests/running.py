"""A real hall for tests: ``antrean serve`` as its own process, its API, and Chromium."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx

ROOT = Path(__file__).resolve().parents[1]
CONFIG = ROOT / "config.toml"
CLOCK = "2026-11-24T09:00"
"""A Tuesday on which every agency is open."""
PATIENCE_S = 60.0
"""How long a test waits for what must come: a machine may be busy. What comes sooner ends the wait."""
SLOWNESS = float(os.environ.get("ANTREAN_SLOWNESS", "4"))
"""How much slower than promised a hall may be in a test. 1 on an idle machine: `make long` sets it."""
READY = re.compile(r"Antrean is ready on (http://\S+)")
ANTREAN = [sys.executable, "-c", "from core.cli import main; main()"]


T = TypeVar("T")


def eventually(
    look: Callable[[], T],
    words: str | Callable[[], str] = "it did not come about",
    *,
    within: float = PATIENCE_S,
    pause: Callable[[float], None] = time.sleep,
) -> T:
    """What ``look`` finds once it is something: looked for again and again, ``within`` seconds.

    A ``LookupError`` of ``look`` means "not there yet". ``pause`` waits for so many seconds: a page's own
    way of waiting lets the page's events in.
    """
    until = time.monotonic() + within
    while True:
        trouble: LookupError | None = None
        try:
            if found := look():
                return found
        except LookupError as missing:
            trouble = missing
        if time.monotonic() >= until:
            raise AssertionError(words if isinstance(words, str) else words()) from trouble
        pause(0.05)


def at_most(promised: float) -> float:
    """Seconds that a test allows for what the hall does within ``promised`` seconds on an idle machine."""
    return promised * SLOWNESS


def free_port() -> int:
    """A port for a hall that comes back at its address.

    Below those that Linux gives to outgoing connections (32768 and up): one of these may take the port
    while the hall is down.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


@dataclass
class Server:
    """A running hall."""

    process: subprocess.Popen[str]
    url: str
    data: Path
    said: list[str]
    """What it printed until it was ready."""
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def password(self) -> str:
        """The password of a training hall's sample accounts."""
        return next(line.rsplit(" ", 1)[1] for line in self.said if "Password" in line)

    def token(self, role: str, agency: str | None = None, bound_to: str | None = None) -> str:
        """A bearer token, made once for each role and agency, or kiosk or board."""
        name = f"{role}-{agency or bound_to or 'any'}"
        if name not in self.tokens:
            self.tokens[name] = self.new_token(role, name, agency, bound_to)
        return self.tokens[name]

    def new_token(self, role: str, name: str, agency: str | None = None, bound_to: str | None = None) -> str:
        """A bearer token by the command line, as a technician makes it."""
        extra = ["--agency", agency] if agency else []
        extra += [f"--{role}", bound_to] if bound_to else []
        return antrean("token", "add", role, name, *extra, "--data", str(self.data)).stdout.strip()

    def client(self, token: str | None = None, **headers: str) -> httpx.Client:
        """A program of the hall, with or without a token."""
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return httpx.Client(base_url=self.url, headers=headers, timeout=PATIENCE_S)

    def issue(self, service: str, **body: Any) -> dict[str, Any]:
        """A ticket, taken with the token of that kiosk, or of none."""
        with self.client(self.token("kiosk", bound_to=body.get("kiosk"))) as client:
            answer = client.post("/api/v1/tickets", json={"service": service, **body})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def act(self, counter: str, action: str, agency: str = "CAPIL", **body: Any) -> httpx.Response:
        """An action at a counter, as that agency's officer of that counter."""
        name = f"officer-{counter}"
        if name not in self.tokens:
            self.tokens[name] = self.new_token("officer", name, agency)
        with self.client(self.tokens[name]) as client:
            return client.post(f"/api/v1/counters/{counter}/{action}", json=body)

    def kill(self) -> None:
        """As a power cut does: no goodbye."""
        _signal(self.process, signal.SIGKILL)
        self.process.wait(timeout=PATIENCE_S)
        self._close()

    def _close(self) -> None:
        if self.process.stdout is not None:
            self.process.stdout.close()

    def stop(self) -> int:
        """Ask it to stop; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=PATIENCE_S)
            except subprocess.TimeoutExpired:
                _signal(self.process, signal.SIGKILL)
        code = self.process.wait(timeout=PATIENCE_S)
        self._close()
        return code


def _signal(process: subprocess.Popen[str], number: int) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return


def antrean(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """The command line, from a folder that is not the checkout."""
    return subprocess.run(
        [*ANTREAN, *arguments],
        capture_output=True,
        text=True,
        check=check,
        timeout=120,
        env=environment(),
        cwd=tempfile.gettempdir(),
    )


def environment(**more: str) -> dict[str, str]:
    """The tests' own environment, with the shipped hall as its configuration."""
    named = {"ANTREAN_CONFIG": str(CONFIG), "PYTHONPATH": str(ROOT), **more}
    return {name: value for name, value in (os.environ | named).items() if name != "ANTREAN_DATA"}


def start(
    data: Path, *arguments: str, clock: str | None = CLOCK, variables: Mapping[str, str] | None = None
) -> Server:
    """Start a hall on a free port; a training hall unless ``clock`` is None."""
    training = ["--training", "--clock", clock] if clock is not None else []
    told = data.parent / f"{data.name}-{secrets.token_hex(3)}.log"
    with told.open("w") as log:
        process = subprocess.Popen(
            [
                *ANTREAN,
                "serve",
                *training,
                "--data",
                str(data),
                "--host",
                "127.0.0.1",
                "--port",
                "0",
                *arguments,
            ],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=environment(**dict(variables or {})),
            cwd=tempfile.gettempdir(),
            start_new_session=True,
        )
    assert process.stdout is not None
    said: list[str] = []
    for line in process.stdout:
        said.append(line.rstrip())
        if found := READY.search(line):
            return Server(process, found[1], data, said)
    process.wait(timeout=PATIENCE_S)
    process.stdout.close()
    raise AssertionError(f"the hall did not start: {said} {told.read_text()}")


@contextmanager
def serving(*arguments: str, **options: Any) -> Iterator[Server]:
    """A hall in a new folder, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="antrean-"))
    try:
        server = start(folder / "data", *arguments, **options)
        try:
            yield server
        finally:
            server.stop()
            _signal(server.process, signal.SIGKILL)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
