"""What the ``[[board]]`` tables say: kinds with what they need, and letters that fit their screens."""

from __future__ import annotations

from collections.abc import Iterator

from core.config.problems import Problem, shown
from core.config.shape import Entry, Shaped
from core.config.tables import BoardTable, CounterTable, SeriesTable
from core.domain.sight import capital_units, largest_capital, row_em


def check_boards(shaped: Shaped) -> Iterator[Problem]:
    """Every problem of the boards."""
    for entry in shaped.entries["board"]:
        if isinstance(entry.model, BoardTable):
            yield from _kind(entry, entry.model)
            yield from _letters(entry, entry.model, _row(shaped))


def _kind(entry: Entry, board: BoardTable) -> Iterator[Problem]:
    if board.kind == "zone" and not board.zones:
        yield entry.problem("zones", 'is missing for a board of kind "zone"', "at least one zone")
    if board.kind != "zone" and board.zones:
        wrong = f"means nothing for a board of kind {shown(board.kind)}"
        yield entry.problem("zones", wrong, 'kind = "zone"')
    if board.kind == "counter" and board.counter is None:
        yield entry.problem("counter", 'is missing for a board of kind "counter"', "the id of a counter")
    if board.kind != "counter" and board.counter is not None:
        wrong = f"means nothing for a board of kind {shown(board.kind)}"
        yield entry.problem("counter", wrong, 'kind = "counter"')


def _row(shaped: Shaped) -> float:
    """The widest row of calls that any board of the hall may have to show, in em."""
    prefixes = [each.model.prefix for each in shaped.entries["series"] if isinstance(each.model, SeriesTable)]
    numbers = [
        each.model.number for each in shaped.entries["counter"] if isinstance(each.model, CounterTable)
    ]
    return row_em(prefixes, max(numbers, default=1))


def _letters(entry: Entry, board: BoardTable, row: float) -> Iterator[Problem]:
    """Whether one row of calls fits the screen in letters for the viewers' distance."""
    needed, most = capital_units(board.distance_metres, board.screen_inches), largest_capital(row)
    if needed <= most:
        return
    inches, metres = board.screen_inches * needed / most, board.distance_metres * most / needed
    yield entry.problem(
        "screen_inches",
        f"{board.screen_inches:g} is too small: letters that can be read from "
        f"{board.distance_metres:g} m leave no room for one call",
        f"at least {_up(inches)}, or distance_metres of at most {int(metres * 10) / 10:g}",
    )


def _up(inches: float) -> int:
    return int(inches) + 1
