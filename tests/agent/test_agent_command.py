"""``antrean kiosk-agent`` as it is started on a kiosk's computer."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from core.cli import main
from core.cli.agent import _printer
from tests.agent.place import KIOSK, PRINTER, Place, until
from tests.running import antrean

GIVEN = ["kiosk-agent", "--url", "http://127.0.0.1:9", "--kiosk", "k1"]


def refused(arguments: list[str], **variables: str) -> str:
    """What is said when the command is refused as mistaken."""
    told = CliRunner().invoke(main, arguments, env={"ANTREAN_TOKEN": "", **variables})
    assert told.exit_code == 2, told.output
    return told.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["kiosk-agent"], "--url is missing"),
        (["kiosk-agent", "--url", "http://hall"], "--kiosk is missing"),
        ([*GIVEN, "--kind", "usb"], "--device is missing"),
        ([*GIVEN, "--kind", "network"], "--host is missing"),
        (GIVEN, "--kind is missing"),
        ([*GIVEN, "--kind", "serial", "--device", "/dev/ttyS0", "--baud", "3"], "baud"),
        ([*GIVEN, "--kind", "virtual", "--token-file", "/nowhere/token"], "/nowhere/token"),
        ([*GIVEN, "--kind", "virtual", "--config", "/nowhere/agent.toml"], "/nowhere/agent.toml"),
    ],
)
def test_what_is_missing_or_wrong_is_told_in_a_sentence(arguments: list[str], says: str) -> None:
    assert says in refused(arguments, ANTREAN_TOKEN="atk_x")


def test_without_a_token_it_says_how_to_make_one() -> None:
    assert "antrean token add kiosk" in refused([*GIVEN, "--kind", "virtual"])


def test_a_key_that_the_file_may_not_have_is_told(tmp_path: Path) -> None:
    file = tmp_path / "agent.toml"
    file.write_text('url = "http://hall"\nkiosk = "k1"\nkisok = "k1"\n[printer]\nkind = "virtual"\n')
    assert "kisok: there is no such key" in refused(["kiosk-agent", "--config", str(file)], ANTREAN_TOKEN="x")
    file.write_text('url = "http://hall"\nkiosk = "k1"\n[printer]\nkind = "usb"\ndevise = "x"\n')
    assert "devise" in refused(["kiosk-agent", "--config", str(file)], ANTREAN_TOKEN="x")


def test_a_printer_answers_unless_its_kind_cannot_or_it_is_told_not_to() -> None:
    assert _printer({"kind": "usb", "device": "04b8:0e15"}).answers
    assert not _printer({"kind": "file", "device": "/dev/usb/lp0"}).answers
    assert not _printer({"kind": "usb", "device": "04b8:0e15", "answers": False}).answers


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.close()


def says(place: Place, pattern: str) -> bool:
    return re.search(pattern, place.log.read_text()) is not None


def test_it_prints_what_the_kiosk_gives_and_finds_a_hall_that_was_away(place: Place) -> None:
    # Given a hall and the agent of its kiosk
    place.start_server()
    place.start_agent()
    until(lambda: says(place, "line: follows kiosk:k1"))
    # When numbers are given, the paper ends, and the hall is started anew
    place.issue()
    until(place.settled)
    place.simulator.fault = "paper-out"
    failed = place.issue()["print"]["job"]
    until(lambda: [(each["job"], each["state"]) for each in place.jobs()] == [(failed, "failed")])
    place.simulator.fault = ""
    place.kill_server()
    until(lambda: says(place, "hall: out of reach"))
    place.start_server()
    place.issue()
    until(lambda: says(place, r"\(A003\): confirmed"))
    # Then each event is a line, and what failed is still to be printed by a person's word alone
    for line in (
        "printer: paper_out",
        r"job \S+ \(A001\): confirmed",
        r"job \S+ \(A002\): failed",
        "hall: back",
    ):
        assert says(place, line), line
    assert len([strip for strip in place.simulator.strips if strip.whole]) == 2
    # And it ends when it is told to, between two jobs
    assert place.agent is not None
    place.agent.send_signal(signal.SIGTERM)
    assert place.agent.wait(20) == 0
    assert says(place, "agent of k1: stopped")


def test_it_waits_for_a_hall_that_is_not_there_yet(place: Place) -> None:
    place.start_server()
    assert place.server is not None
    place.token = place.server.new_token("kiosk", KIOSK)
    place.kill_server()
    place.start_agent()
    until(lambda: says(place, "hall: out of reach .*trying until it is there"))
    place.start_server()
    until(lambda: says(place, f"prints for http://127.0.0.1:{place.port} as {PRINTER}"))


def test_a_token_that_is_not_this_kiosks_ends_it_with_the_reason(place: Place) -> None:
    place.start_server()
    assert place.server is not None
    for name, token in (
        ("device_unbound", place.server.new_token("kiosk", "tablet")),
        ("token_unknown", "atk_wrong"),
    ):
        place.token = token
        place.start_agent()
        assert place.agent is not None
        assert place.agent.wait(60) == 2
        assert says(place, f"the hall refuses this agent: {name}")


def test_a_revoked_token_ends_the_agent(place: Place) -> None:
    place.start_server()
    place.start_agent()
    until(lambda: says(place, "line: follows"))
    antrean("token", "revoke", KIOSK, "--data", str(place.folder / "data"))
    assert place.agent is not None
    assert place.agent.wait(60) == 2
    with pytest.raises(httpx.HTTPStatusError), place.client() as client:
        client.get(f"/api/v1/printers/{PRINTER}/jobs").raise_for_status()
