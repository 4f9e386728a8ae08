"""Between Engine.IO and what clients send: every request ends, and a broken packet ends its session.

Engine.IO waits for a client to take its last packets when it closes a session, answers 200 to packets that it
dropped, collects binary attachments without end, and writes a traceback for what a client did wrong.
"""

from __future__ import annotations

import io
import logging
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from engineio import packet as engine_packet  # type: ignore[import-untyped]
from engineio.payload import Payload  # type: ignore[import-untyped]
from prometheus_client.core import CounterMetricFamily, Metric
from socketio import packet  # type: ignore[import-untyped]

from core.web.connections import Link, Phase, Standing
from core.web.guarding import LINK
from core.web.lines import Line
from core.web.packets import Text

NAMESPACE = "/live"
PACKETS_AT_ONCE = 16
"""Engine.IO takes no more in one polling request."""
JOIN_SECONDS = 10.0
"""A session that has not joined ``/live`` by then is closed."""
UNJOINED_BOUND = 1000
"""So many sessions may be about to join; beyond, the oldest of them is closed."""
BURST = 400
"""A client may send so many packets at once (it asks for up to 200 topics when it comes back),"""
PACKETS_PER_SECOND = 20.0
"""and so many lastingly."""
RESERVED = {"connect", "connect_error", "disconnect", "disconnecting"}
"""Names that python-socketio calls handlers by: no event of a client may have them."""

log = logging.getLogger("antrean.live")


class Allowance:
    """How many packets a session may still send."""

    __slots__ = ("_at", "_left")

    def __init__(self, now: float) -> None:
        self._left, self._at = float(BURST), now

    def spend(self, now: float) -> bool:
        """Take one; ``False`` if there is none."""
        self._left = min(BURST, self._left + (now - self._at) * PACKETS_PER_SECOND) - 1
        self._at = now
        return self._left >= 0


def fault_of(data: Any) -> str | None:
    """What is wrong with the message of an Engine.IO packet, or ``None``."""
    if not isinstance(data, str):
        return "binary data"
    try:
        read = Text(encoded_packet=data)
    except (ValueError, TypeError, IndexError, RecursionError):
        return "not a Socket.IO packet"
    match read.packet_type:
        case packet.CONNECT if read.data is not None and not isinstance(read.data, dict):
            return "a connect without an object"
        case packet.CONNECT | packet.DISCONNECT | packet.ACK:
            return None
        case packet.EVENT:
            return _fault_of_event(read.data)
        case _:
            return "a binary packet, or one that only servers send"


def _fault_of_event(told: Any) -> str | None:
    if not isinstance(told, list) or not 1 <= len(told) <= 2 or not isinstance(told[0], str):
        return "an event that is not a name and one argument"
    return "a reserved event name" if told[0] in RESERVED else None


def fault_of_payload(body: bytes) -> str | None:
    """What is wrong with the body of a polling request, or ``None``."""
    if body.count(b"\x1e") >= PACKETS_AT_ONCE:
        return "more than 16 packets in one request"
    try:
        packets = Payload(encoded_payload=body.decode()).packets
    except (ValueError, KeyError, IndexError, TypeError):
        return "not Engine.IO packets"
    return next(filter(None, map(fault_of_packet, packets)), None)


def fault_of_packet(read: Any) -> str | None:
    """What is wrong with an Engine.IO packet, or ``None``."""
    if read.packet_type == engine_packet.MESSAGE:
        return fault_of(read.data)
    if read.packet_type in {engine_packet.CLOSE, engine_packet.PONG, engine_packet.UPGRADE}:
        return None
    if read.packet_type == engine_packet.PING and read.data == "probe":
        return None
    return "an Engine.IO packet that only servers send"


