"""Why a service gives no numbers: one sentence at the kiosk, in the API and on the board."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import BOARD, KIOSK
from tests.e2e.test_accessibility import violations
from tests.running import Server, serving

SERVICE = "sim-perpanjangan"
NAME = {"id": "Perpanjangan SIM A dan SIM C", "en": "Driving licence renewal"}


def pause(server: Server) -> None:
    with server.client(server.token("supervisor")) as client:
        client.post(f"/api/v1/services/{SERVICE}/pause", json={"reason": "alat foto rusak"})


def use_up(server: Server) -> None:
    with server.client(server.token("kiosk")) as client:
        while client.post("/api/v1/tickets", json={"service": SERVICE}).status_code == 201:
            pass


def fill(server: Server) -> None:
    """One counter alone cannot serve all who come: the day is full before the quota is used up."""
    server.act("38", "open", "POLRES")
    use_up(server)


def refusal(server: Server, lang: str) -> dict[str, object]:
    with server.client(server.token("kiosk"), **{"Accept-Language": lang}) as client:
        answer = client.post("/api/v1/tickets", json={"service": SERVICE})
    assert answer.status_code == 409, answer.text
    return dict(answer.json())


def listed(server: Server) -> dict[str, object]:
    with server.client() as client:
        services = client.get("/api/v1/services").json()["services"]
    return dict(next(each["closed"] for each in services if each["id"] == SERVICE))


def at_the_kiosk(page: Page, server: Server, lang: str, sentence: str) -> None:
    page.goto(f"{server.url}/kiosk/k1?lang={lang}")
    page.get_by_role("button", name=re.compile("Polresta")).last.click()
    tile = page.get_by_role("button", name=re.compile(NAME[lang])).first
    expect(tile).to_contain_text(sentence)
    tile.click()
    expect(page.locator(".closed .sentence")).to_contain_text(sentence)
    expect(page.locator("button.choice.main")).to_have_count(0)
    assert violations(page) == []


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize(
    ("reason", "code", "shut", "sentence"),
    [
        (
            "paused",
            "service_paused",
            pause,
            {"id": "Layanan terganggu: alat foto rusak.", "en": "Service disturbed: alat foto rusak."},
        ),
        ("quota", "quota_used_up", use_up, {"id": "hari ini (50 nomor) sudah habis", "en": "50"}),
        ("full", "service_closed", fill, {"id": "sampai tutup", "en": "closing"}),
    ],
    ids=["paused", "quota", "full"],
)
def test_in_opening_hours(
    open_page: Callable[..., Page],
    server: Server,
    reason: str,
    code: str,
    shut: Callable[[Server], None],
    sentence: dict[str, str],
    lang: str,
) -> None:
    board = open_page(BOARD)
    board.goto(f"{server.url}/display/zone-c")
    shut(server)
    closed = listed(server)
    assert closed["reason"] == reason
    words = dict(closed["sentence"])[lang]  # type: ignore[call-overload]
    assert words.endswith(".")
    assert sentence[lang] in words
    problem = refusal(server, lang)
    assert (problem["code"], problem["service"]) == (code, SERVICE)
    assert re.fullmatch(r"[A-Z].*\.", str(problem["detail"]))
    assert sentence[lang].rpartition(": ")[2].rstrip(".") in str(problem["detail"])
    at_the_kiosk(open_page(KIOSK), server, lang, words)
    expect(board.locator("#notices")).to_contain_text(words)
    assert violations(board) == []


@pytest.mark.parametrize(
    ("clock", "reason"),
    [
        ("2026-11-24T06:30", "not_yet"),
        ("2026-11-24T18:30", "over"),
        ("2026-11-22T10:00", "closed_today"),
    ],
)
def test_outside_of_opening_hours(open_page: Callable[..., Page], clock: str, reason: str) -> None:
    with serving(clock=clock) as server:
        closed = listed(server)
        assert closed["reason"] == reason
        for lang in ("id", "en"):
            words = dict(closed["sentence"])[lang]  # type: ignore[call-overload]
            problem = refusal(server, lang)
            assert (problem["code"], problem["reason"]) == ("service_closed", reason)
            assert re.fullmatch(r"[A-Z].*\.", str(problem["detail"]))
            at_the_kiosk(open_page(KIOSK), server, lang, words)
