"""Brings messages to phones beside the requests: hears of commits, finds what is due, sends, tries again.

1. The engine's listener leaves the effects of a commit in a mailbox, if anybody has asked for messages.
2. One watcher finds the tickets for which something may be due and puts their devices into line, once each.
3. A few carriers take a device, ask anew what is due to it *now*, send, and note it as said.

So the line is never longer than the book, nothing old is sent after something new, and a hall without
internet keeps tries short and few. Nobody ever waits for a message to a phone.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import partial
from urllib.parse import urlsplit

import orjson

from core.domain.events import DayStarted
from core.domain.hall import Hall
from core.domain.ticket import CLOSED
from core.engine.effects import Effects
from core.web.face import House
from display.push.book import Book, Device
from display.push.notices import Kind, Notice, due, nearing
from display.push.port import Fate, Message, Sending, Verdict

CARRIERS = 6
"""Sent at once: with 0.2 s a message 30 a second, more than a hall calls."""
PAUSES_S = (2.0, 8.0, 20.0)
"""Before the second, third and fourth try; there is no fifth."""
LONGEST_PAUSE_S = 60.0
"""However much later the service wants it."""
DARK_S = 15.0
"""A service that could not be reached is left alone for so long, whoever has a message for it."""
LIFE_S = {Kind.CALLED: 120, Kind.AGAIN: 120, Kind.NEAR: 600, Kind.MISSED: 3600}
"""How long a push service keeps a message for a phone that is off: a call is worthless after two minutes."""
URGENT = {Kind.CALLED, Kind.AGAIN, Kind.NEAR}
"""Wake a sleeping phone."""

_log = logging.getLogger(__name__)

Mark = tuple[str, str]
"""A device in line: ticket and endpoint."""


class _Stop(Enum):
    STOP = auto()


@dataclass(slots=True)
class _Try:
    """The notice that is being tried, and how often it was."""

    key: str
    count: int = 0


class Postman:
    """Tells the devices in ``book`` what is due to them, through ``send``."""

    def __init__(
        self, house: House, book: Book, send: Sending, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._house = house
        self._book = book
        self._send = send
        self._now = monotonic
        self._threads = house.concurrency
        self._news = house.concurrency.mailbox()
        self._line = house.concurrency.mailbox()
        self._lock = threading.Lock()
        """Over the two sets below; held for moments only."""
        self._waiting: set[Mark] = set()
        """In line or paused: nobody stands there twice."""
        self._restless: set[Mark] = set()
        """Something happened to them while they were being sent to."""
        self._tries: dict[Mark, _Try] = {}
        self._dark: dict[str, float] = {}
        self._stopped = False
        self._near = house.settings.push.ahead

    def start(self) -> None:
        """Begin, and catch up with what happened while the hall was down."""
        self._threads.spawn(self._watch)
        for _ in range(CARRIERS):
            self._threads.spawn(self._carry)
        self._house.engine.subscribe(self._hear)
        self._house.engine.read(lambda hall: self._book.keep_only(_open_tickets(hall)))
        for ticket in list(self._book.tickets()):
            self._summon(ticket)

    def stop(self) -> None:
        """Send nothing any more."""
        self._stopped = True
        self._news.put(_Stop.STOP)
        for _ in range(CARRIERS):
            self._line.put(_Stop.STOP)

    def register(self, device: Device) -> bool:
        """A device asks for messages. What is true already it has seen on the page. ``False``: no room."""

        def present(hall: Hall) -> frozenset[str] | None:
            ticket = hall.tickets.get(device.ticket)
            if ticket is None or ticket.state in CLOSED:
                return None
            notice = due(hall, ticket, (), self._near)
            return frozenset(() if notice is None else (notice.key,))

        said = self._house.engine.read(present)
        if said is None:
            return False
        known = self._book.find(device.ticket, device.endpoint)
        return self._book.put(replace(device, said=said if known is None else known.said))

    # -- 1 and 2: who is to be looked at ---------------------------------------------------------

    def _hear(self, effects: Effects) -> None:
        if self._book.tickets() and not self._stopped:
            self._news.put(effects)

    def _watch(self) -> None:
        while True:
            items = self._news.take_all(256)
            if _Stop.STOP in items:
                return
            try:
                self._look([item for item in items if isinstance(item, Effects)])
            except Exception:  # the next commit is looked at all the same
                _log.exception("push_watch_failed")

    def _look(self, news: list[Effects]) -> None:
        if any(isinstance(each.event, DayStarted) for effects in news for each in effects.recorded):
            self._book.keep_only(self._house.engine.read(_open_tickets))
        watched = self._book.tickets()
        touched = {ticket for effects in news for ticket in effects.tickets if ticket in watched}
        services = {service for effects in news for service in effects.services}

        def look(hall: Hall) -> tuple[set[str], set[str]]:
            near = {ticket for ticket in nearing(hall, services, self._near) if ticket in watched}
            ended = {
                each for each in touched if each not in hall.tickets or hall.tickets[each].state in CLOSED
            }
            return ended, near

        ended, near = self._house.engine.read(look)
        for ticket in ended:
            self._book.drop(ticket)
        for ticket in [*sorted(touched - ended), *sorted(near - touched)]:  # who is called goes first
            self._summon(ticket)

    def _summon(self, ticket: str) -> None:
        for device in self._book.of(ticket):
            self._enqueue((ticket, device.endpoint))

    def _enqueue(self, mark: Mark) -> None:
        with self._lock:
            if mark in self._waiting:
                self._restless.add(mark)
                return
            self._waiting.add(mark)
        self._line.put(mark)

    # -- 3: carrying -----------------------------------------------------------------------------

    def _carry(self) -> None:
        while True:
            for mark in self._line.take_all(1):
                if mark is _Stop.STOP:
                    return
                try:
                    pause = self._deliver(mark)
                except Exception:
                    _log.exception("push_failed")
                    pause = None
                self._put_back(mark, pause)

    def _put_back(self, mark: Mark, pause: float | None) -> None:
        """Into line after ``pause`` seconds; at once if something happened meanwhile; else out of it."""
        with self._lock:
            again = mark in self._restless
            self._restless.discard(mark)
            if pause is None and not again:
                self._waiting.discard(mark)
                return
        if pause is None:
            self._return(mark)
        else:
            self._threads.spawn_after(pause, partial(self._return, mark))  # it is looked at anew then

    def _return(self, mark: Mark) -> None:
        if not self._stopped:
            self._line.put(mark)

    def _deliver(self, mark: Mark) -> float | None:
        """Tell one device what is due; the pause before the next try, or None."""
        ticket, endpoint = mark
        device = self._book.find(ticket, endpoint)
        notice = None if device is None else self._due(device)
        if device is None or notice is None:
            self._tries.pop(mark, None)
            return None
        host = urlsplit(endpoint).netloc
        if (rest := self._dark.get(host, 0.0) - self._now()) > 0:
            return rest
        tried = self._tries.get(mark)
        if tried is None or tried.key != notice.key:
            tried = self._tries[mark] = _Try(notice.key)
        verdict = self._send(device, self._message(device, notice))
        return self._settle(device, tried, verdict)

    def _due(self, device: Device) -> Notice | None:
        def look(hall: Hall) -> Notice | None:
            ticket = hall.tickets.get(device.ticket)
            return None if ticket is None else due(hall, ticket, device.said, self._near)

        return self._house.engine.read(look)

    def _settle(self, device: Device, tried: _Try, verdict: Verdict) -> float | None:
        mark = (device.ticket, device.endpoint)
        host = urlsplit(device.endpoint).netloc
        match verdict.fate:
            case Fate.TAKEN:
                self._dark.pop(host, None)
            case Fate.GONE:
                self._book.drop(device.ticket, device.endpoint)
            case Fate.REFUSED:
                _log.warning("push_refused host=%s %s", host, verdict.detail)
            case Fate.BUSY | Fate.UNREACHABLE if tried.count < len(PAUSES_S):
                pause = min(max(PAUSES_S[tried.count], verdict.retry_after_s), LONGEST_PAUSE_S)
                tried.count += 1
                if verdict.fate is Fate.UNREACHABLE:
                    self._darken(host, verdict)
                return pause
            case Fate.BUSY | Fate.UNREACHABLE:
                _log.warning("push_given_up host=%s %s", host, verdict.detail)
        self._tries.pop(mark, None)
        self._book.say(device, tried.key)
        return None

    def _darken(self, host: str, verdict: Verdict) -> None:
        now = self._now()
        if self._dark.get(host, 0.0) <= now:
            _log.warning("push_unreachable host=%s %s", host, verdict.detail)
        for each in [each for each, until in self._dark.items() if until <= now]:
            del self._dark[each]
        self._dark[host] = now + DARK_S

    def _message(self, device: Device, notice: Notice) -> Message:
        """What the service worker shows: it has no texts of its own."""
        say, lang = self._house.texts.say, device.lang
        counter = self._house.plan.counters.get(notice.counter or "")
        facts: dict[str, object] = {
            "number": notice.number,
            "count": notice.ahead,
            "counter": counter.name.of(lang) if counter is not None else "",
        }
        kind = "next" if notice.kind is Kind.NEAR and notice.ahead == 0 else notice.kind.value
        told = {
            "title": say(f"push.{kind}.title", lang, **facts),
            "body": say(f"push.{kind}.body", lang, **facts),
            "lang": lang,
            "url": f"/t/{notice.token}",
            "call": notice.kind in (Kind.CALLED, Kind.AGAIN),
        }
        digest = hashlib.blake2b(notice.token.encode(), digest_size=15).digest()
        topic = base64.urlsafe_b64encode(digest).decode()  # 20 letters, of the 32 that are allowed
        return Message(orjson.dumps(told), topic, LIFE_S[notice.kind], notice.kind in URGENT)


def _open_tickets(hall: Hall) -> set[str]:
    return {ident for ident, ticket in hall.tickets.items() if ticket.state not in CLOSED}
