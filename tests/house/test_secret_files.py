"""Secret files are whole or not there; a damaged one is told in words that say what to do."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from core import secret_files
from core.cli import main
from core.ports import StoreError
from core.secret_files import KEY_BYTES, SecretDamaged, kept, session_key
from core.store.sqlite import SqliteStore
from core.web.concurrency import concurrency
from display.push.keys import HallKey
from display.push.service import PushService

ROOT = Path(__file__).parents[2]


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    key = session_key(tmp_path)
    assert (len(key), session_key(tmp_path)) == (KEY_BYTES, key)
    assert (tmp_path / "session.key").stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["session.key"], "no draft is left"


@pytest.mark.parametrize(
    "content", [b"", b"x", b"\0" * 32, b"a" * 64, os.urandom(31)], ids=["empty", "short", "nul", "a", "31"]
)
def test_a_damaged_key_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "session.key").write_bytes(content)
    with pytest.raises(SecretDamaged) as told:
        session_key(tmp_path)
    for words in (f"rm {tmp_path / 'session.key'}", "everybody signs in again", "df -h"):
        assert words in str(told.value)
    assert (tmp_path / "session.key").read_bytes() == content, "nothing is thrown away unasked"


def test_serve_says_so_and_does_not_begin(tmp_path: Path) -> None:
    SqliteStore(tmp_path).close()
    (tmp_path / "session.key").write_bytes(b"")
    arguments = ["serve", "--config", str(ROOT / "config.toml"), "--data", str(tmp_path)]
    outcome = CliRunner().invoke(main, arguments)
    assert outcome.exit_code == 1
    assert "session.key is damaged" in outcome.output
    assert "Traceback" not in outcome.output


@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
def test_a_disk_that_fails_at_the_first_start_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    if step == "replace":
        monkeypatch.setattr(Path, "replace", full)
    elif step == "fsync":
        monkeypatch.setattr(secret_files.os, "fsync", full)
    else:
        monkeypatch.setattr(secret_files.os, "fdopen", _full_file)
    with pytest.raises(StoreError, match="No space left"):
        session_key(tmp_path)
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []
    assert len(session_key(tmp_path)) == KEY_BYTES


class _full_file:  # noqa: N801 - stands for a function
    """A file on a full disk."""

    def __init__(self, handle: int, _mode: str) -> None:
        self._handle = handle

    def __enter__(self) -> _full_file:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._handle)

    def write(self, _content: bytes) -> None:
        raise OSError(28, "No space left on device")


def test_what_is_there_is_not_made_anew(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"there")
    assert kept(tmp_path / "a", lambda: b"new") == b"there"
    with pytest.raises(StoreError, match="directory"):
        kept(tmp_path, lambda: b"new")


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PRIVATE KEY-----\n", b"\0" * 200])
def test_a_damaged_push_key_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "push.key").write_bytes(content)
    with pytest.raises(SecretDamaged, match=r"rm .*push\.key"):
        HallKey(tmp_path)


def test_the_push_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    public = HallKey(tmp_path).public
    assert HallKey(tmp_path).public == public
    assert (tmp_path / "push.key").stat().st_mode & 0o777 == 0o600


def test_a_hall_with_a_damaged_push_key_serves_without_messages(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    (tmp_path / "push.key").write_bytes(b"")
    (tmp_path / "push.db").touch()
    push = SimpleNamespace(enabled=True, contact="", local_services=False, ahead=3)
    settings = SimpleNamespace(push=push, server=SimpleNamespace(public_url=""))
    house: Any = SimpleNamespace(settings=settings, data=tmp_path, concurrency=concurrency("threading"))
    service = PushService(house)
    service.start()
    assert not service.enabled
    (record,) = caplog.records
    assert "push.key is damaged" in record.getMessage()
