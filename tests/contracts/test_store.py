"""One suite for the port ``core.ports.Store``, run on each of its adapters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from core.domain import events as e
from core.domain.staff import SYSTEM, Actor, Role
from core.domain.ticket import Why
from core.ports import Commit, Outcome, Secret, Stale, Store, StoreError
from core.store.memory import MemoryStore
from core.store.sqlite import SqliteStore
from tests.worlds import TUESDAY, local

WEDNESDAY = TUESDAY + timedelta(days=1)


@pytest.fixture(params=["memory", "sqlite"])
def reopen(request, tmp_path) -> Callable[[], Store]:
    """Gives the store; called again, it is the same ledger as a new process finds it."""
    held: list[Any] = []

    def give() -> Store:
        if request.param == "memory":
            held[:] = held or [MemoryStore()]
        else:
            for each in held:
                each.close()
            held[:] = [SqliteStore(tmp_path)]
        return held[0]

    yield give
    for each in held:
        each.close()


@pytest.fixture
def ledger(reopen) -> Store:
    """An empty ledger."""
    return reopen()


def issued(ordinal: int, series: str = "A") -> e.TicketIssued:
    return e.TicketIssued(
        ticket=f"t-{series}{ordinal}", token=f"k-{series}{ordinal}", number=f"{series}{ordinal:03d}",
        series=series, ordinal=ordinal, service="ktp", agency="DUK", zone="A", klass="regular",
        head_start_s=0, lang="id", channel="kiosk", kiosk=None, ahead=0, median_minutes=0, p80_minutes=2,
    )  # fmt: skip


def log(first: int, *events: e.Event, day: date = TUESDAY) -> list[e.Recorded]:
    """Events with their places in the log."""
    return [
        e.Recorded(first + n, day, local("09:00", day), SYSTEM, f"c-{first + n}", event)
        for n, event in enumerate(events)
    ]


def keep(ledger: Store, *events: e.Event, day: date = TUESDAY, **more: Any) -> list[e.Recorded]:
    """Append events after what is there."""
    seq = ledger.last_seq()
    made = log(seq + 1, *events, day=day)
    ledger.append(Commit(expected_seq=seq, events=made, **more))
    return made


def row(ordinal: int, state: str = "waiting") -> dict[str, Any]:
    return {
        "id": f"t-A{ordinal}", "day": TUESDAY.isoformat(), "number": f"A{ordinal:03d}", "series": "A",
        "ordinal": ordinal, "class": "regular", "lang": "id", "channel": "kiosk", "kiosk": None,
        "zone": "A", "issued_at": "2026-11-24T01:00:00.000000Z", "state": state,
        "ahead": 0, "median_minutes": 0, "p80_minutes": 2, "restores": 0, "postpones": 0,
    }  # fmt: skip


def tickets(ledger: Store) -> list[dict[str, Any]]:
    if isinstance(ledger, SqliteStore):
        return ledger.table_rows("ticket")
    assert isinstance(ledger, MemoryStore)
    return [dict(each) for each in ledger.rows["ticket"].values()]


def test_a_new_ledger_is_empty(ledger):
    assert ledger.last_seq() == 0
    assert ledger.load() == ledger.since(0) == list(ledger.everything()) == []


def test_what_was_appended_is_read_back_in_order(reopen):
    made = keep(reopen(), e.DayStarted(TUESDAY), issued(1))
    made += keep(reopen(), e.TicketCalled("t-A1", "1", "ani", Why("head_start", 3, "priority", 1200)))
    ledger = reopen()
    assert list(ledger.everything()) == made
    assert ledger.last_seq() == 3


def test_an_event_keeps_its_actor_its_instant_and_its_command(reopen):
    at = local("09:00") + timedelta(microseconds=1)
    made = e.Recorded(1, TUESDAY, at, Actor("ani", Role.OFFICER, "DUK"), "id-1", e.DayStarted(TUESDAY))
    reopen().append(Commit(0, [made]))
    assert list(reopen().everything()) == [made]


def test_since_gives_what_came_after(ledger):
    made = keep(ledger, e.DayStarted(TUESDAY), issued(1), issued(2))
    assert ledger.since(0) == made
    assert ledger.since(2) == made[2:]
    assert ledger.since(3) == ledger.since(99) == []


def test_load_gives_the_newest_day_and_what_lasts(ledger):
    keep(ledger, e.DayStarted(TUESDAY), issued(1))
    lasting = keep(ledger, e.ServicePaused("ktp", "x"), e.AccountAdded("staff", "a", Role.ADMIN, None))
    keep(ledger, e.TicketExpired("t-A1"), e.DayEnded(TUESDAY, 1))
    newest = keep(ledger, e.DayStarted(WEDNESDAY), issued(1), day=WEDNESDAY)
    assert ledger.load() == [*lasting, *newest]


def test_everything_may_be_read_while_more_is_written(ledger):
    keep(ledger, e.DayStarted(TUESDAY), issued(1))
    reading = iter(ledger.everything())
    next(reading)
    keep(ledger, issued(2))
    assert {r.seq for r in reading} <= {2, 3}
    assert ledger.last_seq() == 3


def test_a_commit_of_one_who_did_not_see_the_newest_is_stale(ledger):
    keep(ledger, e.DayStarted(TUESDAY))
    for expected in (0, 2):
        with pytest.raises(Stale):
            ledger.append(Commit(expected, log(2, issued(1))))
    assert ledger.last_seq() == 1


def test_a_stale_commit_keeps_nothing(ledger):
    keep(ledger, e.DayStarted(TUESDAY))
    with pytest.raises(Stale):
        ledger.append(
            Commit(
                0,
                log(1, issued(1)),
                [Outcome("id", "f", {})],
                {"ticket": [row(1)]},
                [Secret("staff", "a", "h")],
            )
        )
    assert ledger.outcome("id") is None
    assert ledger.secret("staff", "a") is None
    assert tickets(ledger) == []


def test_a_number_is_kept_once_a_day(ledger):
    keep(ledger, issued(1))
    with pytest.raises(StoreError):
        keep(ledger, replace(issued(1), ticket="other", token="other"))
    with pytest.raises(StoreError):
        keep(ledger, issued(2), replace(issued(2), ticket="other", token="other"))
    keep(ledger, issued(1, "B"), issued(2))
    keep(ledger, issued(1), day=WEDNESDAY)
    assert ledger.last_seq() == 4


def test_a_refused_number_keeps_nothing_of_its_commit(ledger):
    keep(ledger, issued(1))
    with pytest.raises(StoreError):
        keep(ledger, issued(2), issued(1), outcomes=[Outcome("id", "f", {})], rows={"ticket": [row(2)]})
    assert ledger.last_seq() == 1
    assert ledger.outcome("id") is None
    assert tickets(ledger) == []
    keep(ledger, issued(2))


def test_an_outcome_is_kept_under_its_id(reopen):
    outcome = Outcome("id-1", "print", {"ticket": "t-A1", "why": {"passed": 2, "rule": "arrival"}})
    keep(reopen(), issued(1), outcomes=[outcome])
    assert reopen().outcome("id-1") == outcome
    assert reopen().outcome("id-2") is None


def test_an_outcome_is_kept_once(ledger):
    keep(ledger, issued(1), outcomes=[Outcome("id-1", "print", {"n": 1})])
    with pytest.raises(StoreError):
        keep(ledger, issued(2), outcomes=[Outcome("id-1", "other", {"n": 2})])
    assert ledger.outcome("id-1") == Outcome("id-1", "print", {"n": 1})
    assert ledger.last_seq() == 1


def test_a_secret_is_replaced_and_removed(reopen):
    keep(reopen(), issued(1), secrets=[Secret("staff", "ani", "one"), Secret("token", "ani", "digest")])
    assert reopen().secret("staff", "ani") == "one"
    keep(reopen(), issued(2), secrets=[Secret("staff", "ani", "two")])
    assert reopen().secret("staff", "ani") == "two"
    keep(reopen(), issued(3), secrets=[Secret("staff", "ani", None)])
    assert reopen().secret("staff", "ani") is None
    assert reopen().secret("token", "ani") == "digest"


def test_the_account_of_a_hash_is_found_by_its_kind(ledger):
    keep(ledger, issued(1), secrets=[Secret("token", "kiosk", "digest"), Secret("staff", "ani", "hash")])
    assert ledger.account_of_hash("token", "digest") == "kiosk"
    assert ledger.account_of_hash("staff", "digest") is None
    assert ledger.account_of_hash("token", "hash") is None
    keep(ledger, issued(2), secrets=[Secret("token", "kiosk", "other")])
    assert ledger.account_of_hash("token", "digest") is None


def test_secrets_of_one_commit_take_effect_in_their_order(ledger):
    keep(
        ledger,
        issued(1),
        secrets=[Secret("staff", "a", "1"), Secret("staff", "a", None), Secret("staff", "a", "3")],
    )
    assert ledger.secret("staff", "a") == "3"


def test_a_row_replaces_the_one_with_its_key(ledger):
    keep(ledger, issued(1), rows={"ticket": [row(1)]})
    keep(ledger, issued(2), rows={"ticket": [row(2), row(1, "called"), row(1, "serving")]})
    assert {each["id"]: each["state"] for each in tickets(ledger)} == {"t-A1": "serving", "t-A2": "waiting"}


def test_rebuilding_replaces_all_rows_and_no_event(ledger):
    made = keep(ledger, issued(1), rows={"ticket": [row(1)]})
    ledger.rebuild_rows({"ticket": iter([row(2)])})
    assert tickets(ledger) == [row(2)]
    ledger.rebuild_rows({})
    assert tickets(ledger) == []
    assert list(ledger.everything()) == made


def test_an_empty_commit_keeps_its_secrets(ledger):
    ledger.append(Commit(0, [], secrets=[Secret("staff", "a", "h")]))
    assert (ledger.last_seq(), ledger.secret("staff", "a")) == (0, "h")
