"""Thousands of phones that follow one queue must not make the boards wait."""

from __future__ import annotations

import json
import shutil
import time
from contextlib import ExitStack
from pathlib import Path

from core.config import load as load_config
from core.domain.staff import Role
from tests.bench import followers, halls
from tests.bench.calls import QUIET_S, Officers
from tests.bench.figures import Figure, Goal, Result, Scale, percentile
from tests.bench.processes import ROOT, Followers, Server
from tests.bench.wire import Line, request

BOARDS = 100
PHONES = 2000
CALLS = 200
BLOCKS = 4
"""The phones come and go so often, since a machine may be busier in one minute than in the next."""
RATIO = 2.0
"""With phones beside without, at the 99th percentile."""
REST_S = 0.3
"""After the last phone has its view."""
GONE_S = 2.0
"""After the phones have gone."""


def run(scale: Scale) -> Result:
    """Calls to the boards, alone and with the phones there by turns, of the same hall."""
    phones, calls = scale.pick(PHONES, 300), scale.pick(CALLS, 12)
    blocks = scale.pick(BLOCKS, 2)
    each = calls // blocks
    data, config = scale.folder / "data", _config(scale.folder)
    plan = load_config(config).plan
    with ExitStack() as running:
        server = running.enter_context(halls.serve(data, config))
        officers = Officers(server, data, plan, 2 * (calls + blocks))
        board, kiosk = halls.tokens(data, [("bench-board", Role.BOARD), ("bench-phones", Role.KIOSK)], config)
        # First those who are called: whoever follows here goes on waiting.
        _take(server, kiosk, officers.service, 2 * (calls + blocks))
        tickets = _take(server, kiosk, officers.service, phones)
        watching = followers.Orders(server.host, server.port, BOARDS, ("board:hall",), board)
        boards = running.enter_context(Followers(watching, scale.folder, "boards"))
        following = followers.Orders(
            server.host, server.port, phones, tuple(f"ticket:{each}" for each in tickets)
        )
        alone: list[float] = []
        beside: list[float] = []
        last: list[float] = []
        used = memory = 0.0
        for _ in range(blocks):
            alone += _called(officers, boards, None, each)[0]
            with Followers(following, scale.folder, "phones") as pockets:
                used -= server.cpu_seconds()
                shown, held = _called(officers, boards, pockets, each)
                used += server.cpu_seconds()
                memory = max(memory, server.memory()["rss"])
            beside += shown
            last += held
            time.sleep(GONE_S)
    what, against = f"call to the last of {BOARDS} boards beside {phones} phones", "the same without phones"
    figures = [
        Figure(f"{what}, p50", percentile(beside, 50), "ms", percentile(alone, 50), against),
        Figure(f"{what}, p99", percentile(beside, 99), "ms", percentile(alone, 99), against, Goal(RATIO)),
        Figure(f"the new view of the last of {phones} phones, p50", percentile(last, 50), "ms"),
        Figure("the server's processor for a call", 1000 * used / (calls + blocks), "ms"),
        Figure("worker and master with all of them: RSS", memory, "MB"),
    ]
    return Result(figures, details={"alone_ms": alone, "beside_ms": beside, "phones_ms": last})


def _config(folder: Path) -> Path:
    """The shipped hall, which goes on giving numbers however many wait."""
    shutil.copytree(ROOT / "hall", folder / "hall")
    text = halls.CONFIG.read_text().replace("close_when_full = true", "close_when_full = false")
    (folder / "config.toml").write_text(text)
    return folder / "config.toml"


def _take(server: Server, token: str, service: str, count: int) -> list[str]:
    """Tokens of so many tickets of one service."""
    line, made = Line(server.host, server.port), []
    body = json.dumps({"service": service}).encode()
    for _ in range(count):
        headers = {"Authorization": f"Bearer {token}"}
        status, answer, _ = line.ask(request("POST", "/api/v1/tickets", line.host, headers, body))
        if status != 201:
            raise RuntimeError(f"no ticket: {status} {answer[:300]!r}")
        made.append(str(json.loads(answer)["ticket"]["token"]))
    line.close()
    return made


def _called(
    officers: Officers, boards: Followers, phones: Followers | None, calls: int
) -> tuple[list[float], list[float]]:
    """Milliseconds from asking for a call to the last board, and to the view of the last phone."""
    shown, held = [], []
    for number in range(calls + 1):
        boards.arrival("view", officers.make_way(first=True))
        time.sleep(QUIET_S if phones is None else REST_S)
        sent, seq = officers.call()
        arrived = (boards.arrival("call", seq)["last"] - sent) / 1e6
        if phones is not None:
            held.append((phones.arrival("view", seq, 60)["last"] - sent) / 1e6)
        time.sleep(QUIET_S if phones is None else REST_S)
        if number:  # the first is a warm-up
            shown.append(arrived)
    return shown, held[1:]
