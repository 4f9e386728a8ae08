"""The workstation as an officer uses it: keys, dialogs, what is seen."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.running import Server

REST_MS = 450
"""How long the dominant button rests after each answer."""


def button(page: Page, action: str) -> Locator:
    return page.locator(f"[data-action={action}]")


def press(page: Page, key: str, then: str) -> None:
    """A key, and the action that is on offer afterwards."""
    page.keyboard.press(key)
    expect(button(page, then)).to_be_visible()
    page.wait_for_timeout(REST_MS)


def answer(page: Page, key: str) -> None:
    """A key in the open dialog, which closes with it."""
    page.keyboard.press(key)
    expect(page.locator("dialog")).not_to_be_visible()
    page.wait_for_timeout(REST_MS)


def hero(page: Page) -> Locator:
    return page.locator("#ticket .hero .number")


def view(server: Server, counter: str) -> dict[str, Any]:
    """What the server says of a counter."""
    with server.client(server.token("admin")) as client:
        return dict(client.get(f"/api/v1/counters/{counter}").json())
