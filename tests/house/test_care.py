"""The command line: accounts beside a running server, one server a folder, care of the data."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import Server, antrean, eventually, start


@pytest.fixture
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("care") / "data"


@pytest.fixture
def server(data: Path) -> Iterator[Server]:
    started = start(data)
    yield started
    started.stop()


def test_a_second_server_on_the_same_folder_is_refused(server: Server) -> None:
    second = antrean("serve", "--training", "--data", str(server.data), "--port", "0", check=False)
    assert second.returncode == 1
    assert "in use by a running server" in second.stderr
    assert antrean("rebuild", "--data", str(server.data), check=False).returncode == 1


def test_a_training_folder_is_not_a_real_hall(server: Server) -> None:
    real = antrean("token", "add", "kiosk", "mine", "--data", str(server.data))
    assert real.stdout.startswith("atk_")
    assert real.stdout.count("\n") == 1, "the token stands alone on standard output"
    again = antrean("token", "add", "kiosk", "mine", "--data", str(server.data), check=False)
    assert again.returncode == 1
    assert 'There is an account named "mine" already' in again.stderr
    assert "mine\tkiosk\t-" in antrean("token", "list", "--data", str(server.data)).stdout


def test_a_revoked_token_is_refused_soon_by_the_running_server(server: Server) -> None:
    token = server.new_token("board", "short-lived")
    with server.client(token) as client:
        assert client.get("/api/v1/boards/hall").status_code == 200
        antrean("token", "revoke", "short-lived", "--data", str(server.data))
        eventually(
            lambda: client.get("/api/v1/boards/hall").status_code == 401, "the revoked token still works"
        )


def test_a_person_gets_a_new_password_and_goes(server: Server) -> None:
    folder = ("--data", str(server.data))
    first = antrean("staff", "add", "made", "--role", "officer", "--agency", "CAPIL", *folder).stdout.strip()
    second = antrean("staff", "password", "made", *folder).stdout.strip()
    assert first != second
    assert sign_in(server, "made", first) == 401
    assert sign_in(server, "made", second) == 302
    assert "made\tofficer\tCAPIL" in antrean("staff", "list", *folder).stdout
    antrean("staff", "remove", "made", *folder)
    assert sign_in(server, "made", second) == 401
    foreign = antrean("staff", "add", "x", "--role", "officer", "--agency", "NONE", *folder, check=False)
    assert foreign.returncode == 1
    assert "CAPIL" in foreign.stderr, "it says which agencies there are"


def test_the_data_is_for_its_owner_alone(server: Server) -> None:
    for name in ("antrean.db", "session.key"):
        assert stat.S_IMODE((server.data / name).stat().st_mode) == 0o600, name


def test_backup_restore_rebuild_and_doctor(server: Server, data: Path, tmp_path: Path) -> None:
    number = server.issue("nib-umk")["ticket"]["number"]
    copy = tmp_path / "copy.db"
    assert "sound" in antrean("backup", str(copy), "--data", str(data)).stdout
    assert antrean("backup", str(copy), "--data", str(data), check=False).returncode == 1
    assert antrean("restore", str(copy), "--data", str(data), check=False).returncode == 1, "it is running"
    later = server.issue("nib-umk")["ticket"]["number"]
    server.stop()

    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(b"not a database at all" * 100)
    assert antrean("restore", str(damaged), "--data", str(data), check=False).returncode == 1
    assert numbers(data) >= {number, later}
    antrean("restore", str(copy), "--data", str(data))
    assert number in numbers(data)
    assert later not in numbers(data)
    (kept,) = data.glob("*.before-restore")
    assert kept.stat().st_size > 0

    healthy = antrean("doctor", "--data", str(data), check=False)
    assert healthy.returncode == 0, healthy.stdout
    database = sqlite3.connect(data / "antrean.db")
    database.execute("UPDATE ticket SET state = 'lost'")
    database.commit()
    database.close()
    ill = antrean("doctor", "--data", str(data), check=False)
    assert ill.returncode == 1
    assert "-> antrean rebuild" in ill.stdout
    antrean("rebuild", "--data", str(data))
    assert antrean("doctor", "--data", str(data), check=False).returncode == 0

    again = start(data)
    again.tokens = dict(server.tokens)
    try:
        assert again.issue("nib-umk")["ticket"]["number"] == later, "the number was lost with the backup"
    finally:
        again.stop()


def sign_in(server: Server, name: str, password: str) -> int:
    with server.client() as client:
        form = client.get("/staff/login").text
        csrf = form.split('name="csrf_token" value="')[1].split('"')[0]
        answer = client.post("/staff/login", data={"csrf_token": csrf, "name": name, "password": password})
    return answer.status_code


def numbers(data: Path) -> set[str]:
    database = sqlite3.connect(data / "antrean.db")
    try:
        return {row[0] for row in database.execute("SELECT number FROM ticket")}
    finally:
        database.close()


def test_a_database_that_cannot_be_read_is_told_and_replaced(tmp_path: Path) -> None:
    data, copy = tmp_path / "data", tmp_path / "copy.db"
    server = start(data)
    number = server.issue("nib-umk")["ticket"]["number"]
    server.stop()
    antrean("backup", str(copy), "--data", str(data))
    (data / "antrean.db").write_bytes(b"the disk has eaten it " * 500)
    told = antrean("doctor", "--data", str(data), check=False)
    assert told.returncode == 1
    assert "-> antrean restore " in told.stdout
    antrean("restore", str(copy), "--data", str(data))
    assert numbers(data) == {number}
    assert not list(data.glob("*.restored"))


def test_a_folder_that_cannot_be_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    for words in (
        ("serve", "--training", "--data", str(tmp_path / "file" / "data"), "--port", "0"),
        ("rebuild", "--data", str(tmp_path / "file" / "data")),
        ("backup", str(tmp_path / "none" / "copy.db"), "--data", str(tmp_path / "none")),
    ):
        done = antrean(*words, check=False)
        assert done.returncode == 1, words
        assert done.stderr.startswith("antrean: "), done.stderr
        assert "Traceback" not in done.stderr
