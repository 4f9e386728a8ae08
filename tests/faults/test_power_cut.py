"""A power cut at any moment: what was acknowledged is on the disk, once, and the start needs no help.

A shim under the serving process records each write and sync of its database. From the record the disk is made
as a cut would leave it: what was synced is there; of the rest each 512-byte sector is there or not, as chance
has it. ``make long`` makes 20 cuts of a run.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from core.config import Config, load
from core.domain import commands as c
from core.domain.staff import CITIZEN
from core.engine.engine import Engine
from core.store.sqlite import FILE, SqliteStore
from tests.faults.test_damage import start as made_ready
from tests.running import CONFIG, Server, start
from tests.worlds import DirectThreads, HandClock, token

CUTS = int(os.environ.get("ANTREAN_CUTS", "2"))
CLIENTS = 4
TICKETS = 60 if CUTS <= 2 else 400
RECORD = struct.Struct("=ccHiq")
SECTOR = 512
NAMES = (FILE, f"{FILE}-wal", f"{FILE}-journal")
SERVICES = ("pbb-tagihan", "jkn-aktivasi", "skck-baru", "paspor-baru")


@dataclass
class Run:
    """A recorded run of a hall. ``promised``: bytes of record at the answer, token and number."""

    record: bytes
    promised: list[tuple[int, str, str]]


@dataclass
class Disk:
    """One file as the disk holds it, and what was written since the last sync."""

    there: bool = False
    content: bytearray = field(default_factory=bytearray)
    pending: list[tuple[bytes, int, bytes]] = field(default_factory=list)

    def sync(self) -> None:
        for operation in self.pending:
            self.apply(*operation)
        self.pending.clear()

    def apply(self, op: bytes, offset: int, data: bytes) -> None:
        match op:
            case b"W":
                self.there = True
                self.content.extend(bytes(max(0, offset + len(data) - len(self.content))))
                self.content[offset : offset + len(data)] = data
            case b"T":
                del self.content[offset:]
                self.content.extend(bytes(offset - len(self.content)))
            case _:
                self.there, self.content = False, bytearray()

    def lose_power(self, chance: random.Random) -> None:
        """Of what was not synced each sector is written or not, in any order."""
        chance.shuffle(self.pending)
        for op, offset, data in self.pending:
            if op != b"W":
                if chance.random() < 0.5:
                    self.apply(op, offset, data)
                continue
            share = chance.choice([0.0, 0.5, 1.0])
            for at in range(0, len(data), SECTOR):
                if chance.random() < share:
                    self.apply(op, offset + at, data[at : at + SECTOR])


def operations(record: bytes, until: int) -> Iterator[tuple[bytes, int, int, bytes]]:
    at = 0
    while at + RECORD.size <= until:
        op, file, _, length, offset = RECORD.unpack_from(record, at)
        at += RECORD.size + length
        if at > until:
            return
        yield op, file[0], offset, record[at - length : at]


def cut(run: Run, until: int, folder: Path, chance: random.Random, *, honest: bool = True) -> None:
    """Make the disk as a cut at ``until`` leaves it. Not ``honest``: one that only says it has synced."""
    disks = [Disk() for _ in NAMES]
    for op, file, offset, data in operations(run.record, until):
        if op == b"S":
            if honest:
                disks[file].sync()
        elif op == b"U":  # SQLite syncs the folder, too
            disks[file].pending.append((op, offset, data))
            disks[file].sync()
        else:
            disks[file].pending.append((op, offset, data))
    folder.mkdir(parents=True)
    for name, disk in zip(NAMES, disks, strict=True):
        disk.lose_power(chance)
        if disk.there:
            (folder / name).write_bytes(disk.content)


class Crowd:
    """Clients that take numbers, and note how long the record was when each was answered."""

    def __init__(self, server: Server, record: Path, token: str) -> None:
        self.server, self.record, self.token = server, record, token
        self.promised: list[tuple[int, str, str]] = []
        self._lock = threading.Lock()

    def take(self, place: int) -> None:
        with self.server.client(self.token) as client:
            for turn in range(TICKETS // CLIENTS):
                body = {"service": SERVICES[(place + turn) % len(SERVICES)]}
                try:
                    answer = client.post("/api/v1/tickets", json=body)
                except httpx.TransportError:
                    return
                assert answer.status_code == 201, answer.text
                ticket = answer.json()["ticket"]
                with self._lock:
                    self.promised.append((self.record.stat().st_size, ticket["token"], ticket["number"]))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A hall that gives numbers as fast as it can, until it is killed."""
    folder = tmp_path_factory.mktemp("power")
    if (compiler := shutil.which("gcc") or shutil.which("cc")) is None:
        pytest.skip("no C compiler: the shim that records the disk cannot be built")
    shim = folder / "power.so"
    source = Path(__file__).with_name("power.c")
    built = subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-o", str(shim), str(source), "-ldl"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    record = folder / "record"
    with pytest.MonkeyPatch.context() as patched:  # the command line writes too: it is recorded as well
        patched.setenv("LD_PRELOAD", str(shim))
        patched.setenv("POWER_LOG", str(record))
        server = start(folder / "data")
        try:
            crowd = Crowd(server, record, server.token("kiosk"))
            threads = [threading.Thread(target=crowd.take, args=(n,), daemon=True) for n in range(CLIENTS)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(120)
        finally:
            server.kill()
    assert len(crowd.promised) == TICKETS
    return Run(record.read_bytes(), sorted(crowd.promised))


@pytest.fixture(scope="module")
def config() -> Config:
    return load(CONFIG)


def given(path: Path) -> dict[str, str]:
    """Token to number of every ticket in the log; the file is sound and no number is there twice."""
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = database.execute(
            "SELECT json_extract(data, '$.token'), json_extract(data, '$.number') FROM event "
            "WHERE kind = 'TicketIssued'"
        ).fetchall()
    assert len({number for _, number in rows}) == len(rows), "a number was given twice"
    return dict(rows)


def moments(run: Run, chance: random.Random) -> list[int]:
    """Where to cut: anywhere from the first promise on, and right at an answer."""
    first, last = run.promised[0][0], run.promised[-1][0]
    anywhere = [chance.randint(first, last) for _ in range(CUTS - CUTS // 2)]
    return anywhere + [chance.choice(run.promised)[0] for _ in range(CUTS // 2)]


@pytest.mark.parametrize("n", range(CUTS))
def test_whatever_was_acknowledged_survives_a_power_cut(
    n: int, run: Run, config: Config, tmp_path: Path
) -> None:
    chance = random.Random(n)
    until = moments(run, chance)[n]
    cut(run, until, tmp_path / "data", chance)
    made_ready(config, tmp_path / "data", training=True)
    held = given(tmp_path / "data" / FILE)
    promised = {token_: number for at, token_, number in run.promised if at <= until}
    assert promised, "the cut came too early to prove anything"
    assert promised.items() <= held.items()
    store = SqliteStore(tmp_path / "data")
    try:
        clock = HandClock(store.newest_instant())
        engine = Engine(config.plan, store, clock, DirectThreads())
        engine.start()
        engine.do(c.IssueTicket(CITIZEN, SERVICES[2], token(n)))
    finally:
        store.close()
    assert len(given(tmp_path / "data" / FILE)) == len(held) + 1


def test_a_real_server_starts_after_the_cut_without_help(run: Run, tmp_path: Path) -> None:
    chance = random.Random(7)
    cut(run, run.promised[-1][0], tmp_path / "data", chance)
    server = start(tmp_path / "data")
    try:
        with server.client() as client:
            for _, token_, number in run.promised[:: max(1, TICKETS // 20)]:
                answer = client.get(f"/api/v1/tickets/{token_}")
                assert (answer.status_code, answer.json().get("number")) == (200, number)
    finally:
        server.stop()


def test_a_disk_that_lies_about_its_syncs_is_found_out(run: Run, tmp_path: Path) -> None:
    """The proof can fail: without the syncs promises are lost."""
    lost = 0
    for n in range(5):
        cut(run, run.promised[-1][0], tmp_path / f"{n}", random.Random(n), honest=False)
        try:
            held = given(tmp_path / f"{n}" / FILE)
        except (AssertionError, sqlite3.Error):
            lost += 1
        else:
            lost += not {(token_, number) for _, token_, number in run.promised} <= held.items()
    assert lost
