"""The data folder is for the server's user alone: it holds hashes of passwords, keys and tickets."""

from __future__ import annotations

import os
import stat
from pathlib import Path

PRIVATE = 0o700
RESTORED, BEFORE_RESTORE = ".restored", ".before-restore"
"""Endings of a restore: the backup before it takes the database's place, and the database that was there."""
OTHERS = 0o077
"""The bits of a mode that let anybody else in."""
CACHE = "cache"
PICKLES = "*.capabilities.pickle"
"""What python-escpos keeps of its list of printers. Loading one may run code: nobody else may write it."""


def private_files() -> None:
    """All that this process and its children make from now on is for its user alone."""
    os.umask(OTHERS)


def open_to_others(folder: Path) -> bool:
    """Whether anybody but its owner may look into, or write to, ``folder``."""
    return bool(folder.stat().st_mode & OTHERS)


def close_to_others(folder: Path) -> bool:
    """Take the rights of everybody else from a folder of ours; whether that was done.

    Left alone are folders of others, and shared ones with a sticky bit, such as ``/tmp``.
    """
    found = folder.stat()
    if found.st_uid != os.geteuid() or found.st_mode & stat.S_ISVTX or not found.st_mode & OTHERS:
        return False
    folder.chmod(stat.S_IMODE(found.st_mode) & ~OTHERS)
    return True


def cache_folder(data: Path) -> Path | None:
    """A folder in ``data`` for what python-escpos keeps; ``None`` if somebody else could write there.

    Files in it that are not ours alone are removed, and so are those that earlier versions left in ``data``.
    """
    folder = data / CACHE
    try:
        folder.mkdir(PRIVATE, exist_ok=True)
        if not (_ours(data.resolve()) and _ours(folder)):
            return None
        folder.chmod(PRIVATE)
        for path in (*data.glob(PICKLES), *folder.iterdir()):
            if path.parent == data or not (path.is_file() and _ours(path)):
                path.unlink()
    except OSError:
        return None
    return folder


def _ours(path: Path) -> bool:
    """Whether ``path`` itself, no link, is of this user and nobody else may write to it."""
    found = path.lstat()
    return not stat.S_ISLNK(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o022
