"""The fairness report in a few lines, for the command line and the demo."""

from __future__ import annotations

from collections.abc import Iterator

from core.engine.fairness_shapes import FairnessShape

SHOWN = 10
"""How many unexplained passings are named."""


def sentences(made: FairnessShape) -> Iterator[str]:
    """The day in a few lines; the verdict comes last."""
    totals = made["totals"]
    going_on = "" if made["ended"] else f", until {made['until'][11:16]}"
    yield (
        f"Fairness of {made['day']}{going_on}: {totals['calls']} calls, {totals['calls_that_passed']} "
        f"of them passed somebody, {totals['passings']} passings; {len(made['out_of_turn'])} out of turn, "
        f"{totals['undone']} undone."
    )
    if made["unchecked"]:
        yield f"{len(made['unchecked'])} calls at counters that are no longer configured were not judged."
    for each in made["unexplained"][:SHOWN]:
        yield (
            f"UNEXPLAINED at {each['at'][11:19]}: counter {each['counter']} ({each['officer']}) called "
            f"{each['number']} by {each['rule']}, and {each['passed']} was passed."
        )
    if made["unexplained"]:
        yield f"{len(made['unexplained'])} passings are not explained by any rule (as configured now)."
    else:
        yield "Every overtaking is explained by its rule."
