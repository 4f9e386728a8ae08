"""Accounts, devices and pages are known by the account's id: a name that is given again opens nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from itsdangerous import URLSafeSerializer

from core.accounts import add_account, add_device, revoke_account
from core.domain.events import AccountAdded
from core.domain.staff import Actor, Role
from core.engine.engine import Engine
from core.passwords import new_token, token_hash
from core.secret_files import session_key
from core.store.sqlite import SqliteStore
from core.web.app import Parts, create
from core.web.concurrency import concurrency
from core.web.passes import LASTS_S, Passes
from tests.web.conftest import Hall, HandClock

ISSUE = "/api/v1/tickets"
PAUSE = "/api/v1/services/ktp-rekam/pause"
SERVICE = {"service": "ktp-rekam"}
WHY = {"reason": "the line to the ministry is down"}
Headers = dict[str, str]


@pytest.fixture
def closed_hall(config: Any, tmp_path: Path) -> Iterator[Hall]:
    """``open_kiosks = false``."""
    clock, store = HandClock(), SqliteStore(tmp_path)
    server = replace(config.settings.server, async_mode="threading", open_kiosks=False)
    settings = replace(config.settings, server=server)
    application = create(Parts(config.plan, settings, store, clock, concurrency("threading"), tmp_path))
    yield Hall(application, clock, store)
    application.live.stop()
    application.stop()


def raw(headers: Headers) -> str:
    return headers["Authorization"].removeprefix("Bearer ")


def bearer(token: str) -> Headers:
    return {"Authorization": f"Bearer {token}"}


def page_token(html: str) -> str:
    found = re.search(r'<script type="application/json" id="page">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    return str(json.loads(found[1])["token"])


def status(hall: Hall, path: str, headers: Headers, body: Any = None) -> tuple[int, str]:
    answer = hall.client().post(path, json=body or {}, headers=headers)
    return answer.status_code, (answer.get_json() or {}).get("code", "")


@contextmanager
def beside(hall: Hall) -> Iterator[Engine]:
    """Another process on the same ledger, as the command line is."""
    store = SqliteStore(hall.application.house.data, checkpoints=False)
    try:
        engine = Engine(hall.application.house.plan, store, hall.clock, concurrency("threading"))
        engine.catch_up()
        yield engine
    finally:
        store.close()


def revoke(hall: Hall, name: str, kind: str = "token") -> None:
    revoke_account(hall.application.house.engine, kind, name)


# -- tokens -----------------------------------------------------------------------------------------------


def test_a_revoked_token_stays_revoked_when_its_name_is_given_again(hall: Hall) -> None:
    kiosk = hall.token("kiosk", "report")
    assert status(hall, ISSUE, kiosk, SERVICE)[0] == 201
    revoke(hall, "report")
    admin = hall.token("admin", "report")
    assert status(hall, PAUSE, kiosk, WHY) == (401, "token_unknown")
    assert status(hall, ISSUE, kiosk, SERVICE) == (401, "token_unknown")
    assert status(hall, PAUSE, admin, WHY)[0] == 200


def test_a_new_token_never_acts_with_the_role_that_its_name_had(hall: Hall) -> None:
    admin = hall.token("admin", "report")
    assert hall.client().get("/api/v1/printers", headers=admin).status_code == 200
    made = new_token()
    with beside(hall) as engine:  # the server has not looked since
        revoke_account(engine, "token", "report")
        add_device(engine, "report", Role.KIOSK, token_hash(made))
    assert status(hall, PAUSE, bearer(made), WHY) == (403, "forbidden")
    assert status(hall, PAUSE, admin, WHY) == (401, "token_unknown")


def test_an_account_has_an_id_that_no_other_ever_has(hall: Hall) -> None:
    engine = hall.application.house.engine
    ids = []
    for role in ("kiosk", "admin", "kiosk"):
        hall.token(role, "report")
        ids.append(engine.read(lambda now: now.account("token", "report").id))
        revoke(hall, "report")
    assert len(set(ids)) == 3


def test_the_log_says_which_account_acted(hall: Hall) -> None:
    hall.client().post(ISSUE, json=SERVICE, headers=hall.token("kiosk", "report"))
    account = hall.application.house.engine.read(lambda now: now.account("token", "report"))
    (issued,) = [each for each in hall.store.everything() if type(each.event).__name__ == "TicketIssued"]
    assert issued.actor == Actor("report", Role.KIOSK, None, account.id)


# -- devices are bound by a field -------------------------------------------------------------------------


def test_a_kiosks_token_acts_for_its_own_kiosk_alone(hall: Hall) -> None:
    k1 = hall.token("kiosk", "entrance", bound_to="k1")
    own = hall.client().post(ISSUE, json=SERVICE, headers=k1)
    assert own.status_code == 201
    assert own.get_json()["print"]["job"], "it prints at its own kiosk without naming it"
    assert status(hall, ISSUE, k1, {**SERVICE, "kiosk": "k1"})[0] == 201
    assert status(hall, ISSUE, k1, {**SERVICE, "kiosk": "k2"}) == (403, "forbidden")


def test_a_kiosks_token_that_is_bound_to_none_prints_nowhere(hall: Hall) -> None:
    kx = hall.token("kiosk", "kx")
    for kiosk in ("k1", "k2"):
        answer = hall.client().post(
            ISSUE, json={**SERVICE, "kiosk": kiosk}, headers={**kx, "Accept-Language": "en"}
        )
        problem = answer.get_json()
        assert (answer.status_code, problem["code"]) == (403, "device_unbound")
        assert f"antrean token add kiosk NAME --kiosk {kiosk}" in problem["detail"]
    assert status(hall, ISSUE, kx, SERVICE)[0] == 201, "a number without paper is no kiosk's"


def test_a_token_that_bears_a_kiosks_id_is_bound_to_it_when_it_is_made(hall: Hall) -> None:
    engine = hall.application.house.engine
    assert add_device(engine, "k1", Role.KIOSK, "one") == "k1"
    assert add_device(engine, "kx", Role.KIOSK, "two") is None
    assert add_device(engine, "hall", Role.BOARD, "three") == "hall"
    assert add_device(engine, "k2", Role.KIOSK, "four", "k1") == "k1", "what is said goes before the name"


def test_an_account_that_bears_the_name_of_a_page_is_no_page(hall: Hall) -> None:
    odd = hall.token("kiosk", "kiosk:k1")
    assert status(hall, ISSUE, odd, {**SERVICE, "kiosk": "k1"}) == (403, "device_unbound")


@pytest.mark.parametrize(
    ("topic", "made", "code"),
    [
        ("kiosk:k1", ("kiosk", "k1"), ""),
        ("kiosk:k1", ("kiosk", "k2"), "forbidden"),
        ("kiosk:k1", ("kiosk", None), "device_unbound"),
        ("board:hall", ("board", "hall"), ""),
        ("board:hall", ("board", "zone-a"), "forbidden"),
        ("board:hall", ("board", None), ""),
        ("voice:zone-a", ("board", "zone-a"), ""),
        ("voice:zone-a", ("board", "zone-b"), "forbidden"),
        ("voice:zone-a", ("board", None), "device_unbound"),
    ],
)
def test_a_device_follows_itself(hall: Hall, topic: str, made: tuple[str, str | None], code: str) -> None:
    role, bound_to = made
    token = raw(hall.token(role, "device", bound_to=bound_to))
    name, ident = topic.split(":")
    (found,) = [each for face in hall.application.faces for each in face.topics if each.name == name]
    actor = hall.application.house.gate.actor_of_token(token)
    if not code:
        found.admit(ident, actor)
        return
    with pytest.raises(Exception) as refused:  # noqa: PT011 - its code is compared
        found.admit(ident, actor)
    assert refused.value.code == code


@pytest.mark.parametrize("name", ["voice", "board"])
def test_a_boards_page_follows_its_own_board(hall: Hall, name: str) -> None:
    actor = hall.application.house.gate.actor_of_token(page_token(hall.client().get("/display/zone-a").text))
    (found,) = [each for face in hall.application.faces for each in face.topics if each.name == name]
    found.admit("zone-a", actor)
    with pytest.raises(Exception) as refused:  # noqa: PT011 - its code is compared
        found.admit("zone-b", actor)
    assert refused.value.code == "forbidden"


def test_an_old_hall_binds_what_bore_a_kiosks_id(config: Any, tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    engine = Engine(config.plan, store, HandClock(), concurrency("threading"))
    engine.catch_up()
    for name, role in (("k1", Role.KIOSK), ("entrance", Role.KIOSK), ("report", Role.ADMIN)):
        add_account(engine, ("token", name), role, f"hash of {name}")
    connection = store._db.conn
    connection.execute("DROP TRIGGER event_keeps")
    connection.execute(
        "UPDATE event SET version = 1, data = json_remove(data, '$.bound_to') WHERE kind = 'AccountAdded'"
    )
    again = Engine(config.plan, store, HandClock(), concurrency("threading"))
    again.catch_up()
    accounts = again.read(lambda now: {name: each for (_, name), each in now.accounts.items()})
    store.close()
    assert accounts["k1"].actor.bound_to in config.plan.kiosks
    assert accounts["entrance"].actor.bound_to not in config.plan.kiosks
    assert accounts["report"].bound_to is None
    assert AccountAdded.version == 2


# -- pages of registered devices --------------------------------------------------------------------------


def test_a_device_that_is_registered_anew_does_not_bring_back_the_old_one(closed_hall: Hall) -> None:
    hall = closed_hall
    old = hall.client()
    assert old.get(f"/kiosk/k1?token={raw(hall.token('kiosk', 'k1'))}").status_code == 200
    kept = page_token(old.get("/kiosk/k1").text)
    revoke(hall, "k1")
    hall.token("kiosk", "k1")
    assert old.get("/kiosk/k1").status_code == 401
    assert old.get("/kiosk/k1/pass").status_code == 401
    assert status(hall, ISSUE, bearer(kept), {**SERVICE, "kiosk": "k1"}) == (401, "token_unknown")


def test_a_registered_kiosk_is_shown_its_own_page_alone(closed_hall: Hall) -> None:
    hall, device, other = closed_hall, closed_hall.client(), closed_hall.client()
    assert device.get(f"/kiosk/k1?token={raw(hall.token('kiosk', 'k1'))}").status_code == 200
    assert device.get("/kiosk/k2").status_code == 403
    assert device.get("/kiosk/k2/pass").status_code == 403
    unbound = other.get(
        f"/kiosk/k1?token={raw(hall.token('kiosk', 'entrance'))}", headers={"Accept-Language": "en"}
    )
    assert unbound.status_code == 403
    assert "antrean token add kiosk k1" in unbound.text


def test_a_page_pass_registers_no_device(closed_hall: Hall) -> None:
    hall = closed_hall
    hall.token("kiosk", "kiosk:k1", bound_to="k1")  # bears the name that the pass's actor has
    device = hall.client()
    device.get(f"/kiosk/k1?token={raw(hall.token('kiosk', 'k1'))}")
    kept = page_token(device.get("/kiosk/k1").text)
    assert hall.client().get(f"/kiosk/k1?token={kept}").status_code == 401


# -- page passes ------------------------------------------------------------------------------------------


def key_of(hall: Hall) -> bytes:
    return session_key(hall.application.house.data)


@pytest.mark.parametrize("role", ["admin", "supervisor", "officer", "auditor", "citizen", "system", "x"])
def test_a_pass_is_for_kiosks_and_boards_alone_even_where_the_key_is_known(hall: Hall, role: str) -> None:
    signer = URLSafeSerializer(key_of(hall), salt="antrean-page-pass-2")
    good = signer.loads(hall.application.house.gate.page_pass(Role.KIOSK, "k1"))
    assert hall.application.house.gate.actor_of_token(signer.dumps(good)) is not None
    assert hall.application.house.gate.actor_of_token(signer.dumps([role, *good[1:]])) is None
    if role != "x":
        with pytest.raises(ValueError, match="no page acts as"):
            hall.application.house.gate.page_pass(Role(role), "k1")


@pytest.mark.parametrize(
    "odd", [[], ["kiosk"], ["kiosk", "k1", [], 9e9], ["kiosk", "k1", None, "x"], 7, None, {"role": "kiosk"}]
)
def test_an_odd_pass_is_refused(hall: Hall, odd: Any) -> None:
    signer = URLSafeSerializer(key_of(hall), salt="antrean-page-pass-2")
    assert hall.application.house.gate.actor_of_token(signer.dumps(odd)) is None


def test_a_pass_of_the_endless_kind_is_refused(hall: Hall) -> None:
    old = URLSafeSerializer(key_of(hall), salt="antrean-page-pass").dumps(["kiosk", "k1", []])
    assert status(hall, ISSUE, bearer(old), {**SERVICE, "kiosk": "k1"}) == (401, "token_unknown")


def test_a_pass_ends_after_a_day() -> None:
    at = [1_000_000.0]
    passes = Passes(b"k" * 32, lambda: at[0])
    made = passes.make(Role.KIOSK, "k1", None)
    at[0] += LASTS_S - 1
    assert passes.read(made) is not None
    at[0] += 2
    assert passes.read(made) is None
    at[0] -= 2 * LASTS_S  # made in the future: a clock was set, or the key is known
    assert passes.read(made) is None
    assert passes.read("x" * 5_000) is None


@pytest.mark.parametrize(
    ("page", "topic", "ident"), [("/kiosk/k1", "kiosk", "k1"), ("/display/hall", "board", "hall")]
)
def test_an_open_page_gets_its_next_pass(hall: Hall, page: str, topic: str, ident: str) -> None:
    answer = hall.client().get(f"{page}/pass")
    told = answer.get_json()
    assert (answer.status_code, told["lasts_s"]) == (200, LASTS_S)
    assert answer.headers["Cache-Control"] == "no-store"
    actor = hall.application.house.gate.actor_of_token(told["token"])
    assert (actor.bound_to, actor.page) == (ident, True)
    assert hall.client().get(page.rsplit("/", 1)[0] + "/nowhere/pass").status_code == 404
