"""The API of the paper: print again, say that it came out, and what an agent may do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.domain.staff import Role
from core.store.sqlite import SqliteStore
from core.web.app import Parts, create
from core.web.concurrency import concurrency
from kiosk.agents import SILENT_S, Agents
from tests.web.conftest import Hall, HandClock

Headers = dict[str, str]
K1 = "k1"
SERVICE, OTHER = "ktp-rekam", "nib-umk"
"""Of CAPIL and of PTSP."""


@pytest.fixture
def hall(config: Any, tmp_path: Path) -> Iterator[Hall]:
    """The shipped hall, with the printer of kiosk k1 at an agent that prints only what a test says."""
    clock, store = HandClock(), SqliteStore(tmp_path)
    printers = dict(config.settings.printers)
    mine = config.plan.kiosks[K1].printer
    printers[mine] = replace(printers[mine], kind="agent")
    settings = replace(
        config.settings,
        server=replace(config.settings.server, async_mode="threading", open_kiosks=True),
        printers=printers,
    )
    application = create(Parts(config.plan, settings, store, clock, concurrency("threading"), tmp_path))
    yield Hall(application, clock, store)
    application.live.stop()
    application.stop()


@pytest.fixture
def agent(hall: Hall) -> Headers:
    """The token of kiosk k1's computer."""
    return hall.token("kiosk", K1)


@pytest.fixture
def supervisor(hall: Hall) -> Headers:
    return hall.token("supervisor", "wayan")


@pytest.fixture
def page(hall: Hall) -> Headers:
    """What the page of kiosk k1 sends along."""
    return {"Authorization": f"Bearer {hall.application.house.gate.page_pass(Role.KIOSK, K1)}"}


def printer(hall: Hall) -> str:
    found = hall.application.house.plan.kiosks[K1].printer
    assert found is not None
    return found


def post(hall: Hall, path: str, headers: Headers, status: int = 200, **body: Any) -> dict[str, Any]:
    answer = hall.client().post(f"/api/v1{path}", json=body, headers=headers)
    assert answer.status_code == status, answer.text
    return dict(answer.get_json())


def get(hall: Hall, path: str, headers: Headers, status: int = 200) -> dict[str, Any]:
    answer = hall.client().get(f"/api/v1{path}", headers=headers)
    assert answer.status_code == status, answer.text
    return dict(answer.get_json())


def issue(hall: Hall, headers: Headers, service: str = SERVICE, **body: Any) -> tuple[str, str]:
    """A ticket with paper at kiosk k1: its id and its job."""
    told = post(hall, "/tickets", headers, 201, service=service, **{"kiosk": K1, **body})
    return told["ticket"]["id"], told["print"]["job"]


def bring_to(hall: Hall, job: str, agent: Headers, *states: str) -> None:
    for state in states:
        post(hall, f"/jobs/{job}/report", agent, state=state, detail="")


def state_of(hall: Hall, job: str) -> str:
    return hall.application.house.engine.read(lambda now: now.jobs[job].state.value)


def test_the_agent_takes_a_job_to_its_end(hall: Hall, agent: Headers) -> None:
    _, job = issue(hall, agent)
    listed = get(hall, f"/printers/{printer(hall)}/jobs", agent)["jobs"]
    assert [(each["job"], each["state"]) for each in listed] == [(job, "queued")]
    paper = hall.client().get(f"/api/v1/jobs/{job}/paper", headers=agent)
    assert (paper.status_code, paper.mimetype) == (200, "application/octet-stream")
    assert paper.data.startswith(b"\x1b@")
    bring_to(hall, job, agent, "sending", "sent", "confirmed")
    assert state_of(hall, job) == "confirmed"
    assert get(hall, f"/printers/{printer(hall)}/jobs", agent)["jobs"] == []


def test_open_jobs_are_told_oldest_first(hall: Hall, agent: Headers) -> None:
    jobs = [issue(hall, agent)[1] for _ in range(3)]
    listed = get(hall, f"/printers/{printer(hall)}/jobs", agent)["jobs"]
    assert [each["job"] for each in listed] == jobs


def test_a_job_is_claimed_once(hall: Hall, agent: Headers) -> None:
    _, job = issue(hall, agent)
    bring_to(hall, job, agent, "sending")
    told = post(hall, f"/jobs/{job}/report", agent, 409, state="sending")
    assert (told["code"], told["state"]) == ("job_state", "sending")


