"""The boards' pages."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, after_this_request

from core.domain.errors import BoardUnknown, Forbidden, Refusal
from core.domain.staff import Account, Actor, Role
from core.web.api import reply
from core.web.face import House
from core.web.pages import Page, render
from core.web.passes import pass_answer, pass_settings
from display.live import may_speak
from display.media import board_view, serve_media

HERE = Path(__file__).parent
ERROR_S = 30
"""How long a board shows that its token is wrong before it goes on without one."""


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
        """The page's next pass, with its device if there is one: what a board shows is public in the hall."""
        if ident not in house.plan.boards:
            raise BoardUnknown(board=ident)
        return reply(pass_answer(house.gate.page_pass(Role.BOARD, ident, _device(house, ident))))

    @blueprint.get("/display/<ident>")
    def board(ident: str) -> str:
        found = house.plan.boards.get(ident)
        if found is None:
            raise BoardUnknown(board=ident)
        try:
            device = _device(house, ident)
        except Refusal:
            _continue_without_token(ident)
            raise
        view, seq = look(found, house.clock.now())
        page_pass = house.gate.page_pass(Role.BOARD, ident, device)
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
                    **pass_settings(page_pass, f"/display/{ident}/pass"),
                },
            ),
        )

    return blueprint


def _device(house: House, ident: str) -> Account | None:
    """The device that is registered for this board in this browser; boards need none.

    Raises for a token in the address: ``TokenUnknown``, ``Forbidden`` (of another board, or of no board at
    all) or ``DeviceUnbound``.
    """

    def allow(actor: Actor) -> None:
        if actor.role is Role.BOARD and actor.bound_to in house.plan.boards and actor.bound_to != ident:
            raise Forbidden(
                role=actor.role.value,
                action="follow",
                reason="other_board",
                device=actor.bound_to,
                board=ident,
            )
        may_speak(house.plan.boards, actor, ident)

    return house.gate.board_device(ident, allow)


def _continue_without_token(ident: str) -> None:
    """The error page of a wrong token becomes the public board: people in the hall wait for it."""

    @after_this_request
    def refresh(response: Response) -> Response:
        response.headers["Refresh"] = f"{ERROR_S}; url=/display/{ident}"
        return response
