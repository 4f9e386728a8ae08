"""``docs/security.md`` says of every route and live topic who may use it: what the program itself answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.domain.staff import DEVICE_ROLES, STAFF_ROLES
from core.web import auth, passes, sessions
from tests.docs.matrix import BEGIN, END, PAGE, Stage, routes, staged, tables_of, topics

REMEDY = "run: .venv/bin/python -m tests.docs.matrix"


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged() as made:
        yield made


@pytest.fixture(scope="module", name="answers")
def _answers(stage: Stage) -> dict[str, list[str]]:
    return routes(stage)


def test_the_tables_are_what_the_program_answers(stage: Stage, answers: dict[str, list[str]]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    told = page[page.index(BEGIN) : page.index(END) + len(END)]
    assert told == tables_of(stage, answers, topics(stage)), REMEDY


def test_every_role_is_a_caller(stage: Stage) -> None:
    roles = {caller.actor.role for caller in stage.callers if caller.actor is not None}
    assert roles == STAFF_ROLES | DEVICE_ROLES


def test_nobody_changes_anything_but_their_own(answers: dict[str, list[str]]) -> None:
    """The few routes by which somebody without an account changes the hall: a new one is looked at twice."""
    open_to_all = {
        route for route, told in answers.items() if told[0] == "yes" and not route.startswith("GET ")
    }
    assert open_to_all == {
        "POST /api/v1/tickets/{token}/cancel",
        "POST /api/v1/tickets/{token}/postpone",
        "POST /api/v1/tickets/{token}/push",
        "POST /api/v1/tickets/{token}/push/stop",
        "DELETE /api/v1/tickets/{token}/push",
        "POST /staff/login",
        "POST /staff/logout",
    }


def test_a_topic_without_a_secret_in_its_name_needs_somebody(stage: Stage) -> None:
    assert {topic for topic, answers in topics(stage).items() if answers[0] == "yes"} == {"ticket:ID"}


def test_times_and_numbers_are_those_in_the_code() -> None:
    page = " ".join(PAGE.read_text(encoding="utf-8").split())
    assert f"after {sessions.SIGNED_IN_S // 3600} hours" in page
    assert f"{sessions.EACH} sessions of one account" in page
    assert f"after {passes.LASTS_S // 3600} hours" in page
    assert f"{auth.DEVICE_SESSION.days} days" in page
