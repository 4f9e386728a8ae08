"""A hall forgets whoever has gone: memory over thousands of connections that come and go."""

from __future__ import annotations

import json
import socket
import struct
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
from prometheus_client.parser import text_string_to_metric_families

from core.config import load as load_config
from core.domain.staff import Role
from tests.bench import followers, halls
from tests.bench.figures import Figure, Goal, Result, Scale
from tests.bench.processes import Server

RECONNECTS = 20_000
CLIENTS = 8
"""At once."""
LOOKS = 10
"""How often memory is read on the way."""
GROWTH_MB = 2.0
"""Between half of the way and its end; what a start still fills (caches, pools) is filled by then."""
REST_S = 2.0
NOTICED_S = 60.0
"""After so long the hall must have noticed who went without a word."""
WAYS = 4
RESET = struct.pack("ii", 1, 0)
"""``SO_LINGER`` for a line that breaks without a goodbye."""


def run(scale: Scale) -> Result:
    """Connect, follow, go: politely, by closing, by breaking the line, and by polling without one."""
    data, plan = scale.folder / "data", load_config(halls.CONFIG).plan
    total = scale.pick(RECONNECTS, 1500)
    with halls.serve(data) as server:
        (token,) = halls.tokens(data, [("bench-board", Role.BOARD)])
        topics = [f"board:{ident}" for ident in plan.boards]
        seen: list[float] = []
        began, used = time.monotonic(), server.cpu_seconds()
        with ThreadPoolExecutor(CLIENTS) as clients:
            orders = followers.Orders(server.host, server.port, 1, tuple(topics), token)
            for _ in range(LOOKS):
                list(clients.map(lambda turn: _visit(orders, turn), range(total // LOOKS)))
                time.sleep(REST_S)
                seen.append(server.memory()["rss"])
        took, used = time.monotonic() - began - LOOKS * REST_S, server.cpu_seconds() - used
        left = _left(server)
    grown = seen[-1] - seen[LOOKS // 2 - 1]
    what = f"growth over the second half of {total} reconnects: RSS"
    return Result(
        [
            Figure(what, grown, "MB", goal=Goal(GROWTH_MB, of="value")),
            Figure("at the end: RSS", seen[-1], "MB"),
            Figure("reconnects a second", total / took, "/s"),
            Figure("the server's processor for a reconnect", 1000 * used / total, "ms"),
        ],
        broken=[f"{what}: {count}, and nobody is there" for what, count in left.items() if count],
        details={"rss_mb": seen},
    )


def _left(server: Server) -> dict[str, float]:
    """What the hall still counts of those who have gone, once it must have noticed."""
    until = time.monotonic() + NOTICED_S
    while True:
        told = httpx.get(f"http://{server.host}:{server.port}/metrics", timeout=30).text
        found = {
            f"{sample.name} {sample.labels.get('topic', '')}".strip(): sample.value
            for family in text_string_to_metric_families(told)
            for sample in family.samples
            if family.name in {"antrean_connections", "antrean_followers"}
        }
        if not found:
            raise RuntimeError("/metrics does not tell who is connected")
        if not any(found.values()) or time.monotonic() > until:
            return found
        time.sleep(1)


def _visit(orders: followers.Orders, turn: int) -> None:
    topic = orders.topics[turn // WAYS % len(orders.topics)]
    if turn % WAYS == WAYS - 1:
        _poll(orders, topic, goodbye=turn % (2 * WAYS) == WAYS - 1)
        return
    with socket.create_connection((orders.host, orders.port), 30) as line:
        line.sendall(
            (
                f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {orders.host}:{orders.port}\r\n"
                "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
            ).encode()
        )
        _until(line, b'"sid"')
        line.sendall(followers.text("40/live," + json.dumps({"token": orders.token})))
        _until(line, b"40/live")
        line.sendall(followers.text('42/live,0["subscribe",' + json.dumps({"topic": topic}) + "]"))
        _until(line, b"43/live,0")
        if turn % WAYS == 0:
            line.sendall(followers.text("41/live,"))
            line.sendall(b"\x88\x80\0\0\0\0")
        elif turn % WAYS == 1:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


def _poll(orders: followers.Orders, topic: str, *, goodbye: bool) -> None:
    """As a browser behind a proxy that lets no websocket pass; half of them say that they go."""
    with httpx.Client(base_url=f"http://{orders.host}:{orders.port}", timeout=30) as asked:
        path = "/socket.io/?EIO=4&transport=polling"
        path += "&sid=" + json.loads(asked.get(path).text[1:])["sid"]
        for message, answer in (
            ("40/live," + json.dumps({"token": orders.token}), "40/live"),
            ('42/live,0["subscribe",' + json.dumps({"topic": topic}) + "]", "43/live,0"),
        ):
            asked.post(path, content=message).raise_for_status()
            while answer not in asked.get(path).raise_for_status().text:
                pass
        if goodbye:
            asked.post(path, content="1").raise_for_status()


def _until(line: socket.socket, wanted: bytes) -> None:
    held = b""
    while wanted not in held:
        data = line.recv(65536)
        if not data:
            raise ConnectionError(f"the hall hung up before {wanted!r}")
        held = held[-64:] + data
