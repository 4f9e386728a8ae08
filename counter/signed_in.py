"""Where a person is signed in: the list on ``/staff``, and ending sessions from there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask_login import current_user, login_required  # type: ignore[import-untyped]
from werkzeug.wrappers import Response

from core.web.face import House

ALL_OTHERS = "others"


def session_routes(house: House, blueprint: Blueprint) -> None:
    """``POST /staff/sessions/end``: one session of one's own by its ``session``, or all ``others``."""
    sessions = house.gate.sessions

    @blueprint.post("/staff/sessions/end")
    @login_required  # type: ignore[untyped-decorator]
    def end_sessions() -> Response:
        wanted, here = request.form.get("session", ""), current_user.session.digest
        own = sessions.of_account(current_user.account)
        others = [each.digest for each in own if each.digest != here and wanted in (ALL_OTHERS, each.handle)]
        if others:
            sessions.end(*others)
        return redirect(url_for("counter.staff", ended=1))


def listed(house: House) -> list[dict[str, Any]]:
    """The sessions of whoever asks, the newest first, in the hall's own time."""
    zone = house.plan.timezone

    def at(seconds: int) -> datetime:
        return datetime.fromtimestamp(seconds, UTC).astimezone(zone)

    return [
        {
            "handle": each.handle,
            "since": at(each.began),
            "seen": at(each.seen),
            "address": each.address or "?",
            "here": each.digest == current_user.session.digest,
        }
        for each in house.gate.sessions.of_account(current_user.account)
    ]
