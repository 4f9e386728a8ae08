"""A tiny hall, served for real: boards with one number each, and requests that change them.

``python hall.py MODE`` prints ``READY HOST PORT`` once it serves; every line that follows says what
the process is told (``leaving``, ``closing``).
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime

from core.domain.errors import BoardUnknown, Forbidden
from core.domain.staff import Actor, Role
from core.settings import ServerSettings
from core.web.concurrency import concurrency
from core.web.connections import Bounds
from core.web.serving import Serving
from core.web.worker import gunicorn_options

SEQ = [0]
PADDING = ["x"]
BOARDS = {"hall": 0, "zone-a": 0, **{f"b{n}": 0 for n in range(300)}}


def say(word):
    """One line on standard output."""
    print(word, flush=True)


class WallClock:
    """The present."""

    def now(self):
        """In UTC."""
        return datetime.now(UTC)


class Talk:
    """Remembers what happens; greets who joins, and repeats what it hears."""

    hears = "said"

    def __init__(self):
        self.happened = []

    def begin(self, send):
        """The means to speak to one."""
        self.send = send

    def joined(self, ident, who, said, actor):
        """Greets."""
        self.happened.append(["joined", ident, said.get("name")])
        self.send(who, "greeting", f"talk:{ident}", {"name": said.get("name")})

    def left(self, ident, who):
        """Remembers."""
        self.happened.append(["left", ident])

    def heard(self, ident, who, said):
        """Repeats."""
        self.happened.append(["heard", ident, said["words"]])
        return {"words": said["words"]}


TALK = Talk()
KNOWN = {"good"}
"""Tokens in use."""


def make_live(mode):
    """The live part with topics of its own."""
    from core.engine.effects import Effects  # noqa: PLC0415
    from core.web import live as module  # noqa: PLC0415
    from core.web.face import Topic  # noqa: PLC0415
    from core.web.live import Live, Wiring  # noqa: PLC0415

    module.BEAT_SECONDS = float(os.environ.get("HALL_BEAT", module.BEAT_SECONDS))
    module.PING_INTERVAL = float(os.environ.get("HALL_HASTE", module.PING_INTERVAL))
    module.PING_TIMEOUT = float(os.environ.get("HALL_HASTE", module.PING_TIMEOUT))

    def admit(ident, actor):
        if ident == "private" and (actor is None or actor.role is not Role.BOARD):
            raise Forbidden(role="citizen", action="follow")
        if ident == "broken":
            raise RuntimeError("broken")
        if ident not in BOARDS and ident != "private":
            raise BoardUnknown(board=ident)

    def touched(effects, followed):
        return [ident for ident in followed if effects.everything or ident in effects.zones]

    def calls(effects, ident):
        return [{"number": each, "at": effects.seq} for each in effects.recorded]

    def view(ident, now):
        return {"number": BOARDS.get(ident, 0), "now": now.isoformat(), "padding": PADDING[0]}

    live = Live(
        Wiring(
            topics={
                "board": Topic("board", admit, view, touched, calls),
                "talk": Topic("talk", admit, view, lambda _effects, _followed: (), dialogue=TALK),
            },
            build="bundles of today",
            epoch=f"{os.getpid()}",
            seq=lambda: SEQ[0],
            clock=WallClock(),
            concurrency=concurrency(mode),
            actor_of=lambda token: Actor("board 1", Role.BOARD) if token in KNOWN else None,
        )
    )

    def change(board, called):
        SEQ[0] += 1
        if board in BOARDS:
            BOARDS[board] += 1
        live.publish(
            Effects(
                seq=SEQ[0],
                at=datetime.now(UTC),
                recorded=tuple(called),
                zones=frozenset({board}),
                everything=board == "everything",
            )
        )

    return live, change


def make_app(mode):  # noqa: C901 - one function a route
    """The application, made in the worker."""
    import flask  # noqa: PLC0415

    app = flask.Flask("hall")
    live, change = make_live(mode)
    live.bind(app, mode)
    app.extensions["live"] = live
    threads = concurrency(mode)

    @app.get("/healthz")
    def healthz():
        return "ok"

    @app.get("/pid")
    def pid():
        return str(os.getpid())

    @app.get("/sleep/<float:seconds>")
    def sleep(seconds):
        say("asleep")
        threads.sleep(seconds)
        return "slept"

    @app.get("/offload/<float:seconds>")
    def offload(seconds):
        return threads.offload(str, seconds)

    @app.get("/file")
    def file():
        return flask.send_file(__file__)

    @app.get("/large")
    def large():
        return iter([b"x" * 8192] * 4000)

    @app.get("/talk")
    def talk():
        return TALK.happened

    @app.get("/clients")
    def clients():
        return str(sum(not each.closed for each in live.socketio.server.eio.sockets.values()))

    @app.post("/padding/<int:size>")
    def padding(size):
        PADDING[0] = "x" * size
        return "ok"

    @app.post("/change/<board>")
    def changed(board):
        for called in flask.request.get_json():
            change(board, called)
        return "ok"

    @app.post("/drop")
    def drop():
        for socket in list(live.socketio.server.eio.sockets.values()):
            socket.close(wait=False, abort=True)
        return "ok"

    @app.post("/reset")
    def reset():
        drop()
        PADDING[0] = "x"
        SEQ[0] = 0
        TALK.happened.clear()
        KNOWN.add("good")
        BOARDS.update(dict.fromkeys(BOARDS, 0))
        return "ok"

    @app.post("/revoke")
    def revoke():
        KNOWN.discard("good")
        live.review()
        return "ok"

    return app


def hurry(seconds):
    """Every limit of time of a connection is so many seconds."""
    from core.web import worker  # noqa: PLC0415

    class Hasty:
        """Bounds with other times."""

        @staticmethod
        def of(total):
            """For ``total`` connections."""
            times = dict.fromkeys(("head", "body", "idle", "join", "answer"), seconds)
            return replace(Bounds.of(total), answer_rate=10**9, **times)

    worker.Bounds = Hasty


def main(mode):
    """Serve."""
    made = []

    def load():
        if os.environ.get("HALL_FAILS") == "yes":
            raise RuntimeError("the ledger is not readable")
        if os.environ.get("HALL_FAILS") == "exit":
            sys.exit(7)
        made.append(make_app(mode))
        return made[0]

    def leaving():
        say("leaving")
        made[0].extensions["live"].stop()

    def closing():
        time.sleep(0.1)
        say("closing")

    options = gunicorn_options(ServerSettings(async_mode=mode), "127.0.0.1", 0)
    if "HALL_CONNECTIONS" in os.environ:
        named = "threads" if mode == "threading" else "worker_connections"
        options[named] = int(os.environ["HALL_CONNECTIONS"])
    if "HALL_HASTE" in os.environ:
        hurry(float(os.environ["HALL_HASTE"]))
    Serving(options, load, lambda host, port: say(f"READY {host} {port}"), leaving, closing).run()


if __name__ == "__main__":
    main(sys.argv[1])
