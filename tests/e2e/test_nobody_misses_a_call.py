"""A rush, a dead server, a cut line, midnight: each call is shown on each board, and said once in its zone.

Twenty boards of all kinds stand in Chromium beside 500 other followers. What the pages note of
themselves is compared with the hall's own log.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from array import array
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from math import sin
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page

from core.accounts import add_account
from core.clock import LogClock
from core.config import load
from core.domain import events as e
from core.domain.plan import BoardKind, Plan
from core.domain.staff import Role
from core.engine.engine import Engine
from core.halls import open_store
from core.passwords import new_token, token_hash
from core.web.concurrency import concurrency
from display.voice.asked import to_record
from display.voice.sound import wav
from display.voice.workshop import RATE
from tests.bench.followers import Orders
from tests.e2e.conftest import BOARD
from tests.e2e.lines import Line
from tests.running import CONFIG, PATIENCE_S, ROOT, Server, environment, eventually, free_port, start

OPENED = datetime(2026, 11, 24, 10, 0)
CALLS = int(os.environ.get("ANTREAN_CALLS", "110"))
"""The same faults in their midst; `make long` makes 200."""
SOCKETS = 500
BOARDS = ["hall", "zone-a", "zone-a-2", "zone-b", "zone-b3", "zone-c", "zone-d"]
SIGNS = [f"sign-{number}" for number in (1, 4, 8, 11, 15, 20, 25, 30, 35, 40, 45, 50, 61)]
NOTED = """
window.noted = {shown: {}, said: []};
document.addEventListener('antrean:said', (event) => window.noted.said.push(event.detail));
const look = () => document.querySelectorAll('[data-call]').forEach((each) => {
  window.noted.shown[each.dataset.call.split('|')[0]] = true;
});
new MutationObserver(look).observe(document, {subtree: true, childList: true, attributes: true});
// Nearly twice as fast as in a hall: their order is what is looked at here, and the server knows how long
// a sentence lasts at least.
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () {
  this.playbackRate = 1.8;
  return play.call(this);
};
"""
BEEP = wav(array("h", (int(9_000 * sin(each / 8)) for each in range(RATE // 12))).tobytes())
"""A piece of a sentence of 83 ms."""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The hall of Denpasar with a second board in zone A, short recordings, announcements that stay young."""
    folder = tmp_path / "config"
    folder.mkdir()
    shutil.copytree(ROOT / "hall", folder / "hall")
    more = """
[[board]]
id = "zone-a-2"
name = { id = "Zona A, pintu timur", en = "Zone A, east door" }
kind = "zone"
zones = ["A"]

[voice]
expires = 600
chime = false
recordings = "recorded"
"""
    text = CONFIG.read_text().replace("recall_pace_seconds = 8", "recall_pace_seconds = 0")
    text = text.replace("recall_limit = 3", "recall_limit = 20")
    text = re.sub(r"(?ms)^\[voice\]\n.*?(?=^\[|^# ---)", "", text)
    (folder / "config.toml").write_text(text + more)
    for name, _ in to_record(load(folder / "config.toml"), None):
        recorded = folder / "recorded" / name
        recorded.parent.mkdir(parents=True, exist_ok=True)
        recorded.write_bytes(BEEP)
    return folder / "config.toml"


