"""A request that breaks off is no request: the whole hall, over bare sockets."""

from __future__ import annotations

import shutil

import httpx
import pytest

from tests.live.raw import chunked, dial, half, post
from tests.running import CONFIG, serving

pytestmark = pytest.mark.timeout(120)

JSON = "Content-Type: application/json"
FORM = "Content-Type: application/x-www-form-urlencoded"


@pytest.fixture(scope="module", params=["eventlet", "gevent", "threading"])
def hall(request, tmp_path_factory):
    """A hall with an officer at counter 1 who serves a ticket."""
    folder = tmp_path_factory.mktemp("hall")
    shutil.copytree(CONFIG.parent / "hall", folder / "hall")
    text = CONFIG.read_text(encoding="utf-8")
    (folder / "config.toml").write_text(
        text.replace("[server]\n", f'[server]\nasync_mode = "{request.param}"\n'), encoding="utf-8"
    )
    with serving("--config", str(folder / "config.toml")) as server:
        server.issue("ktp-cetak-baru")
        for action in ("open", "next", "start"):
            assert server.act("1", action).is_success
        yield server


def port_of(server):
    return httpx.URL(server.url).port


def state(server):
    """How many events there are, and what is at the counter."""
    with server.client(server.tokens["officer-1"]) as client:
        current = client.get("/api/v1/counters/1").json()["current"]
        figures = client.get("/metrics").text
    events = next(line for line in figures.splitlines() if line.startswith("antrean_events_total "))
    return events, current["number"], current["state"]


def bearer(server):
    return f"Authorization: Bearer {server.tokens['officer-1']}"


def refused(got):
    head, _, body = got.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400"), got
    assert b"body_cut_short" in body
    assert b"application/problem+json" in head


@pytest.mark.parametrize(
    ("action", "body"),
    [("park", b'{"minutes": 5}'), ("close", b'{"last": true}'), ("finish", b'{"outcome": "x"}')],
)
@pytest.mark.parametrize("arrives", [0, 2, -1])
def test_a_body_that_breaks_off_changes_nothing(hall, action, body, arrives):
    before = state(hall)
    sent = post(f"/api/v1/counters/1/{action}", body[:arrives], len(body), JSON, bearer(hall))
    refused(half(port_of(hall), sent))
    assert state(hall) == before


@pytest.mark.parametrize("pieces", [[], [b'{"minutes"'], [b'{"minutes": 5}']])
def test_chunks_that_break_off_change_nothing(hall, pieces):
    before = state(hall)
    sent = chunked("/api/v1/counters/1/park", *pieces, headers=[JSON, bearer(hall)])
    refused(half(port_of(hall), sent))
    assert state(hall) == before


def test_chunks_that_end_well_are_a_request(hall):
    sent = chunked("/api/v1/counters/1/recall", b"{", b"}", headers=[JSON, bearer(hall), "Connection: close"])
    got = half(port_of(hall), sent + b"0\r\n\r\n")
    assert b"body_cut_short" not in got
    assert b"broken_json" not in got


@pytest.mark.parametrize("path", ["/staff/login", "/staff/password", "/staff/logout"])
def test_a_form_that_breaks_off_is_refused_before_it_is_looked_at(hall, path):
    got = half(port_of(hall), post(path, b"name=capil&passw", 60, FORM, "Accept: application/json"))
    refused(got)


def test_nothing_after_a_body_that_broke_off_is_a_request(hall):
    with dial(port_of(hall)) as line:
        line.sendall(post("/api/v1/counters/1/park", b"", 9, JSON, bearer(hall), "Connection: close"))
        line.sendall(b'{"minu')
        line.shutdown(1)
        got = line.recv(65536)
    assert got.count(b"HTTP/1.1") == 1
