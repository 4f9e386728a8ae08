"""Who may do what: drives every route and every live topic as everybody, for the tables in docs/security.md.

``python -m tests.docs.matrix`` writes the tables anew.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from core.accounts import add_account, add_device
from core.config import load
from core.domain.errors import Refusal
from core.domain.staff import Account, Actor, Role
from core.passwords import new_token, token_hash
from core.store.memory import MemoryStore
from core.web.app import Application, Parts, create
from core.web.concurrency import concurrency

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "security.md"
BEGIN, END = "<!-- written by python -m tests.docs.matrix -->", "<!-- until here -->"
YES, NO, SIGN_IN = "yes", "no", "-"
K1, BOARD = "k1", "zone-a"
PRINTER = "printer"

BODIES: dict[str, dict[str, Any]] = {
    "POST /api/v1/tickets": {"service": "ktp-rekam", "kiosk": K1},
    "POST /api/v1/prints": {"ticket": "20261124-A001"},
    "POST /api/v1/jobs/{job}/report": {"state": "sending"},
    "POST /api/v1/printers/{printer}/report": {"state": "ok"},
    "POST /api/v1/tickets/{token}/push": {
        "endpoint": "https://push.example/x",
        "keys": {"p256dh": "A" * 87, "auth": "A" * 22},
    },
    "DELETE /api/v1/tickets/{token}/push": {"endpoint": "https://push.example/x"},
    "POST /api/v1/tickets/{token}/push/stop": {"endpoint": "https://push.example/x"},
    "POST /api/v1/services/{service}/pause": {"reason": "x"},
}
"""Bodies that fit, where an empty one does not: only then is the caller's right looked at."""
NAMES = {"service": "ktp-rekam", "counter": "1", "action": "open", "day": "2026-11-24", "board": BOARD}
IDENTS = {"/kiosk/": K1, "/display/": BOARD, "/counter/": "1"}


class StoppedClock:
    """A working day at nine."""

    def now(self) -> datetime:
        return datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Caller:
    """One column. ``token``: what a program or page sends; ``cookie``: makes a browser that is let in."""

    name: str
    token: str = ""
    actor: Actor | None = None
    account: Account | None = None


@dataclass(frozen=True)
class Stage:
    """A hall with its callers, one ticket and one print job."""

    application: Application
    callers: tuple[Caller, ...]
    names: dict[str, str]


@contextmanager
def staged() -> Iterator[Stage]:
    """A hall with ``open_kiosks = false`` whose kiosk k1 has an agent's printer."""
    config = load(ROOT / "config.toml")
    printer = config.plan.kiosks[K1].printer or ""
    settings = replace(
        config.settings,
        server=replace(config.settings.server, async_mode="threading", open_kiosks=False),
        printers={
            **config.settings.printers,
            printer: replace(config.settings.printers[printer], kind="agent"),
        },
    )
    # A printer's thread may still write its last file while the folder is removed.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        parts = Parts(
            config.plan, settings, MemoryStore(), StoppedClock(), concurrency("threading"), Path(folder)
        )
        application = create(parts)
        application.flask.config["WTF_CSRF_METHODS"] = set()  # rights alone; forgery has tests of its own
        try:
            yield _stage(application, printer)
        finally:
            application.live.stop()
            application.stop()


def _stage(application: Application, printer: str) -> Stage:
    gate, engine = application.house.gate, application.house.engine

    def account(kind: str, name: str) -> Account:
        found = engine.read(lambda hall: hall.account(kind, name))
        assert found is not None
        return found

    def device(name: str, role: Role, bound_to: str) -> Caller:
        made, ident = new_token(), name.replace(" ", "-")
        add_device(engine, ident, role, token_hash(made), bound_to)
        return Caller(name, made, gate.actor_of_token(made), account("token", ident))

    def person(name: str, role: Role, agency: str | None = None) -> Caller:
        made, ident = new_token(), name.replace(" ", "-")
        add_account(engine, ("staff", ident), role, "no password", agency)
        add_account(engine, ("token", ident), role, token_hash(made), agency)
        return Caller(name, made, gate.actor_of_token(made), account("staff", ident))

    kiosk = device("kiosk", Role.KIOSK, K1)
    passes = {
        "kiosk page": gate.page_pass(Role.KIOSK, K1, kiosk.account),
        "board page": gate.page_pass(Role.BOARD, BOARD),
    }
    callers = (
        Caller("nobody"),
        *(Caller(name, made, gate.actor_of_token(made)) for name, made in passes.items()),
        kiosk,
        device("other kiosk", Role.KIOSK, "k2"),
        device("board", Role.BOARD, BOARD),
        device("other board", Role.BOARD, "zone-b"),
        person("officer", Role.OFFICER, "CAPIL"),
        person("officer elsewhere", Role.OFFICER, "PTSP"),
        person("auditor", Role.AUDITOR),
        person("supervisor", Role.SUPERVISOR),
        person("admin", Role.ADMIN),
    )
    issued = application.flask.test_client().post(
        "/api/v1/tickets",
        json=BODIES["POST /api/v1/tickets"],
        headers={"Authorization": f"Bearer {kiosk.token}"},
    )
    assert issued.status_code == 201, issued.text
    told = issued.get_json()
    BODIES["POST /api/v1/prints"] = {"ticket": told["ticket"]["id"]}
    names = {**NAMES, "token": told["ticket"]["token"], "job": told["print"]["job"], PRINTER: printer}
    return Stage(
        application, callers, {**names, "number": told["ticket"]["number"], "lang": "id", "name": "x.png"}
    )


