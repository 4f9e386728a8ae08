"""``docs/protocol.md`` names every route, action, problem and topic that the program has, and no others."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import core.web.live
import core.web.problems
from core.config import load
from core.domain.errors import Refusal, Unknown
from core.domain.staff import TOKEN_ROLES
from core.ports import StoreError
from core.store.memory import MemoryStore
from core.web.app import Application, Parts, create
from core.web.concurrency import concurrency
from core.web.problems import Problems
from counter.api import ACTIONS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
HOMES = (
    "core.domain.errors",
    "core.engine.fairness",
    "core.web.problems",
    "core.web.live",
    "kiosk.api",
    "kiosk.jobs_api",
    "counter.api",
    "display.api",
)
"""Modules that hold refusals or may: imported, so that every subclass is known."""


class StoppedClock:
    """A working day at nine."""

    def now(self) -> datetime:
        return datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


class Keys:
    """A catalogue that answers with its keys."""

    def say(self, key: str, lang: str, /, **facts: object) -> str:
        return key

    def has(self, key: str, lang: str) -> bool:
        return False


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Any:
    config = load(ROOT / "config.toml")
    parts = Parts(
        plan=config.plan,
        settings=replace(config.settings, server=replace(config.settings.server, async_mode="threading")),
        store=MemoryStore(),
        clock=StoppedClock(),
        concurrency=concurrency("threading"),
        data=tmp_path_factory.mktemp("data"),
    )
    made = create(parts)
    yield made
    made.live.stop()
    made.stop()


def section(title: str) -> str:
    """The text under a second-level heading."""
    return PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def codes_in_tables(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]


def test_every_route_is_told_and_every_told_route_exists(application: Application) -> None:
    told = set(re.findall(r"^### `([A-Z]+) (/\S+)`$", PAGE, re.MULTILINE))
    true = set()
    for rule in application.flask.url_map.iter_rules():
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        if not path.startswith("/api/v1/") or path == "/api/v1/" or "/static/" in path:
            continue  # flask-openapi3's own
        true |= {(method, path) for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    assert told == true


def test_the_description_for_machines_names_the_same_routes(application: Application) -> None:
    described = {
        (method.upper(), path)
        for path, methods in application.flask.api_doc["paths"].items()
        for method in methods
        if path.startswith("/api/v1/")
    }
    told = set(re.findall(r"^### `([A-Z]+) (/\S+)`$", PAGE, re.MULTILINE))
    assert described == told - {("GET", "/api/v1/openapi.json")}


def test_routes_outside_the_api_exist(application: Application) -> None:
    rules = {re.sub(r"<(path:)?\w+>", "X", rule.rule) for rule in application.flask.url_map.iter_rules()}
    text = section("Outside the API")
    told = re.findall(r"`(?:GET )?(/[\w./]*)`", text)
    assert told
    for address in told:
        assert re.sub(r"\b(ID|TOKEN|LANG|NUMBER|COUNTER|NAME)\b", "X", address) in rules, address


def test_every_action_at_a_counter_is_told() -> None:
    text = PAGE.split("### `POST /api/v1/counters/{counter}/{action}`", 1)[1].split("\n### ", 1)[0]
    assert [row[0] for row in codes_in_tables(text)] == list(ACTIONS)


def refusals(root: type[Refusal] = Refusal) -> set[tuple[str, int]]:
    """Code and status of every refusal of the program's own packages."""
    found = set()
    for each in root.__subclasses__():
        if each is not Unknown and each.__module__.split(".")[0] in {"core", "kiosk", "counter", "display"}:
            found.add((each.code, each.status))
        found |= refusals(each)
    return found


def of_the_web() -> set[tuple[str, int]]:
    """Code and status of the problems that are made of exceptions which are no refusals."""
    makes = Problems(Keys())  # type: ignore[arg-type]
    made = [makes.of(trouble, "en") for trouble in (StoreError(""), RuntimeError(""))]
    made.append(makes.of(core.web.problems.CSRFError(), "en"))
    pairs = {(problem["code"], problem["status"]) for problem in made}
    pairs |= {(code, status) for status, code in core.web.problems._HTTP_CODES.items()}
    return pairs | {("invalid_request", 422)}


def test_every_problem_is_told_with_its_status() -> None:
    for home in HOMES:
        import_module(home)
    told = {(row[0], int(row[1])) for row in codes_in_tables(section("Problems"))}
    assert told == refusals() | of_the_web()


def test_problems_are_told_in_order_and_once() -> None:
    told = [row[0] for row in codes_in_tables(section("Problems"))]
    assert told == sorted(set(told))


def test_problems_named_elsewhere_on_the_page_exist(application: Application) -> None:
    known = {row[0] for row in codes_in_tables(section("Problems"))}
    told = re.findall(r"`\d{3} (\w+)`", PAGE)
    for sentence in re.findall(r"Problems?: ([^.]*)\.", section("Routes")):
        told += re.findall(r"`(\w+)`", sentence)
    actions = PAGE.split("### `POST /api/v1/counters/{counter}/{action}`", 1)[1].split("\n### ", 1)[0]
    for row in codes_in_tables(actions):
        told += [code.strip("` ") for code in row[3].split(",")]
    assert len(told) > 30
    assert set(told) <= known


def test_every_live_topic_is_told(application: Application) -> None:
    true = {topic.name for face in application.faces for topic in face.topics}
    rows = codes_in_tables(section("Live views").split("```js", 1)[0])
    told = {row[0].partition(":")[0] for row in rows}
    assert told == true


def test_numbers_of_the_live_line_are_those_in_the_code() -> None:
    live = core.web.live
    text = " ".join(section("Live views").split())
    assert f"pings every {live.PING_INTERVAL} s and waits {live.PING_TIMEOUT} s" in text
    assert f"once {live.PACKETS_BOUND:,} packets" in text
    assert f"at most {live.TOPICS_BOUND} topics" in text


def test_roles_are_told() -> None:
    told = re.search(r"^Roles: (.*?)\.", PAGE, re.MULTILINE)
    assert told is not None
    assert set(re.findall(r"`(\w+)`", told[1])) == {role.value for role in TOKEN_ROLES}
