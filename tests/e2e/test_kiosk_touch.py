"""Whoever stands or sits at the kiosk can touch, read and reach everything, in each mode and language."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.kiosk_screens import LOOKS, MODES, PORTRAIT, WIDE, measured, visit, walk
from tests.e2e.test_accessibility import violations
from tests.running import Server

SIZES = pytest.mark.parametrize("size", [PORTRAIT, WIDE], ids=["portrait", "wide"])


@SIZES
@pytest.mark.parametrize("lang", ["id", "en"])
def test_every_target_is_large_apart_and_in_reach_and_axe_finds_no_violation(
    server: Server, open_page: Callable[..., Page], size: dict[str, int], lang: str
) -> None:
    page = open_page(size)
    wrong = {}
    for looks in MODES:
        visit(page, server, lang, looks)
        for screen in walk(page):
            found = [*measured(page, size, looks), *violations(page)]
            if page.locator(".tool.look:visible").count() != len(LOOKS):
                found.append("the switches are missing")
            if found:
                wrong["+".join(looks), screen] = found
    assert wrong == {}


@SIZES
def test_the_warning_can_be_touched_and_read(
    server: Server, open_page: Callable[..., Page], size: dict[str, int]
) -> None:
    page = open_page(size)
    page.clock.install()
    visit(page, server)
    page.locator(".tile.agency").first.click()
    page.clock.fast_forward(21_000)
    expect(page.locator(".warning")).to_be_visible()
    assert measured(page, size, ()) == []
    assert violations(page) == []


LONGEST = ("Pendaftaran data baru PBB-P2", "Verifikasi sertifikat produksi pangan in")
"""Services of the longest names and the most to bring."""


@SIZES
def test_two_services_with_much_to_bring_leave_every_button_in_sight(
    server: Server, open_page: Callable[..., Page], size: dict[str, int]
) -> None:
    page = open_page(size)
    wrong = {}
    for looks in MODES:
        visit(page, server, "id", looks)
        for service in LONGEST:
            page.locator(".tool.find").click()
            page.locator("#query").fill(service)
            page.locator(".results .tile").filter(has_text=service).first.click()
            found = [*measured(page, size, looks), *violations(page)]
            if found:
                wrong["+".join(looks), service] = found
            if page.locator(".second").count():
                page.locator(".second").click()
    assert wrong == {}
