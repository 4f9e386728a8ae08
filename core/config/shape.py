"""From raw TOML to checked tables: each table on its own, every problem of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from core.config.explain import explain
from core.config.files import Source
from core.config.kinds import Identifier, Table
from core.config.problems import Problem, did_you_mean, one_of, shown
from core.config.tables import BARE, FACES, MANY, NAMED, SINGLE, Week

_IDENTIFIER: TypeAdapter[str] = TypeAdapter(Identifier)


@dataclass(frozen=True, slots=True)
class Entry:
    """One table where it stands. ``model`` is ``None`` when it has a problem of its own."""

    file: str
    key: str
    id: str | None
    """A counter's is its number unless it has its own; ``None`` for tables without an id."""
    raw: Mapping[str, Any]
    model: Table | None

    def named(self, key: str) -> str | None:
        """The id or text that ``key`` has; ``None`` where it has none, or something that is no text."""
        value = self.raw.get(key)
        return value if isinstance(value, str) and value else None

    def problem(self, key: str, wrong: str, allowed: str = "") -> Problem:
        """A problem at ``key`` of this table."""
        return Problem(self.file, f"{self.key}.{key}" if key else self.key, wrong, allowed)


@dataclass
class Shaped:
    """All tables of all files, by the name of the table, in file order."""

    entries: dict[str, list[Entry]] = field(
        default_factory=lambda: {name: [] for name in (*SINGLE, *MANY, "hours")}
    )
    faces: tuple[str, ...] = FACES
    translations: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    misshapen: set[str] = field(default_factory=set)
    """Tables that are there but not in the form of a table: told already, so not missing."""

    def tell(self, source: Source, key: str, wrong: str, allowed: str) -> None:
        """Add a problem of one file."""
        self.problems.append(Problem(source.name, key, wrong, allowed))


def shape(sources: list[Source]) -> Shaped:
    """Check every table of every file by its model."""
    shaped = Shaped()
    # Translations first: every text may refer to them, in whichever file they stand.
    for source in sources:
        _translations(source, shaped)
    faces_in = ""
    for source in sources:
        for name, value in source.data.items():
            if name in SINGLE:
                _single(source, name, value, shaped)
            elif name in MANY:
                _many(source, name, value, shaped)
            elif name == "hours":
                _hours(source, value, shaped)
            elif name == "faces":
                if faces_in:
                    shaped.tell(source, name, f"stands already in {faces_in}", "once")
                faces_in = source.name
                _faces(source, value, shaped)
            elif name not in (*BARE, *NAMED):
                known = (*BARE, *NAMED, *SINGLE, *MANY)
                wrong = f"is not a known table or key{did_you_mean(name, known)}"
                shaped.tell(source, name, wrong, one_of(known))
    return shaped


def _translations(source: Source, shaped: Shaped) -> None:
    table = source.data.get("translations", {})
    if not isinstance(table, dict):
        shaped.tell(source, "translations", f"{shown(table)} is not a table", "[translations]")
        return
    for indonesian, english in table.items():
        key = f'translations."{indonesian}"'
        if not isinstance(english, str) or not english.strip():
            shaped.tell(source, key, f"{shown(english)} is not a text", "its English text")
        elif shaped.translations.get(indonesian, english) != english:
            other = shown(shaped.translations[indonesian])
            shaped.tell(source, key, f"another file already has {other}", "one English text")
        else:
            shaped.translations[indonesian] = english


def _faces(source: Source, value: Any, shaped: Shaped) -> None:
    allowed = f"a list with at least {one_of(FACES)}"
    if not isinstance(value, list) or not value:
        shaped.tell(source, "faces", f"{shown(value)} is not a list of faces", allowed)
        return
    for position, face in enumerate(value, start=1):
        if face not in FACES or face in value[: position - 1]:
            wrong = f"{shown(face)} stands twice" if face in FACES else f"{shown(face)} is not a face"
            shaped.tell(source, f"faces[#{position}]", wrong, one_of(FACES))
    shaped.faces = tuple(face for face in value if face in FACES)


def _single(source: Source, name: str, value: Any, shaped: Shaped) -> None:
    if not isinstance(value, dict):
        shaped.misshapen.add(name)
        shaped.tell(source, name, f"{shown(value)} is not a table", f"one table [{name}]")
        return
    for before in shaped.entries[name]:
        shaped.tell(source, name, f"[{name}] stands already in {before.file}", "once")
    _add(Entry(source.name, name, None, value, None), SINGLE[name], shaped.entries[name], shaped)


def _many(source: Source, name: str, value: Any, shaped: Shaped) -> None:
    if not isinstance(value, list):
        shaped.misshapen.add(name)
        shaped.tell(source, name, f"{shown(value)} is not a list of tables", f"[[{name}]]")
        return
    for position, raw in enumerate(value, start=1):
        if not isinstance(raw, dict):
            key = f"{name}[#{position}]"
            shaped.tell(source, key, f"{shown(raw)} is not a table", f"[[{name}]]")
            continue
        number = str(raw["number"]) if "number" in raw else None
        identity = raw.get("id", number)
        if not isinstance(identity, str) or not identity:
            identity = None
        label = identity or raw.get("day", f"#{position}")
        entry = Entry(source.name, f"{name}[{label}]", identity, raw, None)
        _add(entry, MANY[name], shaped.entries[name], shaped)


def _hours(source: Source, value: Any, shaped: Shaped) -> None:
    if not isinstance(value, dict):
        shaped.tell(source, "hours", f"{shown(value)} is not a table", "[hours.NAME]")
        return
    for name, raw in value.items():
        key = f"hours.{name}"
        if not isinstance(raw, dict):
            shaped.tell(source, key, f"{shown(raw)} is not a table", f"[{key}]")
            continue
        try:
            _IDENTIFIER.validate_python(name)
        except ValidationError as error:
            shaped.tell(source, key, *explain(error.errors()[0], Week))
        _add(Entry(source.name, key, name, raw, None), Week, shaped.entries["hours"], shaped)


def _add(entry: Entry, kind: type[Table], to: list[Entry], shaped: Shaped) -> None:
    try:
        model = kind.model_validate(entry.raw, context={"translations": shaped.translations})
    except ValidationError as error:
        to.append(entry)
        shaped.problems += (
            entry.problem(_dotted(detail["loc"]), *explain(detail, kind)) for detail in error.errors()
        )
    else:
        to.append(replace(entry, model=model))


def _dotted(location: tuple[int | str, ...]) -> str:
    """``("tiers", 1, 0)`` → ``tiers[#2][#1]``."""
    return "".join(f"[#{each + 1}]" if isinstance(each, int) else f".{each}" for each in location).lstrip(".")