def test_a_claim_whose_answer_was_lost_is_the_same_claim(hall: Hall, agent: Headers) -> None:
    _, job = issue(hall, agent)
    keyed = {**agent, "Idempotency-Key": "claim-1"}
    assert post(hall, f"/jobs/{job}/report", keyed, state="sending")["state"] == "sending"
    assert post(hall, f"/jobs/{job}/report", keyed, state="sending")["state"] == "sending"
    bring_to(hall, job, agent, "doubtful")
    # An old claim says how the job is now, so that nobody takes it for a new one.
    assert post(hall, f"/jobs/{job}/report", keyed, state="sending")["state"] == "doubtful"


@pytest.mark.parametrize("who", ["another kiosk", "a kiosk that is none", "the page", "a supervisor"])
def test_nobody_else_speaks_for_the_printer(
    hall: Hall, agent: Headers, page: Headers, supervisor: Headers, who: str
) -> None:
    _, job = issue(hall, agent)
    headers = {
        "another kiosk": hall.token("kiosk", "k2"),
        "a kiosk that is none": hall.token("kiosk", "tablet"),
        "the page": page,
        "a supervisor": supervisor,
    }[who]
    codes = {"a supervisor": "forbidden", "a kiosk that is none": "device_unbound"}
    expected = codes.get(who, "printer_foreign")
    for path, body in (
        (f"/jobs/{job}/report", {"state": "sending"}),
        (f"/printers/{printer(hall)}/report", {"state": "ok"}),
    ):
        assert post(hall, path, headers, 403, **body)["code"] == expected
    answer = hall.client().get(f"/api/v1/jobs/{job}/paper", headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (403, expected)
    assert state_of(hall, job) == "queued"


def test_the_device_of_a_kiosk_whose_printer_the_server_works_is_no_agent(hall: Hall) -> None:
    k2 = hall.token("kiosk", "k2")
    other = hall.application.house.plan.kiosks["k2"].printer
    assert post(hall, f"/printers/{other}/report", k2, 403, state="ok")["code"] == "printer_foreign"


def test_an_unknown_job_and_an_unknown_printer_are_told(
    hall: Hall, agent: Headers, supervisor: Headers
) -> None:
    assert post(hall, "/jobs/none/report", agent, 404, state="sending")["code"] == "job_unknown"
    assert post(hall, "/jobs/none/print", supervisor, 404)["code"] == "job_unknown"
    assert post(hall, "/jobs/none/seen", supervisor, 404)["code"] == "job_unknown"
    assert post(hall, "/prints", supervisor, 404, ticket="none")["code"] == "ticket_unknown"
    assert get(hall, "/printers/none/jobs", agent, 404)["code"] == "printer_unknown"
    assert post(hall, "/printers/none/report", agent, 404, state="ok")["code"] == "printer_unknown"


def test_how_the_printer_is_stands_in_the_list_with_what_waits(
    hall: Hall, agent: Headers, supervisor: Headers
) -> None:
    issue(hall, agent)

    def told() -> dict[str, Any]:
        listed = get(hall, "/printers", supervisor)["printers"]
        return next(each for each in listed if each["id"] == printer(hall))

    assert (told()["state"], told()["since"], told()["waiting"]) == ("unknown", None, 1)
    answer = post(hall, f"/printers/{printer(hall)}/report", agent, state="paper_out", detail="roll end")
    assert (answer["state"], answer["waiting"]) == ("paper_out", 1)
    since = told()["since"]
    assert since == "2026-11-24T09:00:00+08:00"
    hall.clock.forward(minutes=3)
    seq = hall.last_seq()
    post(hall, f"/printers/{printer(hall)}/report", agent, state="paper_out", detail="roll end")
    assert (told()["detail"], told()["since"]) == ("roll end", since)
    assert hall.last_seq() == seq  # the same again is no news for the log
    post(hall, f"/printers/{printer(hall)}/report", agent, state="ok")
    assert (told()["state"], told()["since"]) == ("ok", "2026-11-24T09:03:00+08:00")


def test_a_state_that_no_printer_has_is_refused(hall: Hall, agent: Headers) -> None:
    answer = post(hall, f"/printers/{printer(hall)}/report", agent, 422, state="burning")
    assert answer["code"] == "invalid_request"
    _, job = issue(hall, agent)
    assert post(hall, f"/jobs/{job}/report", agent, 422, state="queued")["code"] == "invalid_request"


def test_a_failed_job_is_printed_again_as_it_is(hall: Hall, agent: Headers, supervisor: Headers) -> None:
    _, job = issue(hall, agent)
    bring_to(hall, job, agent, "sending", "failed")
    assert post(hall, f"/jobs/{job}/print", supervisor) == {
        "job": job,
        "state": "queued",
        "detail": "again, by wayan",
    }


@pytest.mark.parametrize("end", [("sent",), ("sent", "confirmed"), ("doubtful",)])
def test_what_may_be_on_paper_comes_again_as_a_marked_copy(
    hall: Hall, agent: Headers, supervisor: Headers, end: tuple[str, ...]
) -> None:
    ticket, job = issue(hall, agent)
    bring_to(hall, job, agent, "sending", *end)
    told = post(hall, f"/jobs/{job}/print", supervisor)
    assert told["job"] == f"{ticket}.2"
    made = hall.application.house.engine.read(lambda now: now.jobs[told["job"]])
    assert (made.copy, made.ticket, made.state.value) == (1, ticket, "queued")
    assert state_of(hall, job) == end[-1]


def test_a_job_under_way_is_not_printed_again(hall: Hall, agent: Headers, supervisor: Headers) -> None:
    _, job = issue(hall, agent)
    assert post(hall, f"/jobs/{job}/print", supervisor, 409)["code"] == "job_state"
    bring_to(hall, job, agent, "sending")
    assert post(hall, f"/jobs/{job}/print", supervisor, 409)["code"] == "job_state"


def test_copies_end_at_the_halls_limit(hall: Hall, agent: Headers, supervisor: Headers) -> None:
    limit = hall.application.house.plan.rules.reprint_limit
    _, job = issue(hall, agent)
    bring_to(hall, job, agent, "sending", "confirmed")
    for _ in range(limit):
        job = post(hall, f"/jobs/{job}/print", supervisor)["job"]
        bring_to(hall, job, agent, "sending", "confirmed")
    refused = post(hall, f"/jobs/{job}/print", supervisor, 409)
    assert (refused["code"], refused["limit"]) == ("reprint_limit", limit)


def test_another_kiosks_printer_takes_what_failed(hall: Hall, agent: Headers, supervisor: Headers) -> None:
    _, job = issue(hall, agent)
    bring_to(hall, job, agent, "sending", "failed")
    post(hall, f"/jobs/{job}/print", supervisor, kiosk="k2")
    rerouted = hall.application.house.engine.read(lambda now: now.jobs[job].printer)
    assert rerouted == hall.application.house.plan.kiosks["k2"].printer


def test_a_ticket_without_paper_gets_its_first_one_where_it_is_asked_for(
    hall: Hall, agent: Headers, supervisor: Headers
) -> None:
    told = post(hall, "/tickets", agent, 201, service=SERVICE, paper=False)
    ticket = told["ticket"]["id"]
    assert post(hall, "/prints", supervisor, 409, ticket=ticket)["code"] == "kiosk_without_printer"
    printed = post(hall, "/prints", supervisor, ticket=ticket, kiosk=K1)
    assert (printed["job"], printed["state"]) == (f"{ticket}.1", "queued")


def test_an_officer_prints_for_the_own_agency_and_for_numbers_of_a_desk(hall: Hall, agent: Headers) -> None:
    capil = hall.token("officer", "ani", "CAPIL")
    own, job = issue(hall, agent)
    other, foreign = issue(hall, agent, OTHER)
    desk, by_hand = issue(hall, hall.token("officer", "desk", "CAPIL"), OTHER)
    for each in (job, foreign, by_hand):
        bring_to(hall, each, agent, "sending", "doubtful")
    assert post(hall, f"/jobs/{foreign}/seen", capil, 403)["code"] == "forbidden"
    assert post(hall, f"/jobs/{foreign}/print", capil, 403)["code"] == "forbidden"
    assert post(hall, "/prints", capil, 403, ticket=other)["code"] == "forbidden"
    assert post(hall, f"/jobs/{by_hand}/print", capil)["job"] == f"{desk}.2"
    assert post(hall, "/prints", capil, ticket=own)["job"] == f"{own}.2"


def test_whoever_only_reads_prints_nothing(hall: Hall, agent: Headers) -> None:
    auditor, board = hall.token("auditor", "dewi"), hall.token("board", "tv")
    _, job = issue(hall, agent)
    bring_to(hall, job, agent, "sending", "doubtful")
    for headers in (auditor, board):
        for path in (f"/jobs/{job}/print", f"/jobs/{job}/seen"):
            assert post(hall, path, headers, 403)["code"] == "forbidden"
    assert get(hall, "/printers", auditor)["printers"]
    assert get(hall, "/printers", board, 403)["code"] == "forbidden"
    assert post(hall, f"/jobs/{job}/seen", {}, 401)["code"] == "sign_in_required"


def test_the_kiosks_page_helps_itself_where_paper_is_missing(
    hall: Hall, agent: Headers, page: Headers
) -> None:
    ticket, job = issue(hall, page)
    assert post(hall, f"/jobs/{job}/print", page, 403)["code"] == "forbidden"  # nothing is missing yet
    bring_to(hall, job, agent, "sending", "doubtful")
    assert post(hall, f"/jobs/{job}/print", page, 403, kiosk="k2")["code"] == "forbidden"
    assert post(hall, f"/jobs/{job}/print", page)["job"] == f"{ticket}.2"
    assert post(hall, f"/jobs/{job}/print", page, 403)["code"] == "forbidden"  # the copy is on its way
    bring_to(hall, f"{ticket}.2", agent, "sending", "confirmed")
    assert post(hall, f"/jobs/{ticket}.2/print", page, 403)["code"] == "forbidden"


def test_the_page_of_another_kiosk_has_no_say(hall: Hall, agent: Headers) -> None:
    other = {"Authorization": f"Bearer {hall.application.house.gate.page_pass(Role.KIOSK, 'k2')}"}
    _, job = issue(hall, agent)
    bring_to(hall, job, agent, "sending", "doubtful")
    for path in (f"/jobs/{job}/print", f"/jobs/{job}/seen"):
        assert post(hall, path, other, 403)["code"] == "forbidden"


def test_a_person_settles_a_doubtful_job_and_the_log_says_who(
    hall: Hall, agent: Headers, supervisor: Headers
) -> None:
    _, job = issue(hall, agent)
    bring_to(hall, job, agent, "sending")
    assert post(hall, f"/jobs/{job}/seen", supervisor, 409)["code"] == "job_state"
    bring_to(hall, job, agent, "doubtful")
    assert post(hall, f"/jobs/{job}/seen", supervisor)["state"] == "confirmed"
    recorded = list(hall.store.everything())[-1]
    assert (recorded.actor.name, recorded.event.detail) == ("wayan", "seen by wayan")


def test_an_agent_that_falls_silent_is_told_and_its_return_too(hall: Hall, agent: Headers) -> None:
    house = hall.application.house
    now = [100.0]
    agents = Agents(house, lambda: now[0])
    post(hall, f"/printers/{printer(hall)}/report", agent, state="ok")
    now[0] += SILENT_S - 1
    agents.look()
    assert house.engine.read(lambda it: it.printers[printer(hall)].state.value) == "ok"
    now[0] += 1
    agents.look()
    status = house.engine.read(lambda it: it.printers[printer(hall)])
    assert (status.state.value, status.detail) == ("offline", "the kiosk's agent is silent")
    seq = hall.last_seq()
    agents.look()
    assert hall.last_seq() == seq  # once is enough
    post(hall, f"/printers/{printer(hall)}/report", agent, state="ok")
    assert house.engine.read(lambda it: it.printers[printer(hall)].state.value) == "ok"


def test_only_printers_of_agents_are_watched(hall: Hall) -> None:
    house = hall.application.house
    now = [0.0]
    agents = Agents(house, lambda: now[0])
    now[0] = SILENT_S
    agents.look()
    silent = house.engine.read(lambda it: [p for p, s in it.printers.items() if "agent" in s.detail])
    assert silent == [printer(hall)]


def test_two_who_see_the_same_job_print_one_paper(hall: Hall, agent: Headers, supervisor: Headers) -> None:
    _, job = issue(hall, agent)
    bring_to(hall, job, agent, "sending", "failed")
    post(hall, f"/jobs/{job}/print", supervisor, state="failed")
    bring_to(hall, job, agent, "sending", "sent", "confirmed")
    seq = hall.last_seq()
    late = post(hall, f"/jobs/{job}/print", supervisor, 409, state="failed")  # a screen from before
    assert (late["code"], late["job"], late["state"]) == ("job_state", job, "confirmed")
    assert hall.last_seq() == seq
    copy = post(hall, f"/jobs/{job}/print", supervisor, state="confirmed")["job"]
    bring_to(hall, copy, agent, "sending", "sent", "confirmed")
    late = post(hall, f"/jobs/{job}/print", supervisor, 409, state="confirmed")
    assert (late["job"], late["state"]) == (copy, "confirmed"), "a newer job of this ticket is there"
    assert post(hall, f"/jobs/{job}/print", supervisor)["job"] not in {job, copy}, (
        "a program may leave it out"
    )
