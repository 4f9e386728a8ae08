"""Many calls at once, and days without end: measured by what the page itself records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.board_stage import Stage
from tests.e2e.conftest import BOARD
from tests.running import Server, eventually

WATCH = """() => {
  window.seen = {};
  const look = () => {
    const now = performance.now();
    const visible = new Set();
    document.querySelectorAll('.calls .number:not(.counter)').forEach((node) => {
      const box = node.getBoundingClientRect();
      const { left, top, right, bottom } = box;
      if (box.width && top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth) {
        visible.add(node.textContent.trim());
      }
    });
    visible.forEach((number) => {
      const spans = (window.seen[number] = window.seen[number] || []);
      const last = spans[spans.length - 1];
      if (!last || last.open === false) spans.push({ from: now, to: now, open: true });
    });
    Object.entries(window.seen).forEach(([number, spans]) => {
      const last = spans[spans.length - 1];
      if (last.open) last.to = now;
      last.open = visible.has(number);
    });
  };
  const all = { childList: true, subtree: true, characterData: true, attributes: true };
  new MutationObserver(look).observe(document.getElementById('board'), all);
  setInterval(look, 50);
}"""


def test_ten_calls_in_one_second_are_each_seen_for_four_seconds_and_the_newest_at_once(
    server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(BOARD)
    page.clock.install()
    stage = Stage(page, server.url, "zone-a")
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))  # from here on time is the test's
    page.evaluate(WATCH)
    sent = {}
    start = page.evaluate("performance.now()")
    for place in range(10):
        number = f"A{101 + place}"
        sent[number] = page.evaluate("performance.now()")
        stage.call(number, place + 1, after=(sent[number] - start) / 1000)
        page.wait_for_timeout(25)  # what was sent arrives; the page's own clock stands still meanwhile
        page.clock.run_for(90)
    assert page.evaluate("performance.now()") - start < 2_000
    page.clock.run_for(6_000)
    seen: dict[str, list[dict[str, Any]]] = page.evaluate("window.seen")
    for number, at in sent.items():
        spans = seen[number]
        assert max(span["to"] - span["from"] for span in spans) >= 4_000, (number, spans)
        assert spans[0]["from"] - at <= 2_000, number
    # The letters are those of the distance again once the calls are no longer new.
    page.clock.run_for(10_000)
    expect(page.locator(".calls.is-crowd")).to_have_count(0)
    expect(page.locator(".call.large")).to_have_count(3)


def test_a_call_that_was_taken_back_leaves_the_board(server: Server, open_page: Callable[..., Page]) -> None:
    stage = Stage(open_page(BOARD), server.url, "zone-a")
    stage.call("A001", 1)
    expect(stage.page.locator(".calls")).to_contain_text("A001")
    stage.show(current=[])
    expect(stage.page.locator(".calls")).not_to_contain_text("A001")


@pytest.mark.timeout(600)
def test_a_page_grows_in_nothing_over_a_day_of_four_thousand_calls(
    server: Server, open_page: Callable[..., Page]
) -> None:
    """By the page's own clock: a call every 3 s, a quiet hour, a day change, and calls again."""
    page = open_page({"width": 960, "height": 540})
    page.clock.install()
    stage = Stage(page, server.url, "zone-a")
    counters = 10
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable")

    def measured() -> dict[str, float]:
        for _ in range(3):
            devtools.send("HeapProfiler.collectGarbage")
        metrics = devtools.send("Performance.getMetrics")["metrics"]
        wanted = {"JSHeapUsedSize", "Nodes", "JSEventListeners"}
        return {each["name"]: each["value"] for each in metrics if each["name"] in wanted}

    def calls(first: int, count: int) -> None:
        for place in range(first, first + count):
            now = stage.made("x", 1, after=3)["at"]
            stage.view = {**stage.view, "now": now}
            stage.call(f"A{place % 1999 + 1:03}", place * 7 % counters + 1, repeat=place % 5 // 4)
            stage.ping()
            page.clock.run_for(3_000)

    calls(0, 400)  # what a page needs once
    before = measured()
    calls(400, 3_600)
    # Nobody calls: pings, and a view now and then; with the new day the lists are empty.
    stage.show(current=[], recent=[], missed=[], day="2026-11-25")
    for _ in range(360):
        stage.view = {**stage.view, "now": stage.made("x", 1, after=10)["at"]}
        stage.ping()
        stage.show()
        page.clock.fast_forward(10_000)
    calls(4_000, 400)
    allowed = {"JSEventListeners": 5, "Nodes": 100, "JSHeapUsedSize": 500_000}
    after: dict[str, float] = {}

    def as_before() -> bool:
        """What nobody holds is given back when the browser likes to; what leaks is not."""
        after.update(measured())
        return all(after[each] <= before[each] + more for each, more in allowed.items())

    eventually(as_before, lambda: f"grew from {before} to {after}")
    # Only now: looking at the page puts Playwright's own listeners and objects into it.
    assert page.locator("#line").is_hidden()
    assert page.locator(".call").count() >= 6
