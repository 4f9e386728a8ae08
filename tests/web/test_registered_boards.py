"""A board's browser may be registered with a token: its loudspeaker is asked before that of any page."""

from __future__ import annotations

import pytest

from core.domain.staff import Actor
from core.web.auth import BOARDS_KEPT
from core.web.live import NAMESPACE
from display.pages import ERROR_S
from tests.web.conftest import Hall
from tests.web.test_identity import page_token, raw, revoke


def acts_as(hall: Hall, page_pass: str) -> Actor:
    actor = hall.application.house.gate.actor_of_token(page_pass)
    assert actor is not None
    return actor


def account_of(hall: Hall, name: str) -> str:
    return str(hall.application.house.engine.hall.accounts["token", name].id)


def trusted(hall: Hall, zone: str) -> float:
    line = f'antrean_loudspeakers_trusted{{zone="{zone}"}}'
    text = hall.client().get("/metrics").text
    return next(float(each.removeprefix(line)) for each in text.splitlines() if each.startswith(line))


def test_a_board_that_shows_its_token_once_is_registered_from_then_on(hall: Hall) -> None:
    token, browser = raw(hall.token("board", "tv", bound_to="zone-a")), hall.client()
    shown = [
        page_token(browser.get(f"/display/zone-a?token={token}").text),
        page_token(browser.get("/display/zone-a").text),
        browser.get("/display/zone-a/pass").get_json()["token"],
    ]
    for each in shown:
        actor = acts_as(hall, each)
        assert (actor.account, actor.bound_to, actor.page) == (account_of(hall, "tv"), "zone-a", True)
    assert acts_as(hall, page_token(hall.client().get("/display/zone-a").text)).account == ""
    assert acts_as(hall, page_token(browser.get("/display/hall").text)).account == "", "another board"


def test_the_loudspeaker_of_a_registered_board_counts_as_trusted(hall: Hall) -> None:
    board = next(each for each in hall.application.house.plan.boards.values() if each.speaks)
    zone = board.speaks[0]

    def join(page_pass: str) -> None:
        line = hall.application.live.socketio.test_client(hall.application.flask, namespace=NAMESPACE)
        subscribe = {"topic": f"voice:{board.id}", "token": page_pass}
        answer = line.emit("subscribe", subscribe, namespace=NAMESPACE, callback=True)
        assert "view" in answer, answer

    join(page_token(hall.client().get(f"/display/{board.id}").text))
    assert trusted(hall, zone) == 0
    token = raw(hall.token("board", "tv", bound_to=board.id))
    join(page_token(hall.client().get(f"/display/{board.id}?token={token}").text))
    assert trusted(hall, zone) == 1


@pytest.mark.parametrize(
    ("made", "status", "words"),
    [
        (None, 401, "tidak dikenal atau sudah dicabut"),
        (("board", "hall"), 403, "milik papan &#34;hall&#34;, bukan papan &#34;zone-a&#34;"),
        (("board", None), 403, "--board zone-a"),
        (("kiosk", "k1"), 403, "Peran &#34;kiosk&#34; tidak boleh"),
        (("admin", None), 403, "Peran &#34;admin&#34; tidak boleh"),
    ],
)
def test_a_wrong_token_is_an_error_page_that_goes_on_to_the_public_board(
    hall: Hall, made: tuple[str, str | None] | None, status: int, words: str
) -> None:
    browser = hall.client()
    token = "atk_nonsense" if made is None else raw(hall.token(made[0], "device", bound_to=made[1]))
    answer = browser.get(f"/display/zone-a?token={token}")
    assert (answer.status_code, answer.headers["Refresh"]) == (status, f"{ERROR_S}; url=/display/zone-a")
    assert words in answer.text
    assert "Set-Cookie" not in answer.headers, "a token that was refused is not remembered"
    following = browser.get("/display/zone-a")
    assert (following.status_code, "Refresh" in following.headers) == (200, False)
    assert acts_as(hall, page_token(following.text)).account == ""


def test_a_revoked_board_goes_on_as_a_public_page(hall: Hall) -> None:
    token, browser = raw(hall.token("board", "tv", bound_to="zone-a")), hall.client()
    page_pass = page_token(browser.get(f"/display/zone-a?token={token}").text)
    revoke(hall, "tv")
    hall.token("board", "tv", bound_to="zone-a")  # of the same name
    assert hall.application.house.gate.actor_of_token(page_pass) is None
    assert acts_as(hall, browser.get("/display/zone-a/pass").get_json()["token"]).account == ""
    assert browser.get(f"/display/zone-a?token={token}").status_code == 401


def test_one_browser_may_be_several_boards_and_a_kiosk(hall: Hall) -> None:
    browser, boards = hall.client(), list(hall.application.house.plan.boards)
    browser.get(f"/kiosk/k1?token={raw(hall.token('kiosk', 'k1'))}")
    tokens = {each: raw(hall.token("board", f"tv-{each}", bound_to=each)) for each in boards}
    for board, token in tokens.items():
        for _ in range(2):
            browser.get(f"/display/{board}?token={token}")
    accounts = [acts_as(hall, page_token(browser.get(f"/display/{each}").text)).account for each in boards]
    assert accounts[-BOARDS_KEPT:] == [account_of(hall, f"tv-{each}") for each in boards][-BOARDS_KEPT:]
    assert set(accounts[:-BOARDS_KEPT]) <= {""}
