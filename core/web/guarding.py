"""Around the application: a request is read whole before it is handled, and its connection's phase is kept.

The worker wraps the application in this. Imported before the standard library is patched: nothing heavy.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]

from core.web.connections import Connections, Link, Phase
from core.web.lines import Line
from core.web.serving import WSGIApp

LINK = "antrean.link"
"""In ``environ``: the ``Link`` of the connection."""
FAULT = "antrean.body"
"""In ``environ``: what is wrong with the body, ``CUT_SHORT`` or ``TOO_SLOW``; it is answered here."""
CUT_SHORT = "body_cut_short"
TOO_SLOW = "body_too_slow"
READ_AT_MOST = 64 * 1024
"""The longest body that is read here; the application refuses a longer one (``MAX_CONTENT_LENGTH``)."""
DRAINED_AT_MOST = 1024 * 1024

REFUSAL = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n"
    b"Content-Type: text/plain\r\nContent-Length: 0\r\n\r\n"
)
"""To a connection for which there is no place."""


REFUSED_BODIES = {
    CUT_SHORT: {
        "id": ("Permintaan terpotong", "Sambungan terputus sebelum permintaan lengkap."),
        "en": ("Request cut short", "The connection ended before the request was complete."),
    },
    TOO_SLOW: {
        "id": ("Permintaan terlalu lambat", "Permintaan tidak selesai diterima pada waktunya."),
        "en": ("Request too slow", "The request did not arrive in time."),
    },
}
"""Title and first sentence by what is wrong with a body and by language, as in the catalogue."""
NOTHING_CHANGED = {
    "id": "Tidak ada yang berubah; kirim lagi.",
    "en": "Nothing was changed; send it again.",
}


def refuse(client: Any) -> None:
    """Close a connection for which there is no place; waits for nothing."""
    with suppress(OSError):
        plain = getattr(client, "fd", None) or getattr(client, "_sock", client)  # beneath the green ones
        plain.setblocking(False)
        plain.send(REFUSAL)
    with suppress(OSError):
        client.close()


def guarded(app: WSGIApp, connections: Connections) -> WSGIApp:
    """``app`` with whole bodies, limits of time, and websocket messages that are not compressed.

    Browsers offer compression, and each library here accepts: then every message is deflated once
    *a client*, and each socket holds some 300 kB of tables. The views are small.
    """

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        sock = environ.get("gunicorn.socket")
        link = connections.of(sock.fileno()) if sock is not None else None
        environ[LINK] = link
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        if "HTTP_UPGRADE" in environ and sock is not None:
            environ["gunicorn.socket"] = Line(sock)
            if link is not None:
                link.enter(Phase.JOINING, time.monotonic())
            return app(environ, start_response)
        _read_body(environ, link)
        if FAULT in environ:
            return _refuse_body(environ, start_response)
        if link is None:
            return app(environ, start_response)
        link.enter(Phase.WORK, time.monotonic())
        return Answer(app(environ, start_response), link)

    return answer


def refused_body(fault: str, lang: str) -> dict[str, Any]:
    """The problem document of a broken body."""
    title, detail = REFUSED_BODIES[fault][lang]
    return {
        "type": f"urn:antrean:problem:{fault}",
        "title": title,
        "status": 408 if fault == TOO_SLOW else 400,
        "code": fault,
        "detail": f"{detail} {NOTHING_CHANGED[lang]}",
    }


def _refuse_body(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer a request whose body is broken, without the application.

    Thousands of bodies may be overdue in the same second, and the application takes milliseconds for each.
    """
    fault: str = environ[FAULT]
    english = environ.get("HTTP_ACCEPT_LANGUAGE", "").lower().startswith("en")
    body = json.dumps(refused_body(fault, "en" if english else "id"), ensure_ascii=False).encode()
    start_response(
        "408 Request Timeout" if fault == TOO_SLOW else "400 Bad Request",
        [
            ("Content-Type", "application/problem+json"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("Connection", "close"),
        ],
    )
    return [body]


class Answer:
    """The parts of an answer; the client has to take them at a certain speed."""

    def __init__(self, parts: Iterable[bytes], link: Link) -> None:
        self._parts = parts
        self._link = link

    def __iter__(self) -> Iterator[bytes]:
        for part in self._parts:
            if self._link.phase is not Phase.ANSWER:
                self._link.enter(Phase.ANSWER, time.monotonic())
            self._link.answered(len(part))
            yield part

    def close(self) -> None:
        """As WSGI asks."""
        if (close := getattr(self._parts, "close", None)) is not None:
            close()


def _read_body(environ: dict[str, Any], link: Link | None) -> None:
    """Read the body whole, so that the application never waits for a client."""
    length = environ.get("CONTENT_LENGTH")
    announced = int(length) if length and length.isdecimal() else None
    if announced is None and "HTTP_TRANSFER_ENCODING" not in environ:
        return
    if announced is not None and (announced == 0 or announced > READ_AT_MOST):
        if announced > DRAINED_AT_MOST and link is not None:
            link.broken = True  # gunicorn would read on to find the next request
        return
    if link is not None:
        link.enter(Phase.BODY, time.monotonic())
    # One byte more than the limit tells the application that a body of unknown length is too long.
    data = _take(environ["wsgi.input"], READ_AT_MOST + 1 if announced is None else announced)
    if link is not None and link.expired:
        environ[FAULT] = TOO_SLOW
    elif data is None or (announced is not None and len(data) < announced):
        environ[FAULT] = CUT_SHORT
    if data is None or FAULT in environ:
        data = b""
    if link is not None and (FAULT in environ or len(data) > READ_AT_MOST):
        link.broken = True
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    environ["CONTENT_LENGTH"] = str(len(data))
    environ["wsgi.input"] = io.BytesIO(data)


def _take(source: Any, size: int) -> bytes | None:
    """So many bytes, or fewer if there are no more; ``None`` if their frame (chunks) is broken."""
    try:
        return bytes(source.read(size))
    except (OSError, ParseException):
        return None
