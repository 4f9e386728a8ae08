"""A hall whose one printer hangs at a kiosk's computer: server, agent, and the printer in software."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from kiosk.printing.simulator import Simulator
from tests.running import ANTREAN, Server, environment, eventually, free_port, start

CONFIG = Path(__file__).with_name("hall.toml")
KIOSK, PRINTER, SERVICE = "k1", "p1", "ktp"
OPEN = frozenset({"queued", "sending", "sent"})
LIMIT_S = 60.0


def until(holds: Callable[[], bool], limit_s: float = LIMIT_S) -> None:
    eventually(holds, within=limit_s)


@dataclass
class Place:
    """Everything that is needed for one number on paper; each part can be killed and started again."""

    folder: Path
    simulator: Simulator = field(default_factory=Simulator)
    port: int = field(default_factory=free_port)
    server: Server | None = None
    agent: subprocess.Popen[bytes] | None = None
    token: str = ""

    def __post_init__(self) -> None:
        self.simulator.start()

    @property
    def log(self) -> Path:
        """What the agents said, one after the other."""
        return self.folder / "agent.log"

    def start_server(self) -> None:
        self.server = start(self.folder / "data", "--config", str(CONFIG), "--port", str(self.port))

    def start_agent(self, *more: str, token: str | None = None) -> None:
        if not self.token:
            assert self.server is not None
            self.token = self.server.new_token("kiosk", KIOSK)
        told = [*ANTREAN, "kiosk-agent", "--url", f"http://127.0.0.1:{self.port}", "--kiosk", KIOSK]
        printer = ["--kind", "network", "--host", "127.0.0.1", "--port", str(self.simulator.port)]
        with self.log.open("ab") as log:
            self.agent = subprocess.Popen(
                [*told, *printer, *more],
                stderr=log,
                stdout=subprocess.DEVNULL,
                env=environment(ANTREAN_TOKEN=self.token if token is None else token),
                cwd=tempfile.gettempdir(),
                start_new_session=True,
            )

    def kill_server(self) -> None:
        assert self.server is not None
        self.server.kill()

    def kill_agent(self) -> None:
        assert self.agent is not None
        os.kill(self.agent.pid, signal.SIGKILL)
        self.agent.wait(20)

    def close(self) -> None:
        if self.agent is not None and self.agent.poll() is None:
            self.kill_agent()
        if self.server is not None and self.server.process.poll() is None:
            self.server.kill()
        self.simulator.stop()

    def client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port}", headers=headers, timeout=LIMIT_S)

    def issue(self, key: str | None = None) -> dict[str, Any]:
        """A number, asked for under its key until there is an answer."""
        headers = {"Idempotency-Key": key} if key else {}
        end = time.monotonic() + LIMIT_S
        while True:
            try:
                with self.client() as client:
                    answer = client.post("/api/v1/tickets", json={"service": SERVICE}, headers=headers)
                if answer.status_code < 500:
                    assert answer.status_code == 201, answer.text
                    return dict(answer.json())
            except httpx.TransportError:
                pass
            assert time.monotonic() < end, "no answer"
            time.sleep(0.1)

    def jobs(self) -> list[dict[str, Any]]:
        """What the printer still owes."""
        with self.client() as client:
            return list(client.get(f"/api/v1/printers/{PRINTER}/jobs").json()["jobs"])

    def settled(self) -> bool:
        """Whether nothing waits or is under way."""
        try:
            return not any(each["state"] in OPEN for each in self.jobs())
        except httpx.TransportError:
            return False
