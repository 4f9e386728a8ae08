"""Which host names and addresses this hall is reached by.

A ``Host`` header reaches paper (the QR of a ticket starts with it) and decides which pages a browser takes
for one site, so only known hosts are served. Known are: names of the configuration, the names of this
machine, and every address of this machine. Addresses are not listed: each is tried when it is asked for, so
one that DHCP changes is known at once.
"""

from __future__ import annotations

import errno
import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from core.settings import ServerSettings

LENGTH = 253
"""No host name is longer (RFC 1035), in characters."""
_HOST = re.compile(r"(?:([a-z0-9.-]+)|\[([0-9a-f:.]+)\])(?::([0-9]{1,5}))?", re.ASCII)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_DOCUMENTED = {4: "192.0.2.1", 6: "2001:db8::1"}
"""Addresses that no machine has (RFC 5737, RFC 3849)."""
_FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Host:
    """A host of a header or an address: its name in small letters without a closing dot, and its port."""

    name: str
    port: int | None = None

    @property
    def address(self) -> Address | None:
        """The address, where the host is a number and not a name."""
        return _address(self.name)


def parse_host(text: str) -> Host | None:
    """A host with or without a port, as a ``Host`` header has it; ``None`` if it is malformed."""
    if len(text) > LENGTH + len(".:65535"):
        return None
    found = _HOST.fullmatch(text.lower())
    if found is None:
        return None
    port = None if found[3] is None else int(found[3])
    if port is not None and not 1 <= port <= 65535:
        return None
    if found[2] is not None:
        number = _address(found[2])
        return None if number is None or number.version != 6 else Host(number.compressed, port)
    name = found[1].removesuffix(".")
    if len(name) > LENGTH or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        return None
    return Host(name, port)


def configured_host(text: str) -> str | None:
    """A name of ``[server] hosts`` as it is compared; ``None`` if it is none, or has a port."""
    number = _address(text)
    host = parse_host(f"[{text}]" if number is not None and number.version == 6 else text)
    return None if host is None or host.port is not None else host.name


def machine_names(
    own: str | None = None,
    resolver: Path = Path("/etc/resolv.conf"),
    table: Path = Path("/etc/hosts"),
) -> frozenset[str]:
    """The names of this machine: by itself, with the domains searched here, and those of ``/etc/hosts``.

    Read from files: a lookup would block for seconds where there is no name server. ``own``: for tests.
    """
    own = (own or socket.gethostname()).lower().removesuffix(".")
    short = own.split(".")[0]
    names = {"localhost", "localhost.localdomain", own, short, f"{short}.local"}
    for words in _lines(resolver):
        if words[0] in {"search", "domain"}:
            names |= {f"{short}.{domain.lower().strip('.')}" for domain in words[1:]}
    for words in _lines(table):
        aliases = {word.lower().removesuffix(".") for word in words[1:]}
        if aliases & {own, short}:
            names |= aliases
    return frozenset(name for name in names if parse_host(name) is not None)


class Hosts:
    """The hosts by which one hall is reached."""

    def __init__(self, server: ServerSettings, names: Iterable[str] | None = None) -> None:
        """``names``: those of this machine."""
        self._public = parse_host(urlsplit(server.public_url).netloc.rpartition("@")[2])
        configured = {configured_host(each) for each in server.hosts}
        if self._public is not None:
            configured.add(self._public.name)
        self.configured = frozenset(each for each in configured if each is not None)
        """``[server] hosts`` and the host of ``public_url``."""
        bound = configured_host(server.host)
        self._names = self.configured | frozenset(machine_names() if names is None else names)
        if bound is not None and not _everywhere(bound):
            self._names |= {bound}

    def allows(self, host: Host, line: Any = None) -> bool:
        """Whether the hall is reached by ``host``. ``line``: the connection that brought the request."""
        if host.name in self._names:
            return True
        number = host.address
        return number is not None and (_reached_by(number, line) or is_own(number))

    def allows_origin(self, origin: str, host: str) -> bool:
        """Whether a page of ``origin`` may open a live line to ``host`` (a ``Host`` header that was allowed).

        The same host and port; or, behind a proxy that names another host to the hall, a configured name at
        the usual port, at that of ``public_url``, or at that of the request. The scheme does not count: a
        proxy may end TLS.
        """
        scheme, _, rest = origin.partition("://")
        page, asked = parse_host(rest), parse_host(host)
        if scheme not in {"http", "https"} or page is None or asked is None:
            return False
        usual = 443 if scheme == "https" else 80
        port = page.port or usual
        if page.name == asked.name and port == (asked.port or usual):
            return True
        public = self._public.port if self._public is not None else None
        return page.name in self.configured and port in {80, 443, public, asked.port}


def is_own(number: Address) -> bool:
    """Whether this machine has an address: then a socket can be bound to it.

    A machine with ``ip_nonlocal_bind`` binds to any; there a bind proves nothing.
    """
    if number.is_loopback:
        return True
    if number.is_unspecified or number.is_multicast or number.is_reserved:
        return False
    return _binds(number.compressed, number.version) and not _binds(
        _DOCUMENTED[number.version], number.version
    )


def _binds(address: str, version: int) -> bool:
    try:
        with socket.socket(_FAMILIES[version], socket.SOCK_STREAM) as tried:
            tried.bind((address, 0))
    except OSError as trouble:
        return trouble.errno in {errno.EADDRINUSE, errno.EACCES}
    return True


def _reached_by(number: Address, line: Any) -> bool:
    """Whether the connection arrived at this very address."""
    try:
        reached = _address(str(line.getsockname()[0]).partition("%")[0])
    except (AttributeError, OSError, IndexError, TypeError):
        return False
    return reached is not None and number in {reached, getattr(reached, "ipv4_mapped", None)}


def _everywhere(name: str) -> bool:
    number = _address(name)
    return number is not None and number.is_unspecified


def _address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _lines(path: Path) -> list[list[str]]:
    """The words of each line of a file of the system; none where there is no such file."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    words = (line.partition("#")[0].split() for line in text.splitlines()[:1000])
    return [each for each in words if each]
