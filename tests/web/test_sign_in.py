"""Signing in over HTTP: what an attacker cannot do to others, and what a person is told."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.accounts import add_account, set_secret
from core.domain import deciding
from core.domain.staff import Role
from core.engine.engine import Engine
from core.passwords import PASSWORD_LENGTH
from core.store.sqlite import SqliteStore
from core.web.app import Parts, create
from core.web.concurrency import concurrency
from core.web.sign_in import NAME_AT_MOST, PASSWORD_AT_MOST
from core.web.sign_in.device import COOKIE
from core.web.sign_in.limits import Admitted, Attempt
from tests.web.conftest import Hall, HandClock

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""As the hall's own, but cheap: verifying follows the parameters in the hash."""
PASSWORD = "right-password"
HERE, THERE = "192.168.1.20", "192.168.1.66"


@dataclass
class Doors:
    """A hall, and browsers in front of its sign-in page."""

    hall: Hall
    delays: list[float]
    """How long answers would have been delayed."""

    def person(self, name: str, role: Role = Role.OFFICER, password: str = PASSWORD) -> None:
        add_account(self.hall.application.house.engine, ("staff", name), role, QUICK.hash(password))

    def tries(
        self, browser: FlaskClient, name: str, password: str = PASSWORD, address: str = HERE, lang: str = "id"
    ) -> TestResponse:
        """As a person in a browser does. Signed in already, the page is asked for as somebody new."""
        browser.delete_cookie("antrean")
        form = browser.get("/staff/login", environ_overrides={"REMOTE_ADDR": address})
        csrf = re.search(r'name="csrf_token" value="([^"]+)"', form.text)
        assert csrf is not None
        return browser.post(
            f"/staff/login?lang={lang}",
            data={"csrf_token": csrf[1], "name": name, "password": password},
            environ_overrides={"REMOTE_ADDR": address},
        )

    def attack(self, name: str, address: str = THERE, times: int = 8) -> list[int]:
        browser = self.hall.client()
        return [self.tries(browser, name, "guess", address).status_code for _ in range(times)]


@pytest.fixture
def doors(config: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Doors]:
    clock, store, delays = HandClock(), SqliteStore(tmp_path), list[float]()
    monkeypatch.setattr("core.web.sign_in.places.Delays.wait", lambda _self, seconds: delays.append(seconds))
    settings = replace(config.settings, server=replace(config.settings.server, async_mode="threading"))
    parts = Parts(config.plan, settings, store, clock, concurrency("threading"), tmp_path)
    application = create(replace(parts, steady=lambda: clock.now().timestamp()))
    made = Doors(Hall(application, clock, store), delays)
    for name in ("capil", "supervisor", "admin"):
        made.person(name, Role.OFFICER if name == "capil" else Role(name))
    yield made
    application.live.stop()
    application.stop()


def test_thirty_anonymous_requests_lock_nobody_out(doors: Doors) -> None:
    for name in ("capil", "supervisor", "admin"):
        assert 429 in doors.attack(name, times=30)
    for name in ("capil", "supervisor", "admin"):
        assert doors.tries(doors.hall.client(), name).status_code == 302


def test_an_attacker_behind_the_same_address_does_not_lock_out_a_browser_that_signed_in_before(
    doors: Doors,
) -> None:
    known = doors.hall.client()
    assert doors.tries(known, "supervisor").status_code == 302
    assert doors.attack("supervisor", HERE)[-1] == 429
    assert doors.tries(doors.hall.client(), "supervisor").status_code == 429
    assert doors.tries(known, "supervisor", "mistyped").status_code == 401
    assert doors.tries(known, "supervisor").status_code == 302


def test_a_browser_is_known_for_its_own_people_only(doors: Doors) -> None:
    known = doors.hall.client()
    assert doors.tries(known, "capil").status_code == 302
    doors.attack("supervisor", HERE)
    assert doors.tries(known, "supervisor").status_code == 429


