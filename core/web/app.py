"""The composition root of the web: the application factory."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from flask import Flask, Response
from flask_login import current_user  # type: ignore[import-untyped]
from flask_openapi3.openapi import OpenAPI
from whitenoise import WhiteNoise  # type: ignore[import-untyped]

from core.domain.events import AccountRevoked, SecretChanged, SessionsEnded
from core.domain.plan import Plan
from core.domain.staff import Actor
from core.engine.effects import Effects
from core.engine.engine import Engine
from core.engine.views import Views
from core.hosts import Hosts
from core.ports import Clock, Concurrency, Store
from core.secret_files import session_key
from core.settings import Settings
from core.web import auth, health, pages, problems, standing
from core.web.accounts import Directory
from core.web.api import INFO, HallRequest, OrjsonProvider, Problem
from core.web.auth import Gate
from core.web.changed_plan import adopt
from core.web.condition import Condition, greeting
from core.web.face import Face, House
from core.web.host_check import HostCheck
from core.web.i18n import Texts, language
from core.web.live import NAMESPACE, Live, Wiring
from core.web.presence import Presence
from core.web.problems import Problems
from core.web.sessions import Sessions
from core.web.sign_in import SignIn
from core.web.throttle import Throttle

FILES_KEPT_S = 365 * 24 * 3600
BODY_LIMIT = 64 * 1024
ENDING = (AccountRevoked, SecretChanged, SessionsEnded)
"""After these events somebody who was in is out."""
SCHEME: dict[str, Any] = {"bearer": {"type": "http", "scheme": "bearer"}}
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Parts:
    """The adapters that the composition root has chosen."""

    plan: Plan
    settings: Settings
    store: Store
    clock: Clock
    concurrency: Concurrency
    data: Path
    training: bool = False
    steady: Callable[[], float] = time.monotonic
    """Seconds of a clock that only runs forward, for limits."""


@dataclass(frozen=True)
class Application:
    """A hall that can be served. ``start`` it in the process that serves, after the patching."""

    flask: Flask
    house: House
    live: Live
    presence: Presence
    condition: Condition
    faces: tuple[Face, ...]

    def stop(self) -> None:
        """Take no more commands; what is under way is finished, and the ledger closed."""
        self.presence.stop()
        self.condition.stop()
        for face in self.faces:
            face.stop()
        self.house.engine.close()


def create(parts: Parts) -> Application:
    """Build the engine and mount the faces on it; the log is read and the engine runs afterwards."""
    engine = Engine(parts.plan, parts.store, parts.clock, parts.concurrency)
    engine.start()
    adopt(engine, parts.settings.printers)
    modules = {name: import_module(name) for name in parts.settings.faces}
    folders = [Path(str(module.__file__)).parent / "translations" for module in modules.values()]
    texts = Texts([HERE / "translations", *folders])
    key = session_key(parts.data)
    sessions = Sessions(parts.data, parts.concurrency)
    open_kiosks = parts.settings.server.kiosks_open(training=parts.training)
    gate = Gate(Directory(engine), sessions, key, open_kiosks=open_kiosks)
    house = House(
        plan=parts.plan,
        settings=parts.settings,
        engine=engine,
        clock=parts.clock,
        concurrency=parts.concurrency,
        texts=texts,
        views=Views(texts, parts.training),
        gate=gate,
        throttle=Throttle(parts.steady),
        sign_in=SignIn(gate, parts.concurrency, key, parts.steady),
        data=parts.data,
        training=parts.training,
    )
    faces = tuple(module.face(house) for module in modules.values())
    app = _flask(house, faces, key)
    server = parts.settings.server
    door = HostCheck(Hosts(server), _problems(house), server.trusted_proxies)
    live = _live(app, house, faces, door)
    app.wsgi_app = door.before(app.wsgi_app)  # type: ignore[method-assign, assignment]
    health.register(app, house, faces, lambda: [*live.metrics(), *door.metrics(), *standing.metrics()])
    engine.subscribe(live.publish)
    engine.subscribe(house.sign_in.follow)
    _end_lines_with_accounts(live, house)
    presence = Presence(engine, lambda: live.followers("counter"), parts.clock, parts.concurrency)
    presence.start()
    condition = Condition(engine, partial(live.socketio.emit, namespace=NAMESPACE), parts.concurrency)
    condition.start()
    for face in faces:
        face.start()
    return Application(app, house, live, presence, condition, faces)


def _end_lines_with_accounts(live: Live, house: House) -> None:
    """Open sockets end at once with the account or the session by which they came."""

    def review() -> None:
        house.concurrency.spawn(live.review)

    def look(effects: Effects) -> None:
        if any(isinstance(each.event, ENDING) for each in effects.recorded):
            review()

    house.engine.subscribe(look)
    house.gate.sessions.when_ended(review)


def _flask(house: House, faces: tuple[Face, ...], key: bytes) -> Flask:
    shown = _problems(house)
    app = OpenAPI(
        "core.web",
        info=INFO,
        doc_prefix="/api/v1",
        doc_url="/openapi.json",
        security_schemes=SCHEME,
        validation_error_callback=lambda error: problems.answer(shown.of_validation(error, language())),
        static_folder=str(HERE / "static"),
        static_url_path="/static",
        template_folder=str(HERE / "templates"),
    )
    app.request_class = HallRequest
    app.json = OrjsonProvider(app)
    app.config.update(
        SECRET_KEY=key,
        MAX_CONTENT_LENGTH=BODY_LIMIT,
        SESSION_COOKIE_NAME="antrean",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365),
    )
    app.components_schemas[Problem.__name__] = Problem.model_json_schema()
    standing.register(app, house.gate.has_device)
    auth.register(app, house.gate)
    problems.register(app, shown)
    pages.register(app, house)
    for face in faces:
        for blueprint in face.pages:
            app.register_blueprint(blueprint)
        for routes in face.api:
            app.register_api(routes)
    app.after_request(_harden)
    _serve_files(app, faces)
    return app


def _serve_files(app: Flask, faces: tuple[Face, ...]) -> None:
    """Static files through WhiteNoise, which sends the compressed ones that the build leaves beside them.

    Their addresses carry a digest (``asset``), so browsers may keep them for a year.
    """
    files = WhiteNoise(app.wsgi_app, max_age=FILES_KEPT_S, add_headers_function=_harden_file)
    files.add_files(str(HERE / "static"), prefix="static/")
    for face in faces:
        for blueprint in face.pages:
            if blueprint.static_folder is not None and Path(blueprint.static_folder).is_dir():
                files.add_files(blueprint.static_folder, prefix=f"static/{face.name}/")
    app.wsgi_app = files  # type: ignore[method-assign]


def _harden_file(headers: Headers, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"


def _harden(response: Response) -> Response:
    """Headers that keep a page to itself; the address of a ticket's page must not leak by Referer."""
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault(
        "Content-Security-Policy",
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; media-src 'self' blob:; "
        "connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    )
    if response.mimetype in {"application/json", "application/problem+json", "text/html"}:
        headers.setdefault("Cache-Control", "no-store")
    return response


def _problems(house: House) -> Problems:
    def again(opens_at: datetime) -> Mapping[str, str]:
        told = house.engine.read(lambda hall: house.views.again(hall, opens_at))
        return {"id": told["id"], "en": told["en"]}

    return Problems(house.texts, again)


def _live(app: Flask, house: House, faces: tuple[Face, ...], door: HostCheck) -> Live:
    shown = _problems(house)

    def session_actor() -> Actor | None:
        return current_user.actor if current_user.is_authenticated else None

    def session_id() -> str | None:
        return current_user.session.digest if current_user.is_authenticated else None

    live = Live(
        Wiring(
            topics={topic.name: topic for face in faces for topic in face.topics},
            epoch=house.engine.epoch,
            seq=lambda: house.engine.read(lambda hall: hall.seq),
            clock=house.clock,
            concurrency=house.concurrency,
            actor_of=lambda token: None if token is None else house.gate.actor_of_token(token),
            session_actor=session_actor,
            origin=door.allows_origin,
            session_id=session_id,
            session_alive=house.gate.alive,
            build=pages.build_of(app),
            problem=lambda error, lang: shown.of(error, lang or language()),
            greeting=lambda: greeting(house.engine),
        )
    )
    live.bind(app, house.settings.server.async_mode)
    return live
