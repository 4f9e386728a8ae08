"""A dead line is told within 20 s and heals within 3 s of its return; an upgraded hall renews its boards."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.board_stage import Stage
from tests.e2e.conftest import BOARD
from tests.e2e.lines import Line
from tests.running import PATIENCE_S, Server, antrean, at_most, eventually, free_port, start

MARKED_WITHIN_S = at_most(20)
HEALED_WITHIN_S = at_most(3)


def seconds_until(page: Page, hidden: bool) -> float:
    """How long it takes until the mark of the dead line is gone (or there)."""
    begun = time.monotonic()
    state = "hidden" if hidden else "visible"
    page.locator("#line").wait_for(state=state, timeout=2 * PATIENCE_S * 1000)  # type: ignore[arg-type]
    return time.monotonic() - begun


def test_a_line_that_swallows_everything_is_told_and_heals_at_once(
    server: Server, open_page: Callable[..., Page]
) -> None:
    """No end hears that the line is cut, as with a switch that loses its power."""
    line = Line(int(server.url.rsplit(":", 1)[1]))
    try:
        page = open_page(BOARD)
        page.goto(f"http://127.0.0.1:{line.port}/display/zone-a")
        expect(page.locator("#board header .date")).to_be_visible()
        page.wait_for_timeout(1_000)
        line.cut()
        assert seconds_until(page, hidden=False) <= MARKED_WITHIN_S
        expect(page.locator("#line")).to_contain_text(re.compile(r"\d\d\.\d\d"))
        number = server.issue("kk-ubah-data")["ticket"]["number"]
        server.act("1", "open")
        server.act("1", "next")
        line.mend()
        assert seconds_until(page, hidden=True) <= HEALED_WITHIN_S
        expect(page.locator(".calls")).to_contain_text(number)
    finally:
        line.end()


def test_a_restarted_server_is_found_again_at_once_and_what_it_says_counts(
    tmp_path: Path, open_page: Callable[..., Page]
) -> None:
    """So long away that a browser slows its own attempts down; then with an older log: a restored backup."""
    port = str(free_port())
    first = start(tmp_path / "data", "--port", port)
    saved = str(tmp_path / "saved.backup")
    antrean("backup", saved, "--data", str(first.data))
    page = open_page(BOARD)
    try:
        number = first.issue("kk-ubah-data")["ticket"]["number"]
        first.act("1", "open")
        first.act("1", "next")
        page.goto(f"{first.url}/display/zone-a")
        expect(page.locator(".calls")).to_contain_text(number)
    finally:
        first.kill()
    expect(page.locator("#line")).to_be_visible()
    antrean("restore", saved, "--data", str(first.data))
    page.wait_for_timeout(12_000)
    again = start(tmp_path / "data", "--port", port)  # a log with a smaller seq, another epoch
    try:
        assert seconds_until(page, hidden=True) <= HEALED_WITHIN_S
        expect(page.locator(".calls .call")).to_have_count(0)
        fresh = again.issue("kk-ubah-data")["ticket"]["number"]
        again.act("2", "open")
        again.act("2", "next")
        expect(page.locator(".call.large").first).to_contain_text(fresh)
    finally:
        again.stop()


def test_a_board_of_an_older_build_loads_itself_anew_once(
    server: Server, open_page: Callable[..., Page]
) -> None:
    stage = Stage(open_page(BOARD), server.url, "zone-a")
    page = stage.page
    page.evaluate("window.loaded = 1")
    stage.show()
    page.wait_for_timeout(500)
    assert page.evaluate("window.loaded") == 1
    loads: list[str] = []
    page.on("load", lambda _: loads.append("load"))
    stage.build = "another"
    stage.drop()
    page.wait_for_function("() => !window.loaded")
    eventually(lambda: loads, pause=lambda s: page.wait_for_timeout(s * 1000))
    page.wait_for_timeout(4_000)
    # The server still names another build than the page it serves: no board flickers because of that.
    assert loads == ["load"]
