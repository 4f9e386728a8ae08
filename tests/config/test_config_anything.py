"""Whatever a technician writes where, the answer is a hall or problems, never a crash."""

from __future__ import annotations

import tomllib
from datetime import date, time
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.config.build import build_plan
from core.config.files import Source
from core.config.references import check
from core.config.shape import shape

SMALL = (Path(__file__).parent / "small.toml").read_text(encoding="utf-8")

VALUES = st.one_of(
    st.booleans(),
    st.integers(-1, 1000),
    st.floats(allow_nan=True),
    st.sampled_from(["", "A", "1", "ktp", "kk", "CAPIL", "*", "k*", "08:00-09:00", "x y"]),
    st.just(date(2026, 1, 1)),
    st.just(time(8)),
)
KEYS = ["id", "en", "x", "kiosk", "priority", "of", "name", "undo_seconds"]
ANYTHING = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=4,
)


def places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a tree, the tree itself left out."""
    children = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [each for key, child in children for each in [(*path, key), *places(child, (*path, key))]]


PLACES = places(tomllib.loads(SMALL))
NEW = [
    ("class", 0, "hint"),
    ("faces",),
    ("board", 0, "zones"),
    ("counter", 0, "tiers"),
    ("kiosk", 0, "agencies"),
    ("agency", 0, "channel_quotas"),
    ("agency", 0, "max_wait_minutes"),
    ("service", 0, "ratio"),
    ("service", 0, "route"),
    ("service", 1, "route"),
    ("service", 0, "outcomes"),
    ("service", 0, "channel_quotas"),
    ("counter", 0, "help_after_minutes"),
    ("rules",),
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PLACES + NEW), ANYTHING), min_size=1, max_size=4))
def test_any_value_at_any_place_is_answered(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    tree = tomllib.loads(SMALL)
    for path, value in changes:
        inner = tree
        try:
            for key in path[:-1]:
                inner = inner[key]
            inner[path[-1]] = value
        except (TypeError, KeyError, IndexError):
            continue  # an earlier change took the place away
    shaped = shape([Source("config.toml", tree)])
    problems = [*shaped.problems, *check(shaped, "config.toml")]
    assert all(str(problem).startswith("config.toml: ") for problem in problems)
    if not problems:
        build_plan(shaped)
