"""Keeps the log readable when one thing goes wrong many times."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable

SPAN_SECONDS = 60.0
SHOWN = 5
"""So many lines of one kind are written a minute; the others are counted."""
KINDS = 200
"""So many kinds are told apart; what comes beyond is one kind of its own."""

_OTHERS = ("", 0, "")


class Repeated(logging.Filter):
    """Lets the first lines of a kind through and counts the rest: ``… and 1,480 more in the last minute``.

    A kind is a logger, a level and a message before its arguments are put in. What a client's connection did
    (a broken pipe, a time-out) needs no traceback, and what it sent to the live line is no ERROR of ours.
    ``flush`` it about every second.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._kinds: dict[tuple[str, int, str], list[float]] = {}
        """Of each kind: when its minute began, and how many came in it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this line is written."""
        if record.name == _log.name:
            return True
        if record.name in LIVE_LIBRARIES and record.levelno >= logging.ERROR and not record.exc_info:
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        if record.exc_info and isinstance(record.exc_info[1], ConnectionError | TimeoutError):
            record.msg, record.args = f"{record.getMessage()} {record.exc_info[1]!r}", ()
            record.exc_info = record.exc_text = None
        kind = (record.name, record.levelno, _kind_of(record))
        if kind not in self._kinds and len(self._kinds) >= KINDS:
            kind = _OTHERS
        now = self._clock()
        began = self._kinds.setdefault(kind, [now, 0])
        if now - began[0] >= SPAN_SECONDS:
            self._tell(kind, began)
            began[:] = [now, 0]
        began[1] += 1
        return began[1] <= SHOWN

    def flush(self) -> None:
        """Tell how many lines of the minutes that are over were left out."""
        now = self._clock()
        for kind, began in list(self._kinds.items()):
            if now - began[0] >= SPAN_SECONDS:
                del self._kinds[kind]
                self._tell(kind, began)

    def _tell(self, kind: tuple[str, int, str], began: list[float]) -> None:
        left_out = int(began[1]) - SHOWN
        if left_out > 0:
            name, level, message = kind
            more = f"… and {left_out:,} more in the last minute"
            _log.log(level or logging.WARNING, "%s: %s: %s", name, more, _PLACEHOLDER.sub("…", message))


def _kind_of(record: logging.LogRecord) -> str:
    """The message before its arguments; the first words of one that was put together already."""
    message = str(record.msg)
    return message if record.args else message[:24]


_log = logging.getLogger("antrean.repeated")
_PLACEHOLDER = re.compile(r"%[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]")

REPEATED = Repeated()
"""That of this process."""

LIVE_LIBRARIES = ("engineio.server", "socketio.server")
LOGGERS = ("gunicorn.error", *LIVE_LIBRARIES, "antrean.live")
"""Those that write what strangers cause."""


def quieten() -> None:
    """Put the filter on the loggers of the libraries that serve; again and again if need be."""
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if REPEATED not in logger.filters:
            logger.addFilter(REPEATED)
