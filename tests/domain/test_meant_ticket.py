"""A command at a counter means one ticket: once the counter has gone on, it is refused."""

from __future__ import annotations

from typing import Any

import pytest

from core.domain import commands as c
from core.domain import errors
from core.domain.ticket import Ticket
from tests.worlds import ANI, BUDI, Story


def stale(action: str, ticket: str | None) -> c.Command:
    """The command of a screen that shows ``ticket``."""
    commands: dict[str, c.Command] = {
        "recall": c.Recall(ANI, "1", ticket),
        "start": c.StartService(ANI, "1", ticket),
        "no-show": c.RecordNoShow(ANI, "1", ticket),
        "finish": c.FinishService(ANI, "1", "", ticket),
        "park": c.ParkTicket(ANI, "1", None, ticket),
        "transfer": c.TransferTicket(ANI, "1", service="akta", ticket=ticket),
        "return": c.ReturnTicket(ANI, "1", ticket),
        "add": c.AddService(ANI, "1", "akta", ticket),
        "pause": c.PauseCounter(ANI, "1", "", ticket),
        "close": c.CloseCounter(ANI, "1", False, ticket),
        "last": c.CloseCounter(ANI, "1", True, ticket),
    }
    return commands[action]


ACTIONS = (
    "recall",
    "start",
    "no-show",
    "finish",
    "park",
    "transfer",
    "return",
    "add",
    "pause",
    "close",
    "last",
)
WHILE_CALLED = frozenset({"recall", "start", "no-show", "pause", "close", "last"})


def gone_on(action: str) -> tuple[Story, Ticket, Ticket]:
    """Counter 1 had the first ticket and now has the second, in a state that the action could leave."""
    story = Story().opens()
    first, second = story.takes(), story.takes()
    story.serves()
    story.calls()
    if action not in WHILE_CALLED:
        story.does(c.StartService(ANI, "1"))
    story.clock.later(seconds=20)
    return story, first, second


@pytest.mark.parametrize("action", ACTIONS)
def test_a_screen_that_shows_the_ticket_before_changes_nothing(action: str) -> None:
    story, first, second = gone_on(action)
    refusal = story.refuses(stale(action, first.id), errors.TicketChanged)
    assert refusal.facts == {
        "counter": "1",
        "asked": first.id,
        "asked_number": "A001",
        "ticket": second.id,
        "number": "A002",
        "state": story.state(second),
        "reason": "other",
    }


@pytest.mark.parametrize("action", ACTIONS)
def test_a_screen_that_shows_a_ticket_which_has_gone_changes_nothing(action: str) -> None:
    story = Story().opens()
    first = story.takes()
    story.serves()
    refusal = story.refuses(stale(action, first.id), errors.TicketChanged)
    found = {name: refusal.facts[name] for name in ("ticket", "number", "state", "reason")}
    assert found == {"ticket": None, "number": None, "state": "open", "reason": "gone"}


@pytest.mark.parametrize("action", ["pause", "close"])
def test_a_screen_that_shows_nobody_puts_nobody_back(action: str) -> None:
    story = Story().opens()
    story.takes()
    story.calls()
    refusal = story.refuses(stale(action, ""), errors.TicketChanged)
    assert (refusal.facts["number"], refusal.facts["reason"]) == ("A001", "came")


@pytest.mark.parametrize("action", [*(each for each in ACTIONS if each != "return")])
def test_the_ticket_that_is_there_is_acted_on(action: str) -> None:
    story, _, second = gone_on(action)
    assert story.when(stale(action, second.id)) == story.when(stale(action, None))


@pytest.mark.parametrize("action", ["pause", "close"])
def test_nobody_is_there_and_nobody_was_meant(action: str) -> None:
    story = Story().opens()
    assert story.when(stale(action, "")) == story.when(stale(action, None))


def test_who_is_not_at_the_counter_hears_that_first() -> None:
    story, first, _ = gone_on("finish")
    story.refuses(c.FinishService(BUDI, "1", "", first.id), errors.CounterTaken)


def test_the_same_ticket_called_again_is_the_same_ticket() -> None:
    story = Story().opens()
    ticket = story.takes()
    story.calls()
    story.does(c.PauseCounter(ANI, "1"))
    story.opens()
    story.calls()
    story.does(c.StartService(ANI, "1", ticket.id))
    assert story.state(ticket) == "serving"


# -- undo ------------------------------------------------------------------------------------------------


def offered(story: Story) -> dict[str, Any]:
    """What a screen would send to take back the last action of counter 1."""
    held = story.hall.mementos["1"]
    return {"ticket": held.before.id, "event": held.seq}


def test_undo_takes_back_the_action_that_the_screen_offers() -> None:
    story = Story().opens()
    ticket = story.takes()
    story.calls()
    story.does(c.UndoAction(ANI, "1", **offered(story)))
    assert story.state(ticket) == "waiting"


def test_undo_of_another_tickets_action_is_refused() -> None:
    story = Story().opens()
    first, second = story.takes(), story.takes()
    story.starts()
    story.does(c.FinishService(ANI, "1"))
    shown = offered(story)
    story.calls()
    refusal = story.refuses(c.UndoAction(ANI, "1", **shown), errors.TicketChanged)
    assert (refusal.facts["asked"], refusal.facts["ticket"]) == (first.id, second.id)
    assert (refusal.facts["state"], refusal.facts["reason"]) == ("called", "undo")


def test_undo_of_another_action_on_the_same_ticket_is_refused() -> None:
    story = Story().opens()
    ticket = story.takes()
    story.calls()
    shown = offered(story)  # a screen that offers to take the call back
    story.does(c.StartService(ANI, "1"))
    story.does(c.FinishService(ANI, "1"))
    story.refuses(c.UndoAction(ANI, "1", **shown), errors.TicketChanged)
    assert story.state(ticket) == "done"
    story.does(c.UndoAction(ANI, "1", **offered(story)))
    assert story.state(ticket) == "serving"


def test_with_nothing_to_undo_that_is_what_is_told() -> None:
    story = Story().opens()
    ticket = story.takes()
    story.calls()
    shown = offered(story)
    story.does(c.StartService(ANI, "1"))
    story.refuses(c.UndoAction(ANI, "1", **shown), errors.NothingToUndo)
    assert story.state(ticket) == "serving"
