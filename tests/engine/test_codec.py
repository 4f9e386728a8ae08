"""Every event that is written is read back as an equal object; old versions are upgraded."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, ClassVar, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from core.domain.events import KINDS, LASTING, AccountAdded, AimLifted, Event, Recorded
from core.domain.staff import Actor, Role
from core.domain.ticket import Why
from core.ports import instant
from core.store import codec
from core.store.codec import Unreadable, decode, encode

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
whole = st.integers(0, 2**53)
seconds = st.floats(0, 1e9, allow_nan=False)
instants = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
st.register_type_strategy(str, text)
BY_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    str: text,
    int: whole,
    date: st.dates(),
    Role: st.sampled_from(Role),
    str | None: st.none() | text,
    bool: st.booleans(),
    datetime: instants,
    datetime | None: st.none() | instants,
    tuple[str, ...]: st.lists(text, max_size=3).map(tuple),
    tuple[tuple[str, str], ...]: st.lists(st.tuples(text, text), max_size=3).map(tuple),
    tuple[tuple[str, int, float, float], ...]: st.lists(
        st.tuples(text, whole, seconds, seconds), max_size=3
    ).map(tuple),
    tuple[tuple[str, int], ...]: st.lists(st.tuples(text, whole), max_size=3).map(tuple),
    Why: st.builds(
        Why, **{f.name: {str: text, int: whole}[get_type_hints(Why)[f.name]] for f in fields(Why)}
    ),
}


def events_of(kind: type[Event]) -> st.SearchStrategy[Event]:
    """Events of a kind with whatever its fields allow."""
    types = get_type_hints(kind)
    return st.builds(kind, **{f.name: BY_TYPE[types[f.name]] for f in fields(kind)})


actors = st.builds(
    Actor, name=text, role=st.sampled_from(Role), agency=st.none() | text, account=text, bound_to=text
)


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(max_examples=25)
@given(data=st.data())
def test_every_event_is_read_back_as_it_was(kind, data):
    recorded = Recorded(
        seq=data.draw(whole),
        day=data.draw(st.dates()),
        at=data.draw(instants),
        actor=data.draw(actors),
        command_id=data.draw(text),
        event=data.draw(events_of(KINDS[kind])),
    )
    again = decode(encode(recorded))
    assert again == recorded
    assert type(again.event) is KINDS[kind]
    assert again.at.tzinfo is UTC


def test_every_class_of_event_is_known_to_the_log():
    here = {each.__name__ for each in Event.__subclasses__() if each.__module__.startswith("core.domain.")}
    assert set(KINDS) == here
    assert {name for name, kind in KINDS.items() if kind.lasting} == LASTING


@given(st.lists(instants, min_size=2))
def test_instants_sort_as_text_as_they_do_as_time(moments):
    assert sorted(moments) == [datetime.fromisoformat(t) for t in sorted(instant(m) for m in moments)]


def test_an_instant_of_another_zone_is_written_in_utc():
    at = datetime(2026, 11, 24, 8, 0, tzinfo=timezone(timedelta(hours=8)))
    assert instant(at) == "2026-11-24T00:00:00.000000Z"
    assert instant(None) is None


@dataclass(frozen=True, slots=True)
class Renamed(Event):
    """An event of today's program, in its third version."""

    version: ClassVar[int] = 3
    service: str
    why: str


@pytest.fixture
def renamed(monkeypatch):
    """A program that knows ``Renamed`` and how it was written before."""
    monkeypatch.setitem(codec.KINDS, "Renamed", Renamed)
    monkeypatch.setitem(codec._ADAPTERS, "Renamed", TypeAdapter(Renamed))
    monkeypatch.setitem(codec.UPGRADES, ("Renamed", 1), lambda old: {"service": old["svc"]})
    monkeypatch.setitem(codec.UPGRADES, ("Renamed", 2), lambda old: {**old, "why": "not said then"})


def row(version: int, data: str) -> tuple:
    actor = '{"name": "ani", "role": "officer", "agency": "DUK"}'
    return (7, "2026-11-24", "2026-11-24T01:00:00.000000Z", "Renamed", version, actor, "id-7", data)


@pytest.mark.parametrize(
    ("version", "data", "event"),
    [
        (1, '{"svc": "ktp"}', Renamed("ktp", "not said then")),
        (2, '{"service": "ktp"}', Renamed("ktp", "not said then")),
        (3, '{"service": "ktp", "why": "x"}', Renamed("ktp", "x")),
    ],
)
def test_an_old_version_is_upgraded_step_by_step(renamed, version, data, event):
    assert decode(row(version, data)).event == event


def test_a_newer_version_is_an_error_that_says_so(renamed):
    with pytest.raises(Unreadable, match="event 7 is a Renamed of version 4: a newer Antrean wrote it"):
        decode(row(4, "{}"))


def test_an_unknown_kind_is_an_error_that_says_so():
    with pytest.raises(Unreadable, match="event 7 is a Renamed of version 1: a newer Antrean wrote it"):
        decode(row(1, "{}"))


def test_a_version_without_an_upgrade_is_an_error_that_says_so(renamed):
    with pytest.raises(Unreadable, match=r"event 7 \(Renamed, version 0\)"):
        decode(row(0, "{}"))


def test_an_aim_that_was_lifted_before_others_could_take_over_went_to_the_service():
    actor = '{"name":"system","role":"system","agency":null}'
    data = '{"ticket":"20261124-A001","aim":"counter:3","zone":"A"}'
    old = (7, "2026-11-24", "2026-11-24T01:00:00.000000Z", "AimLifted", 1, actor, "id-7", data)
    assert decode(old).event == AimLifted("20261124-A001", "counter:3", "A", None)


@pytest.mark.parametrize(
    ("kind", "role", "bound_to"),
    [
        ("token", "kiosk", "k1"),
        ("token", "board", "k1"),
        ("token", "admin", None),
        ("staff", "officer", None),
    ],
)
def test_a_device_of_an_old_log_is_bound_to_what_bore_its_name(kind, role, bound_to):
    data = f'{{"account_kind": "{kind}", "name": "k1", "role": "{role}", "agency": null}}'
    at, actor = "2026-11-24T01:00:00.000000Z", '{"name": "system", "role": "system", "agency": null}'
    read = decode((7, "2026-11-24", at, "AccountAdded", 1, actor, "id-7", data))
    assert read.event == AccountAdded(kind, "k1", Role(role), None, bound_to)


def test_an_actor_is_kept_with_what_it_has_and_no_more():
    plain, bound = Actor("ani", Role.OFFICER, "DUK"), Actor("kiosk:k1", Role.KIOSK, None, "3-x", "k1", True)
    texts = [codec._actor_text(each) for each in (plain, bound)]
    assert texts[0] == '{"name":"ani","role":"officer","agency":"DUK"}'
    assert [codec._actor(text) for text in texts] == [plain, bound]
