"""Whoever sets up a real hall is told how kiosks are registered, and warned when they are open to all."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from core import care
from core.accounts import add_account
from core.config import Config, load
from core.domain.staff import Role
from core.engine.engine import Engine
from core.halls import claim
from core.kiosks import KioskAccess
from core.store.sqlite import SqliteStore
from core.web.concurrency import concurrency
from tests.running import CONFIG, ROOT, antrean, start
from tests.worlds import HandClock


def folder(data: Path, config: Config, *, training: bool, registered: tuple[str, ...] = ()) -> Path:
    """A hall's data folder after its first start."""
    store = SqliteStore(data)
    claim(store, training=training)
    engine = Engine(config.plan, store, HandClock(), concurrency("threading"))
    engine.catch_up()
    for name in registered:
        add_account(engine, ("token", name), Role.KIOSK, f"hash of {name}")
    add_account(engine, ("token", "hall-board"), Role.BOARD, "hash")
    store.close()
    return data


def found(config: Config, data: Path) -> care.Finding:
    (told,) = (each for each in care.examine(config, data) if each.subject == "kiosks")
    return told


@pytest.fixture(scope="module")
def config() -> Config:
    config = load(CONFIG)
    return replace(config, settings=replace(config.settings, printers={}))


def opened(config: Config, said: bool | None) -> Config:
    return replace(
        config, settings=replace(config.settings, server=replace(config.settings.server, open_kiosks=said))
    )


def test_the_doctor_says_how_to_register_the_first_kiosk(config: Config, tmp_path: Path) -> None:
    told = found(config, folder(tmp_path / "data", config, training=False))
    assert "antrean token add kiosk k1" in told.advice
    assert "/kiosk/k1?token=TOKEN" in told.advice


def test_the_doctor_is_content_with_registered_kiosks(config: Config, tmp_path: Path) -> None:
    told = found(config, folder(tmp_path / "data", config, training=False, registered=("k2", "k1")))
    assert (told.found, told.advice) == ("registered devices only: k1, k2", "")


def test_the_doctor_warns_of_a_real_hall_that_is_open(config: Config, tmp_path: Path) -> None:
    told = found(opened(config, True), folder(tmp_path / "data", config, training=False, registered=("k1",)))
    assert "any browser" in told.found
    assert told.advice


def test_the_doctor_is_content_with_a_training_hall(config: Config, tmp_path: Path) -> None:
    data = folder(tmp_path / "data", config, training=True)
    assert found(config, data).advice == ""
    assert found(opened(config, True), data).advice == ""
    assert found(opened(config, False), data).advice != ""


def test_a_hall_without_kiosks_is_told_nothing() -> None:
    for open_ in (True, False):
        assert KioskAccess(open_, False, (), ()).start_lines(8000) == []


def test_a_real_hall_says_at_its_start_how_to_register_a_kiosk(tmp_path: Path) -> None:
    server = start(tmp_path / "data", clock=None)
    try:
        said = "\n".join(server.said)
        assert "antrean token add kiosk k1" in said
        assert f":{server.url.rsplit(':', 1)[1]}/kiosk/k1?token=TOKEN" in said
        with server.client() as client:
            page = client.get("/kiosk/k1", headers={"Accept": "text/html"})
        assert page.status_code == 401
        assert f"{server.url}/kiosk/k1?token=TOKEN" in page.text
    finally:
        server.stop()


def test_a_real_hall_that_is_open_warns_at_its_start_and_when_it_is_checked(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "hall", tmp_path / "hall")
    text = CONFIG.read_text(encoding="utf-8").replace("\naccent =", "\nopen_kiosks = true\naccent =", 1)
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    checked = antrean("check", "--config", str(tmp_path / "config.toml"))
    assert "any browser" in checked.stderr
    server = start(tmp_path / "data", "--config", str(tmp_path / "config.toml"), clock=None)
    try:
        assert any("any browser" in line for line in server.said)
        (log,) = tmp_path.glob("*.log")
        assert "WARNING antrean.kiosks open_kiosks = true" in log.read_text()
        with server.client() as client:
            assert client.get("/kiosk/k1").status_code == 200
    finally:
        server.stop()
