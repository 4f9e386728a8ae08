"""A service and an agency leave the configuration while people wait: what everybody sees after it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.chromium import sign_in
from tests.e2e.conftest import DESK, PHONE
from tests.e2e.desk import button, hero
from tests.running import ROOT, Server, start

MONDAY = "2026-11-23T09:00"
SMALL = ROOT / "tests" / "config" / "small.toml"


def without(text: str, *ids: str) -> str:
    """The configuration without the tables of these ids and what belongs to these agencies."""
    tables = re.split(r"\n(?=\[)", text)
    kept = [each for each in tables if not any(f'id = "{ident}"' in each for ident in ids)]
    return "\n".join(each for each in kept if not any(f'agency = "{ident}"' in each for ident in ids))


def issue(server: Server, token: str, service: str) -> dict[str, Any]:
    with server.client(token) as client:
        answer = client.post("/api/v1/tickets", json={"service": service})
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["ticket"])


def test_after_the_restart_other_counters_call_and_everybody_is_told(
    tmp_path: Path, open_page: Callable[..., Page]
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(SMALL.read_text(encoding="utf-8"), encoding="utf-8")
    config = {"ANTREAN_CONFIG": str(file)}
    server = start(tmp_path / "data", clock=MONDAY, variables=config)
    try:
        kiosk = server.token("kiosk")
        card, payment = issue(server, kiosk, "kk"), issue(server, kiosk, "pay")
    finally:
        server.stop()
    file.write_text(without(SMALL.read_text(encoding="utf-8"), "kk", "BANK"), encoding="utf-8")
    server = start(tmp_path / "data", clock=MONDAY, variables=config)
    try:
        phone = open_page(PHONE)
        phone.goto(f"{server.url}/t/{card['token']}?lang=en")
        expect(phone.locator("body")).to_contain_text("Another counter will call your number")
        ops = open_page(DESK)
        sign_in(ops, server.url, "supervisor", server.password)
        ops.goto(f"{server.url}/ops?lang=en")
        gone = ops.locator('[data-alert="service_gone"]')
        expect(gone).to_have_count(2)
        expect(gone.filter(has_text=card["number"])).to_contain_text("The counters of Civil registration")
        expect(gone.filter(has_text=payment["number"])).to_contain_text("The counters in Zone A")
        officer = open_page(DESK)
        sign_in(officer, server.url, "capil", server.password)
        officer.goto(f"{server.url}/counter/1?lang=en")
        button(officer, "open").click()
        officer.wait_for_timeout(450)
        button(officer, "next").click()
        expect(hero(officer)).to_have_text(card["number"])
        expect(officer.locator(".why").first).to_contain_text("takes over its numbers")
        expect(phone.locator("body")).to_contain_text("Counter 1")
        expect(gone).to_have_count(1)
    finally:
        server.stop()