def routes(stage: Stage) -> dict[str, list[str]]:
    """``METHOD /path`` to the answer for each caller."""
    found = {}
    for rule in stage.application.flask.url_map.iter_rules():
        if "/static" in rule.rule or rule.endpoint == "static":
            continue
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            found[f"{method} {path}"] = [_asked(stage, method, path, caller) for caller in stage.callers]
    return dict(sorted(found.items(), key=lambda each: each[0].split(" ")[::-1]))


def _asked(stage: Stage, method: str, path: str, caller: Caller) -> str:
    ident = next((known for start, known in IDENTS.items() if path.startswith(start)), "x")
    address = re.sub(r"{(\w+)}", lambda name: stage.names.get(name[1], ident), path)
    programs = path.startswith("/api/") or caller.account is None
    headers = {"Authorization": f"Bearer {caller.token}"} if programs and caller.token else {}
    with stage.application.flask.test_client() as client:
        if not programs:
            _let_in(stage, client, caller)
        body = BODIES.get(f"{method} {path}", {}) if path.startswith("/api/") and method != "GET" else None
        answer = client.open(address, method=method, json=body, headers=headers)
        answer.close()
    assert answer.status_code != 500, (method, path, caller.name)
    if answer.status_code == 422 and answer.is_json and answer.get_json()["code"] == "invalid_request":
        raise AssertionError(f"{method} {path}: give it a body that fits, in BODIES of {__name__}")
    location = answer.headers.get("Location", "")
    if answer.status_code == 401 or (answer.status_code == 302 and "/staff/login?next=" in location):
        # A wrong password is no question of rights.
        signed_in = caller.account is not None and caller.account.kind == "staff"
        return YES if path == "/staff/login" or (path == "/staff/password" and signed_in) else SIGN_IN
    return NO if answer.status_code == 403 else YES


def _let_in(stage: Stage, client: FlaskClient, caller: Caller) -> None:
    """A browser of this person, or of this registered device."""
    account = caller.account
    assert account is not None
    with client.session_transaction() as session:
        if account.kind == "token":
            session["device"] = [account.name, account.id, account.version]
        else:
            session["_user_id"] = stage.application.house.gate.sessions.begin(account, "")


def topics(stage: Stage) -> dict[str, list[str]]:
    """``topic:ID`` to the answer for each caller."""
    samples = {
        "kiosk": K1,
        "board": BOARD,
        "voice": BOARD,
        "counter": "1",
        "ticket": stage.names["token"],
        "ops": "",
    }
    found = {}
    for face in stage.application.faces:
        for topic in face.topics:
            ident = samples.get(topic.name, "x")
            name = f"{topic.name}:ID" if ident else topic.name
            found[name] = [_admitted(topic.admit, ident, caller) for caller in stage.callers]
    return dict(sorted(found.items()))


def _admitted(admit: Callable[[str, Actor | None], None], ident: str, caller: Caller) -> str:
    try:
        admit(ident, caller.actor)
    except Refusal as refusal:
        return {401: SIGN_IN, 403: NO}.get(refusal.status, YES)
    return YES


def tables() -> str:
    """Both tables, as they stand in the page."""
    with staged() as stage:
        return tables_of(stage, routes(stage), topics(stage))


def tables_of(stage: Stage, of_routes: dict[str, list[str]], of_topics: dict[str, list[str]]) -> str:
    """Both tables of answers that are known."""
    names = [caller.name for caller in stage.callers]
    parts = [_table("route", names, of_routes), _table("live topic", names, of_topics)]
    return "\n".join([BEGIN, "", *parts, END])


def _table(what: str, names: list[str], rows: dict[str, list[str]]) -> str:
    lines = [f"| {what} | {' | '.join(names)} |", "| --- |" + " --- |" * len(names)]
    lines += [f"| `{name}` | {' | '.join(cells)} |" for name, cells in rows.items()]
    return "\n".join(lines) + "\n"


def written(page: str, made: str) -> str:
    """The page with the tables in their place."""
    head, _, rest = page.partition(BEGIN)
    return head + made + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), tables()), encoding="utf-8")
