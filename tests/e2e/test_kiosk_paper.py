"""What the kiosk says of the paper at each state of its job; the test plays the kiosk computer's agent."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.kiosk_screens import PORTRAIT, measured, take, visit
from tests.e2e.test_accessibility import violations
from tests.running import ROOT, Server, serving

SERVICE = "Perekaman KTP-el"


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Server]:
    """A hall whose kiosk k1 has a printer of its own, which nobody works but the test."""
    config = tmp_path / "config.toml"
    shutil.copytree(ROOT / "hall", tmp_path / "hall")
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    config.write_text(text.replace('id = "p1"\n', 'id = "p1"\nkind = "agent"\n', 1), encoding="utf-8")
    with serving(variables={"ANTREAN_CONFIG": str(config)}) as started:
        started.tokens["agent"] = started.new_token("kiosk", "k1")
        yield started


def jobs(hall: Server) -> list[dict[str, Any]]:
    with hall.client(hall.tokens["agent"]) as client:
        return list(client.get("/api/v1/printers/p1/jobs").json()["jobs"])


def report(hall: Server, *states: str, job: str | None = None) -> str:
    """The agent's reports of the newest job; answers with its id."""
    job = job or jobs(hall)[-1]["job"]
    with hall.client(hall.tokens["agent"]) as client:
        for state in states:
            answer = client.post(f"/api/v1/jobs/{job}/report", json={"state": state, "detail": "test"})
            assert answer.status_code == 200, answer.text
    return job


def printer(hall: Server, state: str) -> None:
    with hall.client(hall.tokens["agent"]) as client:
        answer = client.post("/api/v1/printers/p1/report", json={"state": state})
        assert answer.status_code == 200, answer.text


def test_it_is_coming_and_then_it_is_there(hall: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(PORTRAIT)
    visit(page, hall)
    take(page, SERVICE)
    expect(page.locator(".paper")).to_contain_text("sedang dicetak")
    job = report(hall, "sending", "sent")
    expect(page.locator(".paper")).to_contain_text("Silakan ambil tiket di bawah")
    report(hall, "confirmed", job=job)
    expect(page.locator(".paper")).to_contain_text("Silakan ambil tiket di bawah")


def test_it_failed_and_the_number_with_its_code_is_what_there_is(
    hall: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(PORTRAIT)
    visit(page, hall)
    number = take(page, SERVICE)
    report(hall, "sending", "failed")
    expect(page.locator(".paper")).to_contain_text("tidak tercetak. Petugas sudah diberi tahu.")
    expect(page.locator(".qr img")).to_be_visible()
    expect(page.locator(".number")).to_have_text(number)
    assert page.locator(".number").evaluate("each => parseFloat(getComputedStyle(each).fontSize)") >= 280
    expect(page.locator(".told")).to_contain_text("tidak tercetak")


@pytest.mark.parametrize("looks", [(), ("large",), ("low",)])
def test_it_may_have_come_out_and_the_citizen_says_yes(
    hall: Server, open_page: Callable[..., Page], looks: tuple[str, ...]
) -> None:
    page = open_page(PORTRAIT)
    visit(page, hall, looks=looks)
    take(page, SERVICE)
    report(hall, "sending", "doubtful")
    expect(page.locator(".paper")).to_contain_text("Apakah tiket sudah keluar?")
    assert measured(page, PORTRAIT, looks) == []
    assert violations(page) == []
    page.locator(".answers .yes").click()
    expect(page.locator(".paper")).to_contain_text("Terima kasih")
    assert jobs(hall) == [], "it is known to be on paper"


def test_it_may_have_come_out_and_the_citizen_says_no_once(
    hall: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(PORTRAIT)
    visit(page, hall)
    number = take(page, SERVICE)
    first = report(hall, "sending", "doubtful")
    page.locator(".answers .no").click()
    expect(page.locator(".paper")).to_contain_text("sedang dicetak")
    copy = report(hall, "sending", "doubtful")
    assert copy != first
    expect(page.locator(".paper")).to_contain_text("tidak tercetak")
    assert page.locator(".answers").count() == 0
    expect(page.locator(".number")).to_have_text(number)


@pytest.mark.parametrize(
    ("state", "words"), [("paper_out", "Kertas pencetak habis"), ("cover_open", "Pencetak sedang bermasalah")]
)
def test_a_printer_in_trouble_is_told_at_the_start_and_numbers_are_given(
    hall: Server, open_page: Callable[..., Page], state: str, words: str
) -> None:
    page = open_page(PORTRAIT)
    visit(page, hall)
    assert page.locator(".note").count() == 0
    printer(hall, state)
    expect(page.locator(".note")).to_contain_text(words)
    assert measured(page, PORTRAIT, ()) == []
    assert violations(page) == []
    take(page, SERVICE)
    printer(hall, "ok")
    page.locator(".done").click()
    expect(page.locator(".note")).to_have_count(0)


def test_paper_that_is_near_its_end_is_nothing_for_the_citizen(
    hall: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(PORTRAIT)
    visit(page, hall)
    printer(hall, "near_end")
    page.locator(".often .tile").first.click()
    expect(page.locator(".choice.main")).to_be_visible()
    assert page.locator(".note").count() == 0
