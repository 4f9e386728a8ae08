"""Two officers, two windows, double clicks: who is late is refused with the state found and sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Page, Response, Route, expect

from tests.chromium import sign_in
from tests.e2e.conftest import DESK
from tests.e2e.desk import answer, button, hero, press, view
from tests.running import Server, eventually

COUNTER = "17"
SERVICE = "nib-umk"


@dataclass
class Late:
    """A window whose next press comes after somebody else's."""

    page: Page
    answers: list[Response] = field(default_factory=list)

    def refusal(self) -> dict[str, Any]:
        # The push may have been quicker than the answer.
        (answer,) = eventually(lambda: self.answers, pause=lambda s: self.page.wait_for_timeout(s * 1000))
        assert answer.status == 409, answer.text()
        return dict(answer.json())


def overtaken(page: Page, action: str, meanwhile: Callable[[], Any]) -> Late:
    """The next ``action`` that this window sends reaches the server only after ``meanwhile``."""
    late = Late(page)

    def held_up(route: Route) -> None:
        meanwhile()
        route.continue_()

    def noted(response: Response) -> None:
        if response.request.method == "POST" and response.url.endswith(f"/{action}"):
            late.answers.append(response)

    page.route(f"**/counters/*/{action}", held_up, times=1)
    page.on("response", noted)
    return late


@pytest.fixture
def twin(server: Server) -> Callable[..., None]:
    """The same officer, quicker, in another window."""
    token = server.new_token("officer", "ptsp", "PTSP")

    def act(action: str, **body: Any) -> None:
        with server.client(token) as client:
            done = client.post(f"/api/v1/counters/{COUNTER}/{action}", json=body)
        assert done.status_code == 200, done.text

    return act


def alert(page: Page) -> Any:
    return page.locator("#ticket [role=alert]")


@dataclass(frozen=True)
class Case:
    """What the window has done, what it then presses, what came first, and how it ends."""

    keys: tuple[tuple[str, str], ...]
    press: tuple[str, ...]
    action: str
    first: tuple[tuple[str, dict[str, Any]], ...]
    code: str
    state: str
    says: str
    then: str
    """The action that the window offers once it shows the truth."""


