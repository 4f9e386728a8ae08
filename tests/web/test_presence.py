"""Who follows a counter over the live line: only its officer keeps it open."""

from __future__ import annotations

from typing import Any

from core.web.live import NAMESPACE
from tests.web.conftest import Hall


def follower(hall: Hall, headers: dict[str, str]) -> Any:
    """A connection that follows counter 1."""
    token = headers["Authorization"].removeprefix("Bearer ")
    line = hall.application.live.socketio.test_client(
        hall.application.flask, namespace=NAMESPACE, auth={"token": token}
    )
    answer = line.emit("subscribe", {"topic": "counter:1"}, namespace=NAMESPACE, callback=True)
    assert answer["view"]["state"] == "open", answer
    return line


def state(hall: Hall, officer: dict[str, str]) -> tuple[str, str]:
    view = hall.client().get("/api/v1/counters/1", headers=officer).get_json()
    return view["state"], view["pause_reason"]


def test_a_supervisors_glance_does_not_stand_for_the_officer(hall: Hall, officer: dict[str, str]) -> None:
    presence = hall.application.presence
    supervisor = hall.token("supervisor", "dewi")
    hall.client().post("/api/v1/counters/1/open", headers=officer)
    tabs = [follower(hall, officer), follower(hall, officer)]
    follower(hall, supervisor)
    presence.look()
    tabs.pop().disconnect(namespace=NAMESPACE)
    for _ in range(4):
        hall.clock.forward(minutes=1)
        presence.look()
    assert state(hall, officer) == ("open", ""), "one tab is left"
    tabs.pop().emit("unsubscribe", {"topic": "counter:1"}, namespace=NAMESPACE, callback=True)
    hall.clock.forward(seconds=119)
    presence.look()
    assert state(hall, officer) == ("open", "")
    hall.clock.forward(seconds=1)
    presence.look()
    assert state(hall, officer) == ("paused", "cut off")


def test_a_token_sent_with_the_subscription_counts_as_who_follows(
    hall: Hall, officer: dict[str, str]
) -> None:
    hall.client().post("/api/v1/counters/1/open", headers=officer)
    line = hall.application.live.socketio.test_client(hall.application.flask, namespace=NAMESPACE)
    token = officer["Authorization"].removeprefix("Bearer ")
    line.emit("subscribe", {"topic": "counter:1", "token": token}, namespace=NAMESPACE, callback=True)
    found = hall.application.live.followers("counter")
    assert [(ident, actor.name) for ident, actor in found if actor is not None] == [("1", "wayan")]
    line.disconnect(namespace=NAMESPACE)
    assert hall.application.live.followers("counter") == []
