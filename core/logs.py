"""Text of strangers where people read it: lines of the log and of a terminal.

A printer, a browser or a backup may name things with line breaks, escape sequences or marks that turn the
direction of writing. One occurrence is one line, and what is shown is what was sent.
"""

from __future__ import annotations

import logging
import re
import sys
import time

MESSAGE_LENGTH = 2000
"""The most characters of one message."""
TRACE_LINES = 120
"""The most lines of one traceback: its beginning and its end are kept."""
INDENT = "    | "
FORMAT = "%(asctime)sZ %(levelname)s %(name)s %(message)s"
DATES = "%Y-%m-%dT%H:%M:%S"

_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
"""Control characters, line ends of Unicode, marks of direction, characters without width, lone surrogates."""


def visible(text: object, limit: int = MESSAGE_LENGTH) -> str:
    r"""``text`` on one line, what is not seen as ``\n`` or ``\x1b``, cut after ``limit`` characters."""
    whole = str(text)
    kept = _UNSEEN.sub(_escaped, whole[:limit])
    return kept if len(whole) <= limit else f"{kept} … ({len(whole) - limit} more)"


def json_visible(text: str) -> str:
    r"""JSON with what is not seen as ``\u009b``, which means the same to JSON."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _escaped(found: re.Match[str]) -> str:
    known = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
    code = ord(found[0])
    return known.get(found[0]) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


class LineFormatter(logging.Formatter):
    """One line an occurrence, in UTC; a traceback follows it, each of its lines indented."""

    converter = staticmethod(time.gmtime)

    def __init__(self, fmt: str = FORMAT, datefmt: str = DATES) -> None:
        super().__init__(fmt, datefmt)

    def format(self, record: logging.LogRecord) -> str:
        """The line and its traceback, as this formatter writes it and no other before it did."""
        record.exc_text = None
        return super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """The line."""
        return visible(super().formatMessage(record))

    def formatException(self, ei: object) -> str:  # noqa: N802 - logging's name
        """The traceback."""
        return _indented(super().formatException(ei))  # type: ignore[arg-type]

    def formatStack(self, stack_info: str) -> str:  # noqa: N802 - logging's name
        """The stack."""
        return _indented(stack_info)


def _indented(text: str) -> str:
    lines = text.split("\n")
    if len(lines) > TRACE_LINES:
        half = TRACE_LINES // 2
        lines = [*lines[:half], f"… ({len(lines) - 2 * half} lines)", *lines[-half:]]
    return "\n".join(INDENT + visible(line) for line in lines)


def log_to_stderr(formatter: logging.Formatter | None = None, *, force: bool = True) -> None:
    """Send warnings and errors of the whole process to standard error. ``force``: and to nowhere else."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter or LineFormatter())
    # Importing python-escpos may have set up logging its own way.
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=force)
