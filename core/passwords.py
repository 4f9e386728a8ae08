"""Passwords of people and tokens of devices: how they are made, and what is kept of them."""

from __future__ import annotations

import hashlib
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

TOKEN_BYTES = 32
TOKEN_MARK = "atk_"  # noqa: S105 - lets a person recognise a token, is no secret
PASSWORD_LENGTH = 10
"""Shortest password a person may choose."""

_hasher = PasswordHasher()  # argon2id with the library's own parameters (RFC 9106, low memory)


@cache
def _nobody() -> str:
    """A hash that no password fits, made when it is first needed: making it takes a while."""
    return _hasher.hash(secrets.token_hex())


def hash_password(password: str) -> str:
    """The argon2id hash of a password."""
    return _hasher.hash(password)


def verify_password(hash_: str | None, password: str) -> bool:
    """Whether ``password`` fits; takes as long for an unknown account as for a known one."""
    try:
        _hasher.verify(hash_ or _nobody(), password)
    except (Argon2Error, InvalidHashError):
        return False
    return hash_ is not None


def new_password() -> str:
    """A password that can be read aloud and typed: four groups without look-alikes."""
    signs = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(signs) for _ in range(4)) for _ in range(4))


def new_token() -> str:
    """A bearer token for a device or a program: 256 random bits."""
    return TOKEN_MARK + secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """What is kept of a token. It is random enough for a plain digest, and must be looked up by it."""
    return hashlib.sha256(token.encode()).hexdigest()
