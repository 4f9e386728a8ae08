"""The live topic ``voice:BOARD``: offers announcements to the boards that can be heard."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum, auto
from functools import partial
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from core.domain.errors import BoardUnknown, Refusal
from core.domain.hall import Call, Hall
from core.domain.staff import Actor
from core.domain.ticket import State
from core.engine.effects import Effects
from core.secret_files import session_key
from core.web.face import House, Topic
from display.announcing.speakers import Line
from display.announcing.tasks import Announcement, Offer
from display.announcing.wishes import Notes, Wish, detail, is_id, noted, wish
from display.announcing.zones import Zones
from display.live import may_speak

log = logging.getLogger(__name__)

TICK_S = 0.5
SETTLE_S = 5.0
"""After a start the boards come back within so many seconds, and say what they have said."""
CHIME_LEAST_S = 1.5
"""The chime of the page takes at least so long."""

ENDS = ("done", "failed", "expired", "unwanted", "again")
"""``again``: a board was lost while it spoke."""

Audio = Callable[[Hall, Call], Sequence[str]]
"""Addresses of the files that say a call, one after the other."""
Length = Callable[[Hall, Call], float]
"""Seconds that these files last at least."""


class NoLoudspeaker(Refusal):
    """This board speaks for no zone. Facts: ``board``."""

    code = "no_loudspeaker"
    status = 403


class _Turn(Enum):
    MOVE = auto()
    TICK = auto()
    STOP = auto()


class Announcer:
    """Joins the engine's calls to the loudspeakers. One thread sends; boards are answered in their own."""

    hears = "announced"

    def __init__(
        self, house: House, audio: Audio, length: Length, steady: Callable[[], float] = time.monotonic
    ) -> None:
        """``steady``: seconds of a clock that only runs forward."""
        voice, boards = house.settings.voice, house.plan.boards
        self._house = house
        self._audio = audio
        self._length = length
        self._notes = Notes(session_key(house.data))
        self._steady = steady
        self._times = voice.repeats
        self._chime = voice.chime
        self._lifetime = float(voice.expires)
        self._zones = Zones(
            {zone: [each.id for each in boards.values() if zone in each.speaks] for zone in house.plan.zones},
            self._lifetime,
            steady() + SETTLE_S,
        )
        self._calls: dict[str, Call] = {}
        """What waits or is in hand, by the announcement's id."""
        self._lock = threading.Lock()
        self._inbox = house.concurrency.mailbox()
        self._ticking = False
        self._send: Callable[[str, str, str, Mapping[str, Any]], None] = _nobody

    def topic(self) -> Topic:
        """``voice:BOARD``, for those who may follow the board."""
        boards = self._house.plan.boards

        def view(ident: str, _at: datetime) -> Mapping[str, Any]:
            return {"zones": list(boards[ident].speaks)}

        return Topic("voice", self._admit, view, lambda _effects, _followed: (), dialogue=self)

    def start(self) -> None:
        """Say the calls to come, and those of an earlier run that are young."""
        self._house.engine.subscribe(self._inbox.put)
        now = self._house.clock.now()
        young = self._house.engine.read(
            lambda hall: [each for each in hall.calls if (now - each.at).total_seconds() < self._lifetime]
        )
        self._take(young, earlier=True)
        self._house.concurrency.spawn(self._work)
        self._inbox.put(_Turn.MOVE)

    def stop(self) -> None:
        """Offer nothing any more. What a board has begun it ends by itself."""
        self._inbox.put(_Turn.STOP)

    def metrics(self) -> list[Metric]:
        """Announcements by how they ended, and who can be heard."""
        said = CounterMetricFamily("antrean_announcements", "Announcements by end", labels=["end"])
        heard = GaugeMetricFamily("antrean_loudspeakers", "Boards that can be heard", labels=["zone"])
        with self._lock:
            outcomes, speakers = dict(self._zones.outcomes), self._zones.loudspeakers()
            proved = self._zones.trusted()
        for end in ENDS:
            said.add_metric([end], outcomes.get(end, 0))
        for zone, count in speakers.items():
            heard.add_metric([zone], count)
        trusted = GaugeMetricFamily(
            "antrean_loudspeakers_trusted", "Boards with a token, or that have spoken", labels=["zone"]
        )
        for zone, count in proved.items():
            trusted.add_metric([zone], count)
        return [said, heard, trusted]

    # -- the dialogue: in the threads of the boards' connections ----------------------------------------

    def begin(self, send: Callable[[str, str, str, Mapping[str, Any]], None]) -> None:
        """Given the means to speak to one board."""
        self._send = send

    def joined(self, ident: str, who: str, said: Mapping[str, Any], actor: Actor | None) -> None:
        """A board can be heard; it says what it has said: ``said``, ids, and ``saying``, an id or ''."""
        asked, registered = wish(said), _registered(actor)
        if not registered:
            asked = noted(said, asked, ident, self._notes)
        with self._lock:
            there = self._join(Line(ident, who, asked.page, registered), asked)
        if not there:
            log.warning("board %s has too many loudspeakers: one more is not asked", ident)
        self._inbox.put(_Turn.MOVE)

    def _join(self, line: Line, asked: Wish) -> bool:
        return self._zones.join(line, asked.said, asked.saying, self._steady())

    def left(self, ident: str, who: str) -> None:
        """A board can no longer be heard."""
        with self._lock:
            self._zones.leave(ident, who)
        self._inbox.put(_Turn.MOVE)

    def heard(self, ident: str, who: str, said: Mapping[str, Any]) -> Mapping[str, Any]:
        """``started`` asks for leave, answered with ``{go}``; ``done``, ``failed``, ``late`` end it."""
        announcement, state = said.get("id"), said.get("state")
        if not isinstance(announcement, str) or not is_id(announcement):
            return {"go": False}
        if state == "started":
            return self._started(ident, who, announcement)
        with self._lock:
            held = self._zones.holds(who, announcement)
            if state == "late":
                self._zones.refuse(who, announcement, self._steady())
                ended = True
            else:
                outcome = "failed" if state == "failed" else "done"
                ended = self._zones.end(who, announcement, outcome, self._steady())
        if held and state == "failed":
            log.warning("board %s could not say %s: %s", ident, announcement, detail(said.get("detail")))
        elif held and not ended:
            log.warning("board %s says that %s is said, sooner than it can be", ident, announcement)
        self._inbox.put(_Turn.MOVE)
        return {"go": False}

    def _started(self, ident: str, who: str, announcement: str) -> Mapping[str, Any]:
        call = self._calls.get(announcement)
        least = 0.0 if call is None else self._house.engine.read(partial(self._least, call))
        with self._lock:
            go = self._zones.start(who, announcement, self._steady(), least)
        return {"go": True, "note": self._notes.note(ident, announcement)} if go else {"go": False}

    def _least(self, call: Call, hall: Hall) -> float:
        """Seconds that it takes to say a call once."""
        return self._length(hall, call) + (CHIME_LEAST_S if self._chime else 0.0)

    def _admit(self, ident: str, actor: Actor | None) -> None:
        """Boards that speak for a zone, by their own page or a device's token; staff have no loudspeaker."""
        board = self._house.plan.boards.get(ident)
        if board is None:
            raise BoardUnknown(board=ident)
        may_speak(self._house.plan.boards, actor, ident)
        if not board.speaks:
            raise NoLoudspeaker(board=ident)

    # -- one thread ------------------------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            for item in self._inbox.take_all(1000):
                if item is _Turn.STOP:
                    return
                try:
                    self._act(item)
                except Exception:
                    log.exception("an announcement failed; the next ones go on")

    def _act(self, item: Effects | _Turn) -> None:
        if isinstance(item, Effects):
            if not item.calls and not item.tickets and not item.everything:
                return
            self._take(item.calls)
            self._drop_unwanted()
        elif item is _Turn.TICK:
            self._ticking = False
        self._move()

    def _take(self, calls: Iterable[Call], *, earlier: bool = False) -> None:
        clock, now = self._house.clock.now(), self._steady()
        for call in calls:
            counter = self._house.plan.counters.get(call.counter)
            if counter is None:
                continue
            audio = self._house.engine.read(partial(self._files, call))
            age = min(max(0.0, (clock - call.at).total_seconds()), self._lifetime)
            ident = f"{call.seq}-{call.ticket}"
            made = Announcement(ident, counter.zone, now - age, audio, self._times, earlier)
            with self._lock:
                wanted = self._zones.call(made)
            if wanted:
                self._calls[made.id] = call

    def _files(self, call: Call, hall: Hall) -> tuple[str, ...]:
        return tuple(self._audio(hall, call))

    def _drop_unwanted(self) -> None:
        """Who is being served, or was called by mistake, is not announced any more."""
        with self._lock:
            waiting = [each.id for each in self._zones.waiting()]
            held = {*waiting, *self._zones.in_hand()}
        self._calls = {ident: call for ident, call in self._calls.items() if ident in held}
        gone = self._house.engine.read(
            lambda hall: [each for each in waiting if not _called(hall, self._calls[each])]
        )
        if gone:
            with self._lock:
                self._zones.drop(gone)

    def _move(self) -> None:
        with self._lock:
            offers = self._zones.due(self._steady())
            crowded = {each.zone for each in self._zones.waiting()}
            rest = self._zones.at_rest()
        for offer in offers:
            self._offer(offer, crowded)
        if not rest and not self._ticking:
            self._ticking = True
            self._house.concurrency.spawn_after(TICK_S, lambda: self._inbox.put(_Turn.TICK))

    def _offer(self, offer: Offer, crowded: set[str]) -> None:
        made = offer.announcement
        content = self._house.engine.read(lambda hall: self._content(hall, self._calls[made.id]))
        if content is None:  # the day has changed
            with self._lock:
                self._zones.end(offer.who, made.id, "unwanted", self._steady())
            self._inbox.put(_Turn.MOVE)
            return
        # Nobody waits for a second saying while others are to be called.
        times = 1 if made.zone in crowded else made.times
        announcement = {
            **content,
            "id": made.id,
            "sent_at": self._house.clock.now().isoformat(timespec="milliseconds"),
            "audio": list(made.audio),
            "chime": self._chime,
            "times": times,
        }
        self._send(offer.who, "announce", f"voice:{offer.board}", {"announcement": announcement})

    def _content(self, hall: Hall, call: Call) -> dict[str, Any] | None:
        ticket, counter = hall.tickets.get(call.ticket), hall.plan.counters.get(call.counter)
        if ticket is None or counter is None:
            return None
        return dict(self._house.views.call(hall, counter, ticket, (call.at, call.repeat)))


def _registered(actor: Actor | None) -> bool:
    """Whether a device's token stands behind this, and not only the pass of a page that anybody can open."""
    return actor is not None and actor.account != ""


def _called(hall: Hall, call: Call) -> bool:
    ticket = hall.tickets.get(call.ticket)
    if ticket is None or ticket.state is not State.CALLED or ticket.stage.counter != call.counter:
        return False
    return ticket.stage.called_at is None or call.at >= ticket.stage.called_at


def _nobody(_who: str, _event: str, _topic: str, _content: Mapping[str, Any]) -> None:
    """Before the line is there."""
