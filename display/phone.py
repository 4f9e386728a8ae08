"""The page of one ticket for its holder's phone, and what a phone wants to keep it on its home screen."""

from __future__ import annotations

import gzip
import io
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import segno
from flask import Blueprint, Response, request, send_from_directory
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from core.domain.errors import TicketUnknown
from core.domain.hall import Hall
from core.domain.plan import LANGUAGES
from core.web.api import reply
from core.web.face import House
from core.web.pages import Page, render
from display.api import base_url, held, known
from display.icon import GROUND, SIZES, icon

BUILD = Path(__file__).parent / "static" / "build"
WORKER = "phone-worker.js"
COMPRESSED_FROM = 1_000
"""Bytes below which compression is not worth its trouble."""


def phone_pages(house: House) -> Blueprint:
    """``/t/TOKEN``, the QR that leads to it, its manifest; ``/t/worker.js`` and the icons of all."""
    blueprint = Blueprint("phone", __name__)
    accent = house.settings.server.accent

    @blueprint.get("/t/<token>")
    def ticket(token: str) -> str:
        base = base_url(house)

        def look(hall: Hall) -> tuple[Any, int]:
            return house.views.ticket(hall, held(hall, token), base), hall.seq

        view, seq = known(house, look)
        chosen = request.args.get("lang")
        now = house.clock.now().astimezone(house.plan.timezone)
        return render(
            house,
            Page(
                face="display",
                template="display/ticket.html",
                bundle="phone.js",
                title="phone.title",
                texts=("phone.",),
                snapshot=view,
                variables={"css": _styles()},
                keeps_session=False,
                settings={
                    "lang": chosen if chosen in LANGUAGES else view["lang"],
                    "topic": f"ticket:{token}",
                    "seq": seq,
                    "token": token,
                    "now": now.isoformat(timespec="seconds"),
                    "left_s": _left_of_day(now),
                    "push": house.settings.push.ahead if house.settings.push.enabled else None,
                },
            ),
        )

    @blueprint.get("/t/<token>/qr.svg")
    def qr(token: str) -> Response:
        """The QR of the ticket's page, for a kiosk whose paper failed."""
        known(house, lambda hall: held(hall, token))
        drawn = io.BytesIO()
        segno.make(f"{base_url(house)}/t/{token}", error="m", micro=False).save(
            drawn, kind="svg", border=2, xmldecl=False, svgns=True, omitsize=True
        )
        return Response(drawn.getvalue(), mimetype="image/svg+xml")

    @blueprint.get("/t/<token>/manifest.webmanifest")
    def manifest(token: str) -> Response:
        """What a phone needs to put this ticket on its home screen."""
        found = known(house, lambda hall: held(hall, token))
        chosen = request.args.get("lang")
        lang = chosen if chosen in LANGUAGES else found.lang
        answer = reply(
            {
                "id": f"/t/{token}",
                "start_url": f"/t/{token}",
                "scope": "/t/",
                "name": house.texts.say("phone.title", lang, number=found.number),
                "short_name": found.number,
                "description": house.plan.name.of(lang),
                "lang": lang,
                "display": "standalone",
                "background_color": GROUND,
                "theme_color": accent,
                "icons": [*_icons("any", (192, 512)), *_icons("maskable", (192, 512))],
            }
        )
        answer.mimetype = "application/manifest+json"
        return answer

    @blueprint.get("/t/icon-<purpose>-<int:size>.png")
    def picture(purpose: str, size: int) -> Response:
        """An icon; the same for all tickets."""
        if size not in SIZES or purpose not in ("any", "maskable", "badge"):
            raise NotFound()
        drawn = house.concurrency.offload(_drawn, size, accent, purpose)
        answer = Response(drawn, mimetype="image/png")
        answer.headers["Cache-Control"] = "public, max-age=86400"
        return answer

    @blueprint.get("/t/worker.js")
    def worker() -> Response:
        """The service worker. Its address is its scope: it never sees a page beside ``/t/``."""
        answer = send_from_directory(BUILD, WORKER, mimetype="text/javascript", max_age=0)
        answer.headers["Cache-Control"] = "no-cache"
        return answer

    blueprint.register_error_handler(TicketUnknown, lambda _error: _gone(house))
    blueprint.after_request(_private)
    return blueprint


def _gone(house: House) -> tuple[str, int]:
    """The page of a number that is not known: yesterday's and none at all look the same."""
    page = Page(
        face="display",
        template="display/ticket-gone.html",
        title="phone.gone",
        texts=("phone.gone",),
        variables={"css": _styles()},
        keeps_session=False,
    )
    return render(house, page), 404


def _private(response: Response) -> Response:
    """Nobody keeps a ticket's page, lists it, or learns its address; and it is sent small."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers.setdefault("Cache-Control", "no-store")
    if response.mimetype == "text/html" and not response.is_streamed:
        response.vary.add("Accept-Encoding")
        plain = response.get_data()
        if len(plain) >= COMPRESSED_FROM and request.accept_encodings["gzip"] > 0:
            response.set_data(gzip.compress(plain, compresslevel=6, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
    return response


@cache
def _styles() -> Markup:
    """The page's styles, which stand in the page itself: a file of their own is 2 s more on a slow network.

    Its own build makes them, so nothing in them ends the element.
    """
    return Markup((BUILD / "phone.css").read_text(encoding="utf-8"))  # noqa: S704


def _left_of_day(now: datetime) -> int:
    """Seconds until the service day ends, in the hall's zone."""
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), tzinfo=now.tzinfo)
    return max(0, int((midnight - now).total_seconds()))


def _icons(purpose: str, sizes: tuple[int, ...]) -> list[dict[str, str]]:
    return [
        {
            "src": f"/t/icon-{purpose}-{size}.png",
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for size in sizes
    ]


def _drawn(size: int, accent: str, purpose: str) -> bytes:
    return icon(size, accent, maskable=purpose == "maskable", badge=purpose == "badge")
