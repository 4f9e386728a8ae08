"""Every open connection: how long it may take for what it does, and who goes first when there are too many.

A connection starts as a stranger. A ticket of today or a page pass makes it a guest, an account makes it
known. Strangers and guests share a part of the places; the rest is a reserve for accounts. When the share is
full, a stranger is closed: from the address that holds the most of them, the oldest first
(docs/adr/0021-limits-of-connections.md).

Pure bookkeeping: the caller says what time it is. Nothing here may be imported that is heavy, or that makes
a lock at import: the worker reads this before it patches the standard library.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, IntEnum
from itertools import islice
from typing import Any

from core.web.lines import hang_up


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many connections and how long. Times in seconds."""

    total: int
    reserve: int
    """Places of the total that only accounts take."""
    head: float = 10.0
    """From accept to the end of the first request's head."""
    body: float = 15.0
    """For a whole body (64 kB at most)."""
    idle: float = 25.0
    """From an answer to the end of the next request's head."""
    join: float = 10.0
    """For a websocket to join ``/live``."""
    answer: float = 20.0
    """For a client to take an answer, beside what its size allows at ``answer_rate``."""
    answer_rate: int = 16_384
    """Bytes a second."""
    busy: float = 3.0
    """A stranger's request may be closed to make room once it has run for so long."""
    doorstep: int = 16
    """So many strangers of an address that accounts came from may stand in the reserve at once."""
    guests_each: int = 8
    """One ticket or page pass makes so many connections guests."""
    dying: int = 500
    """So many closed connections may be waiting for their threads to notice."""

    @classmethod
    def of(cls, total: int) -> Bounds:
        """For ``total`` connections; an eighth of them is the reserve."""
        return cls(total=total, reserve=max(1, total // 8))


class Phase(Enum):
    """What a connection is doing."""

    HEAD = "head"
    BODY = "body"
    WORK = "work"
    ANSWER = "answer"
    IDLE = "idle"
    """Between two requests."""
    POLL = "poll"
    """It waits for news; Engine.IO ends that within 18 s."""
    JOINING = "join"
    """A websocket that has not joined ``/live``."""
    LIVE = "live"


class Standing(IntEnum):
    """Who a connection has proved to be."""

    STRANGER = 0
    GUEST = 1
    KNOWN = 2


class Link:
    """One connection. Its methods may be called from any thread."""

    __slots__ = (
        "_book",
        "address",
        "broken",
        "deadline",
        "expired",
        "fd",
        "in_reserve",
        "on_end",
        "phase",
        "since",
        "sock",
        "standing",
        "voucher",
    )

    def __init__(self, book: Connections, sock: Any, address: str, now: float) -> None:
        self._book = book
        self.sock = sock
        self.fd: int = sock.fileno()
        self.address = address
        self.standing = Standing.STRANGER
        self.voucher: str | None = None
        self.in_reserve = False
        self.expired = False
        """Its time for a body is over."""
        self.broken = False
        """Where its next request would begin is not known: serve no other."""
        self.on_end: Callable[[], None] | None = None
        """Wakes what waits for something else than the socket."""
        self.enter(Phase.HEAD, now)

    @property
    def book(self) -> Connections:
        """Where it is counted."""
        return self._book

    def enter(self, phase: Phase, now: float) -> None:
        """It does something else from now on."""
        bounds = self._book.bounds
        limits = {
            Phase.HEAD: bounds.head,
            Phase.BODY: bounds.body,
            Phase.IDLE: bounds.idle,
            Phase.ANSWER: bounds.answer,
            Phase.JOINING: bounds.join,
        }
        self.phase = phase
        self.since = now
        self.deadline = now + limits[phase] if phase in limits else None

    def answered(self, size: int) -> None:
        """``size`` more bytes of its answer are about to be sent."""
        if self.phase is Phase.ANSWER and self.deadline is not None:
            self.deadline += size / self._book.bounds.answer_rate

    def prove(self, standing: Standing, now: float, voucher: str | None = None) -> None:
        """It is a guest (by ``voucher``) or known."""
        self._book.prove(self, standing, now, voucher)

    def end(self) -> None:
        """Hang up. The thread that serves it finds out by itself."""
        if (wake := self.on_end) is not None:
            with suppress(Exception):
                wake()
        hang_up([self.sock])


class Connections:
    """All of them, with what was refused and ended so far."""

    KNOWN_ADDRESSES = 1024
    SLICE = 50
    """So many overdue connections are ended at once."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.refused: Counter[str] = Counter()
        """``full``: nobody could be closed for it; ``dying``: too many that were closed are still there."""
        self.ended: Counter[str] = Counter()
        """By the phase whose time was over; ``room``: closed to make room."""
        self._lock = threading.Lock()
        self._links: dict[int, Link] = {}
        self._dying: dict[int, Link] = {}
        self._strangers: dict[str, dict[Link, None]] = {}
        self._vouched: Counter[str] = Counter()
        self._doorstep: Counter[str] = Counter()
        self._known = 0
        self._known_addresses: OrderedDict[str, float] = OrderedDict()

    def admit(self, sock: Any, peer: str, now: float) -> Link | None:
        """A place for a new connection, or ``None``: then close it. Waits for nothing."""
        address = network_of(peer)
        with self._lock:
            if (stale := self._links.get(sock.fileno())) is not None:
                self._drop(stale)  # closed without a word; its number is used again
            self._dying.pop(sock.fileno(), None)
            if len(self._links) + len(self._dying) >= self.bounds.total + self.bounds.dying:
                self.refused["dying"] += 1
                return None
            in_reserve = False
            victim = None
            if self._share_is_full():
                victim = self._victim(now)
                if victim is not None:
                    self._bury(victim)
                    self.ended["room"] += 1
                elif self._may_stand_in_reserve(address):
                    in_reserve = True
                else:
                    self.refused["full"] += 1
                    return None
            link = Link(self, sock, address, now)
            self._links[link.fd] = link
            if in_reserve:  # it does not give way, so there are few
                link.in_reserve = True
                self._doorstep[address] += 1
            else:
                self._strangers.setdefault(address, {})[link] = None
        if victim is not None:
            victim.end()
        return link

    def of(self, fd: int) -> Link | None:
        """The connection with this descriptor."""
        return self._links.get(fd) or self._dying.get(fd)

    def remove(self, link: Link) -> None:
        """It is closed, and its thread has ended."""
        with self._lock:
            self._drop(link)
            if self._dying.get(link.fd) is link:
                del self._dying[link.fd]

    def prove(self, link: Link, standing: Standing, now: float, voucher: str | None) -> None:
        """Raise a standing; it never falls while the connection lasts."""
        with self._lock:
            if self._links.get(link.fd) is not link or link.standing >= standing:
                return
            if standing is Standing.GUEST:
                if voucher is None or self._vouched[voucher] >= self.bounds.guests_each:
                    return
                self._vouched[voucher] += 1
                link.voucher = voucher
            else:
                self._known += 1
                self._known_addresses[link.address] = now
                self._known_addresses.move_to_end(link.address)
                while len(self._known_addresses) > self.KNOWN_ADDRESSES:
                    self._known_addresses.popitem(last=False)
            self._no_stranger(link)
            link.standing = standing

    def sweep(self, now: float, pause: Callable[[], None] = lambda: None) -> None:
        """End what has passed its time, forget what is closed. Called about every second.

        ``pause`` lets others work; it is called after each ``SLICE`` that is ended, as each of them wakes a
        thread that closes its connection.
        """
        with self._lock:
            links = list(self._links.values())
            for link in links:
                if link.sock.fileno() == -1:
                    self._drop(link)
            for link in [each for each in self._dying.values() if each.sock.fileno() == -1]:
                del self._dying[link.fd]
            overdue = [link for link in links if link.deadline is not None and link.deadline <= now]
        for count, link in enumerate(overdue):
            if count and count % self.SLICE == 0:
                pause()
            if link.deadline is None or link.deadline > now:
                continue  # it went on during a pause
            if link.phase is Phase.BODY and not link.expired:
                link.expired = True
                link.deadline = now + self.bounds.head  # for the answer that says so
                self.ended["body"] += 1
                with suppress(OSError):
                    getattr(link.sock, "_sock", link.sock).shutdown(socket.SHUT_RD)
                continue
            if not link.expired:
                self.ended[link.phase.value] += 1
            link.deadline = None
            link.end()

    def counts(self) -> dict[str, int]:
        """How many there are of each standing."""
        with self._lock:
            strangers = sum(map(len, self._strangers.values())) + self._doorstep.total()
            known = self._known
            return {"stranger": strangers, "guest": len(self._links) - strangers - known, "known": known}

    def __len__(self) -> int:
        return len(self._links)

    def _share_is_full(self) -> bool:
        share = self.bounds.total - self.bounds.reserve
        return len(self._links) - self._known >= share or len(self._links) >= self.bounds.total

    def _may_stand_in_reserve(self, address: str) -> bool:
        return (
            len(self._links) < self.bounds.total
            and address in self._known_addresses
            and self._doorstep[address] < self.bounds.doorstep
        )

    def _victim(self, now: float) -> Link | None:
        if not self._strangers:
            return None
        largest = max(self._strangers.values(), key=len)
        # A look at the oldest ones only: this runs for every accept of a flood.
        oldest = list(islice(largest, 64))
        waiting = {Phase.HEAD, Phase.BODY, Phase.IDLE, Phase.POLL, Phase.JOINING}
        for link in oldest:
            if link.phase in waiting:
                return link
        return next((link for link in oldest if now - link.since >= self.bounds.busy), None)

    def _bury(self, link: Link) -> None:
        self._drop(link)
        self._dying[link.fd] = link

    def _drop(self, link: Link) -> None:
        if self._links.get(link.fd) is not link:
            return
        del self._links[link.fd]
        self._no_stranger(link)
        if link.standing is Standing.KNOWN:
            self._known -= 1
        if link.voucher is not None:
            self._less(self._vouched, link.voucher)

    def _no_stranger(self, link: Link) -> None:
        if (others := self._strangers.get(link.address)) is not None:
            others.pop(link, None)
            if not others:
                del self._strangers[link.address]
        if link.in_reserve:
            link.in_reserve = False
            self._less(self._doorstep, link.address)

    @staticmethod
    def _less(counts: Counter[str], name: str) -> None:
        counts[name] -= 1
        if counts[name] <= 0:
            del counts[name]


def network_of(peer: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 that one IPv6 customer is given."""
    try:
        address = ipaddress.ip_address(peer.partition("%")[0])
    except ValueError:
        return peer
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