def test_the_cookie_of_a_known_browser(doors: Doors) -> None:
    browser = doors.hall.client()
    answer = doors.tries(browser, "capil")
    (cookie,) = (each for each in answer.headers.getlist("Set-Cookie") if each.startswith(COOKIE))
    for part in ("HttpOnly", "SameSite=Lax", "Path=/staff", "Max-Age=34560000"):
        assert part in cookie
    assert "Secure" not in cookie
    assert not [
        each
        for each in doors.tries(doors.hall.client(), "capil", "wrong").headers.getlist("Set-Cookie")
        if each.startswith(COOKIE)
    ]


def test_the_cookie_alone_signs_nobody_in(doors: Doors) -> None:
    browser = doors.hall.client()
    doors.tries(browser, "capil")
    browser.delete_cookie("antrean")
    assert browser.get("/staff").status_code in {302, 401}


def test_a_new_password_by_the_command_line_lifts_the_limit(doors: Doors) -> None:
    doors.attack("capil", HERE)
    assert doors.tries(doors.hall.client(), "capil").status_code == 429
    house = doors.hall.application.house
    beside = SqliteStore(house.data)  # as `antrean staff password` does, beside the server
    engine = Engine(house.plan, beside, doors.hall.clock, concurrency("threading"))
    engine.catch_up()
    set_secret(engine, ("staff", "capil"), QUICK.hash("another-password"))
    beside.close()
    deadline = time.monotonic() + 30
    limits = doors.hall.application.house.sign_in._limits
    while not isinstance(limits.admit(Attempt("capil", HERE), 0), Admitted):
        assert time.monotonic() < deadline, "the running server never noticed"
        time.sleep(0.05)
    assert doors.tries(doors.hall.client(), "capil", "another-password").status_code == 302


@pytest.mark.parametrize(
    ("lang", "word", "unit"), [("id", "Coba lagi dalam", "detik"), ("en", "Try again in", "seconds")]
)
def test_whoever_is_refused_learns_how_long(doors: Doors, lang: str, word: str, unit: str) -> None:
    browser = doors.hall.client()
    while (answer := doors.tries(browser, "capil", "wrong", lang=lang)).status_code == 401:
        pass
    seconds = int(answer.headers["Retry-After"])
    assert answer.status_code == 429
    assert 1 < seconds <= 12
    assert f"{word} {seconds} {unit}." in answer.text
    doors.hall.clock.forward(seconds=seconds)
    assert doors.tries(browser, "capil").status_code == 302


def test_a_long_wait_is_told_in_minutes(doors: Doors) -> None:
    browser = doors.hall.client()
    for _ in range(40):
        answer = doors.tries(browser, "capil", "wrong", lang="en")
        doors.hall.clock.forward(seconds=13)
    seconds = int(answer.headers["Retry-After"])
    assert seconds >= 90
    doors.hall.clock.forward(seconds=-13)
    answer = doors.tries(browser, "capil", "wrong", lang="en")
    told = re.search(r"Try again in (\d+) (seconds|minutes)\.", answer.text)
    assert told is not None
    assert int(answer.headers["Retry-After"]) <= int(told[1]) * (60 if told[2] == "minutes" else 1)


def test_sixty_one_officers_behind_one_address_get_in_at_a_quarter_to_eight(doors: Doors) -> None:
    for number in range(61):
        doors.person(f"officer-{number}")
    for number in range(61):
        browser, name = doors.hall.client(), f"officer-{number}"
        for typed in ("rigth-password", "Right-password"):
            assert doors.tries(browser, name, typed).status_code == 401
        assert doors.tries(browser, name).status_code == 302
        doors.hall.clock.forward(seconds=0.5)


def test_signing_in_often_uses_nothing_up(doors: Doors) -> None:
    browser = doors.hall.client()
    assert {doors.tries(browser, "capil").status_code for _ in range(50)} == {302}
    assert {doors.tries(doors.hall.client(), "capil").status_code for _ in range(50)} == {302}


@pytest.mark.parametrize(("name", "password"), [("x" * 60_000, "x"), ("capil", "x" * 60_000), ("", "x")])
def test_what_no_account_can_have_is_refused_before_anything_is_kept_or_hashed(
    doors: Doors, monkeypatch: pytest.MonkeyPatch, name: str, password: str
) -> None:
    monkeypatch.setattr("core.web.auth.verify_password", lambda *_: pytest.fail("it was hashed"))
    browser = doors.hall.client()
    for _ in range(10):
        answer = doors.tries(browser, name, password)
        assert answer.status_code == 401
        assert len(answer.text) < 20_000
    assert len(doors.hall.application.house.sign_in._limits) == 0


