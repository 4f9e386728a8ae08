"""Whether a file is the database of a hall that this program can go on with.

The file may come from anywhere: nothing that its schema says is carried out, and nothing is written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from core.domain.events import LASTING, Recorded
from core.domain.evolving import replay
from core.domain.plan import Plan
from core.ports import StoreError
from core.store.codec import decode
from core.store.migrations import migrations

MAGIC = b"SQLite format 3\x00"
LONGEST = 16 * 1024 * 1024
"""No text of a hall is longer, in bytes."""
KINDS = ("real", "training")

_FUNCTIONS = {"json_extract", "json_valid", "typeof", "count", "max"}
_PRAGMAS = {"table_xinfo", "integrity_check"}
_TYPES = {
    "event": {"seq": "integer", "version": "integer"}
    | dict.fromkeys(("day", "at", "kind", "actor", "command_id", "data"), "text"),
    "command": dict.fromkeys(("id", "fingerprint", "result"), "text"),
    "secret": dict.fromkeys(("kind", "name", "hash"), "text"),
    "meta": dict.fromkeys(("name", "value"), "text"),
}
_TWICE = """
    SELECT day, json_extract(data, '$.series'), CAST(json_extract(data, '$.ordinal') AS INTEGER)
    FROM event WHERE kind = 'TicketIssued' GROUP BY 1, 2, 3 HAVING count(*) > 1 LIMIT 1
"""


class NoHall(StoreError):
    """The file is no database of a hall, or none that this program can go on with."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a sound database holds."""

    kind: str | None
    """``real`` or ``training``; ``None``: no server has run on it yet."""
    events: int


def inspect(path: Path, plan: Plan | None = None) -> Inspected:
    """Look at the closed database ``path``. Raises ``NoHall``, which says what is wrong.

    ``plan``: its newest day is gone through as well, as the next start of the server does.
    """
    try:
        with path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise NoHall("it is not an SQLite database")
        # immutable: what lies beside it (-wal, -journal) is neither read nor made.
        address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as database:
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
            database.execute("PRAGMA cell_size_check = ON")
            database.execute("PRAGMA query_only = ON")
            # Not trusted_schema = OFF: SQLite 3.40 then refuses the hall's own index over json_extract. Until
            # the schema is known to be the hall's own, only its text is read.
            database.set_authorizer(_only_reading)
            return _inspect(database, plan)
    except (sqlite3.Error, OSError, OverflowError) as trouble:
        raise NoHall(f"it is damaged: {trouble}") from trouble


def _only_reading(action: int, first: str | None, second: str | None, *_: object) -> int:
    allowed = action in {sqlite3.SQLITE_READ, sqlite3.SQLITE_SELECT}
    allowed |= action == sqlite3.SQLITE_FUNCTION and second in _FUNCTIONS
    allowed |= action == sqlite3.SQLITE_PRAGMA and first in _PRAGMAS
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _inspect(database: sqlite3.Connection, plan: Plan | None) -> Inspected:
    _require_schema(database)
    told = [str(row[0]) for row in database.execute("PRAGMA integrity_check(5)")]
    if told != ["ok"]:
        raise NoHall(f"it is damaged: {told[0]}")
    for table, types in _TYPES.items():
        wrong = " OR ".join(f"typeof({column}) <> '{kind}'" for column, kind in types.items())
        if database.execute(f"SELECT 1 FROM {table} WHERE {wrong} LIMIT 1").fetchone():  # noqa: S608 - constants
            raise NoHall(f"its table {table} contains values that no hall writes")
    if database.execute("SELECT 1 FROM command WHERE NOT json_valid(result) LIMIT 1").fetchone():
        raise NoHall("its table command contains values that no hall writes")
    if twice := database.execute(_TWICE).fetchone():
        raise NoHall(f"number {twice[2]} of series {twice[1]} was given twice on {twice[0]}")
    newest = database.execute("SELECT max(day) FROM event").fetchone()[0]
    events, recent = 0, []
    for recorded in _events(database):
        events += 1
        if plan is not None and (type(recorded.event).__name__ in LASTING or str(recorded.day) == newest):
            recent.append(recorded)
    if plan is not None:
        _require_story(plan, recent)
    kind = database.execute("SELECT value FROM meta WHERE name = 'kind'").fetchone()
    if kind is not None and kind[0] not in KINDS:
        raise NoHall(f"it is neither a real hall nor a training hall, but: {kind[0]}")
    return Inspected(None if kind is None else kind[0], events)


def _events(database: sqlite3.Connection) -> Iterator[Recorded]:
    columns = "seq, day, at, kind, version, actor, command_id, data"
    for row in database.execute(f"SELECT {columns} FROM event ORDER BY seq"):  # noqa: S608 - constants
        try:
            yield decode(row)
        except StoreError as trouble:
            raise NoHall(str(trouble)) from trouble


def _require_story(plan: Plan, log: list[Recorded]) -> None:
    try:
        replay(plan, log)
    except Exception as trouble:  # an event that contradicts those before it
        raise NoHall(f"its newest day cannot be rebuilt: {trouble!r}") from trouble


def _require_schema(database: sqlite3.Connection) -> None:
    """Exactly the tables, indexes and triggers of the migrations that it says it has had."""
    found = _schema(database)
    if ("table", migrations.migrations_table) not in found:
        raise NoHall("it is no database of a hall")
    known = [each.name for each in migrations.pending(Database(memory=True))]
    query = f"SELECT name FROM {migrations.migrations_table} WHERE migration_set = ?"  # noqa: S608 - a constant
    had = [str(row[0]) for row in database.execute(query, (migrations.name,))]
    if newer := [each for each in had if each not in known]:
        raise NoHall(f"a newer Antrean made it ({newer[0]}): install that version, or a newer one")
    if not had or sorted(had) != sorted(known[: len(had)]):
        raise NoHall("it is no database of a hall")
    right = _schema_after(known, len(had))
    for kind, name in sorted(found.keys() - right.keys()):
        raise NoHall(f"it has a {kind} {name}, which no hall has: drop it if you know where it comes from")
    for kind, name in sorted(right.keys() - found.keys()):
        raise NoHall(f"it has no {kind} {name}, which every hall has")
    for (kind, name), made in sorted(right.items()):
        if found[kind, name] != made:
            raise NoHall(f"its {kind} {name} is not that of a hall")


def _schema_after(known: list[str], count: int) -> dict[tuple[str, str], str]:
    """The schema after the first ``count`` migrations."""
    made = Database(memory=True)
    try:
        migrations.apply(made, stop_before=known[count:])
        return _schema(made.conn)
    finally:
        made.close()


def _schema(database: sqlite3.Connection) -> dict[tuple[str, str], str]:
    """By kind and name: the columns of a table, the words of an index or a trigger.

    Versions of SQLite write columns that were added later at different places, so a table is its columns.
    """
    rows = database.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
    found = {}
    for kind, name, table, sql in rows:
        if str(name).startswith("sqlite_") or (kind == "index" and table == migrations.migrations_table):
            continue
        words = " ".join(str(sql).split())
        if kind == "table" and words.upper().startswith("CREATE TABLE "):
            quoted = '"{}"'.format(str(name).replace('"', '""'))
            columns = database.execute(f"PRAGMA table_xinfo({quoted})").fetchall()
            words = repr(sorted(str(column[1:]) for column in columns))
        found[str(kind), str(name)] = "" if name == migrations.migrations_table else words
    return found
