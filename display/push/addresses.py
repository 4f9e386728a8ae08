"""Whether an address is one of the open internet, the IPv4 addresses inside of IPv6 addresses included."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

Number = ipaddress.IPv4Address | ipaddress.IPv6Address

_UNICAST = ipaddress.IPv6Network("2000::/3")
"""All that is assigned to the open internet (RFC 4291), but for the prefix of NAT64."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""RFC 6052: a network without IPv4 reaches IPv4 hosts by it, so it is public if what it holds is."""
_CLOSED = tuple(
    map(ipaddress.ip_network, ("2001:db8::/32", "3fff::/20", "2001:2::/48", "2001:10::/28", "192.88.99.0/24"))
)
"""Documentation, benchmarks, ORCHID, relays of 6to4: newer than some Pythons know, or in use no more."""
_ISATAP = (0x00005EFE, 0x02005EFE)
_LOW = 0xFFFFFFFF


def is_public(number: Number) -> bool:
    """Whether ``number`` leads to the open internet: not the hall's own network, not this machine.

    Every IPv4 address that is written inside (mapped, NAT64, 6to4, ISATAP) must be public itself: a gateway
    on the way may unpack it. Teredo and the local prefix of NAT64 (RFC 8215) are never public.
    """
    if isinstance(number, ipaddress.IPv4Address):
        return _open(number)
    if number.ipv4_mapped is not None:
        return _open(number.ipv4_mapped)
    if number in _NAT64:
        return _open(ipaddress.IPv4Address(int(number) & _LOW))
    proper = number in _UNICAST and number.scope_id is None and number.teredo is None
    return proper and _open(number) and all(_open(inside) for inside in _inside(number))


def _open(number: Number) -> bool:
    closed = any(number.version == each.version and number in each for each in _CLOSED)
    return number.is_global and not (closed or number.is_multicast or number.is_reserved)


def _inside(number: ipaddress.IPv6Address) -> Iterator[ipaddress.IPv4Address]:
    """The IPv4 addresses to which a relay would unpack ``number``."""
    if number.sixtofour is not None:
        yield number.sixtofour
    if (int(number) >> 32) & _LOW in _ISATAP:
        yield ipaddress.IPv4Address(int(number) & _LOW)
