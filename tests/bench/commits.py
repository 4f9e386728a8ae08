"""The least that a durable change costs: one INSERT and its COMMIT, as durable as the hall's, same folder."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

ROW = "x" * 300


class BareLog:
    """One table, written by one connection."""

    def __init__(self, folder: Path) -> None:
        self._database = sqlite3.connect(folder / "bare.db", isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute("CREATE TABLE IF NOT EXISTS row (id INTEGER PRIMARY KEY, told TEXT)")

    def commit_ms(self) -> float:
        """Milliseconds of one transaction."""
        start = time.monotonic()
        self._database.execute("BEGIN IMMEDIATE")
        self._database.execute("INSERT INTO row (told) VALUES (?)", (ROW,))
        self._database.execute("COMMIT")
        return (time.monotonic() - start) * 1000

    def __enter__(self) -> BareLog:
        return self

    def __exit__(self, *_: Any) -> None:
        self._database.close()
