"""One table says which action may leave which state; every other is refused with the state found."""

from __future__ import annotations

import pytest

from core.domain import commands as c
from core.domain import errors
from core.domain import events as e
from core.domain.ticket import AT_COUNTER, CLOSED, OPEN, TRANSITIONS, Action, State, allows
from tests.worlds import ANI, CITIZEN, SYSTEM, TUESDAY, Story

W, CA, SE, D, M, P, X, EX = (
    State.WAITING, State.CALLED, State.SERVING, State.DONE, State.MISSED, State.PARKED, State.CANCELLED,
    State.EXPIRED,
)  # fmt: skip

TABLE: dict[Action, tuple[set[State], State]] = {
    Action.CALL: ({W}, CA),
    Action.RECALL: ({CA}, CA),
    Action.START: ({CA}, SE),
    Action.FINISH: ({SE}, D),
    Action.NO_SHOW: ({CA}, M),
    Action.PUT_BACK: ({CA}, W),
    Action.PARK: ({SE}, P),
    Action.RESUME: ({P}, SE),
    Action.UNPARK: ({P}, W),
    Action.TRANSFER: ({CA, SE}, D),
    Action.RESTORE: ({M}, W),
    Action.POSTPONE: ({W}, W),
    Action.CANCEL: ({W, M, P}, X),
    Action.EXPIRE: ({W, CA, SE, M, P}, EX),
}
"""The rules of the queue once more, written by hand."""


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("state", list(State))
def test_the_table_allows_what_the_rules_say_and_nothing_else(action, state):
    leaves, to = TABLE[action]
    assert allows(action, state) == (state in leaves)
    assert TRANSITIONS[action].to is to


def test_the_named_sets_divide_the_states():
    assert set(State) == OPEN | CLOSED
    assert not OPEN & CLOSED
    assert AT_COUNTER < OPEN


def test_nothing_leaves_a_closed_state():
    assert not any(transition.leaves & CLOSED for transition in TRANSITIONS.values())


def ticket_in(state: State) -> tuple[Story, str]:
    """A story in which A001 is in ``state``; counter 1 is open, and holds it where the state says so."""
    story = Story().opens()
    ticket = story.takes().id
    way: dict[State, list[e.Event]] = {
        State.WAITING: [],
        State.CANCELLED: [e.TicketCancelled(ticket)],
        State.EXPIRED: [e.TicketExpired(ticket)],
    }
    if state in way:
        story.given(*way[state])
        return story, ticket
    story.calls()
    if state in {State.SERVING, State.DONE, State.PARKED}:
        story.does(c.StartService(ANI, "1"))
    if state is State.DONE:
        story.does(c.FinishService(ANI, "1"))
    if state is State.PARKED:
        story.does(c.ParkTicket(ANI, "1"))
    if state is State.MISSED:
        story.does(c.RecordNoShow(ANI, "1"))
    assert story.hall.tickets[ticket].state is state
    return story, ticket


AT_ONE = {
    Action.RECALL: c.Recall(ANI, "1"),
    Action.START: c.StartService(ANI, "1"),
    Action.FINISH: c.FinishService(ANI, "1"),
    Action.NO_SHOW: c.RecordNoShow(ANI, "1"),
    Action.PARK: c.ParkTicket(ANI, "1"),
    Action.TRANSFER: c.TransferTicket(ANI, "1", service="akta"),
}
HAPPENED = {
    Action.RECALL: e.TicketRecalled,
    Action.START: e.ServiceStarted,
    Action.FINISH: e.ServiceFinished,
    Action.NO_SHOW: e.TicketMissed,
    Action.PARK: e.TicketParked,
    Action.TRANSFER: e.TicketTransferred,
}


@pytest.mark.parametrize("action", list(AT_ONE))
@pytest.mark.parametrize("state", sorted(AT_COUNTER))
def test_an_action_at_a_counter_follows_the_table(action, state):
    story, ticket = ticket_in(state)
    story.clock.later(minutes=1)
    if state in TABLE[action][0]:
        first, *following = story.does(AT_ONE[action])
        assert (type(first), first.ticket, first.counter) == (HAPPENED[action], ticket, "1")
        assert [type(each) for each in following] == ([e.StageOpened] if action is Action.TRANSFER else [])
        stage = story.hall.tickets[ticket].stages[0]
        assert stage.state is TABLE[action][1]
    else:
        refusal = story.refuses(AT_ONE[action], errors.WrongState)
        assert refusal.facts == {"action": action.value, "state": state.value, "number": "A001"}


