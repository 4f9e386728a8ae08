"""Who may open the reception's page, and what it knows from the first byte."""

from __future__ import annotations

import json
import re

import pytest
from flask.testing import FlaskClient

from tests.web.conftest import Hall

PASSWORD = "a-long-password"


def signed_in(hall: Hall, role: str) -> FlaskClient:
    hall.person("sari", role, PASSWORD)
    client = hall.client()
    csrf = (
        client.get("/staff/login")
        .text.split('name="csrf_token"', 1)[1]
        .split('value="', 1)[1]
        .split('"', 1)[0]
    )
    client.post("/staff/login", data={"name": "sari", "password": PASSWORD, "csrf_token": csrf})
    return client


@pytest.mark.parametrize("role", ["officer", "supervisor", "admin"])
def test_staff_find_it_from_their_page(hall: Hall, role: str) -> None:
    client = signed_in(hall, role)
    assert 'href="/reception"' in client.get("/staff").text
    answer = client.get("/reception")
    assert answer.status_code == 200
    found = re.search(r'<script type="application/json" id="snapshot">(.*?)</script>', answer.text, re.DOTALL)
    assert found is not None
    told = json.loads(found[1])
    plan = hall.application.house.plan
    assert [each["id"] for each in told["services"]] == list(plan.services)
    assert [each["id"] for each in told["classes"]] == list(plan.classes)
    assert {each["id"] for each in told["kiosks"]} == {k.id for k in plan.kiosks.values() if k.printer}


def test_an_auditor_gives_no_numbers(hall: Hall) -> None:
    client = signed_in(hall, "auditor")
    assert 'href="/reception"' not in client.get("/staff").text
    assert client.get("/reception").status_code == 403


def test_nobody_gets_in_without_signing_in(hall: Hall) -> None:
    answer = hall.client().get("/reception")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/staff/login")
