"""What a hall writes is for the server's user alone, and nothing that others wrote is loaded as code."""

from __future__ import annotations

import os
import pickle
import platform
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import care
from core.config import load
from core.folders import CACHE, cache_folder, close_to_others, open_to_others
from core.halls import hold
from core.store.sqlite import SqliteStore
from tests.running import CONFIG, Server, antrean, start

PICKLE = "3.11.0.capabilities.pickle"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def open_ones(folder: Path) -> dict[str, str]:
    """Whatever in ``folder``, itself included, others may look at."""
    return {
        str(path.relative_to(folder)): oct(mode(path))
        for path in (folder, *folder.rglob("*"))
        if mode(path) & 0o077 and not path.is_symlink()
    }


@pytest.fixture
def lax() -> Iterator[None]:
    """The umask of a careless machine, for this test and what it starts."""
    before = os.umask(0)
    yield
    os.umask(before)


def printed(server: Server) -> list[Path]:
    """The pictures of a ticket that a kiosk has just printed."""
    server.issue("nib-umk", kiosk="k1")
    papers = server.data / "printer" / "p1"
    deadline = time.monotonic() + 40
    while not (found := list(papers.glob("*.png"))):
        assert time.monotonic() < deadline, "nothing was printed"
        time.sleep(0.05)
    return found


@pytest.mark.usefixtures("lax")
def test_nothing_that_a_server_leaves_is_open_to_others(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(0o755)
    (data / PICKLE).write_bytes(b"left by an earlier version")
    server = start(data)
    try:
        printed(server)
    finally:
        server.stop()
    antrean("backup", str(data / "copy.db"), "--data", str(data))
    assert open_ones(data) == {}
    assert not (data / PICKLE).exists()
    assert list((data / CACHE).glob("*.pickle"))


@pytest.mark.usefixtures("lax")
def test_a_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    SqliteStore(tmp_path / "one").close()
    os.close(hold(tmp_path / "two"))
    assert mode(tmp_path / "one") == mode(tmp_path / "two") == 0o700


def test_a_start_closes_its_folder_and_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o775)
    assert open_to_others(folder)
    assert close_to_others(folder)
    assert mode(folder) == 0o700
    assert not close_to_others(folder)


def test_a_shared_folder_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o1777)
    assert not close_to_others(tmp_path)
    assert mode(tmp_path) == 0o1777
    tmp_path.chmod(0o755)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert not close_to_others(tmp_path)
    assert mode(tmp_path) == 0o755


def test_the_doctor_says_that_a_folder_is_open(tmp_path: Path) -> None:
    config = load(CONFIG)
    for folder_mode, advised in ((0o700, False), (0o750, True), (0o755, True)):
        tmp_path.chmod(folder_mode)
        advice = [each.advice for each in care.examine(config, tmp_path) if each.subject == "data folder"]
        assert any("chmod 700" in each for each in advice) is advised, oct(folder_mode)


class Evil:
    """Runs a command of its maker when it is loaded."""

    def __init__(self, witness: Path) -> None:
        self.witness = witness

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.witness),)


@pytest.mark.parametrize("how", ["in the data folder", "writable", "of another", "a link"])
def test_a_pickle_that_others_may_have_written_is_removed(
    tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, cache = tmp_path / "data", tmp_path / "data" / CACHE
    data.mkdir(0o700)
    cache.mkdir(0o700)
    planted = pickle.dumps(Evil(tmp_path / "witness"))
    path = (data if how == "in the data folder" else cache) / PICKLE
    path.write_bytes(planted)
    path.chmod(0o666 if how == "writable" else 0o600)
    if how == "a link":
        path.rename(tmp_path / "elsewhere")
        path.symlink_to(tmp_path / "elsewhere")
    if how == "of another":
        real, number = Path.lstat, path.stat().st_ino

        def of_another(self: Path) -> os.stat_result:
            found = real(self)
            changed = [*found]
            changed[stat.ST_UID] += found.st_ino == number
            return os.stat_result(changed)

        monkeypatch.setattr(Path, "lstat", of_another)
    assert cache_folder(data) == cache
    assert not path.exists()
    assert not path.is_symlink()


def test_a_folder_that_others_write_to_keeps_no_pickle(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(0o777)
    assert cache_folder(data) is None
    data.chmod(0o700)
    (data / CACHE).rmdir()
    (data / CACHE).symlink_to(tmp_path)
    assert cache_folder(data) is None


def test_a_pickle_planted_beside_a_hall_is_not_loaded(tmp_path: Path) -> None:
    name = f"{platform.python_version()}.capabilities.pickle"
    data = tmp_path / "data"
    for folder in (data, data / CACHE):
        folder.mkdir(0o700)
        (folder / name).write_bytes(pickle.dumps(Evil(tmp_path / "witness")))
        (folder / name).chmod(0o666)
    os.utime(data / CACHE / name, (2**32, 2**32))  # newer than the list that it is made of
    server = start(data)
    try:
        printed(server)
    finally:
        server.stop()
    assert not (tmp_path / "witness").exists()
