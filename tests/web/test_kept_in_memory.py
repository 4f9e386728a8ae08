"""What strangers send is kept in memory only within bounds."""

from __future__ import annotations

from typing import Any

from display.announcing.announcer import ID_AT_MOST, SAID_AT_MOST
from tests.web.conftest import Hall

TICKET = "/api/v1/tickets/no-such-ticket"


def test_a_board_cannot_fill_the_memory_with_what_it_claims_to_have_said(hall: Hall) -> None:
    announcer: Any = hall.application.live._wiring.topics["voice"].dialogue
    for turn in range(10):
        said = ["x" * 60_000 + str(turn), *(f"{turn}-{number}" for number in range(1000)), 7, None]
        announcer.joined("zone-c", "somebody", {"said": said, "saying": "y" * 60_000})
    kept = announcer._zones._said
    assert 0 < len(kept) <= SAID_AT_MOST
    assert max(map(len, kept)) <= ID_AT_MOST
    announcer.left("zone-c", "somebody")


def test_guessing_ticket_tokens_is_counted_by_network_and_says_when_again(hall: Hall) -> None:
    codes = set()
    for number in range(130):
        answer = hall.client().get(TICKET, environ_overrides={"REMOTE_ADDR": f"2001:db8::{number:x}"})
        codes.add(answer.status_code)
    assert codes == {404, 429}, "one subscriber's addresses count as one"
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.get_json()["code"] == "too_many_requests"
    other = hall.client().get(TICKET, environ_overrides={"REMOTE_ADDR": "2001:db8:0:1::1"})
    assert other.status_code == 404
