"""One job handed over: each step is kept in its order, and nothing comes out twice."""

from itertools import pairwise

import pytest

from core.domain.hall import PrinterState
from core.domain.print_rules import STEPS, PrintState
from kiosk.printing.handing import PAUSES, PAUSES_WHEN_FAILING, REPORT_PAUSES, Handed, hand_over
from kiosk.printing.port import NotKept, NotWanted, PrinterTrouble

REFUSED = PrinterTrouble("refused", lasting=False)
PAPER_OUT = PrinterTrouble("paper out", lasting=True, state=PrinterState.PAPER_OUT)
STALLED = PrinterTrouble("stalled", lasting=False, doubtful=True)
MUTE = PrinterTrouble("mute", lasting=False, doubtful=True, state=PrinterState.MUTE)


class World:
    """A printer, a hall that keeps reports, and the pauses between."""

    def __init__(self, *tries, answers=True) -> None:
        self.tries = list(tries)
        self.answers = answers
        self.events: list[str] = []
        self.refusals: dict[str, list[Exception]] = {}
        self.pauses: list[float] = []
        self.heard: list[str] = []

    def send(self, data, job, sent) -> bool:
        """Tries are troubles before the last byte, or after it in a tuple, or a success."""
        self.events.append("bytes")
        trouble = self.tries.pop(0) if self.tries else None
        if isinstance(trouble, Exception):
            raise trouble
        sent()
        if trouble is not None:
            raise trouble[0]
        return self.answers

    def tell(self, state, detail, permanent) -> None:
        if self.refusals.get(state):
            raise self.refusals[state].pop(0)
        self.events.append(state)
        self.last = (state, detail, permanent)

    def hand(self, failing=False) -> Handed:
        trouble = lambda trouble: self.heard.append(trouble.words)  # noqa: E731
        return hand_over(self, "j", b"x", self.tell, self.pauses.append, failing, trouble)


def test_sending_is_kept_before_the_first_byte_and_confirmed_after_the_answer():
    world = World()
    assert world.hand() == Handed(PrintState.CONFIRMED)
    assert world.events == ["sending", "bytes", "sent", "confirmed"]


def test_one_that_does_not_answer_ends_as_sent():
    world = World(answers=False)
    assert world.hand().state is PrintState.SENT
    assert world.events == ["sending", "bytes", "sent"]


def test_passing_trouble_is_tried_again_within_sending():
    world = World(REFUSED, REFUSED)
    assert world.hand().state is PrintState.CONFIRMED
    assert world.events == ["sending", "bytes", "bytes", "bytes", "sent", "confirmed"]
    assert world.pauses == [1.0, 2.0]
    assert world.heard == ["refused", "refused"]


@pytest.mark.parametrize(("failing", "pauses"), [(False, PAUSES), (True, PAUSES_WHEN_FAILING)])
def test_after_the_last_try_it_has_failed_for_now(failing, pauses):
    world = World(*[REFUSED] * 9)
    assert world.hand(failing) == Handed(PrintState.FAILED, "refused", permanent=False)
    assert world.pauses == list(pauses)
    assert world.events.count("bytes") == 1 + len(pauses)
    assert world.last == ("failed", "refused", False)


def test_lasting_trouble_is_not_tried_again():
    world = World(PAPER_OUT)
    assert world.hand() == Handed(PrintState.FAILED, "paper out", permanent=True)
    assert world.events == ["sending", "bytes", "failed"]


@pytest.mark.parametrize(
    "trouble", [STALLED, (MUTE,), (REFUSED,), ZeroDivisionError("oops"), (ValueError("oops"),)]
)
def test_in_doubt_it_is_never_tried_again(trouble):
    world = World(trouble)
    assert world.hand().state is PrintState.DOUBTFUL
    assert world.events.count("bytes") == 1
    assert world.last[0] == "doubtful"


@pytest.mark.parametrize("refusal", [NotKept("disk full"), NotWanted("job_state"), RuntimeError("oops")])
def test_if_sending_is_not_kept_nothing_is_sent(refusal):
    world = World()
    world.refusals["sending"] = [refusal]
    handed = world.hand()
    assert (handed.state, handed.wanted) == (PrintState.QUEUED, not isinstance(refusal, NotWanted))
    assert world.events == []


def test_sent_may_be_lost_as_confirmed_says_more():
    world = World()
    world.refusals["sent"] = [NotKept("disk full")]
    assert world.hand().state is PrintState.CONFIRMED
    assert world.events == ["sending", "bytes", "confirmed"]


def test_sent_is_made_again_where_nothing_follows_it():
    world = World(answers=False)
    world.refusals["sent"] = [NotKept("disk full")] * 3
    assert world.hand().state is PrintState.SENT
    assert world.events == ["sending", "bytes", "sent"]


@pytest.mark.parametrize("end", ["confirmed", "failed", "doubtful"])
def test_the_end_is_told_until_it_is_kept_and_the_paper_comes_once(end):
    world = World(*{"confirmed": [], "failed": [PAPER_OUT], "doubtful": [STALLED]}[end])
    world.refusals[end] = [NotKept("disk full")] * 6
    assert world.hand().state == end
    assert world.events.count("bytes") == world.events.count(end) == 1
    assert world.pauses == [*REPORT_PAUSES, 30.0, 30.0, 30.0]


def test_an_end_that_nobody_wants_is_not_told_again():
    world = World()
    world.refusals["confirmed"] = [NotWanted("job_unknown")]
    assert world.hand().state is PrintState.CONFIRMED
    assert world.pauses == []


@pytest.mark.parametrize("answers", [True, False])
@pytest.mark.parametrize("tries", [[], [REFUSED], [PAPER_OUT], [STALLED], [(MUTE,)], [REFUSED] * 4])
def test_the_steps_are_those_of_the_rules(tries, answers):
    world = World(*tries, answers=answers)
    world.hand()
    steps = [PrintState(each) for each in ["queued", *world.events] if each != "bytes"]
    for before, after in pairwise(steps):
        assert after in STEPS[before]