class Hall:
    """A served hall that can be killed and comes back at the same address."""

    def __init__(self, data: Path, config: Path, plan: Plan) -> None:
        self.data, self.config, self.plan = data, config, plan
        self.port = str(free_port())
        self.began = time.monotonic()
        self.server = self._start(OPENED.isoformat())
        self.tokens = self._tokens()
        self.http = httpx.Client(base_url=self.server.url, timeout=PATIENCE_S)

    def _start(self, clock: str) -> Server:
        arguments = ("--port", self.port, "--config", str(self.config))
        return start(self.data, *arguments, clock=clock)

    def die_and_come_back(self, clock: str | None = None) -> None:
        """Killed, and started again by a clock that went on meanwhile, or stands at ``clock``."""
        self.server.kill()
        gone = timedelta(seconds=int(time.monotonic() - self.began))
        self.server = self._start(clock or (OPENED + gone).isoformat())
        self.http.close()
        self.http = httpx.Client(base_url=self.server.url, timeout=PATIENCE_S)

    def _tokens(self) -> dict[str, str]:
        """A token for each counter's officer, a kiosk and a board."""
        store = open_store(self.data, checkpoints=False)
        try:
            engine = Engine(self.plan, store, LogClock(), concurrency("threading"))
            engine.catch_up()
            wanted = [(each.id, Role.OFFICER, each.agency) for each in self.plan.counters.values()]
            made: dict[str, str] = {}
            for name, role, agency in [*wanted, ("kiosk", Role.KIOSK, None), ("board", Role.BOARD, None)]:
                made[name] = new_token()
                add_account(engine, ("token", f"of {name}"), role, token_hash(made[name]), agency)
            return made
        finally:
            store.close()

    def post(self, who: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.tokens[who]}"}
        return self.http.post(f"/api/v1/{path}", json=body or {}, headers=headers)

    def board(self, ident: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.tokens['board']}"}
        return dict(self.http.get(f"/api/v1/boards/{ident}", headers=headers).json())

    def calls(self) -> list[tuple[str, str, str]]:
        """Of the log: id of the announcement, number, counter; in order."""
        store = open_store(self.data, checkpoints=False)
        try:
            numbers: dict[str, str] = {}
            found = []
            for recorded in store.everything():
                match recorded.event:
                    case e.TicketIssued(ticket=ticket, number=number):
                        numbers[ticket] = number
                    case e.TicketCalled(ticket=ticket, counter=counter):
                        found.append((f"{recorded.seq}-{ticket}", numbers[ticket], counter))
                    case e.TicketRecalled(ticket=ticket, counter=counter):
                        found.append((f"{recorded.seq}-{ticket}", numbers[ticket], counter))
            return found
        finally:
            store.close()

    def end(self) -> None:
        self.http.close()
        self.server.stop()


@contextmanager
def followers(hall: Hall) -> Iterator[None]:
    """500 other sockets, all of them following when this begins."""
    topics = tuple(f"board:{each}" for each in BOARDS)
    orders = Orders("127.0.0.1", int(hall.port), SOCKETS, topics, hall.tokens["board"])
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.followers", orders.to_json()],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(),
    )
    assert process.stdout is not None
    try:
        assert "ready" in json.loads(process.stdout.readline())
        yield
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.timeout(900)
def test_each_call_is_shown_everywhere_and_said_once_in_its_zone(
    chromium: Browser, tmp_path: Path, config: Path
) -> None:
    plan = load(config).plan
    hall = Hall(tmp_path / "data", config, plan)
    line = Line(int(hall.port))
    context = chromium.new_context(viewport=BOARD)
    try:
        context.add_init_script(NOTED)
        pages = {ident: context.new_page() for ident in [*BOARDS, *SIGNS]}
        assert len(pages) == 20
        behind = {"zone-a", "zone-d", "sign-4", "hall"}
        """These boards hang on the line that is cut."""
        for ident, page in pages.items():
            port = line.port if ident in behind else hall.port
            page.goto(f"http://127.0.0.1:{port}/display/{ident}")
        _rush(hall, plan, line)
        _shown_and_said(hall, plan, pages)
        _midnight(hall, pages)
    finally:
        context.close()
        line.end()
        hall.end()


