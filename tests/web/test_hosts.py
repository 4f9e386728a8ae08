"""Only hosts of this hall are served: what a browser has in its address bar begins the QR on the paper."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Response

from core.settings import ServerSettings
from core.store.sqlite import SqliteStore
from core.web.app import Parts, create
from core.web.concurrency import concurrency
from tests.web.conftest import Hall, HandClock

Opened = Callable[..., Hall]
LIVE = "/socket.io/?EIO=4&transport=polling"
ISSUE = "/api/v1/tickets"


@pytest.fixture
def opened(config: Any, tmp_path: Path) -> Iterator[Opened]:
    """Opens a hall with other settings of ``[server]``."""
    halls: list[Hall] = []

    def open_hall(**server: Any) -> Hall:
        settings = replace(config.settings, server=ServerSettings(async_mode="threading", **server))
        clock, store = HandClock(), SqliteStore(tmp_path)
        parts = Parts(config.plan, settings, store, clock, concurrency("threading"), tmp_path, True)
        halls.append(Hall(create(parts), clock, store))
        return halls[-1]

    yield open_hall
    for hall in halls:
        hall.application.live.stop()
        hall.application.stop()


@pytest.fixture(scope="module")
def hall(config: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """One hall for all tests that leave no traces."""
    folder = tmp_path_factory.mktemp("hosts")
    clock, store = HandClock(), SqliteStore(folder)
    settings = replace(config.settings, server=ServerSettings(async_mode="threading"))
    made = Hall(
        create(Parts(config.plan, settings, store, clock, concurrency("threading"), folder, True)),
        clock,
        store,
    )
    yield made
    made.application.live.stop()
    made.application.stop()


def asked(hall: Hall, host: str | None, path: str = "/api/v1/services", **headers: str) -> Any:
    """The answer of the whole application to a request with exactly this ``Host``."""
    environ: dict[str, Any] = {}
    setup_testing_defaults(environ)
    path, _, query = path.partition("?")
    environ |= {"PATH_INFO": path, "QUERY_STRING": query, "REMOTE_ADDR": "127.0.0.1"}
    environ |= {"wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO()}
    del environ["HTTP_HOST"]
    if host is not None:
        environ["HTTP_HOST"] = host
    environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    return Response(*run_wsgi_app(hall.application.flask, environ, buffered=True))


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:8000",
        "localhost.",
        "127.0.0.1:8000",
        "127.3.2.1",
        "[::1]:8000",
    ],
)
def test_names_and_addresses_of_this_machine_are_served(hall: Hall, host: str) -> None:
    assert asked(hall, host).status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/kiosk/k1", "/api/v1/services", "/staff/login", LIVE, "/metrics", "/nothing"]
)
def test_another_host_reaches_nothing(hall: Hall, path: str) -> None:
    answer = asked(hall, "evil.example", path)
    assert answer.status_code == 421
    assert "Set-Cookie" not in answer.headers
    assert "evil.example" in answer.get_data(as_text=True)
    assert "[server]" in answer.get_data(as_text=True), "it says what to set"


def test_static_files_are_not_served_to_another_host(hall: Hall) -> None:
    found = re.search(r'src="(/static/[^"]+)"', hall.client().get("/kiosk/k1").get_data(as_text=True))
    assert found is not None
    assert asked(hall, "localhost", found[1]).status_code == 200
    assert asked(hall, "evil.example", found[1]).status_code == 421


def test_a_program_gets_a_problem_in_its_language(hall: Hall) -> None:
    for lang, word in (("id", "tambahkan"), ("en", "add")):
        problem = asked(hall, "evil.example:8000", accept_language=lang)
        assert problem.content_type == "application/problem+json"
        told = problem.get_json(force=True)
        assert (told["code"], told["status"], told["host"]) == ("host_not_allowed", 421, "evil.example")
        assert word in told["detail"]


def test_a_person_gets_plain_words_in_both_languages(hall: Hall) -> None:
    page = asked(hall, "evil.example", "/kiosk/k1", accept="text/html")
    assert page.content_type == "text/plain; charset=utf-8"
    assert {"tambahkan", "restart"} <= set(re.findall(r"\w+", page.get_data(as_text=True)))


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        " ",
        "two hosts",
        "localhost, evil.example",
        "localhost,localhost",
        "localhost:port",
        "localhost:0",
        "localhost:99999",
        "localhost:",
        "localhost:80:80",
        "localhost/..",
        "localhost@evil.example",
        "evil.example#localhost",
        "evil.example\\@localhost",
        "[::1",
        "::1",
        "[127.0.0.1]",
        "[::1%25eth0]",
        "..",
        "-localhost",
        "localhost\t",
        "loc\x00alhost",
        "l\u00f6calhost",
        "a" * 10_000,
        "a." * 5_000 + "localhost",
        "1" * 300,
    ],
)
def test_a_malformed_host_is_a_bad_request(hall: Hall, host: str | None) -> None:
    answer = asked(hall, host)
    assert (answer.status_code, answer.get_json(force=True)["code"]) == (400, "bad_host")
    assert len(answer.get_data()) < 1000


@pytest.mark.parametrize(
    "host",
    [".".join("0000"), "[::]", "255.255.255.255", "224.0.0.1", "192.0.2.1", "2130706433", "0x7f.0.0.1"],
)
def test_numbers_that_are_no_address_of_this_machine_are_refused(hall: Hall, host: str) -> None:
    assert asked(hall, host).status_code == 421


def test_a_watchdog_may_ask_by_any_name(hall: Hall) -> None:
    for host in (None, "evil.example", "two hosts"):
        assert asked(hall, host, "/healthz").status_code == 200


def test_names_of_the_configuration_are_served(opened: Opened) -> None:
    hall = opened(
        hosts=("antrean.kantor.lan", "192.0.2.7", "2001:db8::7"),
        public_url="https://antrean.example.go.id:8443/x",
    )
    for host in ("antrean.kantor.lan:8000", "192.0.2.7", "[2001:db8:0::7]:80", "antrean.example.go.id"):
        assert asked(hall, host).status_code == 200, host
    for host in ("kantor.lan", "x.antrean.kantor.lan", "192.0.2.8", "antrean.example.go.id.evil.example"):
        assert asked(hall, host).status_code == 421, host


def test_the_address_that_is_listened_on_is_served(opened: Opened) -> None:
    hall = opened(host="hall.lan")
    assert asked(hall, "hall.lan").status_code == 200
    assert asked(hall, "other.lan").status_code == 421


def test_a_ticket_bears_the_host_by_which_its_kiosk_came_and_no_forged_one(hall: Hall) -> None:
    headers = hall.token("kiosk", "k1")
    body = {"service": "ktp-rekam", "paper": False}
    client = hall.client()
    given = client.post(ISSUE, json=body, headers={**headers, "Host": "127.0.0.5:8000"})
    assert given.get_json()["ticket"]["url"].startswith("http://127.0.0.5:8000/t/")
    forged = client.post(ISSUE, json=body, headers={**headers, "Host": "evil.example"})
    assert forged.status_code == 421
    sent = {**headers, "Host": "localhost", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    sent |= {
        "Forwarded": "host=evil.example;proto=https",
        "X-Forwarded-Port": "99",
        "X-Forwarded-Prefix": "/x",
    }
    kept = client.post(ISSUE, json=body, headers=sent)
    assert kept.get_json()["ticket"]["url"].startswith("http://localhost/t/")


def test_the_log_names_each_refused_host_once_and_not_without_end(
    opened: Opened, caplog: pytest.LogCaptureFixture
) -> None:
    hall = opened()
    with caplog.at_level(logging.WARNING, "antrean.hosts"):
        for number in range(50):
            asked(hall, f"h{number}.example")
            asked(hall, "h0.example")
    told = [record.getMessage() for record in caplog.records if record.name == "antrean.hosts"]
    assert len(told) == 20
    assert sum("host=h0.example:" in each for each in told) == 1
    assert "not logged" in told[-1]
    assert "antrean_hosts_refused_total 100.0" in asked(hall, "localhost", "/metrics").get_data(as_text=True)


# -- proxies ---------------------------------------------------------------------------------------


def guesses(hall: Hall, count: int, **environ: Any) -> list[int]:
    """Ask for tickets that there are not, each time as another forwarded client."""
    return [
        hall.client()
        .get(
            "/api/v1/tickets/none",
            headers={
                "X-Forwarded-For": f"10.0.{number // 250}.{number % 250 + 1}",
                "Forwarded": f"for={number}",
            },
            environ_overrides=environ,
        )
        .status_code
        for number in range(count)
    ]


def test_a_limit_by_address_is_not_dodged_by_a_forged_header(opened: Opened) -> None:
    assert guesses(opened(), 130)[-1] == 429


def test_behind_a_proxy_each_client_counts_by_itself_and_only_the_last_hop_is_believed(
    opened: Opened,
) -> None:
    hall = opened(trusted_proxies=1)
    assert set(guesses(hall, 130)) == {404}
    forged = [
        hall.client()
        .get("/api/v1/tickets/none", headers={"X-Forwarded-For": f"10.9.9.{number}, 10.1.1.1"})
        .status_code
        for number in range(130)
    ]
    assert forged[-1] == 429


def test_a_forged_scheme_does_not_make_a_cookie_secure(opened: Opened) -> None:
    hall = opened()
    answer = asked(hall, "localhost", "/staff/login", x_forwarded_proto="https", x_forwarded_ssl="on")
    assert "antrean=" in answer.headers["Set-Cookie"]
    assert "Secure" not in answer.headers["Set-Cookie"]


def test_behind_a_proxy_its_scheme_and_host_count(opened: Opened) -> None:
    hall = opened(trusted_proxies=1, hosts=("antrean.example.go.id",))
    forwarded = {"x_forwarded_host": "antrean.example.go.id", "x_forwarded_proto": "https"}
    answer = asked(hall, "127.0.0.1:8000", "/staff/login", **forwarded)
    assert "Secure" in answer.headers["Set-Cookie"]
    foreign = asked(hall, "127.0.0.1:8000", x_forwarded_host="evil.example")
    assert foreign.status_code == 421
    hops = asked(hall, "127.0.0.1:8000", x_forwarded_host="antrean.example.go.id, evil.example")
    assert hops.status_code == 421, "only the last hop counts"


@pytest.mark.parametrize(
    "forged", [{"x_forwarded_proto": "javascript"}, {"x_forwarded_port": "x"}, {"x_forwarded_host": "a b"}]
)
def test_nonsense_from_a_proxy_is_a_bad_request(opened: Opened, forged: dict[str, str]) -> None:
    assert asked(opened(trusted_proxies=1), "localhost", **forged).status_code == 400


# -- the live line ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 200),
        ("http://localhost:8000", 200),
        ("http://LOCALHOST:8000", 200),
        ("http://evil.example", 400),
        ("http://evil.example:8000", 400),
        ("http://localhost:9000", 400),
        ("http://localhost", 400),
        ("http://127.0.0.1:8000", 400),
        ("http://localhost:8000.evil.example", 400),
        ("http://localhost:8000@evil.example", 400),
        ("null", 400),
        ("file://", 400),
        ("", 200),
        ("*", 400),
    ],
)
def test_a_page_of_another_origin_opens_no_live_line(hall: Hall, origin: str | None, status: int) -> None:
    sent = {} if origin is None else {"origin": origin}
    assert asked(hall, "localhost:8000", LIVE, **sent).status_code == status


def test_a_forged_forwarded_host_opens_no_live_line(hall: Hall) -> None:
    forged = {
        "origin": "https://evil.example",
        "x_forwarded_host": "evil.example",
        "x_forwarded_proto": "https",
    }
    assert asked(hall, "localhost:8000", LIVE, **forged).status_code == 400


def test_pages_of_configured_names_open_a_live_line_behind_any_proxy(opened: Opened) -> None:
    hall = opened(hosts=("hall.lan",), public_url="https://antrean.example.go.id:8443")
    for origin in ("https://antrean.example.go.id:8443", "https://hall.lan", "http://hall.lan:8000"):
        assert asked(hall, "127.0.0.1:8000", LIVE, origin=origin).status_code == 200, origin
    for origin in ("https://hall.lan:9000", "https://x.hall.lan", "ftp://hall.lan"):
        assert asked(hall, "127.0.0.1:8000", LIVE, origin=origin).status_code == 400, origin


def test_a_proxy_that_ends_tls_and_keeps_the_host_needs_no_setting_for_the_live_line(opened: Opened) -> None:
    hall = opened(hosts=("hall.lan",))
    assert asked(hall, "hall.lan", LIVE, origin="https://hall.lan").status_code == 200
    trusting = opened(trusted_proxies=1, hosts=("hall.lan",))
    forwarded = {"x_forwarded_host": "hall.lan", "x_forwarded_proto": "https", "x_forwarded_port": "443"}
    assert asked(trusting, "127.0.0.1:8000", LIVE, origin="https://hall.lan", **forwarded).status_code == 200
