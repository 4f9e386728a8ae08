"""The citizens: they take a number at a kiosk, and some do not wait for their turn."""

from __future__ import annotations

from dataclasses import dataclass

from core.demo.notes import Notes
from core.demo.player import Act, Player
from core.demo.script import Day, Errand, Script
from core.demo.wire import Unanswered, Wire

TURNED_AWAY = frozenset({"service_closed", "service_paused", "quota_used_up"})
"""What a kiosk may say on any day: the citizen goes home without a number."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What everybody who plays shares."""

    script: Script
    day: Day
    wire: Wire
    notes: Notes
    player: Player
    kiosk_token: str


def citizen(errand: Errand, scene: Scene) -> Act:
    """One citizen's day, from the kiosk on."""
    notes = scene.notes
    try:
        if scene.player.hurrying:
            return  # the demo ends: they stay at home
        held = _take_number(errand, scene)
    finally:
        notes.arrived(errand)
    if held is None or errand.leaves_after_s is None:
        return
    ticket, token = held
    yield errand.leaves_after_s
    if notes.state(ticket) == "waiting" and not scene.player.hurrying:
        _leave(ticket, token, scene)


def _take_number(errand: Errand, scene: Scene) -> tuple[str, str] | None:
    """The id and the token of the ticket."""
    body = {"service": errand.service, "lang": errand.lang}
    if errand.klass is not None:
        body["class"] = errand.klass
    if errand.kiosk is not None and scene.script.paper:
        body["kiosk"] = errand.kiosk
    try:
        answer = scene.wire.tell("/api/v1/tickets", body, scene.kiosk_token)
    except Unanswered as trouble:
        scene.notes.problem("kiosk", "unanswered", str(trouble))
        return None
    if answer.ok:
        ticket = answer.body["ticket"]
        scene.notes.issued(errand, ticket["id"], ticket["number"])
        return ticket["id"], ticket["token"]
    if answer.code in TURNED_AWAY:
        scene.notes.turned_away(errand, answer.code)
    else:
        scene.notes.problem("kiosk", answer.code, str(answer.body.get("detail", "")))
    return None


def _leave(ticket: str, token: str, scene: Scene) -> None:
    try:
        answer = scene.wire.tell(f"/api/v1/tickets/{token}/cancel", {})
    except Unanswered as trouble:
        scene.notes.problem("cancel", "unanswered", str(trouble).replace(token, "…"))
        return
    if answer.ok:
        scene.notes.moved(ticket, "cancelled", None)
    elif answer.code == "wrong_state":
        scene.notes.refused(answer.code)  # called in this very moment: they stay
    else:
        scene.notes.problem("cancel", answer.code, str(answer.body.get("detail", "")))
