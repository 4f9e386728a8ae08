"""A hall whose kiosks must be registered, in Chromium: the page of one that is not, and the way there."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.kiosk_screens import PORTRAIT, WIDE, take
from tests.running import CONFIG, ROOT, Server, antrean, serving


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("closed")
    shutil.copytree(ROOT / "hall", folder / "hall")
    text = CONFIG.read_text(encoding="utf-8").replace("\naccent =", "\nopen_kiosks = false\naccent =", 1)
    (folder / "config.toml").write_text(text, encoding="utf-8")
    with serving("--config", str(folder / "config.toml")) as server:
        yield server


@pytest.mark.parametrize("size", [PORTRAIT, WIDE], ids=["portrait", "wide"])
def test_a_closed_kiosk_fits_its_screen_and_can_be_read_by_everybody(
    closed: Server, open_page: Callable[..., Page], size: dict[str, int]
) -> None:
    page = open_page(size)
    page.goto(f"{closed.url}/kiosk/k1")
    for told in (
        "Kios ini belum aktif",
        "This kiosk is not active yet",
        f"{closed.url}/kiosk/k1?token=TOKEN",
    ):
        expect(page.get_by_text(told)).to_be_visible()
    overflow = "(({ scrollWidth, scrollHeight }) => [scrollWidth - innerWidth, scrollHeight - innerHeight])"
    assert page.evaluate(f"{overflow}(document.documentElement)") == [0, 0]
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_kiosk_is_registered_and_revoked(closed: Server, open_page: Callable[..., Page]) -> None:
    token = closed.new_token("kiosk", "k1")
    page = open_page(PORTRAIT)
    page.goto(f"{closed.url}/kiosk/k1?token={token}")
    take(page, "Pencetakan KTP-el baru")
    page.goto(f"{closed.url}/kiosk/k1")
    antrean("token", "revoke", "k1", "--data", str(closed.data))
    with closed.client(token) as client:
        while client.get("/api/v1/services").status_code != 401:
            page.wait_for_timeout(100)
    # Its live line ended with the token, so the page asks for a pass, gets none, and loads itself again.
    expect(page.get_by_text("Kios ini belum aktif")).to_be_visible()
