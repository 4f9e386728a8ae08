"""Everybody at once, over HTTP against a real server: no gap, no duplicate, no ticket at two counters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice

import pytest

from tests.faults.test_kill import check
from tests.running import Server, serving

SERVICES = ("nib-umk", "skck-baru", "paspor-baru", "oss-izin")
TICKETS = 2_000
CLIENTS = 32


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as started:
        yield started


def test_32_clients_take_2000_tickets_without_gap_or_duplicate(server: Server) -> None:
    token = server.token("kiosk")
    shares = [list(islice(cycle(SERVICES), n, n + TICKETS // CLIENTS)) for n in range(CLIENTS)]
    shares[0] += islice(cycle(SERVICES), TICKETS - CLIENTS * (TICKETS // CLIENTS))

    def take(services: list[str]) -> list[str]:
        with server.client(token) as client:
            answers = [client.post("/api/v1/tickets", json={"service": service}) for service in services]
        assert {answer.status_code for answer in answers} == {201}
        return [answer.json()["ticket"]["number"] for answer in answers]

    with ThreadPoolExecutor(CLIENTS) as pool:
        numbers = [number for taken in pool.map(take, shares) for number in taken]

    assert len(numbers) == len(set(numbers)) == TICKETS
    by_prefix = Counter(number[0] for number in numbers)
    for prefix, count in by_prefix.items():
        ordinals = sorted(int(number[1:]) for number in numbers if number[0] == prefix)
        assert ordinals == list(range(1, count + 1)), prefix
    check(server.data / "antrean.db")


def test_8_officers_of_one_service_never_get_the_same_ticket(server: Server) -> None:
    counters = [str(number) for number in range(11, 19)]  # all eight of PTSP
    with server.client(server.token("kiosk")) as client:
        for _ in range(100):
            assert client.post("/api/v1/tickets", json={"service": "nib-umk"}).status_code == 201
    tokens = [server.new_token("officer", f"rush-{counter}", "PTSP") for counter in counters]

    def serve(place: tuple[str, str]) -> list[str]:
        counter, token = place
        called = []
        with server.client(token) as client:
            assert client.post(f"/api/v1/counters/{counter}/open").status_code == 200
            for _ in range(12):
                answer = client.post(f"/api/v1/counters/{counter}/next")
                assert answer.status_code == 200, answer.text
                called.append(answer.json()["current"]["number"])
                for action in ("start", "finish"):
                    assert client.post(f"/api/v1/counters/{counter}/{action}").status_code == 200
        return called

    with ThreadPoolExecutor(len(counters)) as pool:
        called = [number for each in pool.map(serve, zip(counters, tokens, strict=True)) for number in each]
    assert len(called) == len(set(called)) == 96
    assert {int(number[1:]) for number in called} == set(range(1, 97)), "somebody was passed"


def test_one_key_sent_by_many_at_once_is_one_ticket(server: Server) -> None:
    token = server.token("kiosk")

    def take(_: int) -> str:
        with server.client(token) as client:
            key = {"Idempotency-Key": "the-same-touch"}
            return str(
                client.post("/api/v1/tickets", json={"service": "skpt"}, headers=key).json()["ticket"]["id"]
            )

    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(take, range(16)))) == 1