def _rush(hall: Hall, plan: Plan, line: Line) -> None:
    """200 calls; a line is cut in their midst, and the server dies and comes back."""
    counters = list(plan.counters)
    services = [each.services[0] for each in plan.counters.values()]
    with ThreadPoolExecutor(16) as many:

        def all_of(answers: Iterator[httpx.Response]) -> None:
            wrong = [each.text for each in answers if each.status_code not in {200, 201}]
            assert not wrong, wrong[:3]

        all_of(many.map(lambda each: hall.post(each, f"counters/{each}/open"), counters))
        all_of(many.map(lambda each: hall.post("kiosk", "tickets", {"service": each}), services))
        with followers(hall):
            all_of(many.map(lambda each: hall.post(each, f"counters/{each}/next"), counters))
            line.cut()
            again = [each for _ in range(4) for each in counters if plan.counters[each].zone != "B"]
            some = again[: (CALLS - len(counters)) // 2]
            all_of(many.map(lambda each: hall.post(each, f"counters/{each}/recall"), some))
        hall.die_and_come_back()
        line.mend()
        with followers(hall):
            rest = again[len(some) : CALLS - len(counters)]
            all_of(many.map(lambda each: hall.post(each, f"counters/{each}/recall"), rest))
    assert len(hall.calls()) == CALLS


def _shown_and_said(hall: Hall, plan: Plan, pages: dict[str, Page]) -> None:
    calls = hall.calls()
    zone_of = {each.id: each.zone for each in plan.counters.values()}
    wanted: dict[str, list[str]] = defaultdict(list)
    for ident, _, counter in calls:
        wanted[zone_of[counter]].append(ident)

    def said() -> dict[str, list[dict[str, Any]]]:
        """By zone, in the order in which it was said, over all its boards."""
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for page in pages.values():
            for each in page.evaluate("window.noted.said"):
                found[each["zone"]].append(each)
        return {zone: sorted(each, key=lambda one: one["began"]) for zone, each in found.items()}

    def all_said() -> dict[str, list[dict[str, Any]]] | None:
        """Nothing while a zone has still to end a sentence, its first one perhaps."""
        heard = said()
        return heard if all(len(heard.get(zone, ())) >= len(ids) for zone, ids in wanted.items()) else None

    def missing() -> str:
        heard = said()
        return f"not all was said: {[(zone, len(heard.get(zone, ())), len(wanted[zone])) for zone in wanted]}"

    for zone, heard in eventually(all_said, missing, within=400).items():
        assert [each["id"] for each in heard] == wanted[zone], zone
        assert {each["state"] for each in heard} == {"done"}
        for one, after in pairwise(heard):
            assert one["ended"] <= after["began"], "two voices at once"

    for ident, page in pages.items():
        board = plan.boards[ident]
        due = {
            number
            for _, number, counter in calls
            if board.kind is BoardKind.HALL
            or (board.kind is BoardKind.ZONE and zone_of[counter] in board.zones)
            or counter == board.counter
        }
        eventually(
            lambda page=page, due=due: due <= set(page.evaluate("window.noted.shown")),
            f"{ident} has not shown every call",
        )
        _agrees(hall, ident, page)


def _agrees(hall: Hall, ident: str, page: Page) -> None:
    """On a live line the board shows what the engine says: its newest calls, as many as it has room for."""

    differs = ""

    def same() -> bool:
        nonlocal differs
        told = hall.board(ident)
        called = sorted((call["at"], call["number"]) for call in [*told["current"], *told["recent"]])
        newest = {number: at for at, number in called}
        shown = set(_numbers(page))
        hidden = newest.keys() - shown
        # Of two calls of one millisecond either is the newer one.
        right = shown <= newest.keys() and (
            max((newest[each] for each in hidden), default="")
            <= min((newest[each] for each in shown), default="")
        )
        line = page.locator("#line")
        dead = "" if line.is_hidden() else f"line: {line.text_content()}; "
        differs = f"{dead}shown {sorted(shown)}, told {newest}" if dead or not right else ""
        return not differs

    eventually(same, lambda: f"{ident} does not show what the engine says: {differs}")


def _numbers(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('[data-call]')].map((each) => each.dataset.call)"
    )
    return [each.split("|")[0] for each in found]


def _midnight(hall: Hall, pages: dict[str, Page]) -> None:
    """The hall's clock passes midnight: yesterday's numbers are gone from every board."""
    hall.die_and_come_back("2026-11-24T23:59:40")
    for ident, page in pages.items():
        _agrees(hall, ident, page)
    eventually(lambda: hall.board("hall")["day"] == "2026-11-25", "no new day", within=120)
    for ident, page in pages.items():
        eventually(
            lambda page=page: page.locator("[data-call]").count() == 0 and page.locator("#line").is_hidden(),
            f"{ident} still shows yesterday",
        )
        assert hall.board(ident)["current"] == []
