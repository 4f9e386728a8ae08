"""The wheel holds everything: installed into a new environment, it runs outside of the checkout."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.running import PATIENCE_S, eventually

ROOT = Path(__file__).resolve().parents[2]
READY = re.compile(r"Antrean is ready on (http://\S+)")


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    """Run a step; its own words if it fails. Nothing of the checkout is in its environment."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "ANTREAN", "VIRTUAL_ENV"))}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=clean,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, f"{command}: {done.stdout[-2000:]} {done.stderr[-2000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``bin`` folder of a new environment with the wheel and the locked libraries."""
    folder = tmp_path_factory.mktemp("wheel")
    python = Path(sys.executable)
    run(python, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder)
    (wheel,) = folder.glob("antrean-*.whl")
    uv = python.parent / "uv"
    run(uv, "venv", "--quiet", "--python", python, folder / "venv")
    target = folder / "venv" / "bin" / "python"
    install = (uv, "pip", "install", "--quiet", "--python", target)
    run(*install, "--require-hashes", "-r", ROOT / "requirements.lock")
    run(*install, "--no-deps", wheel)
    return folder / "venv" / "bin"


def test_the_installed_hall_checks_serves_and_prints(installed: Path, tmp_path: Path) -> None:
    antrean = installed / "antrean"
    run(antrean, "init", tmp_path / "mall", cwd=tmp_path)
    told = run(antrean, "check", "--config", tmp_path / "mall" / "config.toml", cwd=tmp_path)
    assert "24 agencies, 219 services, 61 counters" in told
    where = ("--host", "127.0.0.1", "--port", "0", "--data", str(tmp_path / "data"))
    process = subprocess.Popen(
        [antrean, "serve", "--training", *where],
        cwd=tmp_path / "mall",
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        url = next(found[1] for line in process.stdout if (found := READY.search(line)))
        token = run(
            antrean, "token", "add", "kiosk", "k1", "--data", tmp_path / "data", cwd=tmp_path / "mall"
        )
        look_around(url, token.strip(), tmp_path / "data")
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_S)
        process.stdout.close()
    assert process.returncode == 0


def look_around(url: str, token: str, data: Path) -> None:
    """Every page with every file it names; one number, down to the paper."""
    with httpx.Client(base_url=url, timeout=PATIENCE_S) as client:
        for path in ("/", "/kiosk/k1", "/display/hall", "/staff/login"):
            page = client.get(path)
            assert page.status_code == 200, path
            files = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
            assert files, path
            for file in files:
                assert client.get(file.replace("&amp;", "&")).status_code == 200, file
            assert "kiosk.title" not in re.sub(r"<script.*?</script>", "", page.text, flags=re.DOTALL)
        fonts = client.get("/static/vendor/fonts/atkinson-hyperlegible-next-latin-wght-normal.woff2")
        assert fonts.status_code == 200
        answer = client.post(
            "/api/v1/tickets",
            json={"service": "ktp-cetak-baru", "kiosk": "k1"},
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 201
        job = answer.json()["print"]["job"]
    drawn = data / "printer" / "p1" / f"{job}.png"
    eventually(drawn.exists, "the ticket was not printed")
