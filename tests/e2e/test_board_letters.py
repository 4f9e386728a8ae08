"""Letters that can be read from where people stand, and nothing that does not fit: measured in pixels."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page

from core.domain.sight import capital_mm, unit_mm
from tests.e2e.board_stage import OVERFLOWING, Stage, longest
from tests.running import ROOT, Server, serving

SIZES = {
    "full HD": {"width": 1920, "height": 1080},
    "4K": {"width": 3840, "height": 2160},
    "portrait": {"width": 1080, "height": 1920},
    "5:4": {"width": 1280, "height": 1024},
}
LONGEST = {
    "id": "Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu Kota Denpasar",
    "en": "Denpasar City One-Stop Investment and Integrated Licensing Services Agency",
}
SHORT = "BPJS Ketenagakerjaan"
"""The longest names of the catalogue."""

CONTRASTS = """() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return Array.from(canvas.getImageData(0, 0, 1, 1).data);
  };
  const light = ([r, g, b]) => [r, g, b].map((each) => each / 255)
    .map((each) => (each <= 0.03928 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4))
    .reduce((sum, each, place) => sum + each * [0.2126, 0.7152, 0.0722][place], 0);
  const ground = (node) => {
    for (let each = node; each; each = each.parentElement) {
      const colour = rgba(getComputedStyle(each).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const found = {};
  for (const node of document.querySelectorAll('#board *, #line')) {
    const text = Array.from(node.childNodes).some((each) => each.nodeType === 3 && each.textContent.trim());
    if (!text || node.closest('.visually-hidden, [hidden], .training')) continue;
    const [a, b] = [light(rgba(getComputedStyle(node).color)), light(ground(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const part = node.closest('section, header, footer, aside');
    found[`${node.tagName}.${node.className} in ${part ? part.className : ''}`] = ratio;
  }
  return found;
}"""


def capital(page: Page) -> int:
    """Height in pixels of the first letter of the newest call, as it is drawn."""
    box = page.locator(".call.large .number").first.bounding_box()
    assert box is not None
    # Figures of a round shape overshoot; the first sign is the A of A007.
    height = box["height"]
    picture = page.screenshot(
        clip={"x": box["x"], "y": box["y"] - 4, "width": height * 0.8, "height": height + 8}
    )
    grey = Image.open(io.BytesIO(picture)).convert("L")
    ink = grey.point(lambda light: 255 if light < 90 else 0).getbbox()
    assert ink is not None
    return ink[3] - ink[1]


@pytest.fixture
def hall(tmp_path: Path) -> Callable[[str], Path]:
    """The shipped hall with other keys on its first board."""

    def changed(keys: str) -> Path:
        text = (ROOT / "config.toml").read_text(encoding="utf-8")
        text = re.sub(r'"(hall/[\w-]+\.toml)"', rf'"{ROOT.as_posix()}/\1"', text)
        text = text.replace('kind = "hall"\n', f'kind = "hall"\n{keys}\n', 1)
        path = tmp_path / "config.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return changed


def test_letters_have_the_height_that_the_distance_asks_for_at_each_size(
    server: Server, open_page: Callable[..., Page]
) -> None:
    """10 m and 55 inches: 122 mm, which are 193 of 1080 pixels."""
    for name, size in SIZES.items():
        stage = Stage(open_page(size), server.url, "zone-a")
        stage.call("A007", 12)
        stage.rest()
        unit = min(size["width"] / 1920, size["height"] / 1080)
        if size["height"] > size["width"]:
            unit = min(size["width"] / 1080, size["height"] / 1920)
        height_mm = capital(stage.page) / unit * unit_mm(55)
        assert capital_mm(10) - 1 <= height_mm <= capital_mm(10) + 4, (name, height_mm)


def test_nearer_viewers_get_more_rows_and_those_far_away_larger_letters(
    hall: Callable[[str], Path], open_page: Callable[..., Page]
) -> None:
    rows = {}
    for metres in (4, 10, 13):
        with serving("--config", str(hall(f"distance_metres = {metres}"))) as server:
            stage = Stage(open_page(SIZES["full HD"]), server.url, "hall")
            for place in range(8):
                stage.call(f"A00{place}", place + 1, after=-60 - place)
            stage.call("A008", 12)
            stage.rest()
            assert capital(stage.page) * unit_mm(55) >= capital_mm(metres) - 1, metres
            assert stage.page.evaluate(OVERFLOWING) == []
            rows[metres] = stage.page.locator(".call.large").count()
    assert rows[4] > rows[10] > rows[13] >= 1, rows


def test_nothing_overflows_with_the_longest_names_and_numbers(
    server: Server, open_page: Callable[..., Page]
) -> None:
    """A1000, sixty counters, four-figure queues, bursts, many missed numbers; every part of each size."""
    for ident in ("hall", "zone-a", "sign-10"):
        for name, size in SIZES.items():
            stage = Stage(open_page(size), server.url, ident)
            view = longest(stage.view, LONGEST, SHORT)
            view["missed"] = [f"W10{place:02}" for place in range(40)]
            if view["counter"]:
                view["counter"] = {**view["counter"], "current": "W1000", "state": "open"}
            stage.show(**view)
            for place in range(60):
                stage.call(f"W{1000 + place}", place + 1, after=-200 + place, mark=True)
            stage.rest()
            assert stage.page.evaluate(OVERFLOWING) == [], (ident, name, "at rest")
            if view["counter"]:
                for state in ("closed", "paused"):
                    stage.show(counter={**view["counter"], "current": None, "state": state})
                    stage.rest()
                    assert stage.page.evaluate(OVERFLOWING) == [], (ident, name, state)
                continue
            for count in (1, 3, 2, 4, 9):  # 1, 4, 6, 10, 19 calls: every step in which letters shrink
                for place in range(count):
                    stage.call(f"M1{count}0{place}", place * 7 % 61 + 1, repeat=1, mark=True)
                stage.rest()
                assert stage.page.evaluate(OVERFLOWING) == [], (ident, name, count)


def test_every_text_has_a_contrast_of_seven_to_one(server: Server, open_page: Callable[..., Page]) -> None:
    seen: dict[str, float] = {}
    for ident in ("hall", "sign-10"):
        stage = Stage(open_page(SIZES["full HD"]), server.url, ident)
        waiting = [{**row, "open": place % 2 == 0} for place, row in enumerate(stage.view["waiting"])]
        stage.show(waiting=waiting, missed=["A001", "A002"])
        for place in range(9):
            stage.call(f"A00{place}", place + 1, after=-100)
        stage.call("A010", 10, mark=True)
        if stage.view["counter"]:
            for state, current in (("closed", None), ("paused", None), ("open", None), ("open", "A010")):
                stage.show(counter={**stage.view["counter"], "state": state, "current": current})
                stage.rest()
                seen |= stage.page.evaluate(CONTRASTS)
        stage.rest()
        stage.page.evaluate("document.getElementById('line').hidden = false")
        stage.page.evaluate("document.getElementById('line').textContent = 'x'")
        seen |= stage.page.evaluate(CONTRASTS)
    assert len(seen) > 20
    assert {what: ratio for what, ratio in seen.items() if ratio < 7} == {}


def test_the_newest_call_is_marked_by_more_than_colour_for_ten_seconds(
    server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(SIZES["full HD"])
    page.clock.install()
    stage = Stage(page, server.url, "zone-a")
    stage.call("A007", 3)
    page.clock.run_for(300)
    newest = page.locator(".call.large").first
    assert newest.locator(".flag").inner_text().startswith("Baru")
    assert "inset" in newest.evaluate("node => getComputedStyle(node).boxShadow")
    page.clock.run_for(9_000)
    assert newest.locator(".flag").count() == 1
    page.clock.run_for(1_500)
    assert newest.locator(".flag").count() == 0
    stage.call("A007", 3, after=11, repeat=1)
    page.clock.run_for(300)
    assert newest.locator(".flag").inner_text().startswith("Panggilan ulang")
