"""Many clients in one process: each sends, waits for the whole answer, sends again.

Run as ``python -m tests.bench.load ORDERS`` (JSON); prints what happened as JSON.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from dataclasses import asdict, dataclass

from tests.bench.wire import body, request, status, whole


@dataclass(frozen=True)
class Orders:
    """What to ask for, and how long."""

    host: str
    port: int
    clients: int
    seconds: float
    method: str
    path: str
    token: str = ""
    bodies: tuple[str, ...] = ()
    """Taken in turns."""
    run: str = ""
    """With it, every request bears an Idempotency-Key of its own that starts so."""

    def to_json(self) -> str:
        """As one argument of a process."""
        return json.dumps(asdict(self))


class Asking:
    """The requests of one run, made one after the other."""

    def __init__(self, orders: Orders) -> None:
        headers = {"Authorization": f"Bearer {orders.token}"} if orders.token else {}
        if orders.run:
            headers["Idempotency-Key"] = f"{orders.run}-@@@@@@@@"
        host = f"{orders.host}:{orders.port}"
        made = [
            request(orders.method, orders.path, host, headers, each.encode()) for each in orders.bodies
        ] or [request(orders.method, orders.path, host, headers)]
        self._parts = [each.partition(b"@@@@@@@@") for each in made]
        self._count = 0

    def next(self) -> bytes:
        """The next request."""
        head, mark, tail = self._parts[self._count % len(self._parts)]
        self._count += 1
        return head + b"%08d" % self._count + tail if mark else head


def main(argument: str) -> None:
    """Ask for so long, then tell."""
    told = json.loads(argument)
    orders = Orders(**{**told, "bodies": tuple(told["bodies"])})
    asking, answers, waits = Asking(orders), [], []
    selector = selectors.DefaultSelector()
    sockets = []
    for _ in range(orders.clients):
        client = socket.create_connection((orders.host, orders.port), 30)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(client, selectors.EVENT_READ)
        sockets.append(client)
    cpu, start = time.process_time(), time.monotonic()
    deadline = start + orders.seconds
    sent: dict[socket.socket, int] = {}
    rest: dict[socket.socket, bytes] = {}
    for client in sockets:
        sent[client] = time.monotonic_ns()
        client.sendall(asking.next())
    last = start
    while sent:
        for key, _ in selector.select(30):
            client: socket.socket = key.fileobj  # type: ignore[assignment,no-redef]
            data = client.recv(65536)
            if not data:
                raise ConnectionError("the server hung up")
            if client in rest:
                data = rest.pop(client) + data
            if not whole(data):
                rest[client] = data
                continue
            now = time.monotonic_ns()
            waits.append((now - sent.pop(client)) // 1000)
            answers.append(data)
            last = now / 1e9
            if last < deadline:
                sent[client] = time.monotonic_ns()
                client.sendall(asking.next())
    cpu = time.process_time() - cpu
    print(json.dumps({"seconds": last - start, "cpu": cpu, "waits": waits, **_tell(orders, answers)}))


def _tell(orders: Orders, answers: list[bytes]) -> dict[str, object]:
    """Statuses, and the tickets that were acknowledged."""
    statuses: dict[int, int] = {}
    tickets = []
    for answer in answers:
        code = status(answer)
        statuses[code] = statuses.get(code, 0) + 1
        if orders.bodies and code == 201:
            ticket = json.loads(body(answer))["ticket"]
            tickets.append([ticket["id"], ticket["number"]])
    return {"statuses": statuses, "tickets": tickets}


if __name__ == "__main__":
    main(sys.argv[1])
