"""Who may see a ticket's page: whoever has its token, which cannot be guessed; and nobody after its day."""

from __future__ import annotations

import base64
import gzip
from typing import Any

import pytest

from tests.push.conftest import Desk

GUESSED = 121
"""One more than a minute allows (``display.api.GUESSES``)."""


def test_a_token_has_128_random_bits(desk: Desk) -> None:
    tokens = [desk.give()["token"] for _ in range(20)]
    raw = [base64.urlsafe_b64decode(each + "==") for each in tokens]
    assert {len(each) for each in raw} == {16}
    assert len(set(tokens)) == len(tokens)
    for place in range(16):  # a counter or a clock would repeat its bytes
        assert len({each[place] for each in raw}) > 10, f"byte {place} hardly changes"


@pytest.mark.parametrize("path", ["", "/qr.svg", "/manifest.webmanifest"])
@pytest.mark.parametrize("known", [True, False])
def test_nobody_keeps_lists_or_passes_on_what_belongs_to_a_ticket(desk: Desk, path: str, known: bool) -> None:
    token = desk.give()["token"] if known else "A" * 22
    answer = desk.hall.client().get(f"/t/{token}{path}", query_string={"lang": "en"})
    assert answer.status_code == (200 if known else 404)
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_yesterdays_number_and_none_at_all_look_the_same_in_both_languages(desk: Desk) -> None:
    token = desk.give()["token"]
    client = desk.hall.client()
    assert client.get(f"/t/{token}").status_code == 200
    desk.hall.clock.forward(days=1)
    desk.give()  # begins the day
    answers = [client.get(f"/t/{each}", headers={"Accept": "text/html"}) for each in (token, "A" * 22)]
    assert [each.status_code for each in answers] == [404, 404]
    texts = [each.text.split("<main", 1)[1].split("</main>", 1)[0] for each in answers]
    assert texts[0] == texts[1]
    assert "Nomor ini sudah tidak berlaku" in texts[0]
    assert "This number is no longer valid" in texts[0]
    assert token not in answers[0].text
    assert client.get(f"/api/v1/tickets/{token}").json["code"] == "ticket_unknown"


def test_guessing_is_slowed_down_and_the_phones_behind_the_same_address_are_not(desk: Desk) -> None:
    ticket, client = desk.give(), desk.hall.client()
    statuses = [client.get(f"/t/{place:022d}").status_code for place in range(GUESSED)]
    assert statuses == [404] * (GUESSED - 1) + [429]
    assert client.get(f"/api/v1/tickets/{'A' * 22}").status_code == 429
    assert client.get(f"/t/{ticket['token']}").status_code == 200
    assert client.get(f"/api/v1/tickets/{ticket['token']}").status_code == 200


def test_the_page_goes_compressed_to_whoever_takes_it(desk: Desk) -> None:
    path = f"/t/{desk.give()['token']}"
    small = desk.hall.client().get(path, headers={"Accept-Encoding": "gzip"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in small.headers["Vary"]
    assert b'id="ticket"' in gzip.decompress(small.data)
    plain = desk.hall.client().get(path)
    assert "Content-Encoding" not in plain.headers
    assert len(small.data) < len(plain.data) / 2


@pytest.mark.parametrize("name", ["any-192", "maskable-512", "badge-96"])
def test_icons_are_drawn_here(desk: Desk, name: str) -> None:
    answer = desk.hall.client().get(f"/t/icon-{name}.png")
    assert answer.data.startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["any-193", "other-192", "any-100000"])
def test_no_other_icons_are_drawn(desk: Desk, name: str) -> None:
    assert desk.hall.client().get(f"/t/icon-{name}.png").status_code == 404


def test_the_service_worker_sees_nothing_beside_tickets_and_is_never_old(desk: Desk) -> None:
    answer: Any = desk.hall.client().get("/t/worker.js")
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "Service-Worker-Allowed" not in answer.headers
    assert b"showNotification" in answer.data
    answer.close()