CALLED = (("n", "start"),)
SERVING = (*CALLED, ("s", "finish"))
CASES = {
    "start": Case(
        CALLED, ("s",), "start", (("no-show", {}),), "ticket_changed", "open", "no longer at", "next"
    ),
    "no-show": Case(
        CALLED, ("m",), "no-show", (("start", {}),), "wrong_state", "serving", "being served", "finish"
    ),
    "finish": Case(
        SERVING, ("f",), "finish", (("park", {}),), "ticket_changed", "open", "no longer at", "next"
    ),
    "park": Case(
        SERVING, ("k", "1"), "park", (("finish", {}),), "ticket_changed", "open", "no longer at", "next"
    ),
    "last": Case(
        CALLED,
        ("e", "Enter"),
        "close",
        (("no-show", {}), ("close", {})),
        "counter_not_open",
        "closed",
        "not open",
        "open",
    ),
    "pause": Case(
        (), ("p", "1"), "pause", (("close", {}),), "counter_not_open", "closed", "not open", "open"
    ),
    "start another": Case(
        CALLED,
        ("s",),
        "start",
        (("no-show", {}), ("next", {})),
        "ticket_changed",
        "called",
        "now has",
        "start",
    ),
    "finish another": Case(
        SERVING,
        ("f",),
        "finish",
        (("finish", {}), ("next", {}), ("start", {})),
        "ticket_changed",
        "serving",
        "Nothing was done",
        "finish",
    ),
    "pause with another": Case(
        CALLED,
        ("p", "1"),
        "pause",
        (("no-show", {}), ("next", {})),
        "ticket_changed",
        "called",
        "now has",
        "start",
    ),
    "pause with somebody": Case(
        (), ("p", "1"), "pause", (("next", {}),), "ticket_changed", "called", "showed nobody", "start"
    ),
    "undo another": Case(
        CALLED,
        ("u",),
        "undo",
        (("start", {}), ("finish", {})),
        "ticket_changed",
        "done",
        "Nothing was undone",
        "next",
    ),
    "next": Case((), ("n",), "next", (("next", {}),), "counter_busy", "called", "still holds", "start"),
    "undo": Case(CALLED, ("u",), "undo", (("start", {}),), "nothing_to_undo", "open", "undone", "finish"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_who_is_late_is_refused_and_sees_the_truth(
    server: Server, at_counter: Callable[..., Page], twin: Callable[..., None], case: Case
) -> None:
    for _ in range(2):
        server.issue(SERVICE)
    page = at_counter(COUNTER, "ptsp", "en")
    for key, then in case.keys:
        press(page, key, then)
    late = overtaken(page, case.action, lambda: [twin(action, **body) for action, body in case.first])
    for place, key in enumerate(case.press):
        if place:
            expect(page.locator("dialog")).to_be_visible()
        page.keyboard.press(key)
    expect(alert(page)).to_contain_text(case.says)
    problem = late.refusal()
    assert (problem["code"], problem["state"]) == (case.code, case.state)
    expect(button(page, case.then)).to_be_visible()
    expect(page.locator("dialog")).not_to_be_visible()
    told = view(server, COUNTER)
    current = told["current"]
    if current is None:
        expect(page.locator("#ticket .hero:not(.coming)")).to_have_count(0)
    else:
        expect(hero(page)).to_have_text(current["number"])


@pytest.mark.parametrize(
    ("setting", "key", "action", "found"),
    [("no-show", "v", "restore", "waiting"), ("park", "d", "resume", "waiting")],
)
def test_a_number_that_somebody_else_took_from_the_list(
    server: Server,
    at_counter: Callable[..., Page],
    twin: Callable[..., None],
    setting: str,
    key: str,
    action: str,
    found: str,
) -> None:
    number = server.issue(SERVICE)["ticket"]["number"]
    page = at_counter(COUNTER, "ptsp", "en")
    twin("next")
    if setting == "park":
        twin("start")
    twin(setting)
    body = {"number": number, "wait": True} if action == "resume" else {"number": number}
    late = overtaken(page, action, lambda: twin(action, **body))
    expect(page.locator(".set-aside")).to_contain_text(number)
    page.keyboard.press(key)
    expect(page.locator("dialog")).to_contain_text(number)
    page.keyboard.press("Enter")
    expect(alert(page)).to_contain_text(f"{number} is waiting")
    problem = late.refusal()
    assert (problem["code"], problem["state"]) == ("wrong_state", found)
    expect(page.locator(".set-aside")).to_have_count(0)
    expect(page.locator(".waiting")).to_contain_text(number)


def test_two_officers_want_the_same_number(server: Server, at_counter: Callable[..., Page]) -> None:
    server.issue(SERVICE)
    number = server.issue(SERVICE)["ticket"]["number"]
    page = at_counter(COUNTER, "ptsp", "en")
    server.act("13", "open", "PTSP")
    late = overtaken(
        page, "call", lambda: server.act("13", "call", "PTSP", number=number, reason="came back with papers")
    )
    page.keyboard.press("c")
    page.keyboard.type(number)
    page.locator("[name=reason]").fill("was promised")
    page.keyboard.press("Enter")
    expect(page.locator("dialog [role=alert]")).to_contain_text(f"{number} has been called")
    problem = late.refusal()
    assert (problem["code"], problem["state"]) == ("wrong_state", "called")
    page.keyboard.press("Escape")
    expect(page.locator(".waiting")).not_to_contain_text(number)
    assert view(server, "13")["current"]["number"] == number


def test_two_officers_open_the_same_counter(server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(DESK)
    sign_in(page, server.url, "ptsp", server.password)
    page.goto(f"{server.url}/counter/{COUNTER}?lang=en")
    late = overtaken(page, "open", lambda: server.act(COUNTER, "open", "PTSP"))
    button(page, "open").click()
    expect(page.locator("#work")).to_contain_text(f"officer-{COUNTER} is at this counter")
    assert late.refusal()["code"] == "counter_taken"
    expect(page.locator("[data-action]")).to_have_count(0)


def test_a_dialog_about_a_ticket_that_is_gone_closes_by_itself(
    server: Server, at_counter: Callable[..., Page], twin: Callable[..., None]
) -> None:
    server.issue(SERVICE)
    page = at_counter(COUNTER, "ptsp", "en")
    press(page, "n", "start")
    press(page, "s", "finish")
    page.keyboard.press("t")
    expect(page.locator("dialog")).to_be_visible()
    twin("finish")
    expect(page.locator("dialog")).not_to_be_visible()
    expect(button(page, "next")).to_be_visible()


def test_a_double_click_in_a_dialog_sends_once(server: Server, at_counter: Callable[..., Page]) -> None:
    numbers = [server.issue(SERVICE)["ticket"]["number"] for _ in range(2)]
    page = at_counter(COUNTER, "ptsp", "en")
    press(page, "n", "start")
    press(page, "s", "finish")
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.url) if asked.method == "POST" else None)
    page.keyboard.press("k")
    page.get_by_role("button", name="10 minutes").dblclick()
    expect(page.locator(".parked")).to_contain_text(numbers[0])
    page.wait_for_timeout(600)
    assert [url.rsplit("/", 1)[1] for url in sent] == ["park"]
    button(page, "undo").dblclick()
    expect(hero(page)).to_have_text(numbers[0])
    page.wait_for_timeout(600)
    assert [url.rsplit("/", 1)[1] for url in sent] == ["park", "undo"]
    assert view(server, COUNTER)["current"]["state"] == "serving"


def test_a_press_in_one_tab_never_finishes_the_ticket_that_the_other_tab_called(
    server: Server, at_counter: Callable[..., Page]
) -> None:
    """Two tabs of one officer. What the second one sends is on its way while the first one goes on."""
    numbers = [server.issue(SERVICE)["ticket"]["number"] for _ in range(3)]
    page = at_counter(COUNTER, "ptsp", "en")
    press(page, "n", "start")
    press(page, "s", "finish")
    late = page.context.new_page()
    late.goto(f"{server.url}/counter/{COUNTER}?lang=en")
    expect(hero(late)).to_have_text(numbers[0])
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    late.route("**/counters/*/finish", hold)
    button(late, "finish").click()
    press(page, "f", "next")
    press(page, "n", "start")
    press(page, "s", "finish")
    (route,) = held
    assert route.request.post_data_json["ticket"].endswith(numbers[0])
    route.continue_()
    expect(alert(late)).to_contain_text(f"now has {numbers[1]}, not {numbers[0]}")
    expect(hero(late)).to_have_text(numbers[1])
    current = view(server, COUNTER)["current"]
    assert (current["number"], current["state"]) == (numbers[1], "serving")


def test_two_windows_follow_each_other(server: Server, at_counter: Callable[..., Page]) -> None:
    number = server.issue(SERVICE)["ticket"]["number"]
    page = at_counter(COUNTER, "ptsp", "en")
    other = page.context.new_page()
    other.goto(f"{server.url}/counter/{COUNTER}?lang=en")
    expect(button(other, "next")).to_be_visible()
    press(page, "n", "start")
    expect(hero(other)).to_have_text(number)
    press(page, "s", "finish")
    page.keyboard.press("k")
    answer(page, "5")
    expect(other.locator(".parked")).to_contain_text(number)
    press(page, "u", "finish")
    expect(other.locator(".parked")).to_have_count(0)
    expect(hero(other)).to_have_text(number)
