"""What the live views are measured against: flask-socketio alone, under the hall's own worker.

Run as ``python -m tests.bench.bare ASYNC_MODE``.
"""

from __future__ import annotations

import sys
from typing import Any

from core.settings import ServerSettings
from core.web.worker import Serving, gunicorn_options


def make_app() -> Any:
    """Whoever subscribes enters a room; ``POST /emit`` sends its body to the room as a ``call``."""
    import flask  # noqa: PLC0415 - after the patching
    import orjson  # noqa: PLC0415
    from flask_socketio import SocketIO, join_room  # noqa: PLC0415

    from core.web.live import NAMESPACE, PING_INTERVAL, PING_TIMEOUT  # noqa: PLC0415
    from core.web.packets import Json  # noqa: PLC0415

    app = flask.Flask("bare")
    socketio: Any = SocketIO()
    socketio.init_app(
        app,
        async_mode=sys.argv[1],
        json=Json,
        cors_allowed_origins=None,
        ping_interval=PING_INTERVAL,
        ping_timeout=PING_TIMEOUT,
        async_handlers=False,
        manage_session=False,
    )

    def subscribe(data: Any) -> dict[str, Any]:
        join_room(data["topic"])
        return {"topic": data["topic"]}

    def emit() -> flask.Response:
        message = orjson.loads(flask.request.get_data())
        socketio.emit("call", message, namespace=NAMESPACE, to=message["topic"])
        return flask.Response(b"{}", mimetype="application/json")

    socketio.on_event("connect", lambda *_: None, namespace=NAMESPACE)
    socketio.on_event("subscribe", subscribe, namespace=NAMESPACE)
    app.add_url_rule("/emit", view_func=emit, methods=["POST"])
    return app


def main(mode: str) -> None:
    """Serve until stopped."""
    options = gunicorn_options(ServerSettings(async_mode=mode), "127.0.0.1", 0)

    def ready(host: str, port: int) -> None:
        print(f"The bare server is ready on http://{host}:{port}", flush=True)

    Serving(options, make_app, ready).run()


if __name__ == "__main__":
    main(sys.argv[1])
