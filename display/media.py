"""Pictures and videos of the boards: files that the hall puts into ``media`` in its data folder."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock
from urllib.parse import quote

from flask import Blueprint, Response, send_file
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join

from core.domain.plan import Board
from core.engine import shapes as s
from core.web.face import House
from display.voice.addresses import board_heard

FOLDER = "media"
KINDS = {
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".webp", ".gif"), "picture"),
    **dict.fromkeys((".mp4", ".webm"), "video"),
}
"""What browsers from Chromium 76 on can show, by the file's suffix. No SVG: it can carry scripts."""
LISTED_AT_MOST = 200
LOOKED_AT_EVERY_S = 3.0
KEPT_S = 24 * 3600
"""A file's address changes with the file."""


@dataclass
class Shelf:
    """The media folder. ``steady``: seconds of a clock that only runs forward."""

    folder: Path
    steady: Callable[[], float] = time.monotonic
    _known: dict[str, tuple[float, list[s.MediaShape]]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def of(self, board: Board) -> list[s.MediaShape]:
        """What a board shows, by name: the files of the folder of its own id, or else those for all."""
        if "media" not in board.shows:
            return []
        return self._listed(board.id) or self._listed("")

    def path(self, name: str) -> Path:
        """The file of an address. Raises ``NotFound`` for what is no picture or video of this folder."""
        joined = safe_join(str(self.folder), name)
        path = Path(joined) if joined is not None else self.folder
        if not _shown(path) or any(part.startswith(".") for part in Path(name).parts):
            raise NotFound()
        if not path.resolve().is_relative_to(self.folder.resolve()):
            raise NotFound()
        return path

    def _listed(self, inside: str) -> list[s.MediaShape]:
        now = self.steady()
        with self._lock:
            known = self._known.get(inside)
            if known is not None and now - known[0] < LOOKED_AT_EVERY_S:
                return known[1]
        found = list(self._found(inside))
        with self._lock:
            self._known[inside] = (now, found)
        return found

    def _found(self, inside: str) -> Iterator[s.MediaShape]:
        folder = self.folder / inside
        try:
            files = sorted((path for path in folder.iterdir() if _shown(path)), key=_by_name)
        except OSError:  # there is no such folder, or it cannot be read: nothing to show
            return
        for path in files[:LISTED_AT_MOST]:
            try:
                stat = path.stat()
            except OSError:  # taken away just now
                continue
            address = quote("/".join(part for part in (inside, path.name) if part))
            version = f"{stat.st_mtime_ns:x}-{stat.st_size:x}"
            yield {
                "url": f"/display/{FOLDER}/{address}?v={version}",
                "kind": KINDS[path.suffix.lower()],
            }


def _shown(path: Path) -> bool:
    return path.suffix.lower() in KINDS and not path.name.startswith(".") and path.is_file()


def _by_name(path: Path) -> list[tuple[int, str]]:
    """``2.jpg`` before ``10.jpg``."""
    parts = re.split(r"(\d+)", path.name.casefold())
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]


BoardView = Callable[[Board, datetime], tuple[s.BoardShape, int]]


def board_view(house: House) -> BoardView:
    """What a board shows with its media, and the place in the log of what it shows."""
    shelf = Shelf(house.data / FOLDER)

    def view(board: Board, at: datetime) -> tuple[s.BoardShape, int]:
        shown, seq = house.engine.read(lambda hall: (house.views.board(hall, board, at), hall.seq))
        # Outside the engine's lock: a slow disk must not hold the hall.
        return {**board_heard(house.settings, shown), "media": shelf.of(board)}, seq

    return view


def serve_media(house: House, blueprint: Blueprint) -> None:
    """``/display/media/NAME`` and ``/display/media/BOARD/NAME``, with ranges as videos need them."""
    shelf = Shelf(house.data / FOLDER)

    @blueprint.get(f"/display/{FOLDER}/<path:name>")
    def media(name: str) -> Response:
        return send_file(shelf.path(name), conditional=True, max_age=KEPT_S)
