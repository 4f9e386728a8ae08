"""The demo's tokens, and what it finds out about a data folder before it plays there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.accounts import add_account
from core.demo.account import has_given_numbers, read_ledger
from core.demo.passes import Passes
from core.domain import commands as c
from core.domain.plan import Plan
from core.domain.staff import Actor, Role
from core.engine.engine import Engine
from core.halls import claim, open_store
from core.store.sqlite import SqliteStore
from core.web.concurrency import concurrency

OPEN = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


class Standing:
    """A clock that stands at 09:00 in Denpasar."""

    def now(self) -> datetime:
        return OPEN


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    store = open_store(tmp_path)
    yield store
    store.close()


def issue(engine: Engine, name: str) -> None:
    actor = Actor(name, Role.KIOSK)
    (verdict,) = engine.do_all([(c.IssueTicket(actor, "ktp-rekam", name.ljust(22, "x")), None)])
    assert not isinstance(verdict, Exception), verdict


def test_tokens_of_a_run_are_known_and_gone_at_the_end(
    store: SqliteStore, tmp_path: Path, denpasar: Plan
) -> None:
    claim(store, training=True)
    passes = Passes(tmp_path, denpasar)
    tokens = passes.make([("kiosk", Role.KIOSK, None), ("counter-1", Role.OFFICER, "CAPIL")])
    engine = Engine(denpasar, store, Standing(), concurrency("threading"))
    engine.catch_up()
    accounts = engine.read(lambda hall: dict(hall.accounts))
    assert len(set(tokens)) == 2
    assert accounts["token", f"{passes.run}-kiosk"].role is Role.KIOSK
    assert accounts["token", f"{passes.run}-counter-1"].agency == "CAPIL"
    assert passes.revoke() == []
    engine.catch_up()
    assert not engine.read(lambda hall: [name for kind, name in hall.accounts if kind == "token"])
    assert store.secret("token", f"{passes.run}-kiosk") is None
    assert passes.revoke() == []


def test_a_name_that_was_never_made_or_is_gone_does_not_stop_the_end(tmp_path: Path, denpasar: Plan) -> None:
    passes = Passes(tmp_path, denpasar, names=["demo-0-interrupted"])
    passes.make([("kiosk", Role.KIOSK, None)])
    assert passes.revoke() == []


def test_two_runs_have_two_names(tmp_path: Path, denpasar: Plan) -> None:
    assert Passes(tmp_path, denpasar).run != Passes(tmp_path, denpasar).run


def test_a_real_hall_in_use_is_recognised(store: SqliteStore, tmp_path: Path, denpasar: Plan) -> None:
    claim(store, training=False)
    passes = Passes(tmp_path, denpasar)
    assert passes.real()
    assert not has_given_numbers(passes.database)
    engine = Engine(denpasar, store, Standing(), concurrency("threading"))
    add_account(engine, ("token", "someone"), Role.KIOSK, "hash")
    issue(engine, "kiosk:k1")
    assert has_given_numbers(passes.database)


def test_the_ledger_holds_the_days_of_the_run_with_the_numbers_of_others(
    store: SqliteStore, tmp_path: Path, denpasar: Plan
) -> None:
    engine = Engine(denpasar, store, Standing(), concurrency("threading"))
    issue(engine, "kiosk:k1")
    passes = Passes(tmp_path, denpasar)
    assert read_ledger(passes.database, passes.run).logged == ()
    issue(engine, f"{passes.run}-kiosk")
    ledger = read_ledger(passes.database, passes.run)
    assert [(each.number, each.ordinal) for each in ledger.logged] == [("A001", 1), ("A002", 2)]
    assert [each.issuer for each in ledger.logged] == ["kiosk:k1", f"{passes.run}-kiosk"]
    assert [(each.ticket, each.agency, each.state) for each in ledger.held] == [
        ("20261124-A001", "CAPIL", "waiting"),
        ("20261124-A002", "CAPIL", "waiting"),
    ]