class LineGuard:
    """Stands in front of one Socket.IO server; ``sweep`` it every second."""

    def __init__(self, server: Any, clock: Callable[[], float] = time.monotonic) -> None:
        self._server = server
        self._eio = server.eio
        self._clock = clock
        self._unjoined: dict[str, float] = {}
        self._allowed: dict[str, Allowance] = {}
        self._refused = {"packet": 0, "rate": 0, "size": 0, "join": 0}
        self._handle = self._eio.handle_request
        self._heard = self._eio.handlers["message"]
        self._opened = self._eio.handlers["connect"]
        self._closed = self._eio.handlers["disconnect"]
        self._eio.handle_request = self.handle_request
        self._eio.disconnect = self._let_go
        self._eio.on("message", self._message)
        self._eio.on("connect", self._open)
        self._eio.on("disconnect", self._close)
        plain = self._eio._async["websocket"]
        websocket = partial(_websocket, plain, self)
        self._eio._async = {**self._eio._async, "websocket": websocket}

    def metrics(self) -> Iterable[Metric]:
        """Sessions that were closed for what their clients did."""
        closed = CounterMetricFamily(
            "antrean_sessions_closed", "Live sessions closed for what their client did", labels=["reason"]
        )
        for reason, count in self._refused.items():
            closed.add_metric([reason], count)
        return [closed]

    def sweep(self) -> None:
        """Close the sessions that did not join in time."""
        now = self._clock()
        for sid, since in list(self._unjoined.items()):
            if now - since >= JOIN_SECONDS:
                self.end(sid, "join", "it never joined")
        for sid, environ in list(self._server.environ.items()):
            link = environ.get(LINK)
            if isinstance(link, Link) and link.phase is Phase.JOINING and self._has_joined(sid):
                link.enter(Phase.LIVE, now)  # it joined by polling, then came by websocket

    def end(self, sid: str, reason: str, why: str) -> None:
        """Close a session for what its client did; waits for nothing."""
        self._unjoined.pop(sid, None)
        session = self._eio.sockets.pop(sid, None)
        if session is None:
            return
        self._refused[reason] += 1
        log.warning("a live session is closed: %s", why)
        link = self._server.environ.get(sid, {}).get(LINK)
        session.close(wait=False, abort=True)
        if isinstance(link, Link) and link.phase in {Phase.JOINING, Phase.LIVE}:
            link.end()

    def receives(self, sid: str, data: Any) -> bool:
        """Whether a websocket's message may be handled; if not, its session is closed."""
        if isinstance(data, bytes):
            return self._refuse(sid, "binary data")
        try:
            fault = fault_of_packet(engine_packet.Packet(encoded_packet=data))
        except (ValueError, TypeError, IndexError):
            fault = "not an Engine.IO packet"
        return fault is None or self._refuse(sid, fault)

    def _refuse(self, sid: str, fault: str) -> bool:
        self.end(sid, "packet", fault)
        return False

    def _has_joined(self, sid: str) -> bool:
        return self._server.manager.sid_from_eio_sid(sid, NAMESPACE) is not None

    # Engine.IO calls these.

    def handle_request(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        """Answer one request of ``/socket.io``; a websocket lasts as long as the call."""
        query = parse_qs(environ.get("QUERY_STRING", ""))
        sid = query.get("sid", [""])[0]
        session = self._eio.sockets.get(sid)
        if session is not None and environ["REQUEST_METHOD"] == "POST":
            refused = self._fault_of_post(sid, environ)
            if refused is not None:
                return _refusal(start_response, *refused)
        link = environ.get(LINK)
        if session is not None and isinstance(link, Link):
            if "HTTP_UPGRADE" in environ:
                self._upgrade(sid, environ, link)
            elif environ["REQUEST_METHOD"] == "GET":
                link.enter(Phase.POLL, self._clock())
                link.on_end = partial(self._wake, session)
        try:
            return self._handle(environ, start_response)
        except KeyError:  # the session was closed between two looks at it
            return _refusal(start_response, "400 BAD REQUEST", "the session is gone")
        finally:
            if isinstance(link, Link):
                link.on_end = None

    def _fault_of_post(self, sid: str, environ: dict[str, Any]) -> tuple[str, str] | None:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length > self._eio.max_http_buffer_size:
            self.end(sid, "size", "a request that is too long")
            return "413 CONTENT TOO LARGE", "at most 64000 bytes"
        body = environ["wsgi.input"].read(length)
        if (fault := fault_of_payload(body)) is not None:
            self.end(sid, "packet", fault)
            return "400 BAD REQUEST", fault
        environ["wsgi.input"] = io.BytesIO(body)
        return None

    def _upgrade(self, sid: str, environ: dict[str, Any], link: Link) -> None:
        """The session goes on over a websocket: what its first connection proved counts for this one."""
        known = self._server.environ.get(sid)
        if known is None:
            return
        before = known.get(LINK)
        if isinstance(before, Link) and before is not link and before.standing is not Standing.STRANGER:
            link.prove(before.standing, self._clock(), before.voucher)
        known[LINK] = environ[LINK]

    def _wake(self, session: Any) -> None:
        """A poll whose connection is closed to make room does not wait on."""
        self._eio.start_background_task(session.close, wait=False, abort=True)

    def _let_go(self, sid: str | None = None) -> None:
        """Engine.IO's ``disconnect``, which waits until the client has taken every packet: it may never."""
        for each in [sid] if sid is not None else list(self._eio.sockets):
            session = self._eio.sockets.pop(each, None)
            if session is not None:
                session.close(wait=False, reason=self._eio.reason.SERVER_DISCONNECT)

    def _open(self, sid: str, environ: dict[str, Any]) -> Any:
        now = self._clock()
        self._unjoined[sid] = now
        self._allowed[sid] = Allowance(now)
        if len(self._unjoined) > UNJOINED_BOUND:
            self.end(next(iter(self._unjoined)), "join", "too many sessions have not joined")
        return self._opened(sid, environ)

    def _close(self, sid: str, reason: Any = None) -> Any:
        self._unjoined.pop(sid, None)
        self._allowed.pop(sid, None)
        return self._closed(sid, reason)

    def _message(self, sid: str, data: Any) -> Any:
        now = self._clock()
        allowance = self._allowed.get(sid)
        if allowance is None or not allowance.spend(now):
            return self.end(sid, "rate", "too many packets")
        kind = data[:1]
        if kind == str(packet.ACK):
            return None  # the hall asks for none
        joined = self._has_joined(sid)
        if kind == str(packet.CONNECT) and joined:
            return self.end(sid, "packet", "it joined twice")
        if kind == str(packet.EVENT) and not joined:
            return None  # it was sent away meanwhile
        answer = self._heard(sid, data)
        if joined is not self._has_joined(sid):
            self._note_joined(sid, now, joined=not joined)
        return answer

    def _note_joined(self, sid: str, now: float, *, joined: bool) -> None:
        link = self._server.environ.get(sid, {}).get(LINK)
        if joined:
            self._unjoined.pop(sid, None)
        elif sid in self._eio.sockets:
            self._unjoined[sid] = now
        if isinstance(link, Link) and link.phase in {Phase.JOINING, Phase.LIVE}:
            link.enter(Phase.LIVE if joined else Phase.JOINING, now)


class Checked:
    """A websocket that hands on nothing that is not a packet."""

    def __init__(self, websocket: Any, guard: LineGuard, sid: str) -> None:
        self._websocket = websocket
        self._guard = guard
        self._sid = sid
        beneath = getattr(websocket, "socket", None) or getattr(getattr(websocket, "ws", None), "sock", None)
        self._line = beneath if isinstance(beneath, Line) else None

    def wait(self) -> Any:
        """The next message, or ``None`` when the connection has ended or has to."""
        try:
            data = self._websocket.wait()
        except Exception as trouble:  # a broken frame, or a line that broke
            log.info("a websocket ended: %s", trouble)
            return None
        if self._line is not None:
            self._line.unread = 0
        if data is None or not self._guard.receives(self._sid, data):
            return None
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._websocket, name)


def _websocket(plain: Any, guard: LineGuard, handler: Any, server: Any) -> Any:
    """Engine.IO's websocket of this async mode, checked."""
    sid = handler.__self__.sid  # the handler is a method of the session
    return plain(lambda websocket: handler(Checked(websocket, guard, sid)), server)


def _refusal(start_response: Callable[..., Any], status: str, why: str) -> list[bytes]:
    with suppress(UnicodeEncodeError):
        why = f'"{why}"'
    body = why.encode()
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
