"""Sessions of people end: at signing out, by a new password, by hand, by time; their live lines too."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.accounts import add_device, end_sessions, revoke_account, set_secret
from core.domain.staff import Account, Role
from core.passwords import hash_password, new_token, token_hash
from core.store.sqlite import SqliteStore
from core.web import sessions as module
from core.web.addresses import inside
from core.web.app import Parts, create
from core.web.concurrency import concurrency
from core.web.sessions import EACH, FILE, SIGNED_IN_S, Sessions, read
from tests.web.conftest import Hall

PASSWORD = "long-enough-1"
ANI = Account("staff", "ani", Role.SUPERVISOR, None, 7, "7-abc")
threads = concurrency("threading")


def csrf(client: FlaskClient, page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert found is not None
    return found[1]


def sign_in(hall: Hall, name: str = "ani", **more: str) -> FlaskClient:
    client = hall.client()
    form = {"name": name, "password": PASSWORD, "csrf_token": csrf(client, "/staff/login"), **more}
    assert client.post("/staff/login", data=form).status_code == 302
    return client


def copied(hall: Hall, client: FlaskClient) -> FlaskClient:
    """Another browser with a copy of the cookie."""
    cookie, other = client.get_cookie("antrean"), hall.client()
    assert cookie is not None
    other.set_cookie("antrean", cookie.value)
    return other


def is_in(client: FlaskClient) -> bool:
    return client.get("/staff").status_code == 200 and client.get("/api/v1/printers").status_code == 200


@pytest.fixture(name="ani")
def _ani(hall: Hall) -> FlaskClient:
    hall.person("ani", "supervisor", PASSWORD)
    return sign_in(hall)


def line(hall: Hall, client: FlaskClient | None = None, token: str | None = None) -> Any:
    auth = None if token is None else {"token": token}
    return hall.application.live.socketio.test_client(
        hall.application.flask, namespace="/live", auth=auth, flask_test_client=client
    )


def cut(connection: Any) -> bool:
    """Whether the line is closed before long."""
    until = time.monotonic() + 20
    while connection.is_connected("/live") and time.monotonic() < until:
        time.sleep(0.02)
    return not connection.is_connected("/live")


# -- ends -------------------------------------------------------------------------------------------------


def test_a_cookie_that_was_copied_is_worth_nothing_after_signing_out(hall: Hall, ani: FlaskClient) -> None:
    copy = copied(hall, ani)
    assert is_in(copy)
    ani.post("/staff/logout", data={"csrf_token": csrf(ani, "/staff")})
    assert not is_in(copy)
    assert not is_in(ani)


def test_signing_out_in_one_place_leaves_the_others(hall: Hall, ani: FlaskClient) -> None:
    other = sign_in(hall)
    ani.post("/staff/logout", data={"csrf_token": csrf(ani, "/staff")})
    assert is_in(other)


def test_a_new_password_ends_every_session_but_the_one_that_set_it(hall: Hall, ani: FlaskClient) -> None:
    other, copy = sign_in(hall), copied(hall, ani)
    form = {"current": PASSWORD, "new": "another-long-1", "again": "another-long-1"}
    answer = ani.post("/staff/password", data={**form, "csrf_token": csrf(ani, "/staff")})
    assert answer.status_code == 302
    assert (is_in(ani), is_in(other), is_in(copy)) == (True, False, False)


@pytest.mark.parametrize(
    "end",
    [
        lambda engine: end_sessions(engine, "staff", "ani"),
        lambda engine: set_secret(engine, ("staff", "ani"), hash_password("x" * 12)),
        lambda engine: revoke_account(engine, "staff", "ani"),
    ],
    ids=["signed out by hand", "a new password", "revoked"],
)
def test_what_ends_an_account_s_sessions_ends_its_lines(
    hall: Hall, ani: FlaskClient, end: Callable[[Any], None]
) -> None:
    connection, phone = line(hall, ani), line(hall)
    assert connection.emit("subscribe", {"topic": "ops"}, namespace="/live", callback=True)["view"]
    end(hall.application.house.engine)
    assert cut(connection)
    assert not is_in(ani)
    assert phone.is_connected("/live"), "others stay"


def test_a_name_that_is_given_again_opens_no_old_session(hall: Hall, ani: FlaskClient) -> None:
    revoke_account(hall.application.house.engine, "staff", "ani")
    hall.person("ani", "admin", PASSWORD)
    assert not is_in(ani)
    assert is_in(sign_in(hall))


def test_signing_out_closes_the_live_lines_of_that_session(hall: Hall, ani: FlaskClient) -> None:
    other = sign_in(hall)
    mine, theirs = line(hall, ani), line(hall, other)
    ani.post("/staff/logout", data={"csrf_token": csrf(ani, "/staff")})
    assert cut(mine)
    assert theirs.is_connected("/live")


def test_a_revoked_device_loses_the_lines_of_its_page_and_of_its_program(hall: Hall) -> None:
    house, token = hall.application.house, new_token()
    add_device(house.engine, "entrance", Role.KIOSK, token_hash(token), "k1")
    account = house.engine.read(lambda now: now.account("token", "entrance"))
    page = line(hall, token=house.gate.page_pass(Role.KIOSK, "k1", account))
    program, later, open_page = (
        line(hall, token=token),
        line(hall),
        line(hall, token=house.gate.page_pass(Role.KIOSK, "k1")),
    )
    wish = {"topic": "kiosk:k1", "token": token}
    assert later.emit("subscribe", wish, namespace="/live", callback=True)["view"]
    revoke_account(house.engine, "token", "entrance")
    hall.token("kiosk", "entrance", bound_to="k1")
    assert all(cut(each) for each in (page, program, later))
    assert open_page.is_connected("/live")


def test_a_pass_that_is_over_ends_its_line_and_a_renewed_one_keeps_it(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, live = hall.application.house.gate, hall.application.live
    at = [time.time()]
    monkeypatch.setattr(gate._passes, "_now", lambda: at[0])
    kept, lost = (line(hall, token=gate.page_pass(Role.KIOSK, "k1")) for _ in range(2))
    at[0] += 20 * 3600
    wish = {"topic": "kiosk:k1", "token": gate.page_pass(Role.KIOSK, "k1")}
    assert kept.emit("subscribe", wish, namespace="/live", callback=True)["view"]
    at[0] += 5 * 3600
    live.review()
    assert (kept.is_connected("/live"), lost.is_connected("/live")) == (True, False)


# -- the list ---------------------------------------------------------------------------------------------


def test_a_person_sees_where_they_are_signed_in_and_ends_another(hall: Hall, ani: FlaskClient) -> None:
    other, third = sign_in(hall), sign_in(hall)
    page = ani.get("/staff").text
    handles = re.findall(r'name="session" value="([0-9a-f]+)"', page)
    assert len(handles) == 2, "the own one has no button"
    assert "127.0.0.1" in page
    form = {"session": handles[0], "csrf_token": csrf(ani, "/staff")}
    assert ani.post("/staff/sessions/end", data=form).status_code == 302
    assert sorted([is_in(other), is_in(third)]) == [False, True]
    ani.post("/staff/sessions/end", data={**form, "session": "others"})
    assert (is_in(ani), is_in(other), is_in(third)) == (True, False, False)


def test_nobody_ends_a_session_of_somebody_else(hall: Hall, ani: FlaskClient) -> None:
    hall.person("budi", "officer", PASSWORD)
    budi = sign_in(hall, "budi")
    (own,) = hall.application.house.gate.sessions.of_account(
        hall.application.house.engine.read(lambda now: now.account("staff", "ani"))
    )
    for wanted in (own.handle, own.digest, "others", ""):
        budi.post("/staff/sessions/end", data={"session": wanted, "csrf_token": csrf(budi, "/staff")})
    assert is_in(ani)
    assert ani.post("/staff/sessions/end", data={"session": "others"}).status_code == 403, "no token"


# -- the registry -----------------------------------------------------------------------------------------


def test_sessions_outlive_the_server(hall: Hall, ani: FlaskClient, tmp_path: Path) -> None:
    gone = sign_in(hall)
    gone_copy = gone.get_cookie("antrean")
    gone.post("/staff/logout", data={"csrf_token": csrf(gone, "/staff")})
    house = hall.application.house
    store = SqliteStore(tmp_path)
    again = create(Parts(house.plan, house.settings, store, hall.clock, threads, tmp_path))
    try:
        back = Hall(again, hall.clock, store)
        assert is_in(copied(back, ani))
        client = back.client()
        client.set_cookie("antrean", gone_copy.value)
        assert not is_in(client)
    finally:
        again.live.stop()
        again.stop()


class Times:
    """Two clocks that are set by hand."""

    def __init__(self) -> None:
        self.wall, self.steady = 1_790_000_000.0, 100.0

    def pass_by(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds

    def open(self, folder: Path) -> Sessions:
        return Sessions(folder, threads, lambda: self.wall, lambda: self.steady)


def test_a_session_ends_after_its_time_whatever_the_wall_clock_says(tmp_path: Path) -> None:
    times = Times()
    sessions = times.open(tmp_path)
    ident = sessions.begin(ANI, "10.0.0.1")
    times.wall += 5 * 365 * 24 * 3600
    assert sessions.find(ident) is not None, "a clock that jumps ahead signs nobody out"
    times.wall -= 10 * 365 * 24 * 3600
    times.pass_by(SIGNED_IN_S - 1)
    assert sessions.find(ident) is not None
    times.steady += 2
    assert sessions.find(ident) is None


def test_a_restart_does_not_prolong_a_session(tmp_path: Path) -> None:
    times = Times()
    ident = times.open(tmp_path).begin(ANI, "")
    times.pass_by(SIGNED_IN_S - 10)
    again = times.open(tmp_path)
    assert again.find(ident) is not None
    times.pass_by(11)
    assert again.find(ident) is None
    assert times.open(tmp_path).find(ident) is None


def test_an_account_has_so_many_sessions_and_no_more(tmp_path: Path) -> None:
    times = Times()
    sessions = times.open(tmp_path)
    other = sessions.begin(Account("staff", "budi", Role.OFFICER, "CAPIL", 9, "9-x"), "")
    first = sessions.begin(ANI, "")
    used = sessions.begin(ANI, "")
    for _ in range(EACH - 2):
        times.pass_by(1)
        sessions.begin(ANI, "")
    times.pass_by(module.SEEN_S)
    for ident in (first, used):
        found = sessions.find(ident)
        assert found is not None
    sessions.touch(sessions.find(used))  # type: ignore[arg-type]
    sessions.begin(ANI, "")
    assert len(sessions.of_account(ANI)) == EACH
    assert sessions.find(first) is None
    assert sessions.find(used) is not None, "the one that was not seen for longest goes"
    assert sessions.find(other) is not None


def test_the_file_holds_no_way_in(tmp_path: Path) -> None:
    sessions = Times().open(tmp_path)
    ident = sessions.begin(ANI, "10.0.0.1")
    assert ident.encode() not in (tmp_path / FILE).read_bytes()
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert [each.address for each in read(tmp_path)] == ["10.0.0.1"]


def test_a_full_disk_ends_a_session_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    times = Times()
    sessions = times.open(tmp_path)
    ident = sessions.begin(ANI, "")
    save = module._save
    monkeypatch.setattr(module, "_save", lambda *_: "database or disk is full")
    monkeypatch.setattr(module, "RETRY_S", 0.05)
    ended: list[bool] = []
    sessions.when_ended(lambda: ended.append(True))
    sessions.end(sessions.find(ident).digest)  # type: ignore[union-attr]
    assert sessions.find(ident) is None
    assert ended == [True]
    assert "sessions_not_kept count=1: database or disk is full" in caplog.text
    kept_in_memory = sessions.begin(ANI, "")
    assert sessions.find(kept_in_memory) is not None, "signing in works too"
    monkeypatch.setattr(module, "_save", save)
    until = time.monotonic() + 20
    while {each.digest for each in read(tmp_path)} != {sessions.find(kept_in_memory).digest}:  # type: ignore[union-attr]
        assert time.monotonic() < until
        time.sleep(0.02)
    assert times.open(tmp_path).find(ident) is None
    assert times.open(tmp_path).find(kept_in_memory) is not None


def test_a_damaged_file_is_made_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    (tmp_path / FILE).write_bytes(b"no database at all, but long enough to look like one" * 50)
    sessions = Times().open(tmp_path)
    assert "everybody signs in again" in caplog.text
    ident = sessions.begin(ANI, "")
    assert Times().open(tmp_path).find(ident) is not None


# -- whither signing in leads -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "away",
    [
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r\n/evil.example",
        "\t//evil.example",
        " //evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "https:/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/\x00/evil.example",
        "/\u200b/evil.example",
        "//[",
        "/" + "x" * 3000,
        "",
    ],
)
def test_an_address_elsewhere_is_none(away: str) -> None:
    assert inside(away) == ""


def test_signing_in_leads_nowhere_else(hall: Hall, ani: FlaskClient) -> None:
    away = "/\t/evil.example"
    answer = ani.get("/staff/login", query_string={"next": away})
    assert answer.headers["Location"] == "/staff"
    form = {"name": "ani", "password": PASSWORD, "next": away, "csrf_token": csrf(ani, "/staff")}
    assert ani.post("/staff/login", data=form).headers["Location"] == "/staff"


@pytest.mark.parametrize("here", ["/counter/1", "/ops", "/", "/staff?x=1#y", "/kiosk/k1?lang=en", "/a//b"])
def test_an_address_inside_is_kept(here: str) -> None:
    assert inside(here) == here
