"""SQLite's errors as those of the port: which of them are faults of the files, and of what kind."""

from __future__ import annotations

import sqlite3

from core.ports import Fault, StoreError, Unwritable


class errors:  # noqa: N801 - reads as a statement: ``with errors():``
    """Turns SQLite's errors into ``StoreError``; no contextlib, as it runs once a commit and read."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, trouble: BaseException | None, trace: object) -> None:
        if isinstance(trouble, sqlite3.Error):
            raise told_as(trouble) from trouble


_FAULTS = {
    "FULL": Fault.FULL,
    "READONLY": Fault.READ_ONLY,
    "PERM": Fault.READ_ONLY,
    "BUSY": Fault.LOCKED,
    "LOCKED": Fault.LOCKED,
    "PROTOCOL": Fault.LOCKED,
    "IOERR": Fault.DEVICE,
    "CANTOPEN": Fault.DEVICE,
    "NOLFS": Fault.DEVICE,
    "CORRUPT": Fault.DAMAGED,
    "NOTADB": Fault.DAMAGED,
}
"""SQLite's result codes (the first word after ``SQLITE_``) that speak of the files and not of a statement."""


def told_as(trouble: sqlite3.Error, where: str = "") -> StoreError:
    """The error of the port for one of SQLite's; ``where`` is put before its text."""
    said = f"{where}{trouble}"
    code = getattr(trouble, "sqlite_errorname", None) or ""
    if code == "SQLITE_READONLY_DBMOVED":
        return Unwritable(Fault.MOVED, said)
    fault = _FAULTS.get(code.removeprefix("SQLITE_").split("_")[0])
    return StoreError(said) if fault is None else Unwritable(fault, said)
