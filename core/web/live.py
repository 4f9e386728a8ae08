"""Live views over Socket.IO: who follows what, and what they are sent after a commit.

One green thread, the announcer, emits everything: calls at once, views gathered over 20 ms, one view
a room. Requests and the engine's writer only leave word in its mailbox, so nobody waits for a client.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from enum import Enum, auto
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import flask
from flask_socketio import SocketIO, join_room, leave_room
from prometheus_client.core import GaugeMetricFamily, Metric

from core.domain.errors import Refusal, Unknown
from core.domain.staff import Actor
from core.web.followers import Connection, Followers, room_of, split_topic
from core.web.guarding import LINK
from core.web.line_guard import LineGuard
from core.web.packets import Json, Text
from core.web.standing import prove
from core.web.wiring import Wiring

__all__ = ["Live", "TooManyTopics", "TopicUnknown", "Wiring"]

if TYPE_CHECKING:
    from core.engine.effects import Effects
    from core.web.face import Topic

NAMESPACE = "/live"
BURST_SECONDS = 0.020
"""Commits within this time become one push."""
SLICE = 25
"""So many views are built before others (and calls) have their turn,"""
SLICE_SECONDS = 0.002
"""or as many as take so long.

A call has some three turns (its request, its commit, its announcement), and waits for a slice at each.
"""
PUT_OFF_AT_MOST = 3
"""A view waits so many bursts for the calls of the events it contains."""
BEAT_SECONDS = 1.0
REPEAT_BEATS = 29
"""A view goes out again when none did for this many beats, or up to `SPREAD_BEATS` earlier."""
SPREAD_BEATS = 10
REVIEW_BEATS = 10
"""So often it is looked whether passes and sessions have run out; what is ended by hand ends at once."""
PACKETS_BOUND = 1000
"""A client with more packets than this in its queue has stopped reading: it is cut off."""
TOPICS_BOUND = 200
"""One connection follows at most so many topics."""
PING_INTERVAL = 10
PING_TIMEOUT = 8
"""Together below 20 s: by then both ends have seen a dead line."""

log = logging.getLogger("antrean.live")


class TopicUnknown(Unknown):
    """Nothing of this name can be followed. Facts: ``topic``."""

    code = "topic_unknown"


class TooManyTopics(Refusal):
    """One connection follows too much. Facts: ``limit``."""

    code = "too_many_topics"
    status = 429


class Turn(Enum):
    """What the announcer is reminded of by itself."""

    PUSH = auto()
    BEAT = auto()
    STOP = auto()


class Live:
    """The namespace ``/live``."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._threads = wiring.concurrency
        self._inbox = wiring.concurrency.mailbox()
        self._followers = Followers()
        self._connections: dict[str, Connection] = {}
        self._changed: dict[str, dict[str, int]] = {name: {} for name in wiring.topics}
        """Ids to show of each topic, with how often they were put off.

        In the order of the topics: the boards of a hall do not wait for thousands of phones.
        """
        self._told = 0
        """The newest event whose calls went out."""
        self._push_due = False
        self._beat = 0
        self._shown_at_beat: dict[tuple[str, str], int] = {}
        self._stopped = False
        self.socketio: Any = SocketIO()
        """Its stubs know neither ``server`` nor every option."""

    def bind(self, app: flask.Flask, async_mode: str) -> None:
        """Serve ``/socket.io`` of ``app`` and start the announcer; in the worker, after the patching."""
        self.socketio.init_app(
            app,
            async_mode=async_mode,
            json=Json,
            serializer=Text,
            transports=["websocket", "polling"],
            cors_allowed_origins=self._wiring.origin,
            ping_interval=PING_INTERVAL,
            ping_timeout=PING_TIMEOUT,
            max_http_buffer_size=64_000,
            async_handlers=False,  # a client's messages are handled in the order it sent them
            manage_session=False,
            # Given as loggers: for a yes or no the libraries add handlers of their own, which write what
            # strangers send as it is.
            logger=logging.getLogger("socketio.server"),
            engineio_logger=logging.getLogger("engineio.server"),
        )
        self._guard = LineGuard(self.socketio.server)
        self.socketio.on_event("connect", self._connect, namespace=NAMESPACE)
        self.socketio.on_event("disconnect", self._disconnect, namespace=NAMESPACE)
        self.socketio.on_event("subscribe", self._subscribe, namespace=NAMESPACE)
        self.socketio.on_event("unsubscribe", self._unsubscribe, namespace=NAMESPACE)
        for topic in self._wiring.topics.values():
            if topic.dialogue is not None:
                topic.dialogue.begin(self._tell)
                self.socketio.on_event(topic.dialogue.hears, self._hear, namespace=NAMESPACE)
        self._told = self._wiring.seq()
        self._threads.spawn(self._announce)
        self._threads.spawn_after(BEAT_SECONDS, self._remind_of_beat)

    def publish(self, effects: Effects) -> None:
        """Tell the followers what a commit changed; waits for nothing.

        With a call the announcer has its turn first, and only then the other subscribers and the answer
        to the officer: whoever is called looks at a board, and each turn before it costs milliseconds.
        """
        self._inbox.put(effects)
        if effects.calls:
            self._threads.sleep(0)

    def stop(self) -> None:
        """Send nothing any more and take leave of every client: it will connect again by itself."""
        self._stopped = True
        self._inbox.put(Turn.STOP)
        for socket in list(self.socketio.server.eio.sockets.values()):
            # Without a parting packet, which Python's client takes for good.
            socket.close(wait=False, abort=True)

    def followed(self, name: str) -> tuple[str, ...]:
        """The ids of topic ``name`` that somebody follows."""
        return self._followers.of(name)

    def followers(self, name: str) -> list[tuple[str, Actor | None]]:
        """The ids of topic ``name`` that are followed, each with who follows; once a connection."""
        rooms = (
            room
            for connection in list(self._connections.values())
            for room in list(connection.as_whom.items())
        )
        split = ((*split_topic(room), actor) for room, actor in rooms)
        return [(ident, actor) for topic, ident, actor in split if topic == name]

    def metrics(self) -> list[Metric]:
        """Who is on the line; what does not fall in the evening was not given back."""
        open_lines = GaugeMetricFamily("antrean_connections", "Live lines", value=len(self._connections))
        following = GaugeMetricFamily("antrean_followers", "Topics followed", labels=["topic"])
        counted = self._followers.of_each_topic()
        for name in self._wiring.topics:
            following.add_metric([name], counted.get(name, 0))
        return [open_lines, following, *self._guard.metrics()]

    def review(self) -> None:
        """End the lines of accounts, sessions and passes that are over."""
        for sid, connection in list(self._connections.items()):
            if not self._still_in(connection):
                self.socketio.server.disconnect(sid, namespace=NAMESPACE)

    def _still_in(self, connection: Connection) -> bool:
        if connection.session is not None and not self._wiring.session_alive(connection.session):
            return False
        shown = list(connection.tokens.items())
        return all(self._wiring.actor_of(token) == actor for actor, token in shown)

    # What clients ask. Each runs in its client's own green thread.

    def _connect(self, auth: Any = None) -> None:
        token = auth.get("token") if isinstance(auth, dict) else None
        if isinstance(token, str):
            actor = self._wiring.actor_of(token)
            self._connections[_sid()] = Connection(actor, tokens={} if actor is None else {actor: token})
        else:
            actor = self._wiring.session_actor()
            self._connections[_sid()] = Connection(actor, self._wiring.session_id())
        prove(flask.request.environ.get(LINK), actor)
        if (greeting := self._wiring.greeting()) is not None:
            self.socketio.emit(*greeting, namespace=NAMESPACE, to=_sid())

    def _disconnect(self, _reason: Any = None) -> None:
        connection = self._connections.pop(_sid(), None)
        for room in connection.topics if connection is not None else ():
            self._leave(room)

    def _leave(self, room: str) -> None:
        name, ident = split_topic(room)
        self._followers.remove(name, ident)
        if (dialogue := self._wiring.topics[name].dialogue) is not None:
            dialogue.left(ident, _sid())

    def _subscribe(self, data: Any = None) -> Mapping[str, Any]:
        asked = data if isinstance(data, dict) else {}
        lang = asked.get("lang")
        try:
            return self._admit(asked)
        except Refusal as refusal:
            return self._wiring.problem(refusal, lang if isinstance(lang, str) else None)
        except Exception as error:
            log.exception("subscribe failed")
            return self._wiring.problem(error, lang if isinstance(lang, str) else None)

    def _admit(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        room, token = asked.get("topic"), asked.get("token")
        name, ident = split_topic(room)
        if (topic := self._wiring.topics.get(name)) is None:
            raise TopicUnknown(topic=str(room)[:100])
        room = room_of(name, ident)
        connection = self._connections[_sid()]
        actor = self._wiring.actor_of(token) if isinstance(token, str) else connection.actor
        topic.admit(ident, actor)
        prove(flask.request.environ.get(LINK), actor, room if topic.secret else None)
        if isinstance(token, str) and actor is not None:
            connection.tokens[actor] = token
        if room not in connection.topics:
            if len(connection.topics) >= TOPICS_BOUND:
                raise TooManyTopics(limit=TOPICS_BOUND)
            # 1. the room, 2. the snapshot: a change between the two is pushed, not lost.
            join_room(room)
            connection.topics.add(room)
            connection.as_whom[room] = actor
            self._followers.add(name, ident)
        if topic.dialogue is not None:
            topic.dialogue.joined(ident, _sid(), asked, actor)
        return {**self._snapshot(topic, ident), "build": self._wiring.build}

    def _unsubscribe(self, data: Any = None) -> Mapping[str, Any]:
        name, ident = split_topic(data.get("topic") if isinstance(data, dict) else None)
        room = room_of(name, ident)
        connection = self._connections[_sid()]
        if room in connection.topics:
            connection.topics.discard(room)
            connection.as_whom.pop(room, None)
            leave_room(room)
            self._leave(room)
        return {"topic": room}

    def _hear(self, data: Any = None) -> Mapping[str, Any]:
        said = data if isinstance(data, dict) else {}
        name, ident = split_topic(said.get("topic"))
        topic, connection = self._wiring.topics.get(name), self._connections.get(_sid())
        if topic is None or topic.dialogue is None or connection is None:
            return {}
        if room_of(name, ident) not in connection.topics:  # it was cut off meanwhile, or never subscribed
            return {}
        return topic.dialogue.heard(ident, _sid(), said)

    def _tell(self, who: str, event: str, room: str, content: Mapping[str, Any]) -> None:
        """Emit to one connection; one that is gone is not missed."""
        message = {"topic": room, "epoch": self._wiring.epoch, "seq": self._told, **content}
        self.socketio.emit(event, message, namespace=NAMESPACE, to=who)

    # The announcer.

    def _announce(self) -> None:
        while True:
            for item in self._inbox.take_all(1000):
                if item is Turn.STOP:
                    return
                try:
                    self._act(item)
                except Exception:
                    log.exception("a push failed; the next one heals it")

    def _act(self, item: Effects | Turn) -> None:
        match item:
            case Turn.PUSH:
                self._push()
            case Turn.BEAT:
                self._repeat()
                self._cut_off_stalled()
                self._guard.sweep()
                if self._beat % REVIEW_BEATS == 0:
                    self._threads.spawn(self.review)
            case Turn.STOP:
                pass
            case effects:
                self._follow_up(effects)

    def _follow_up(self, effects: Effects) -> None:
        """Emit the calls of a commit now and note which views it changed."""
        for name, topic in self._wiring.topics.items():
            followed = self._followers.of(name)
            if not followed:
                continue
            try:
                for ident in topic.touched(effects, followed):
                    for call in topic.calls(effects, ident):
                        self._emit("call", room_of(name, ident), effects.seq, call)
                    self._changed[name].setdefault(ident, 0)
            except Exception:
                log.exception("topic %s: what commit %d changed is not known", name, effects.seq)
        self._told = effects.seq
        self._push_within(BURST_SECONDS)

    def _push_within(self, seconds: float) -> None:
        if any(self._changed.values()) and not self._push_due:
            self._push_due = True
            self._threads.spawn_after(seconds, lambda: self._inbox.put(Turn.PUSH))

    def _push(self) -> None:
        """Show what changed, a slice at a time: calls that came meanwhile go before the next slice."""
        self._push_due = False
        behind, ends = False, time.monotonic() + SLICE_SECONDS
        due = chain.from_iterable(((name, ident) for ident in ids) for name, ids in self._changed.items())
        for name, ident in list(islice(due, SLICE)):
            times = self._changed[name].pop(ident)
            if not self._followers.follows(name, ident):
                continue
            if times < PUT_OFF_AT_MOST and self._wiring.seq() > self._told:
                # A commit is known whose calls are not: they are on their way, and go first.
                self._changed[name][ident] = times + 1
                behind = True
            else:
                self._show(name, ident)
            if time.monotonic() >= ends:
                break
        self._push_within(BURST_SECONDS if behind else 0)

    def _show(self, name: str, ident: str) -> None:
        self._shown_at_beat[name, ident] = self._beat
        try:
            shown = self._snapshot(self._wiring.topics[name], ident)
        except Refusal as refusal:  # the ticket of yesterday, a board taken out of the plan
            log.info("%s is not shown: %s", room_of(name, ident), refusal)
        except Exception:
            log.exception("%s is not shown", room_of(name, ident))
        else:
            self.socketio.emit("view", shown, namespace=NAMESPACE, to=room_of(name, ident))

    def _snapshot(self, topic: Topic, ident: str) -> dict[str, Any]:
        seq = self._wiring.seq()  # before the view, which then never contains less than it says
        view = topic.view(ident, self._wiring.clock.now())
        return {"topic": room_of(topic.name, ident), "epoch": self._wiring.epoch, "seq": seq, "view": view}

    def _emit(self, kind: str, room: str, seq: int, content: Mapping[str, Any]) -> None:
        message = {"topic": room, "epoch": self._wiring.epoch, "seq": seq, kind: content}
        self.socketio.emit(kind, message, namespace=NAMESPACE, to=room)

    def _remind_of_beat(self) -> None:
        if not self._stopped:
            self._inbox.put(Turn.BEAT)
            self._threads.spawn_after(BEAT_SECONDS, self._remind_of_beat)

    def _repeat(self) -> None:
        """Show again what was not shown for long: clocks and forecasts go on, a lost message heals."""
        self._beat += 1
        rooms = {(name, ident) for name in self._wiring.topics for ident in self._followers.of(name)}
        for gone in self._shown_at_beat.keys() - rooms:
            del self._shown_at_beat[gone]
        for room in rooms:
            # Rooms pushed together do not stay together.
            patience = REPEAT_BEATS - hash(room) % SPREAD_BEATS
            if self._beat - self._shown_at_beat.setdefault(room, self._beat) >= patience:
                self._changed[room[0]].setdefault(room[1], 0)
        self._push_within(0)

    def _cut_off_stalled(self) -> None:
        server = self.socketio.server
        for sid, socket in list(server.eio.sockets.items()):
            if socket.queue.qsize() <= PACKETS_BOUND:
                continue
            log.warning("a client stopped reading and is cut off")
            environ = server.environ.get(sid, {})
            socket.close(wait=False, abort=True)
            # Its writer is stuck in a full window. One that polled before its websocket has another
            # connection in here: the kernel drops that line (core/web/serving.py).
            if "HTTP_UPGRADE" in environ and "gunicorn.socket" in environ:
                environ["gunicorn.socket"].close()


def _sid() -> str:
    return str(flask.request.sid)  # type: ignore[attr-defined]