def test_a_long_name_that_an_account_has_may_sign_in(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    """An earlier version took names of any length."""
    name = "n" * (NAME_AT_MOST + 20)
    monkeypatch.setattr(deciding, "NAME_LENGTH", len(name))
    doors.person(name)
    assert doors.tries(doors.hall.client(), name).status_code == 302


def test_answers_are_slow_only_where_a_name_is_guessed(doors: Doors) -> None:
    known = doors.hall.client()
    doors.tries(known, "admin")
    for number in range(20):
        doors.attack("admin", f"10.0.0.{number}", 2)
    assert doors.delays
    doors.delays.clear()
    assert doors.tries(known, "admin").status_code == 302
    assert doors.tries(doors.hall.client(), "capil").status_code == 302
    assert not doors.delays


def test_how_tries_ended_is_counted(doors: Doors) -> None:
    doors.tries(doors.hall.client(), "capil")
    doors.attack("capil", times=8)
    told = doors.hall.client().get("/metrics").text
    assert 'antrean_sign_ins_total{end="done"} 1.0' in told
    assert 'antrean_sign_ins_total{end="wrong"} 5.0' in told
    assert 'antrean_sign_ins_total{end="throttled"} 3.0' in told


def test_somebody_who_guesses_is_told_to_the_log_once_a_minute(
    doors: Doors, caplog: pytest.LogCaptureFixture
) -> None:
    doors.attack("a-password-in-the-wrong-field", times=20)
    told = [each.getMessage() for each in caplog.records if "sign_in_refused" in each.getMessage()]
    assert len(told) == 1
    assert THERE in told[0]
    assert "a-password" not in told[0]


# Changing one's own password.

Change = Callable[..., TestResponse]


@pytest.fixture
def change(doors: Doors) -> Change:
    browser = doors.hall.client()
    doors.tries(browser, "capil")

    def changed(current: str, new: str = "a-new-password", again: str | None = None) -> TestResponse:
        csrf = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/staff").text)
        assert csrf is not None
        form = {
            "csrf_token": csrf[1],
            "current": current,
            "new": new,
            "again": new if again is None else again,
        }
        return browser.post("/staff/password", data=form)

    return changed


def test_a_wrong_present_password_is_limited_for_that_person_alone(doors: Doors, change: Change) -> None:
    told = [change("wrong") for _ in range(8)]
    assert [each.status_code for each in told] == [401] * 5 + [429] * 3
    seconds = int(told[-1].headers["Retry-After"])
    assert f"Coba lagi dalam {seconds} detik." in told[-1].text
    assert doors.tries(doors.hall.client(), "capil").status_code == 302, "signing in is another matter"
    doors.hall.clock.forward(seconds=seconds)
    assert change(PASSWORD).status_code == 302


@pytest.mark.parametrize(
    ("new", "again", "word"),
    [
        ("short", "short", f"sedikitnya {PASSWORD_LENGTH}"),
        ("a-new-password", "another", "tidak sama"),
        ("x" * (PASSWORD_AT_MOST + 1), None, f"paling banyak {PASSWORD_AT_MOST}"),
    ],
)
def test_a_mistake_in_the_new_password_costs_no_try(change: Change, new: str, again: str, word: str) -> None:
    for _ in range(10):
        answer = change(PASSWORD, new, again)
        assert answer.status_code == 422
        assert word in answer.text
    assert change(PASSWORD).status_code == 302


def test_whoever_changes_the_password_stays_known_at_that_browser(doors: Doors) -> None:
    browser = doors.hall.client()
    doors.tries(browser, "capil")
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/staff").text)
    assert csrf is not None
    new = {"new": "a-new-password", "again": "a-new-password", "current": PASSWORD, "csrf_token": csrf[1]}
    assert browser.post("/staff/password", data=new).status_code == 302
    doors.attack("capil", HERE)
    assert doors.tries(browser, "capil", "a-new-password").status_code == 302
