"""What a board says to the server, taken from what a stranger may have sent: types, lengths, and proof.

A board that is given leave to say something gets a signed note of it. With the note it can say, after the
server was started again, that it has said this, and nobody else can say it in its place.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SAID_AT_MOST = 300
"""So many ids are taken of a board that says what it has said: the newest."""
ID_AT_MOST = 80
"""Signs of an announcement's id."""
DETAIL_AT_MOST = 200
"""Signs of what a board says went wrong."""
PAGE = re.compile(r"[A-Za-z0-9_-]{16,64}")
"""A page's secret."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a board says when it can be heard."""

    page: str
    said: tuple[str, ...]
    saying: str


class Notes:
    """Makes and checks the notes. ``key``: a secret that outlives a run."""

    def __init__(self, key: bytes) -> None:
        self._key = hashlib.sha256(b"announcements\n" + key).digest()

    def note(self, board: str, announcement: str) -> str:
        """That ``board`` was given leave to say ``announcement``."""
        told = hmac.new(self._key, f"{board}\n{announcement}".encode(), hashlib.sha256).digest()
        return urlsafe_b64encode(told[:18]).decode()

    def holds(self, board: str, announcement: str, note: object) -> bool:
        """Whether ``note`` says so."""
        return isinstance(note, str) and hmac.compare_digest(
            self.note(board, announcement).encode(), note.encode()
        )


def wish(sent: Mapping[str, Any]) -> Wish:
    """What was sent to subscribe, cut to what may be there."""
    page, said, saying = sent.get("page"), sent.get("said"), sent.get("saying")
    listed = said[-SAID_AT_MOST:] if isinstance(said, list) else []
    return Wish(
        page if isinstance(page, str) and PAGE.fullmatch(page) else "",
        tuple(each for each in listed if is_id(each)),
        saying if isinstance(saying, str) and is_id(saying) else "",
    )


def noted(sent: Mapping[str, Any], asked: Wish, board: str, notes: Notes) -> Wish:
    """Of what a board says that it said, what it has a note for."""
    held = sent.get("notes")
    shown = held if isinstance(held, dict) else {}

    def proved(announcement: str) -> bool:
        return notes.holds(board, announcement, shown.get(announcement))

    said = tuple(each for each in asked.said if proved(each))
    return Wish(asked.page, said, asked.saying if asked.saying and proved(asked.saying) else "")


def is_id(value: object) -> bool:
    """Whether this can be the id of an announcement."""
    return isinstance(value, str) and 0 < len(value) <= ID_AT_MOST and value.isprintable()


def detail(value: object) -> str:
    """What a board says went wrong, in one line."""
    text = value[: 4 * DETAIL_AT_MOST] if isinstance(value, str) else ""
    return "".join(each if each.isprintable() else " " for each in text)[:DETAIL_AT_MOST]
