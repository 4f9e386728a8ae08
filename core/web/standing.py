"""What a request tells about its connection, and what the connection tells about the request.

The application's side of ``core/web/connections.py``. Without the worker (a test client) there is no link.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from flask import Flask, Request, Response, g, request, session
from flask_login import current_user  # type: ignore[import-untyped]
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from werkzeug.exceptions import ClientDisconnected

from core.domain.staff import Actor
from core.web.connections import Link, Standing
from core.web.guarding import LINK
from core.web.problems import BodyCutShort


def link_of(of: Request) -> Link | None:
    """The connection of a request."""
    found = of.environ.get(LINK)
    return found if isinstance(found, Link) else None


def is_account(actor: Actor) -> bool:
    """Whether it is an account, and not merely a page that anybody may open (its name is ``role:id``)."""
    return ":" not in actor.name


def prove(link: Link | None, actor: Actor | None, voucher: str | None = None) -> None:
    """Note who stands behind a connection. ``voucher``: the secret topic that it follows."""
    if link is None:
        return
    if actor is not None and is_account(actor):
        link.prove(Standing.KNOWN, time.monotonic())
    elif actor is not None or voucher is not None:
        link.prove(Standing.GUEST, time.monotonic(), voucher or (actor.name if actor is not None else None))


def register(app: Flask, has_device: Callable[[], bool]) -> None:
    """Refuse broken bodies before anything else looks at them; note who has proved themselves.

    ``has_device``: whether the session of this request is that of a device whose token is still in use.
    """

    @app.before_request
    def refuse_broken_bodies() -> None:
        if request.method in {"GET", "HEAD", "OPTIONS"} or request.routing_exception is not None:
            return
        try:
            request.get_data()  # kept: forms and JSON are read from it
        except ClientDisconnected as gone:
            raise BodyCutShort() from gone

    @app.after_request
    def note_who_it_is(response: Response) -> Response:
        link = link_of(request)
        if link is None or link.standing is Standing.KNOWN or response.status_code >= 400:
            return response
        actor: Actor | None = g.get("actor")
        if actor is None and "_user_id" in session and current_user.is_authenticated:
            actor = current_user.actor
        if actor is not None:
            prove(link, actor)
        elif has_device():
            link.prove(Standing.KNOWN, time.monotonic())
        return response


def metrics() -> Iterable[Metric]:
    """Figures of the connections of this process; none outside of the worker."""
    link = link_of(request)
    if link is None:
        return []
    book = link.book
    open_ = GaugeMetricFamily("antrean_open_connections", "Connections by standing", labels=["standing"])
    refused = CounterMetricFamily("antrean_connections_refused", "Connections refused", labels=["reason"])
    ended = CounterMetricFamily(
        "antrean_connections_ended", "Connections whose time was over", labels=["reason"]
    )
    for standing, count in book.counts().items():
        open_.add_metric([standing], count)
    for reason in ("full", "dying"):
        refused.add_metric([reason], book.refused[reason])
    for reason in ("head", "body", "answer", "idle", "join", "room"):
        ended.add_metric([reason], book.ended[reason])
    return [open_, refused, ended]
