"""A real board page whose line is played by the test: any view, any call, a whole day in a minute."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

from playwright.sync_api import Page, WebSocketRoute

from tests.running import eventually

OPENING = '0{"sid":"stage","upgrades":[],"pingInterval":10000,"pingTimeout":86400000,"maxPayload":1000000}'
ASKED = re.compile(r'42/live,(\d+)\["subscribe",(.*)\]', re.DOTALL)

STILL = """() => document.getAnimations().every(
  (each) => each.playState !== 'running' || each.effect.getComputedTiming().endTime === Infinity
)"""


class Stage:
    """Opens ``/display/IDENT`` and answers instead of the server from then on."""

    def __init__(self, page: Page, url: str, ident: str) -> None:
        self.page = page
        self.view: dict[str, Any] = {}
        self.build: str | None = None
        """What the acknowledgements name; ``None``: what the page has."""
        self._topic = f"board:{ident}"
        self._seq = 0
        self._newest: dict[str, Any] | None = None
        self._sockets: list[WebSocketRoute] = []
        self._early: list[tuple[WebSocketRoute, str]] = []
        self._subscribed = False
        self.page_settings: dict[str, Any] = {}
        page.route_web_socket(re.compile("/socket.io/"), self._serve)
        page.goto(f"{url}/display/{ident}")
        read = "id => JSON.parse(document.getElementById(id).textContent)"
        self.view = page.evaluate(read, "snapshot")
        self.page_settings = page.evaluate(read, "page")
        self._seq = self.page_settings["seq"]
        early, self._early = self._early, []
        for ws, message in early:
            self._hear(ws, message)
        page.wait_for_function("document.querySelector('#board header .date')")
        # Calls are not repeated: one that is sent before the page follows its board is lost.
        eventually(
            lambda: self._subscribed,
            "the page follows its board",
            pause=lambda _seconds: page.wait_for_timeout(5),
        )

    def _serve(self, ws: WebSocketRoute) -> None:
        self._sockets.append(ws)
        ws.on_message(lambda message: self._hear(ws, str(message)))
        ws.send(OPENING)

    def _hear(self, ws: WebSocketRoute, message: str) -> None:
        if message.startswith("40/live,"):
            ws.send('40/live,{"sid":"stage"}')
        elif found := ASKED.match(message):
            if not self.page_settings:  # the page asks before it has been read
                self._early.append((ws, message))
                return
            topic = json.loads(found[2])["topic"]
            build = self.build if self.build is not None else self.page_settings["build"]
            answer = {"topic": topic, "build": build, **self._mark(), "view": self.view}
            ws.send(f"43/live,{found[1]}{json.dumps([answer])}")
            self._subscribed = self._subscribed or topic == self._topic

    def _mark(self) -> dict[str, Any]:
        return {"epoch": self.page_settings["epoch"], "seq": self._seq}

    def _send(self, event: str, **content: Any) -> None:
        message = json.dumps([event, {"topic": self._topic, **self._mark(), **content}])
        self._sockets[-1].send(f"42/live,{message}")

    def rest(self) -> None:
        """Wait until what was sent is drawn and stands still. The ribbon of notices runs for ever."""
        self.page.wait_for_timeout(50)
        if self._newest is not None and not self.view["counter"]:  # a counter's sign shows its view alone
            self.page.wait_for_selector(f"[data-call^='{self._newest['number']}|']")
        self.page.wait_for_function(STILL)

    @property
    def now(self) -> datetime:
        """The hall's time of the view."""
        return datetime.fromisoformat(self.view["now"])

    def drop(self) -> None:
        """End the connection; the page makes another one and is told the view as of another run."""
        self.page_settings = {**self.page_settings, "epoch": "another run"}
        self._sockets[-1].close()

    def ping(self) -> None:
        """As the server does every ten seconds."""
        self._sockets[-1].send("2")

    def show(self, **changes: Any) -> None:
        """The view with these changes."""
        self._seq += 1
        self.view = {**self.view, **changes}
        self._send("view", view=self.view)

    def call(self, number: str, counter: int, after: float = 0.0, **more: Any) -> dict[str, Any]:
        """A call ``after`` seconds from the view's time, as the server sends it: alone, then in a view."""
        made = self.made(number, counter, after, **more)
        if self._newest is None or made["at"] >= self._newest["at"]:
            self._newest = made
        self._send("call", call=made)
        current = [made, *(each for each in self.view["current"] if each["counter"] != made["counter"])]
        gone = [each for each in self.view["current"] if each["counter"] == made["counter"]]
        recent = [*gone, *self.view["recent"]][: self.view["look"]["recent"]]
        self.show(current=current, recent=recent)
        return made

    def made(self, number: str, counter: int, after: float = 0.0, **more: Any) -> dict[str, Any]:
        """A call as a view holds it."""
        at = (self.now + timedelta(seconds=after)).isoformat(timespec="milliseconds")
        agency = self.view["waiting"][0]
        return {
            "number": number,
            "counter": str(counter),
            "counter_number": counter,
            "counter_name": f"Loket {counter}",
            "counter_name_en": f"Counter {counter}",
            "agency": agency["agency"],
            "agency_name": agency["name"],
            "agency_short": agency["short"],
            "lang": "id",
            "mark": False,
            "repeat": 0,
            "called_at": at,
            "at": at,
            "audio": [],
            **more,
        }


def longest(view: Mapping[str, Any], name: Mapping[str, str], short: str) -> dict[str, Any]:
    """A copy of a view in which every agency has this name, and waits are long."""
    changed = deepcopy(dict(view))
    for row in changed["waiting"]:
        row.update(name=dict(name), short=short, count=1234, open=True)
        row["forecast"] = {"median_minutes": 110, "p80_minutes": 240}
    return changed


OVERFLOWING = """() => {
  const found = [];
  const inside = ({ left, top, right, bottom }) =>
    left >= -1 && top >= -1 && right <= innerWidth + 1 && bottom <= innerHeight + 1;
  for (const node of document.querySelectorAll('#board, #board *')) {
    if (node.closest('.visually-hidden, #notices, [hidden]')) continue;
    const box = node.getBoundingClientRect();
    if (!box.width || !box.height) continue;
    const what = `${node.tagName}.${node.className} "${node.textContent.trim().slice(0, 30)}"`;
    const style = getComputedStyle(node);
    if (style.display !== 'inline' && node.scrollWidth > node.clientWidth + 1) {
      found.push(`${what}: ${node.scrollWidth} in ${node.clientWidth}`);
    }
    if (!inside(box)) found.push(`${what}: out of the screen`);
    const parent = node.closest('.calls, .side, .window, .head, .missed, .sign');
    if (!parent || parent === node || !inside(box)) continue;
    if (box.bottom > parent.getBoundingClientRect().bottom + 2) found.push(`${what}: below its part`);
  }
  return found;
}"""
"""What does not fit: texts that are cut off, boxes outside the screen or below the part they belong to."""
