"""pydantic's errors in words for the technician."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import get_args

from annotated_types import Ge, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from core.config.kinds import Text
from core.config.problems import did_you_mean, one_of, shown

WORDS: dict[str, tuple[str, str]] = {
    "string_type": ("{value} is not text", "text in quotes"),
    "int_type": ("{value} is not a whole number", "a whole number"),
    "float_type": ("{value} is not a number", "a number"),
    "greater_than_equal": ("{value} is too small", ""),
    "less_than_equal": ("{value} is too large", ""),
    "bool_type": ("{value} is neither true nor false", "true or false, without quotes"),
    "date_type": ("{value} is not a date", "a date without quotes, such as 2026-12-25"),
    "list_type": ("{value} is not a list", 'a list in square brackets, such as ["a", "b"]'),
    "string_too_short": ("is empty", "some text"),
    "too_short": ("is empty", "at least one"),
    "model_type": ("{value} is not a table", "{braces}"),
    "string_too_long": ("{value} is too long", "at most {max_length} letters"),
}
"""What is wrong and what is allowed, by pydantic's type of error."""


def explain(detail: ErrorDetails, kind: type[BaseModel]) -> tuple[str, str]:
    """One error of pydantic as what is wrong and what is allowed. ``kind``: the table it was found in."""
    location, context = detail["loc"], detail.get("ctx", {})
    fields = dict(_inner(kind, location).model_fields)
    last = str(location[-1]) if location else ""
    match detail["type"]:
        case "refused":
            return str(context["wrong"]), str(context["allowed"])
        case "missing":
            return "is missing", range_of(fields.get(last)) or _sort(fields.get(last))
        case "extra_forbidden":
            return f"is not a known key{did_you_mean(last, fields)}", one_of(fields)
        case "literal_error":
            # pydantic writes the choices as: 'a', 'b' or 'c'
            choices = str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
            return f"{shown(detail['input'])} is not possible here", one_of(choices)
        case known if known in WORDS:
            wrong, allowed = WORDS[known]
            wrong = wrong.format(value=shown(detail["input"]))
            braces = _braces(_inner(kind, (*location, "")))
            return wrong, range_of(fields.get(last)) or allowed.format(**context, braces=braces)
        case _:
            return detail["msg"], ""


def _inner(kind: type[BaseModel], location: tuple[int | str, ...]) -> type[BaseModel]:
    """The table in which the key at the end of ``location`` stands."""
    for key in location[:-1]:
        if isinstance(key, str) and key in kind.model_fields:
            kind = next(_tables(kind.model_fields[key].annotation), kind)
    return kind


def _tables(annotation: object) -> Iterator[type[BaseModel]]:
    """The models that an annotation names, however deep."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _tables(part)


def _braces(kind: type[BaseModel]) -> str:
    """``{ priority = …, of = … }``: the keys of a table that stands inside another."""
    return f"{{ {', '.join(f'{key} = …' for key in kind.model_fields)} }}"


def _sort(known: FieldInfo | None) -> str:
    """What sort of value a key takes, in a few words."""
    sorts: dict[object, str] = {
        Text: '{ id = "…", en = "…" }',
        date: WORDS["date_type"][1],
        str: "text in quotes",
    }
    return sorts.get(known.annotation if known else None, "a value")


def range_of(known: FieldInfo | None) -> str:
    """``a whole number from 1 to 65535``, read from the field itself."""
    bounds = list(_bounds(known)) if known else []
    low = next((each.ge for each in bounds if isinstance(each, Ge)), None)
    high = next((each.le for each in bounds if isinstance(each, Le)), None)
    if known is None or low is None or high is None:
        return ""
    return f"{'a number' if known.annotation is float else 'a whole number'} from {low} to {high}"


def _bounds(known: FieldInfo) -> Iterator[object]:
    yield from known.metadata
    # An optional number keeps its bounds inside the union.
    for part in getattr(known.annotation, "__args__", ()):
        for mark in getattr(part, "__metadata__", ()):
            yield from mark.metadata if isinstance(mark, FieldInfo) else (mark,)
