"""Limits as leaky buckets in a table of bounded size. Pure: the caller gives the time.

A bucket of a limit "``times`` in ``seconds``" holds ``times`` and drains evenly. It needs two numbers
whatever happens, so the number of keys bounds the memory. The key counted longest ago is dropped first.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """``times`` at once, and ``times`` in ``seconds`` in the long run."""

    times: int
    seconds: float


@dataclass(slots=True)
class _Entry:
    """How full the bucket of each limit was at ``at``."""

    at: float
    levels: list[float]


class Buckets:
    """For each key one bucket for each of ``limits``. ``entries``: the most keys that are kept."""

    def __init__(self, limits: Sequence[Limit], entries: int) -> None:
        self._limits = tuple(limits)
        self._entries = entries
        self._kept: OrderedDict[Key, _Entry] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def wait(self, key: Key, now: float) -> float:
        """Seconds until one more fits into every bucket of ``key``; 0.0 if it does now."""
        levels = self._levels(key, now)
        return max(
            (level + 1 - limit.times) * limit.seconds / limit.times if level + 1 > limit.times else 0.0
            for limit, level in zip(self._limits, levels, strict=True)
        )

    def count(self, key: Key, now: float) -> None:
        """Put one into every bucket of ``key``, whether it fits or not."""
        self._kept[key] = _Entry(now, [level + 1 for level in self._levels(key, now)])
        self._kept.move_to_end(key)
        if len(self._kept) > self._entries:
            self._kept.popitem(last=False)

    def give_back(self, key: Key, now: float) -> None:
        """Take one out again, if the key is still kept."""
        if key in self._kept:
            levels = [max(0.0, level - 1) for level in self._levels(key, now)]
            if any(levels):
                self._kept[key] = _Entry(now, levels)
            else:
                del self._kept[key]

    def level(self, key: Key, now: float) -> float:
        """How full the bucket of the first limit is."""
        return self._levels(key, now)[0]

    def drop(self, which: Callable[[Key], bool]) -> None:
        """Forget the keys that ``which`` says."""
        for key in [each for each in self._kept if which(each)]:
            del self._kept[key]

    def _levels(self, key: Key, now: float) -> list[float]:
        entry = self._kept.get(key)
        if entry is None:
            return [0.0] * len(self._limits)
        gone = max(0.0, now - entry.at)
        return [
            max(0.0, level - gone * limit.times / limit.seconds)
            for limit, level in zip(self._limits, entry.levels, strict=True)
        ]


def network_of(address: str | None) -> str:
    """The address by which a caller is counted: IPv4 as it is, IPv6 by its /64.

    One IPv6 subscriber has at least a /64, so 2**64 addresses (source: RFC 6177, RFC 4291 section 2.5.1).
    """
    try:
        parsed = ip_address((address or "").partition("%")[0])
    except ValueError:
        return "?"
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
