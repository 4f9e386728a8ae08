"""The pieces on disk: where each lies, whether it is whole, what replaces the machine's voice."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from display.voice import workshop
from display.voice.spoken import Piece

FORMATS = (".wav", ".flac", ".mp3", ".ogg")
"""Endings of recordings; of two with one name the first in this order counts."""
FOLDER = "voice"
"""In the data folder; may be deleted at any time, the pieces are made anew."""


def recordings(folder: Path | None, lang: str) -> dict[str, Path]:
    """Recordings of a language by the name of their piece; none where there is no such folder."""
    try:
        listed = [] if folder is None else sorted((folder / lang).iterdir())
    except OSError:
        return {}
    found = [each for each in listed if each.suffix.lower() in FORMATS and each.is_file()]
    found.sort(key=lambda each: FORMATS.index(each.suffix.lower()), reverse=True)
    return {each.stem.lower(): each for each in found}


def readable(folder: Path | None) -> Path | None:
    """``folder``, if it can be listed; else ``None``."""
    try:
        if folder is not None:
            os.listdir(folder)
    except OSError:
        return None
    return folder


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a piece lies or is to lie, and its recording."""

    path: Path
    recording: Path | None


class Parts:
    """The pieces of a hall. A piece's file is named by all that it depends on, so none is ever stale."""

    def __init__(self, folder: Path, pieces: Iterable[Piece], recorded: Path | None = None) -> None:
        """``recorded``: the folder of recordings, read now; a later change counts after a restart."""
        self.folder = folder
        making = hashlib.sha256(Path(workshop.__file__).read_bytes())
        making.update(version("espeakng-loader").encode())
        self._making = making.hexdigest()
        self._recordings = {lang: recordings(recorded, lang) for lang in workshop.VOICES}
        self._kept = {piece: self._place(piece) for piece in pieces}

    def _place(self, piece: Piece) -> Kept:
        recording = self._recordings[piece.lang].get(piece.name)
        depends = hashlib.sha256(f"{self._making}\n{piece.words}\n".encode())
        if recording is not None:
            seen = recording.stat()
            depends.update(f"{recording}\n{seen.st_size}\n{seen.st_mtime_ns}\n".encode())
        path = self.folder / piece.lang / f"{piece.name}-{depends.hexdigest()[:16]}.pcm"
        return Kept(path, recording)

    def kept(self, piece: Piece) -> Kept:
        """Where ``piece`` lies; a piece that the hall has come to need since is placed now."""
        if piece not in self._kept:
            self._kept[piece] = self._place(piece)
        return self._kept[piece]

    def pcm(self, piece: Piece) -> bytes | None:
        """The samples of ``piece``; ``None`` if it is not there, or torn: then it is to be made."""
        try:
            return workshop.unpacked(self.kept(piece).path.read_bytes())
        except OSError:
            return None

    def missing(self) -> list[Piece]:
        """What is to be made."""
        return [piece for piece in self._kept if self.pcm(piece) is None]

    def tidy(self) -> None:
        """Remove pieces of an older version, of another plan, of recordings that have changed."""
        wanted = {kept.path for kept in self._kept.values()}
        for path in self.folder.glob("*/*"):
            if path not in wanted and path.suffix in {".pcm", ".unfinished"}:
                path.unlink(missing_ok=True)
