"""``docs/rules.md`` tells the table of transitions and the sets of states as they are in the code."""

from __future__ import annotations

from pathlib import Path

from core.domain import ticket
from core.domain.opening import Reason
from core.domain.ticket import TRANSITIONS

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")


def rows(header: str) -> list[list[str]]:
    """The cells of the table whose header row begins with ``header``."""
    lines = PAGE[PAGE.index(header) :].splitlines()[2:]
    table = []
    for line in lines:
        if not line.startswith("|"):
            break
        table.append([cell.strip().strip("`") for cell in line.strip("|").split("|")])
    return table


def test_the_table_of_transitions_is_the_one_in_the_code() -> None:
    told = [row[:3] for row in rows("| action | leaves |")]
    true = [
        [action.value, ", ".join(sorted(state.value for state in step.leaves)), step.to.value]
        for action, step in TRANSITIONS.items()
    ]
    assert told == true


def test_the_sets_of_states_are_those_in_the_code() -> None:
    for name, told in rows("| set | states |"):
        assert told == ", ".join(sorted(state.value for state in getattr(ticket, name))), name


def test_every_reason_for_giving_no_numbers_is_told() -> None:
    assert {row[0] for row in rows("| reason | when |")} == {reason.value for reason in Reason}
