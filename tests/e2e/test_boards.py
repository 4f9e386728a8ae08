"""The boards, in Chromium, against a real server."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import BOARD
from tests.running import Server, free_port, start

CALLS = ".calls .number:not(.counter), .earlier .number:not(.counter)"


def shown(page: Page) -> list[str]:
    return [text.strip() for text in page.locator(CALLS).all_inner_texts()]


def test_a_call_is_on_the_board_at_once_and_says_where(
    server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(BOARD)
    page.goto(f"{server.url}/display/hall")
    number = server.issue("nib-umk")["ticket"]["number"]
    server.act("11", "open", "PTSP")
    assert server.act("11", "next", "PTSP").status_code == 200
    newest = page.locator(".call").first
    expect(newest).to_contain_text(number)
    expect(newest.locator(".counter")).to_have_text("11")
    server.act("11", "start", "PTSP")
    server.act("11", "finish", "PTSP")


def test_two_calls_in_one_second_both_show(server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(BOARD)
    page.goto(f"{server.url}/display/hall")
    numbers = [server.issue("skck-baru")["ticket"]["number"] for _ in range(2)]
    for counter in ("35", "36"):
        assert server.act(counter, "open", "POLRES").status_code == 200
    for counter in ("35", "36"):
        assert server.act(counter, "next", "POLRES").status_code == 200
    for number in numbers:
        expect(page.locator(".calls")).to_contain_text(number)
    for counter in ("35", "36"):
        server.act(counter, "no-show", "POLRES")
    for number in numbers:
        expect(page.locator(".missed")).to_contain_text(number)


def test_a_board_shows_its_state_before_any_script_runs(
    server: Server, chromium: object, open_page: Callable[..., Page]
) -> None:
    number = server.issue("nib-umk")["ticket"]["number"]
    server.act("12", "open", "PTSP")
    server.act("12", "next", "PTSP")
    with server.client() as client:
        html = client.get("/display/zone-b").text
    assert number in re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)


def test_the_dead_line_is_marked_and_heals_with_the_whole_view(
    tmp_path: Path, open_page: Callable[..., Page]
) -> None:
    """The server is killed under the board and started again on the same port with a newer state."""
    port = str(free_port())
    first = start(tmp_path / "data", "--port", port)
    page = open_page(BOARD)
    try:
        page.goto(f"{first.url}/display/hall")
        expect(page.locator("#line")).to_be_hidden()
        first.kill()
        expect(page.locator("#line")).to_be_visible()
        expect(page.locator("#line")).to_contain_text(re.compile(r"\d\d[.:]\d\d"))
    finally:
        first.kill()
    again = start(tmp_path / "data", "--port", port)
    try:
        number = again.issue("nib-umk")["ticket"]["number"]
        again.act("11", "open", "PTSP")
        again.act("11", "next", "PTSP")
        expect(page.locator(".calls")).to_contain_text(number)
        expect(page.locator("#line")).to_be_hidden()
    finally:
        again.stop()


def test_a_cut_line_heals_without_losing_a_call(server: Server, open_page: Callable[..., Page]) -> None:
    """The board's own network goes away while numbers are called."""
    page = open_page(BOARD)
    page.goto(f"{server.url}/display/zone-d")
    page.wait_for_timeout(500)
    page.context.set_offline(True)
    number = server.issue(_service_of(server, "BPJSTK"))["ticket"]["number"]
    counter = _counter_of(server, "BPJSTK")
    server.act(counter, "open", "BPJSTK")
    server.act(counter, "next", "BPJSTK")
    page.context.set_offline(False)
    expect(page.locator(".calls")).to_contain_text(number)


def _service_of(server: Server, agency: str) -> str:
    with server.client() as client:
        services = client.get("/api/v1/services").json()["services"]
    return next(each["id"] for each in services if each["agency"] == agency)


def _counter_of(server: Server, agency: str) -> str:
    with server.client() as client:
        counters = client.get("/api/v1/counters").json()["counters"]
    return next(each["id"] for each in counters if each["agency"] == agency)
