"""The engine's log is a list here, not pages on the console."""

from __future__ import annotations

import logging
from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest


class Lines(logging.Handler):
    """Keeps what is logged, each with its first word as ``event``."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[MutableMapping[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        self.kept.append({"event": message.split(" ")[0], "message": message, "log_level": record.levelname})


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[MutableMapping[str, Any]]]:
    """What the engine has logged."""
    handler, log = Lines(), logging.getLogger("core.engine")
    log.addHandler(handler)
    yield handler.kept
    log.removeHandler(handler)
