"""The account: whatever is wrong between the citizens and the database is found and named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.demo.account import Account, Held, Ledger, Line, Logged, lines, settle, unexplained
from core.demo.notes import CANCELLED, Notes, Seen
from core.demo.script import Day, Script, make_day
from core.domain.plan import Plan

RUN = "demo-1a2b3c4d"
DAY = "2026-11-24"


def seen(ordinal: int, state: str = "done") -> Seen:
    return Seen(f"20261124-A{ordinal:03d}", f"A{ordinal:03d}", "CAPIL", state, "1")


def logged(ordinal: int, issuer: str = f"{RUN}-kiosk") -> Logged:
    return Logged(f"20261124-A{ordinal:03d}", f"A{ordinal:03d}", DAY, "CAPIL", ordinal, issuer)


def held(ordinal: int, state: str = "done") -> Held:
    ticket, number = f"20261124-A{ordinal:03d}", f"A{ordinal:03d}"
    return Held(ticket, number, "CAPIL", state, "1", f"{RUN}-counter-1", calls=1)


SEEN = [seen(1), seen(2, "missed"), seen(3, "waiting"), seen(4)]
LOGGED = tuple(logged(n) for n in (1, 2, 3, 4))
HELD = (held(1), held(2, "missed"), replace(held(3, "waiting"), counter=None, officer=None, calls=0), held(4))
LEDGER = Ledger(LOGGED, HELD)


def test_a_day_that_balances() -> None:
    assert settle(RUN, SEEN, LEDGER) == ()


def test_a_number_that_is_not_in_the_database() -> None:
    lost = Ledger(LOGGED[:3], HELD[:3])
    assert settle(RUN, SEEN, lost) == ("20261124-A004: a citizen holds A004, but it is not in the database",)


def test_a_number_that_is_missing_in_between() -> None:
    gap = Ledger((LOGGED[0], LOGGED[1], LOGGED[3]), (HELD[0], HELD[1], HELD[3]))
    told = settle(RUN, [SEEN[0], SEEN[1], SEEN[3]], gap)
    assert told == (f"series CAPIL of {DAY}: 3 of 1 to 4 missing",)


def test_a_number_in_the_log_twice() -> None:
    twice = Ledger((*LOGGED, logged(2)), HELD)
    assert settle(RUN, SEEN, twice) == (
        f"A002 of {DAY}: 2 times in the log",
        f"series CAPIL of {DAY}: 2 was given 2 times",
    )


def test_a_number_that_two_citizens_hold() -> None:
    told = settle(RUN, [*SEEN, SEEN[0]], LEDGER)
    assert told == ("20261124-A001: given to 2 citizens",)


def test_a_number_of_the_demo_that_no_citizen_was_given() -> None:
    told = settle(RUN, SEEN[:3], LEDGER)
    assert told == ("20261124-A004: in the database, but no citizen of the demo was given it",)


def test_a_strangers_number_is_no_difference_but_its_gap_would_be() -> None:
    other = Ledger((*LOGGED, logged(5, "kiosk:k1")), (*HELD, held(5)))
    assert settle(RUN, SEEN, other) == ()
    gap = Ledger((*LOGGED, logged(6, "kiosk:k1")), (*HELD, held(6)))
    assert settle(RUN, SEEN, gap) == (f"series CAPIL of {DAY}: 5 of 1 to 6 missing",)


def test_a_wrong_state() -> None:
    wrong = Ledger(LOGGED, (held(1, "called"), *HELD[1:]))
    assert settle(RUN, SEEN, wrong) == ("20261124-A001: called in the database, seen done",)


def test_a_ticket_served_at_another_counter_than_seen() -> None:
    wrong = Ledger(LOGGED, (replace(held(1), counter="2"), *HELD[1:]))
    assert settle(RUN, SEEN, wrong) == ("20261124-A001: done at counter 2, seen at 1",)


def test_another_number_than_the_citizen_holds() -> None:
    wrong = Ledger(LOGGED, (replace(held(1), number="A009"), *HELD[1:]))
    assert settle(RUN, SEEN, wrong) == ("20261124-A001: A009 of CAPIL, seen as A001 of CAPIL",)


def test_a_ticket_called_by_two() -> None:
    wrong = Ledger(LOGGED, (replace(held(1), calls=2), *HELD[1:]))
    assert settle(RUN, SEEN, wrong) == ("20261124-A001: called 2 times, but it waited only 1 times",)
    put_back = Ledger(LOGGED, (replace(held(1), calls=2, waits=2), *HELD[1:]))
    assert settle(RUN, SEEN, put_back) == ()


def test_log_and_report_tables_must_agree() -> None:
    told = settle(RUN, SEEN, Ledger(LOGGED, (*HELD, held(5))))
    assert told == ("20261124-A005: only in the report tables",)


def test_what_an_officer_outside_of_the_demo_did_is_not_held_against_it() -> None:
    person = replace(held(3), officer="capil", strangers=1)
    assert settle(RUN, SEEN, Ledger(LOGGED, (HELD[0], HELD[1], person, HELD[3]))) == ()


def test_who_waited_at_midnight_is_expired() -> None:
    expired = replace(HELD[2], state="expired")
    assert settle(RUN, SEEN, Ledger(LOGGED, (HELD[0], HELD[1], expired, HELD[3]))) == ()
    done = Ledger(LOGGED, (held(1, "expired"), *HELD[1:]))
    assert settle(RUN, SEEN, done) == ("20261124-A001: expired in the database, seen done",)


def test_who_is_parked_at_the_end_stays_parked_until_the_day_ends() -> None:
    parked = [*SEEN[:3], seen(4, "parked")]
    assert settle(RUN, parked, Ledger(LOGGED, (*HELD[:3], held(4, "parked")))) == ()
    assert settle(RUN, parked, Ledger(LOGGED, (*HELD[:3], held(4, "expired")))) == ()
    lost = Ledger(LOGGED, (*HELD[:3], held(4, "waiting")))
    assert settle(RUN, parked, lost) == ("20261124-A004: waiting in the database, seen parked",)
    (capil,) = lines(["CAPIL"], parked, (*HELD[:3], held(4, "parked")), {})
    assert (capil.served, capil.left) == (1, 2)


def test_an_overtaking_by_the_demo_that_no_rule_explains_is_a_difference() -> None:
    passing = {"passed": "A001", "number": "A002", "counter": "1", "rule": "arrival"}
    report = {"unexplained": [{**passing, "officer": f"{RUN}-counter-1"}, {**passing, "officer": "capil"}]}
    assert unexplained(RUN, [report]) == ("A001: passed by A002 at counter 1, by no rule (arrival)",)


def test_the_table_counts_what_the_database_says() -> None:
    (capil, ptsp) = lines(["CAPIL", "PTSP"], SEEN, HELD, {"PTSP": 3})
    assert capil == Line("CAPIL", issued=4, served=2, no_show=1, cancelled=0, left=1)
    assert ptsp == Line("PTSP", turned_away=3)
    assert Account((capil, ptsp), ()).total == replace(capil, agency="", turned_away=3)
    assert Account((), ()).balanced
    assert not Account((), ("one",)).balanced


@pytest.fixture(scope="module")
def day(denpasar: Plan) -> Day:
    return make_day(Script("http://localhost", 1, 100, 1), denpasar)


def test_a_number_may_be_called_before_its_holder_has_read_it(day: Day) -> None:
    notes, errand = Notes(day.errands), day.errands[0]
    notes.moved("20261124-A001", "called", "1", 7)
    notes.issued(errand, "20261124-A001", "A001")
    assert notes.seen() == [Seen("20261124-A001", "A001", errand.agency, "called", "1")]
    assert notes.waiting([errand.service]) == 0


def test_waiting_is_what_the_officers_would_see(day: Day) -> None:
    notes, errand = Notes(day.errands), day.errands[0]
    notes.issued(errand, "t", "A001")
    assert notes.waiting([errand.service]) == 1
    notes.moved("t", "called", "1", 5)
    assert notes.waiting([errand.service]) == 0
    notes.moved("t", "waiting", None, 5.5)
    assert notes.waiting([errand.service]) == 1
    notes.moved("t", "cancelled", None, CANCELLED)
    notes.moved("t", "missed", "1", 6.5)  # written down late by another thread
    assert notes.waiting([errand.service]) == 0
    assert notes.state("t") == "cancelled"


def test_who_was_sent_on_waits_there(day: Day) -> None:
    notes, errand = Notes(day.errands), day.errands[0]
    notes.issued(errand, "t", "A001")
    notes.moved("t", "serving", "1", 5)
    notes.moved("t", "waiting", None, 5.5, "@counter:2")
    assert (notes.waiting([errand.service]), notes.waiting(["@counter:2"])) == (0, 1)
    notes.moved("t", "called", "2", 9)
    assert notes.waiting(["@counter:2"]) == 0
    notes.moved("t", "waiting", None, 9.5)  # put back: to the line where it was
    assert notes.waiting(["@counter:2"]) == 1


def test_a_call_counts_although_the_sender_writes_down_later_that_it_sent(day: Day) -> None:
    notes, errand = Notes(day.errands), day.errands[0]
    notes.issued(errand, "t", "A001")
    notes.moved("t", "serving", "1", 5)
    notes.moved("t", "called", "2", 8)
    notes.moved("t", "waiting", None, 5.5, "@counter:2")
    assert notes.state("t") == "called"
    assert notes.waiting(["@counter:2", errand.service]) == 0


def test_an_agency_expects_citizens_until_they_have_gone(day: Day) -> None:
    errand = next(each for each in day.errands if len(each.agencies) > 1)
    others = [each for each in day.errands if each is not errand]
    notes = Notes(day.errands)
    before = [notes.expected([agency]) for agency in errand.agencies]
    notes.issued(errand, "t", "A001")
    notes.gone("t")
    notes.gone("t")
    notes.gone("of a stranger")
    assert [notes.expected([agency]) for agency in errand.agencies] == [count - 1 for count in before]
    for each in others:
        notes.left(each)
    assert notes.expected({agency for each in day.errands for agency in each.agencies}) == 0


def test_an_end_is_told_once_everybody_has_been_at_a_kiosk(day: Day) -> None:
    notes = Notes(day.errands)
    agencies = {errand.agency for errand in day.errands}
    assert notes.coming(agencies) == 100
    for errand in day.errands:
        notes.arrived(errand)
    assert notes.coming(agencies) == 0
