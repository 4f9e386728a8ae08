"""An officer's last action is taken back within 30 s by an event; nothing is left of it but that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from core.domain import commands as c
from core.domain import errors
from core.domain import events as e
from core.domain.plan import Ratio
from tests.worlds import ANI, BUDI, CITIZEN, WAYAN, Story, frozen, small_plan, with_service

UNDO = c.UndoAction(ANI, "1")
PLAN = with_service(small_plan(), "ktp", route=("akta",), ratio=Ratio(1, 3))
"""So that a call takes a turn and a finish opens a stage."""


def comparable(story: Story) -> dict[str, Any]:
    """All of the hall but what tells that something happened."""
    return {k: v for k, v in frozen(story.hall).items() if k not in {"seq", "latest", "mementos"}}


def ready() -> Story:
    """Two of each class wait for ktp; something was served before; counter 1 holds nobody."""
    story = Story(PLAN).opens("1", ANI).opens("2", BUDI)
    for klass in ("regular", "priority", "regular", "priority", "regular"):
        story.takes("ktp", klass)
        story.clock.later(minutes=1)
    story.starts()
    story.clock.later(minutes=7)
    story.does(c.FinishService(ANI, "1"))
    return story


def called() -> Story:
    story = ready()
    story.calls()
    return story


def serving() -> Story:
    story = ready()
    story.starts()
    story.clock.later(minutes=3)
    return story


LAST = c.CloseCounter(ANI, "1", after_current=True)


def last() -> Story:
    story = serving()
    story.does(LAST)
    return story


ACTIONS: dict[str, tuple[Callable[[], Story], c.Command, str]] = {
    "call": (ready, c.CallNext(ANI, "1"), "call"),
    "call by number": (ready, c.CallNumber(ANI, "1", "A005", "asked for"), "call"),
    "no-show": (called, c.RecordNoShow(ANI, "1"), "no-show"),
    "finish": (serving, c.FinishService(ANI, "1"), "finish"),
    "the last finish": (last, c.FinishService(ANI, "1"), "finish"),
    "park": (serving, c.ParkTicket(ANI, "1"), "park"),
    "park with a limit": (serving, c.ParkTicket(ANI, "1", 5), "park"),
    "transfer": (serving, c.TransferTicket(ANI, "1", service="kk"), "transfer"),
    "transfer of one called": (called, c.TransferTicket(ANI, "1", to_counter="2", at_end=True), "transfer"),
}


@pytest.mark.parametrize("name", ACTIONS)
def test_everything_is_as_it_was_before(name):
    make, command, action = ACTIONS[name]
    story = make()
    before = comparable(story)
    ticket = story.does(command)[0].ticket
    story.clock.later(seconds=30)
    (undone,) = story.does(UNDO)
    assert (undone.ticket, undone.counter, undone.action) == (ticket, "1", action)
    assert comparable(story) == before
    assert story.replayed().state() == story.hall.state()


@pytest.mark.parametrize("name", ACTIONS)
def test_the_history_is_kept(name):
    make, command, _ = ACTIONS[name]
    story = make()
    length = len(story.log)
    events = story.does(command)
    (undone,) = story.does(UNDO)
    assert [each.event for each in story.log[length:]] == [*events, undone]
    assert undone.undone == length + 1


@pytest.mark.parametrize("name", ACTIONS)
def test_after_thirty_seconds_it_is_too_late(name):
    make, command, _ = ACTIONS[name]
    story = make()
    story.does(command)
    story.clock.later(seconds=30.001)
    assert story.refuses(UNDO, errors.UndoTooLate).facts["seconds"] == 30


@pytest.mark.parametrize("name", ACTIONS)
def test_it_is_taken_back_once(name):
    make, command, _ = ACTIONS[name]
    story = make()
    story.does(command)
    story.does(UNDO)
    story.refuses(UNDO, errors.NothingToUndo)


@pytest.mark.parametrize("name", ACTIONS)
def test_nobody_else_takes_it_back(name):
    make, command, _ = ACTIONS[name]
    story = make()
    story.does(command)
    for other in (BUDI, WAYAN):
        story.refuses(c.UndoAction(other, "1"), errors.CounterTaken)


@pytest.mark.parametrize(
    "after",
    [
        c.StartService(ANI, "1"),
        c.PauseCounter(ANI, "1"),
        c.HelpServices(ANI, "1", ("akta",)),
        c.CloseCounter(WAYAN, "1"),
    ],
)
def test_another_action_at_the_counter_ends_it(after):
    story = called()
    story.does(after)
    story.refuses(UNDO, errors.NothingToUndo)


def test_a_recall_ends_it():
    story = called()
    story.clock.later(seconds=9)
    story.does(c.Recall(ANI, "1"))
    story.refuses(UNDO, errors.NothingToUndo)


def test_a_new_officer_at_the_counter_ends_it():
    story = last()
    story.does(c.FinishService(ANI, "1"))
    story.does(c.CloseCounter(BUDI, "2"))
    story.opens("1", BUDI)
    story.refuses(UNDO, errors.NothingToUndo)


def test_an_officer_who_went_elsewhere_takes_nothing_back():
    story = last()
    story.does(c.FinishService(ANI, "1"))
    story.opens("3", ANI)
    story.refuses(UNDO, errors.UndoOvertaken)


def test_a_ticket_that_was_called_elsewhere_is_not_taken_back():
    story = serving()
    (transferred, _) = story.does(c.TransferTicket(ANI, "1", service="akta"))
    number = story.hall.tickets[transferred.ticket].number
    story.does(c.CallNumber(BUDI, "2", number, "at once"))
    refusal = story.refuses(UNDO, errors.UndoOvertaken)
    assert refusal.facts == {"number": number, "state": "called"}


def test_a_ticket_whose_holder_has_left_is_not_taken_back():
    story = serving()
    (parked,) = story.does(c.ParkTicket(ANI, "1"))
    story.does(c.CancelTicket(CITIZEN, parked.ticket))
    story.refuses(UNDO, errors.UndoOvertaken)


def test_where_nothing_was_done_nothing_is_taken_back(story):
    story.opens()
    refusal = story.refuses(UNDO, errors.NothingToUndo)
    assert refusal.facts == {"counter": "1", "state": "open"}


def test_what_was_done_yesterday_is_not_taken_back():
    story = called()
    story.clock.later(seconds=1)
    story.does(c.StartDay(WAYAN, story.hall.day + timedelta(days=1)))
    story.refuses(UNDO, errors.NothingToUndo)


def test_only_the_last_action_is_taken_back():
    story = called()
    story.does(c.RecordNoShow(ANI, "1"))
    story.does(UNDO)
    assert story.hall.tickets[story.hall.desk("1").ticket].state.value == "called"
    story.refuses(UNDO, errors.NothingToUndo)


def test_a_turn_that_another_counter_took_meanwhile_stays_taken():
    story = Story(PLAN).opens("1", ANI).opens("3", BUDI)
    for _ in range(3):
        story.takes("ktp"), story.takes("ktp", "priority")
    turns = [story.calls("1").why.turn, story.calls("3", BUDI).why.turn]
    story.does(UNDO)
    assert (turns, story.hall.turns["ktp"]) == ([1, 2], 1)
    assert story.calls("1").why.turn == 2


def test_what_another_counter_learned_meanwhile_is_not_forgotten():
    story = Story().opens("1", ANI).opens("3", BUDI)
    story.takes(), story.takes()
    story.starts("1"), story.starts("3", BUDI)
    story.clock.later(minutes=10)
    story.does(c.FinishService(ANI, "1"))
    story.does(c.FinishService(BUDI, "3"))
    story.does(UNDO)
    assert story.hall.lengths["ktp"].count == 2
    assert story.state(story.hall.tickets["20261124-A001"]) == "serving"


def test_the_event_tells_where_the_ticket_had_been_sent():
    story = serving()
    story.does(c.TransferTicket(ANI, "1", service="skck"))
    (undone,) = story.does(UNDO)
    assert isinstance(undone, e.ActionUndone)
    assert (undone.stage, undone.service, undone.agency, undone.zone, undone.aim) == (
        2,
        "skck",
        "POL",
        "B",
        None,
    )
