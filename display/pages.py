"""The boards' pages, and the page of one ticket for its holder's phone."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import segno
from flask import Blueprint, Response, request

from core.domain.errors import BoardUnknown
from core.domain.hall import Hall
from core.domain.staff import Role
from core.web.face import House
from core.web.pages import Page, render
from display.api import base_url, held

HERE = Path(__file__).parent


def pages(house: House) -> Blueprint:
    """``/display/ID``, ``/t/TOKEN`` and the QR that leads to it."""
    blueprint = Blueprint(
        "display",
        __name__,
        template_folder=str(HERE / "templates"),
        static_folder=str(HERE / "static"),
        static_url_path="/static/display",
    )

    @blueprint.get("/display/<ident>")
    def board(ident: str) -> str:
        found = house.plan.boards.get(ident)
        if found is None:
            raise BoardUnknown(board=ident)

        def look(hall: Hall) -> tuple[Any, int]:
            return house.views.board(hall, found, house.clock.now()), hall.seq

        view, seq = house.engine.read(look)
        return render(
            house,
            Page(
                face="display",
                template="display/board.html",
                bundle="board.js",
                styles="board.css",
                title="board.title",
                texts=("board.",),
                snapshot=view,
                settings={
                    "topic": f"board:{ident}",
                    "seq": seq,
                    "token": house.gate.page_pass(Role.BOARD, ident),
                },
            ),
        )

    @blueprint.get("/t/<token>")
    def ticket(token: str) -> str:
        base = base_url(house)

        def look(hall: Hall) -> tuple[Any, int]:
            return house.views.ticket(hall, held(hall, token), base), hall.seq

        view, seq = house.engine.read(look)
        chosen = request.args.get("lang")
        return render(
            house,
            Page(
                face="display",
                template="display/ticket.html",
                bundle="phone.js",
                styles="phone.css",
                title="phone.title",
                texts=("phone.",),
                snapshot=view,
                settings={
                    "lang": chosen if chosen in ("id", "en") else view["lang"],
                    "topic": f"ticket:{token}",
                    "seq": seq,
                    "token": token,
                    "now": house.clock.now().astimezone(house.plan.timezone).isoformat(timespec="seconds"),
                },
            ),
        )

    @blueprint.get("/t/<token>/qr.svg")
    def qr(token: str) -> Response:
        """The QR of the ticket's page, for a kiosk whose paper failed."""
        house.engine.read(lambda hall: held(hall, token))
        drawn = io.BytesIO()
        segno.make(f"{base_url(house)}/t/{token}", error="m", micro=False).save(
            drawn, kind="svg", border=2, xmldecl=False, svgns=True, omitsize=True
        )
        return Response(drawn.getvalue(), mimetype="image/svg+xml")

    return blueprint
