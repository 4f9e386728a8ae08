"""The pages of the staff: where everything is, signing in, choosing a counter, the workstation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, redirect, request, url_for
from flask_login import current_user, login_required  # type: ignore[import-untyped]
from werkzeug.wrappers import Response

from core.domain import commands as c
from core.domain.errors import CounterUnknown
from core.domain.hall import Hall
from core.domain.staff import AT_COUNTERS, STAFF_ROLES, Actor
from core.passwords import PASSWORD_LENGTH
from core.web.addresses import inside
from core.web.face import House
from core.web.pages import Page, render
from core.web.sign_in import NAME_AT_MOST, PASSWORD_AT_MOST, Outcome
from counter.api import admit
from counter.ops import WATCHING, ops_page
from counter.overview import zones_of
from counter.signed_in import listed, session_routes

HERE = Path(__file__).parent


def pages(house: House) -> Blueprint:
    """``/``, ``/staff``, ``/staff/login``, ``/counter/ID`` and ``/ops``."""
    blueprint = Blueprint(
        "counter",
        __name__,
        template_folder=str(HERE / "templates"),
        static_folder=str(HERE / "static"),
        static_url_path="/static/counter",
    )
    _home(house, blueprint)
    _signing_in(house, blueprint)
    _password(house, blueprint)
    session_routes(house, blueprint)
    _workstation(house, blueprint)
    ops_page(house, blueprint)
    return blueprint


def _plain(house: House, template: str, title: str, **variables: Any) -> str:
    return render(
        house,
        Page(
            face="counter",
            template=template,
            bundle="pages.js",
            styles="pages.css",
            title=title,
            variables=variables,
        ),
    )


def _home(house: House, blueprint: Blueprint) -> None:
    @blueprint.get("/")
    def home() -> str:
        zones = house.engine.read(lambda hall: zones_of(house, hall))
        ops = current_user.is_authenticated and current_user.actor.role in WATCHING
        return _plain(house, "counter/home.html", "home.title", zones=zones, ops=ops)


def _signing_in(house: House, blueprint: Blueprint) -> None:
    @blueprint.route("/staff/login", methods=["GET", "POST"])
    def login() -> str | Response | tuple[str, int, dict[str, str]]:
        wanted = inside(request.values.get("next", ""))
        if request.method == "GET":
            if current_user.is_authenticated:
                return redirect(wanted or url_for("counter.staff"))
            notice = "signed_out" if "out" in request.args else None
            return _login_page(next=wanted, notice=notice)
        name = request.form.get("name", "").strip()
        tried = house.sign_in.attempt(name, request.form.get("password", ""))
        if tried.account is None:
            page = _login_page(next=wanted, name=name[:NAME_AT_MOST], problem=tried.problem, wait=tried.wait)
            return page, tried.status, tried.headers
        house.gate.enter(tried.account)
        return redirect(wanted or url_for("counter.staff"))

    def _login_page(**variables: Any) -> str:
        told = {"next": "", "name": "", "problem": None, "notice": None, "wait": 0, **variables}
        return _plain(house, "counter/login.html", "staff.sign_in", **told)

    @blueprint.post("/staff/logout")
    def logout() -> Response:
        house.gate.leave()
        return redirect(url_for("counter.login", out=1))


def _password(house: House, blueprint: Blueprint) -> None:
    @blueprint.get("/staff")
    @login_required  # type: ignore[untyped-decorator]
    def staff() -> str:
        notices = {"changed": "password_changed", "ended": "sessions_ended"}
        return _staff_page(notice=next((notices[each] for each in notices if each in request.args), None))

    @blueprint.post("/staff/password")
    @login_required  # type: ignore[untyped-decorator]
    def password() -> Response | tuple[str, int, dict[str, str]]:
        actor: Actor = current_user.actor
        new = request.form.get("new", "")
        if new != request.form.get("again", ""):
            return _staff_page(problem="password_differs"), 422, {}
        if not PASSWORD_LENGTH <= len(new) <= PASSWORD_AT_MOST:
            problem = "password_short" if len(new) < PASSWORD_LENGTH else "password_long"
            return _staff_page(problem=problem), 422, {}
        secret = house.sign_in.renew(actor.name, request.form.get("current", ""), new)
        if isinstance(secret, Outcome):
            problem = "password_wrong" if secret.problem == "wrong" else secret.problem
            return _staff_page(problem=problem, wait=secret.wait), secret.status, secret.headers
        house.engine.do(c.SetSecret(actor, "staff", actor.name, secret))
        # The new password ended this session too.
        if (account := house.gate.newest(actor)) is not None:
            house.gate.enter(account)
            house.sign_in.remember(account)
        return redirect(url_for("counter.staff", changed=1))

    def _staff_page(**variables: Any) -> str:
        actor: Actor = current_user.actor
        groups = house.engine.read(lambda hall: _groups(house, hall, actor))
        told = {
            "problem": None,
            "notice": None,
            "least": PASSWORD_LENGTH,
            "groups": groups,
            "wait": 0,
            **variables,
        }
        told["most"] = PASSWORD_AT_MOST
        told["sessions"] = listed(house)
        told["ops"] = actor.role in WATCHING
        told["reception"] = "kiosk" in current_app.blueprints and actor.role in AT_COUNTERS
        return _plain(house, "counter/staff.html", "staff.title", **told)


def _groups(house: House, hall: Hall, actor: Actor) -> list[dict[str, Any]]:
    """The counters at which this person may work, by agency."""
    if actor.role not in AT_COUNTERS:
        return []
    groups = []
    for agency in house.plan.agencies.values():
        counters = [each for each in house.plan.counters.values() if each.agency == agency.id]
        if counters and actor.agency in (None, agency.id):
            groups.append(
                {
                    "agency": {"id": agency.id, "name": {"id": agency.name.id, "en": agency.name.en}},
                    "counters": [house.views.counter(hall, each) for each in counters],
                }
            )
    return groups


def _workstation(house: House, blueprint: Blueprint) -> None:
    @blueprint.get("/counter/<ident>")
    @login_required  # type: ignore[untyped-decorator]
    def workstation(ident: str) -> str:
        actor = house.gate.require(*STAFF_ROLES, action="see_counter")
        counter = house.plan.counters.get(ident)
        if counter is None:
            raise CounterUnknown(counter=ident)
        admit(house, ident, actor)
        look: Callable[[Hall], tuple[Any, int]] = lambda hall: (  # noqa: E731
            house.views.workstation(hall, counter, house.clock.now()),
            hall.seq,
        )
        view, seq = house.engine.read(look)
        return render(
            house,
            Page(
                face="counter",
                template="counter/workstation.html",
                bundle="workstation.js",
                styles="workstation.css",
                title="counter.title",
                texts=("counter.",),
                snapshot=view,
                settings={"topic": f"counter:{ident}", "counter": ident, "seq": seq},
            ),
        )
