"""What strangers send is kept in memory only within bounds."""

from __future__ import annotations

from tests.web.conftest import Hall

TICKET = "/api/v1/tickets/no-such-ticket"


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