@pytest.mark.parametrize("action", list(AT_ONE))
@pytest.mark.parametrize("state", sorted(set(State) - AT_COUNTER))
def test_a_counter_that_holds_no_ticket_moves_none(action, state):
    story, _ = ticket_in(state)
    refusal = story.refuses(AT_ONE[action], errors.NothingCalled)
    assert refusal.facts == {"counter": "1", "action": action.value, "state": "open"}


@pytest.mark.parametrize("state", list(State))
def test_a_number_is_called_from_waiting_only(state):
    story, ticket = ticket_in(state)
    story.opens("3", SYSTEM)
    call = c.CallNumber(SYSTEM, "3", "A001", "asked for")
    if state is State.WAITING:
        story.does(call)
        assert story.hall.tickets[ticket].state is State.CALLED
    else:
        refusal = story.refuses(call, errors.WrongState)
        assert refusal.facts == {"action": "call", "state": state.value, "number": "A001"}


BY_NUMBER = {
    Action.RESUME: (c.ResumeTicket(ANI, "1", "A001"), e.TicketResumed),
    Action.UNPARK: (c.ResumeTicket(ANI, "1", "A001", wait=True), e.TicketUnparked),
    Action.RESTORE: (c.RestoreTicket(ANI, "1", "A001"), e.TicketRestored),
}


@pytest.mark.parametrize("action", list(BY_NUMBER))
@pytest.mark.parametrize("state", list(State))
def test_an_action_on_a_number_follows_the_table(action, state):
    story, ticket = ticket_in(state)
    command, happened = BY_NUMBER[action]
    leaves, to = TABLE[action]
    if state in leaves:
        (event,) = story.does(command)
        assert type(event) is happened
        assert story.hall.tickets[ticket].state is to
    else:
        refusal = story.refuses(command, errors.WrongState)
        told = Action.RESUME if action is Action.UNPARK else action
        assert refusal.facts == {"action": told.value, "state": state.value, "number": "A001"}


@pytest.mark.parametrize("state", list(State))
def test_a_holder_postpones_while_waiting_only(state):
    story, ticket = ticket_in(state)
    story.takes()
    if state is State.WAITING:
        (event,) = story.does(c.PostponeTicket(CITIZEN, ticket))
        assert isinstance(event, e.TicketPostponed)
        assert story.hall.tickets[ticket].state is state
    else:
        refusal = story.refuses(c.PostponeTicket(CITIZEN, ticket), errors.WrongState)
        assert refusal.facts == {"action": "postpone", "state": state.value, "number": "A001"}


@pytest.mark.parametrize("state", list(State))
def test_a_holder_leaves_while_nobody_attends_to_them(state):
    story, ticket = ticket_in(state)
    if state in {State.WAITING, State.MISSED, State.PARKED}:
        assert story.does(c.CancelTicket(CITIZEN, ticket)) == [e.TicketCancelled(ticket)]
        assert story.hall.tickets[ticket].state is State.CANCELLED
    else:
        refusal = story.refuses(c.CancelTicket(CITIZEN, ticket), errors.WrongState)
        assert refusal.facts == {"action": "cancel", "state": state.value, "number": "A001"}


@pytest.mark.parametrize("state", list(State))
def test_the_end_of_the_day_expires_whoever_is_open(state):
    story, ticket = ticket_in(state)
    events = story.when(c.StartDay(SYSTEM, TUESDAY.replace(day=25)))
    assert (e.TicketExpired(ticket) in events) == (state in OPEN)


@pytest.mark.parametrize("state", [State.WAITING, State.MISSED, State.DONE, State.SERVING, State.PARKED])
def test_pausing_puts_back_nothing_but_a_called_ticket(state):
    story, ticket = ticket_in(state)
    assert story.does(c.PauseCounter(ANI, "1")) == [e.CounterPaused("1", "ani", "")]
    assert story.hall.tickets[ticket].state is state
