"""``docs/configuration.md`` names the keys of every table, their defaults, what is allowed, and no others."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest
from pydantic.fields import FieldInfo

from core.config.explain import _braces, _tables, range_of
from core.config.files import Source
from core.config.kinds import Table, Text
from core.config.shape import shape
from core.config.tables import BARE, MANY, SINGLE, Week

PAGE = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text(encoding="utf-8")
TABLES: dict[str, type[Table]] = {**SINGLE, **MANY, "hours": Week}
HEADING = re.compile(r"^## `\[+(\w+)[^`]*`$", re.MULTILINE)


def sections() -> dict[str, str]:
    parts = HEADING.split(PAGE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def rows(text: str) -> dict[str, list[str]]:
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("| `")
    ]
    return {row[0].strip("`"): row for row in cells}


def default_of(known: FieldInfo) -> str:
    """A default as the page shows it: as it would be written in the file."""
    if known.is_required():
        return "required"
    match known.get_default(call_default_factory=True, validated_data={}):
        case None:
            return "none"
        case bool(value):
            return f"`{str(value).lower()}`"
        case str(value):
            return f'`"{value}"`'
        case value:
            return f"`{value}`".replace("'", '"')


def test_every_table_has_its_section() -> None:
    assert set(sections()) == {*TABLES, "translations"}


@pytest.mark.parametrize("name", TABLES)
def test_the_page_and_the_model_name_the_same_keys(name: str) -> None:
    assert list(rows(sections()[name])) == list(TABLES[name].model_fields)


def test_keys_outside_tables() -> None:
    assert tuple(rows(HEADING.split(PAGE)[0])) == BARE


# What a table takes from another one when the key is not given.
TAKEN = {
    ("service", "series"),
    ("service", "hours"),
    ("service", "max_wait_minutes"),
    ("counter", "id"),
    ("counter", "name"),
    ("counter", "zone"),
}


@pytest.mark.parametrize("name", TABLES)
def test_the_page_gives_defaults_and_what_is_allowed(name: str) -> None:
    for key, row in rows(sections()[name]).items():
        known = TABLES[name].model_fields[key]
        if (name, key) not in TAKEN:
            assert row[2] == default_of(known), (name, key)
        bounds = re.search(r"from (\S+ to \S+)", range_of(known))
        assert not bounds or bounds[1] in row[3], (name, key)
        if get_origin(known.annotation) is Literal:
            assert row[3] == ", ".join(f"`{each}`" for each in get_args(known.annotation)), (name, key)


@pytest.mark.parametrize("name", TABLES)
def test_tables_inside_tables_are_told_key_by_key(name: str) -> None:
    for key, row in rows(sections()[name]).items():
        for inner in _tables(TABLES[name].model_fields[key].annotation):
            if inner is Text:
                continue  # told once for all, under "How to write it"
            assert _braces(inner) in row[3], (name, key)
            for known in inner.model_fields.values():
                bounds = re.search(r"from (\S+ to \S+)", range_of(known))
                assert not bounds or bounds[1] in row[3], (name, key)


EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_are_right(example: str) -> None:
    shaped = shape([Source("example", tomllib.loads(example))])
    assert shaped.problems == []


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_an_example(name: str) -> None:
    assert f"\n[{name}" in sections()[name] or f"\n[[{name}]]" in sections()[name]
