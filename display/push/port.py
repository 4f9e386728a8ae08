"""What the postman and the line to push services agree on; nothing heavy is imported for it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from urllib.parse import SplitResult, urlsplit

from display.push.addresses import is_public
from display.push.book import Device

_NOT_IN_ADDRESSES = re.compile(r"[^\x21-\x7e]|[\\\"<>^`{|}]")
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})+", re.ASCII)
"""Two labels or more: a name without a dot is one of the hall's own network."""
_NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
"""A name that ends so is read as an IPv4 address by resolvers: 2130706433, 0x7f.1, 0177.0.0.1."""


class Refused(Exception):
    """The address is none that a message is sent to."""


class Fate(Enum):
    """What became of one try."""

    TAKEN = auto()
    GONE = auto()
    """The browser has withdrawn (404, 410): forget the device."""
    REFUSED = auto()
    """It will not get better: another 4xx, an address that is not public."""
    BUSY = auto()
    """429 or 5xx: try again."""
    UNREACHABLE = auto()
    """No line to the service."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one try, with what the service asks for and what to write into the log."""

    fate: Fate
    retry_after_s: float = 0.0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent. ``topic``: a newer message of the same topic takes the place of one that still waits."""

    payload: bytes
    topic: str
    ttl_s: int
    urgent: bool


def checked(endpoint: str, *, local: bool) -> SplitResult:
    """The parts of an address that may be sent to. Raises ``Refused``.

    https and, if the host is a number, a public one; a name is looked up at each sending. ``local`` allows
    http, other ports, other numbers and names without a dot too.
    """
    if _NOT_IN_ADDRESSES.search(endpoint):
        raise Refused("a space, a control character or a letter outside of ASCII in the address")
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError as trouble:
        raise Refused(str(trouble)) from trouble
    if not parts.hostname or parts.username is not None or parts.password is not None:
        raise Refused("no host, or a password in the address")
    if local and parts.scheme == "http":
        return parts
    if parts.scheme != "https" or not (local or port in (None, 443)):
        raise Refused("not https on its own port")
    if local:
        return parts
    try:
        number = ipaddress.ip_address(parts.hostname)
    except ValueError:
        if _NAME.fullmatch(parts.hostname) is None or _NUMERIC.fullmatch(parts.hostname.split(".")[-1]):
            raise Refused("not the name of a public host") from None
        return parts
    if not is_public(number):
        raise Refused("not a public address")
    return parts


Sending = Callable[[Device, Message], Verdict]
"""How the postman sends: ``PushLine.send``, or a stand-in."""
