"""The boards' pages."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response

from core.domain.errors import BoardUnknown
from core.domain.staff import Role
from core.web.api import reply
from core.web.face import House
from core.web.pages import Page, render
from core.web.passes import pass_answer, pass_settings
from display.media import board_view, serve_media

HERE = Path(__file__).parent


def pages(house: House) -> Blueprint:
    """``/display/ID`` and ``/display/ID/pass``."""
    blueprint = Blueprint(
        "display",
        __name__,
        template_folder=str(HERE / "templates"),
        static_folder=str(HERE / "static"),
        static_url_path="/static/display",
    )

    look = board_view(house)
    serve_media(house, blueprint)

    @blueprint.get("/display/<ident>/pass")
    def renewed(ident: str) -> Response:
        """The page's next pass: what a board shows is public in the hall."""
        if ident not in house.plan.boards:
            raise BoardUnknown(board=ident)
        return reply(pass_answer(house.gate.page_pass(Role.BOARD, ident)))

    @blueprint.get("/display/<ident>")
    def board(ident: str) -> str:
        found = house.plan.boards.get(ident)
        if found is None:
            raise BoardUnknown(board=ident)

        view, seq = look(found, house.clock.now())
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
                    **pass_settings(house.gate.page_pass(Role.BOARD, ident), f"/display/{ident}/pass"),
                },
            ),
        )

    return blueprint
