"""Reception: numbers by hand, with paper and without, in Chromium, on a real server."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.chromium import sign_in
from tests.e2e.conftest import DESK
from tests.e2e.test_accessibility import violations
from tests.running import Server


@pytest.fixture
def at_reception(server: Server, open_page: Callable[..., Page]) -> Callable[..., Page]:
    def open_it(name: str = "ptsp", lang: str = "id") -> Page:
        page = open_page(DESK)
        sign_in(page, server.url, name, server.password)
        page.goto(f"{server.url}/reception?lang={lang}")
        expect(search(page)).to_be_focused()
        return page

    return open_it


def search(page: Page) -> Locator:
    return page.locator("[name=query]")


def number(page: Page) -> Locator:
    return page.locator(".newest .number")


def give(page: Page, words: str) -> None:
    """By keyboard: what is looked for, Enter takes the first that was found, Enter gives the number."""
    search(page).fill(words)
    page.keyboard.press("Enter")
    expect(page.locator("[name=service]:checked")).to_have_count(1)
    page.keyboard.press("Enter")


def waiting(server: Server, service: str) -> int:
    with server.client() as client:
        services = client.get("/api/v1/services").json()["services"]
    return next(int(each["waiting"]) for each in services if each["id"] == service)


def papers(server: Server) -> list[str]:
    return sorted(path.name for path in (server.data / "printer").rglob("*.png"))


@pytest.mark.parametrize("lang", ["id", "en"])
def test_without_paper_the_number_and_its_code_are_on_the_screen(
    server: Server, at_reception: Callable[..., Page], lang: str
) -> None:
    page = at_reception(lang=lang)
    assert violations(page) == []
    give(page, "sim")
    expect(number(page)).to_have_text("L001")
    code = page.locator(".newest img")
    assert page.request.get(server.url + str(code.get_attribute("src"))).ok
    told = {"id": "Tanpa kertas", "en": "No paper"}[lang]
    expect(page.locator(".newest .paper")).to_contain_text(told)
    assert violations(page) == []
    expect(search(page)).to_be_focused()
    expect(search(page)).to_have_value("")
    assert waiting(server, "sim-perpanjangan") == 1
    assert papers(server) == []


def test_with_paper_it_comes_out_at_the_kiosk_that_was_chosen(
    server: Server, at_reception: Callable[..., Page]
) -> None:
    page = at_reception()
    page.get_by_label("Kios 2").check()
    page.locator("[name=class][value=priority]").check()
    give(page, "paspor baru")
    expect(number(page)).to_have_text("T001")
    expect(page.locator(".newest .paper")).to_contain_text("sudah dicetak")
    (paper,) = papers(server)
    assert "T001" in paper
    assert (server.data / "printer" / "p2" / paper).exists()
    expect(page.locator("[name=class][value=regular]")).to_be_checked()  # the next citizen inherits nothing
    page.reload()
    expect(page.get_by_label("Kios 2")).to_be_checked()  # but the desk keeps its printer


def test_paper_that_failed_is_printed_again(server: Server, at_reception: Callable[..., Page]) -> None:
    folder = server.data / "printer" / "p1"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "fault").write_text("paper out")
    page = at_reception(lang="en")
    page.get_by_label("Kiosk 1").check()
    give(page, "nib")
    again = page.get_by_role("button", name="Print again")
    expect(again).to_be_visible()
    assert violations(page) == []
    (folder / "fault").unlink()
    again.click()
    expect(page.locator(".newest .paper")).to_contain_text("has been printed")
    assert len(papers(server)) == 1


def test_a_double_click_gives_one_number(server: Server, at_reception: Callable[..., Page]) -> None:
    page = at_reception()
    search(page).fill("paspor baru")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Beri nomor").dblclick()
    expect(number(page)).to_have_text("T001")
    page.wait_for_timeout(600)
    assert waiting(server, "paspor-baru") == 1


def test_a_closed_service_says_why_and_gives_no_number(
    server: Server, at_reception: Callable[..., Page]
) -> None:
    page = at_reception("supervisor")
    with server.client(server.token("supervisor")) as client:
        client.post("/api/v1/services/ktp-cetak-baru/pause", json={"reason": "jaringan pusat terputus"})
    line = page.locator(".option", has_text="Pencetakan KTP-el baru")
    expect(line).to_contain_text("Layanan terganggu: jaringan pusat terputus.")
    line.locator("input").check()
    expect(page.get_by_role("button", name="Beri nomor")).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Enter")
    page.wait_for_timeout(400)
    expect(number(page)).to_have_count(0)
    assert violations(page) == []


def test_a_stale_screen_is_refused_and_shows_the_truth(
    server: Server, at_reception: Callable[..., Page]
) -> None:
    page = at_reception(lang="en")
    answers: list[int] = []

    def paused_meanwhile(route: Route) -> None:
        with server.client(server.token("supervisor")) as client:
            client.post("/api/v1/services/paspor-baru/pause", json={"reason": "printer rusak"})
        route.continue_()

    page.route("**/api/v1/tickets", paused_meanwhile)
    page.on("response", lambda got: answers.append(got.status) if got.request.method == "POST" else None)
    give(page, "new passport")
    expect(page.locator(".beside .problem")).to_contain_text("printer rusak")
    assert answers == [409]
    expect(page.locator(".option", has_text="New passport").first).to_contain_text("printer rusak")
    expect(number(page)).to_have_count(0)


def test_an_answer_that_is_lost_is_asked_for_again_and_stays_one_number(
    server: Server, at_reception: Callable[..., Page]
) -> None:
    page = at_reception(lang="en")
    lost: list[str] = []

    def carried_out_unheard(route: Route) -> None:
        if len(lost) < 2:  # the page itself asks twice
            lost.append(route.request.headers["idempotency-key"])
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/api/v1/tickets", carried_out_unheard)
    give(page, "new passport")
    expect(page.locator(".beside .problem")).to_be_visible()
    page.get_by_role("button", name="Give a number").click()
    expect(number(page)).to_have_text("T001")
    assert len(set(lost)) == 1
    assert waiting(server, "paspor-baru") == 1
