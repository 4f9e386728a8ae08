"""Files that hold one secret of the hall: made once, whole or not at all, for their owner alone."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from core.ports import StoreError

SESSION_KEY = "session.key"
KEY_BYTES = 32
LEAST_DISTINCT = 8
"""32 random bytes have some 30 different ones; a block that a power cut left full of zeros has one."""


class SecretDamaged(StoreError):
    """A secret file is there and cannot be used; the message says what a person has to do."""


def session_key(folder: Path) -> bytes:
    """The key that signs cookies and page passes, made at the first start and kept beside the database.

    Raises ``SecretDamaged`` for a short or empty one (with it anybody could sign), ``StoreError`` if it
    cannot be read or made.
    """
    path = folder / SESSION_KEY
    key = kept(path, lambda: secrets.token_bytes(KEY_BYTES))
    if len(key) < KEY_BYTES or len(set(key)) < LEAST_DISTINCT:
        raise SecretDamaged(
            f"{path} is damaged: it has {len(key)} bytes instead of {KEY_BYTES} random ones, and what it "
            f"signs could be forged. Check whether the disk is full (df -h), remove the file (rm {path}) and "
            "start again: a new one is made. Then everybody signs in again, and each registered kiosk and "
            "board opens its address with ?token= once more"
        )
    return key


def kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """What the file holds; where there is none, what ``make`` answers, on disk before it is used.

    Raises ``StoreError``.
    """
    try:
        with suppress(FileNotFoundError):
            return path.read_bytes()
        content = make()
        _write(path, content)
    except OSError as trouble:
        raise StoreError(f"{path}: {trouble.strerror or trouble}") from trouble
    return content


def _write(path: Path, content: bytes) -> None:
    """Under another name first: a full disk or a power cut leaves the whole file or none."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
