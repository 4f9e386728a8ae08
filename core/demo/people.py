"""The citizens: they take a number at a kiosk, and some let others pass or do not wait for their turn.

And the supervisor, who pauses the service that is disturbed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.demo.notes import CANCELLED, Notes
from core.demo.player import Act, Player
from core.demo.script import DISTURBED_S, Day, Disturbance, Errand, Script
from core.demo.wire import Unanswered, Wire

TURNED_AWAY = frozenset({"service_closed", "service_paused", "quota_used_up"})
"""What a kiosk may say on any day: the citizen goes home without a number."""
STAYS = frozenset({"wrong_state", "nobody_behind", "postpone_limit"})
"""Why a citizen cannot leave the queue or let others pass: called in this very moment, or the last."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What everybody who plays shares."""

    script: Script
    day: Day
    wire: Wire
    notes: Notes
    player: Player
    kiosk_tokens: Mapping[str | None, str]
    """By kiosk; ``None``: where nothing is printed."""
    supervisor_token: str


def citizen(errand: Errand, scene: Scene) -> Act:
    """One citizen's day, from the kiosk on."""
    notes, held = scene.notes, None
    try:
        if not scene.player.hurrying:  # when the demo ends, they stay at home
            held = _take_number(errand, scene)
    finally:
        if held is None:
            notes.left(errand)
        notes.arrived(errand)
    if held is None:
        return
    ticket, token = held
    wishes = [(errand.postpones_after_s, "postpone"), (errand.leaves_after_s, "cancel")]
    begun = scene.player.now
    for after_s, action in sorted((after_s, action) for after_s, action in wishes if after_s is not None):
        yield max(0.0, begun + after_s - scene.player.now)
        if notes.state(ticket) == "waiting" and not scene.player.hurrying:
            _tell(ticket, token, action, scene)


def _take_number(errand: Errand, scene: Scene) -> tuple[str, str] | None:
    """The id and the token of the ticket."""
    body = {"service": errand.service, "lang": errand.lang}
    if errand.klass is not None:
        body["class"] = errand.klass
    kiosk = errand.kiosk if scene.script.paper else None
    if kiosk is not None:
        body["kiosk"] = kiosk
    try:
        answer = scene.wire.tell("/api/v1/tickets", body, scene.kiosk_tokens[kiosk])
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


def _tell(ticket: str, token: str, action: str, scene: Scene) -> None:
    """Leave the queue, or let others pass."""
    try:
        answer = scene.wire.tell(f"/api/v1/tickets/{token}/{action}", {})
    except Unanswered as trouble:
        scene.notes.problem(action, "unanswered", str(trouble).replace(token, "…"))
        return
    if answer.ok and action == "cancel":
        scene.notes.moved(ticket, "cancelled", None, CANCELLED)
        scene.notes.gone(ticket)
    elif answer.ok:
        scene.notes.did("let others pass")
    elif answer.code in STAYS:
        scene.notes.refused(answer.code)
    else:
        scene.notes.problem(action, answer.code, str(answer.body.get("detail", "")))


def supervisor(disturbance: Disturbance, scene: Scene) -> Act:
    """Pause the service that is disturbed, and resume it."""
    if scene.player.hurrying:
        return
    if _supervise(scene, disturbance.service, "pause", {"reason": disturbance.reason}):
        scene.notes.did("service disturbed")
        yield DISTURBED_S
        _supervise(scene, disturbance.service, "resume", {})


def _supervise(scene: Scene, service: str, action: str, body: dict[str, str]) -> bool:
    try:
        answer = scene.wire.tell(f"/api/v1/services/{service}/{action}", body, scene.supervisor_token)
    except Unanswered as trouble:
        scene.notes.problem(action, "unanswered", str(trouble))
        return False
    if not answer.ok:
        scene.notes.problem(action, answer.code, str(answer.body.get("detail", "")))
    return answer.ok
