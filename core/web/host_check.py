"""The outermost layer of the application: which host a request is for, and what proxies say of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson
from prometheus_client.core import CounterMetricFamily, Metric
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Request, Response

from core.domain.errors import Refusal
from core.domain.plan import LANGUAGES
from core.hosts import Hosts, parse_host
from core.web.problems import Problems

WSGIApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

OPEN_PATH = "/healthz"
"""Answered whatever the host is: a watchdog may ask by any name, and it says nothing of the hall."""
LOGGED = 20
"""So many refused hosts are logged in one run of the server."""
FORWARDED = ("HTTP_X_FORWARDED_", "HTTP_FORWARDED")

log = logging.getLogger("antrean.hosts")


class BadHost(Refusal):
    """The ``Host`` header is missing or malformed."""

    code = "bad_host"
    status = 400


class HostNotAllowed(Refusal):
    """The hall is not reached by this host. Facts: ``host``."""

    code = "host_not_allowed"
    status = 421


class HostCheck:
    """Wraps the whole application: static files and Socket.IO too."""

    def __init__(self, hosts: Hosts, problems: Problems, proxies: int) -> None:
        """``proxies``: how many stand in front; only what they say is believed."""
        self._hosts = hosts
        self._problems = problems
        self._proxies = proxies
        self._logged: set[str] = set()
        self._refused = 0

    def before(self, app: WSGIApp) -> WSGIApp:
        """``app`` behind this check."""

        def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            # Werkzeug and engineio read some of these by themselves: nothing behind this line sees them.
            for name in [name for name in environ if name.startswith(FORWARDED)]:
                del environ[name]
            refused = self._refused_with(environ)
            return (app if refused is None else refused)(environ, start_response)

        count = self._proxies
        return answer if count == 0 else ProxyFix(answer, count, count, count, count)

    def allows_origin(self, origin: str | None, environ: Mapping[str, Any]) -> bool:
        """For Socket.IO: whether a page of ``origin`` may connect by this request; no page at all may."""
        return origin is None or self._hosts.allows_origin(origin, environ.get("HTTP_HOST", ""))

    def metrics(self) -> list[Metric]:
        """How many requests were for a host that the hall does not have."""
        return [CounterMetricFamily("antrean_hosts_refused", "Requests refused by Host", value=self._refused)]

    def _refused_with(self, environ: dict[str, Any]) -> Response | None:
        if environ.get("PATH_INFO") == OPEN_PATH or (refusal := self._refusal(environ)) is None:
            return None
        self._refused += 1
        return self._answer(refusal, environ)

    def _refusal(self, environ: Mapping[str, Any]) -> Refusal | None:
        text = environ.get("HTTP_HOST", "")
        host = parse_host(text)
        if host is None or environ.get("wsgi.url_scheme") not in {"http", "https"}:
            return BadHost()
        if self._hosts.allows(host, environ.get("gunicorn.socket")):
            return None
        self._log(host.name)
        return HostNotAllowed(host=host.name)

    def _log(self, name: str) -> None:
        if name in self._logged or len(self._logged) >= LOGGED:
            return
        self._logged.add(name)
        log.warning(
            "host_refused host=%s: if the hall is to be reached by it, add it to hosts under [server]%s",
            name,
            " (further hosts are not logged)" if len(self._logged) == LOGGED else "",
        )

    def _answer(self, refusal: Refusal, environ: dict[str, Any]) -> Response:
        """A problem for a program; for a person the same in both languages, as plain text."""
        request = Request(environ)
        accepted = request.accept_mimetypes.best_match(["text/html", "application/json"])
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        if request.path.startswith("/api/") or accepted == "application/json":
            lang = request.accept_languages.best_match(LANGUAGES) or "id"
            body = orjson.dumps(self._problems.of(refusal, lang))
            return Response(body, refusal.status, headers, content_type="application/problem+json")
        told = [self._problems.of(refusal, lang) for lang in ("id", "en")]
        text = "\n\n".join(f"{each['title']}\n{each['detail']}" for each in told)
        return Response(f"{text}\n", refusal.status, headers, content_type="text/plain; charset=utf-8")
