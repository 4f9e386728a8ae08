"""A disk that takes no more under a real server: said within seconds, over by itself, nothing given twice.

The server's files may not grow any more (``RLIMIT_FSIZE``): a real write that fails, without a file system of
its own.
"""

from __future__ import annotations

import os
import resource
import shutil
import time
from pathlib import Path

import httpx
import pytest

from tests.disks import limit
from tests.running import CONFIG, Server, start

SOON_S = 60.0


def until(server: Server, status: int) -> dict[str, str]:
    deadline = time.monotonic() + SOON_S
    while time.monotonic() < deadline:
        answer = httpx.get(f"{server.url}/readyz", timeout=30)
        if answer.status_code == status:
            return answer.json()["checks"]
        time.sleep(0.2)
    raise AssertionError(f"/readyz did not become {status}")


def log_of(server: Server) -> str:
    return "".join(each.read_text() for each in server.data.parent.glob("*.log"))


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="Linux sets another process's limits")
@pytest.mark.parametrize("mode", ["eventlet", "gevent", "threading"])
def test_a_disk_that_takes_no_more_is_said_and_overcome(tmp_path: Path, mode: str) -> None:
    shutil.copytree(CONFIG.parent / "hall", tmp_path / "hall")
    text = CONFIG.read_text(encoding="utf-8").replace("[server]\n", f'[server]\nasync_mode = "{mode}"\n')
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    server = start(tmp_path / "data", "--config", str(tmp_path / "config.toml"))
    try:
        kept = [server.issue("nib-umk")["ticket"]["number"] for _ in range(3)]
        token = server.token("kiosk")
        limit(server, (server.data / "antrean.db-wal").stat().st_size)
        refused = 0
        with server.client(token) as client:
            for n in range(60):
                body = {"service": "nib-umk"}
                answer = client.post("/api/v1/tickets", json=body, headers={"Idempotency-Key": f"k-{n}"})
                if answer.status_code == 201:
                    kept.append(answer.json()["ticket"]["number"])
                    continue
                assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
                refused += 1
                if refused == 5:
                    break
        assert refused == 5
        assert "cannot be written since" in until(server, 503)["store"]
        assert "antrean_store_writable 0.0" in httpx.get(f"{server.url}/metrics").text
        assert log_of(server).count("ledger_not_writable") == 1
        limit(server, resource.RLIM_INFINITY)
        until(server, 200)
        kept.append(server.issue("nib-umk")["ticket"]["number"])
        assert "ledger_writable_again" in log_of(server)
        ordinals = [int(each[1:]) for each in kept]
        assert ordinals == list(range(ordinals[0], ordinals[0] + len(kept)))
    finally:
        server.stop()
    assert [each.name for each in server.data.glob("antrean.db*")] == ["antrean.db"]
    assert os.path.getsize(server.data / "antrean.db") > 0
