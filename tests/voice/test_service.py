"""The voice in a hall: addresses of a call's files, who may fetch them, and when they are there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import miniaudio
import pytest
from flask.testing import FlaskClient

from core.settings import Settings, VoiceSettings
from core.store.memory import MemoryStore
from core.web.app import Application, Parts, create
from core.web.concurrency import concurrency
from display.voice.studio import Silent, Studio
from tests.web.conftest import Hall, HandClock

SERVICE, AGENCY = "ktp-hilang", "CAPIL"


@dataclass
class Heard:
    """A hall that issues and calls."""

    application: Application
    kiosk: dict[str, str]
    officer: dict[str, str]

    @property
    def client(self) -> FlaskClient:
        return self.application.flask.test_client()

    def issue(self, lang: str = "id") -> dict[str, Any]:
        answer = self.client.post(
            "/api/v1/tickets", headers=self.kiosk, json={"service": SERVICE, "lang": lang}
        )
        assert answer.status_code == 201, answer.text
        return dict(answer.get_json()["ticket"])

    def act(self, counter: str, action: str) -> dict[str, Any]:
        answer = self.client.post(f"/api/v1/counters/{counter}/{action}", headers=self.officer)
        assert answer.status_code == 200, answer.text
        return dict(answer.get_json())

    def board(self, ident: str = "hall") -> dict[str, Any]:
        return dict(self.client.get(f"/api/v1/boards/{ident}").get_json())

    def get(self, address: str, **headers: str) -> Any:
        return self.client.get(address, headers=headers)


@pytest.fixture
def begin(config: Any, tmp_path: Path) -> Iterator[Callable[..., Heard]]:
    begun: list[Application] = []

    def start(languages: tuple[str, ...] = ("id", "en"), **voice: Any) -> Heard:
        settings: Settings = replace(
            config.settings,
            server=replace(config.settings.server, async_mode="threading"),
            voice=VoiceSettings(**voice),
            languages=languages,
        )
        threads, store = concurrency("threading"), MemoryStore()
        application = create(Parts(config.plan, settings, store, HandClock(), threads, tmp_path))
        begun.append(application)
        hall = Hall(application, HandClock(), store)  # type: ignore[arg-type]  # the same port
        return Heard(
            application, hall.token("kiosk", "without-paper"), hall.token("officer", "wayan", AGENCY)
        )

    yield start
    for each in begun:
        each.live.stop()
        each.stop()


@pytest.fixture
def heard(begin: Callable[..., Heard]) -> Heard:
    return begin()


def called(heard: Heard, lang: str = "id") -> str:
    """A number that counter 1 calls."""
    heard.act("1", "open")
    number = str(heard.issue(lang)["number"])
    assert heard.act("1", "next")["current"]["number"] == number
    return number


def test_a_call_is_served_as_a_file_that_players_can_ask_parts_of(heard: Heard) -> None:
    number = called(heard)
    whole = heard.get(f"/voice/id/{number}/1.mp3")
    assert (whole.status_code, whole.mimetype) == (200, "audio/mpeg")
    assert 4 < miniaudio.decode(whole.data).duration < 10
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert whole.headers["Cache-Control"] == "max-age=3600"
    part = heard.get(f"/voice/id/{number}/1.mp3", Range="bytes=100-199")
    assert (part.status_code, part.data) == (206, whole.data[100:200])
    same = heard.get(f"/voice/id/{number}/1.mp3", **{"If-None-Match": whole.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    again = heard.get(f"/voice/id/{number}/1.mp3")
    assert again.data == whole.data


@pytest.mark.parametrize(
    "address",
    [
        "/voice/id/A099/1.mp3",  # not issued
        "/voice/id/A002/1.mp3",  # waits
        "/voice/id/A001/2.mp3",  # called to another counter
        "/voice/id/A001/999.mp3",
        "/voice/fr/A001/1.mp3",
        "/voice/id/a001/1.mp3",
        "/voice/id/A001/1.wav",
        "/voice/id/A001/1",
    ],
)
def test_nobody_makes_the_server_speak_at_will(
    heard: Heard, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    called(heard)
    heard.issue()

    def refuse(_self: Studio, _said: Any) -> None:
        raise AssertionError("nothing may be made")

    monkeypatch.setattr(Studio, "file", refuse)
    assert heard.get(address).status_code == 404


def test_a_number_stays_to_be_heard_after_it_was_served_and_recalled(heard: Heard) -> None:
    number = called(heard)
    heard.act("1", "start")
    heard.act("1", "finish")
    assert heard.get(f"/voice/en/{number}/1.mp3").status_code == 200


@pytest.mark.parametrize(("lang", "langs"), [("id", ["id"]), ("en", ["id", "en"])])
def test_a_call_names_its_files_in_the_tickets_language_too(
    heard: Heard, lang: str, langs: list[str]
) -> None:
    number = called(heard, lang)
    wanted = [f"/voice/{each}/{number}/1.mp3" for each in langs]
    for board in ("hall", "zone-a", "sign-1"):
        assert [each["audio"] for each in heard.board(board)["current"]] == [wanted]
    topics = {topic.name: topic for face in heard.application.faces for topic in face.topics}
    house = heard.application.house
    view = topics["board"].view("hall", house.clock.now())
    assert [each["audio"] for each in view["current"]] == [wanted]
    heard.act("1", "start")
    heard.act("1", "finish")
    assert heard.board()["recent"][0]["audio"] == wanted
    for address in wanted:
        assert heard.get(address).status_code == 200


def test_live_calls_name_their_files(heard: Heard) -> None:
    seen: list[Any] = []
    heard.application.house.engine.subscribe(lambda effects: seen.append(effects) if effects.calls else None)
    heard.act("1", "open")
    ticket = heard.issue("en")
    heard.act("1", "next")
    wanted = [f"/voice/{lang}/{ticket['number']}/1.mp3" for lang in ("id", "en")]
    topics = {topic.name: topic for face in heard.application.faces for topic in face.topics}
    for name, ident in (("board", "hall"), ("ticket", ticket["token"])):
        assert [call["audio"] for call in topics[name].calls(seen[0], ident)] == [wanted]


def test_an_indonesian_hall_speaks_indonesian_only(begin: Callable[..., Heard]) -> None:
    heard = begin(languages=("id",))
    number = called(heard, "en")
    assert heard.board()["current"][0]["audio"] == [f"/voice/id/{number}/1.mp3"]
    assert heard.get(f"/voice/en/{number}/1.mp3").status_code == 404


def test_a_voice_that_is_switched_off_has_no_files(begin: Callable[..., Heard], tmp_path: Path) -> None:
    heard = begin(enabled=False)
    number = called(heard, "en")
    assert heard.board()["current"][0]["audio"] == []
    assert heard.get(f"/voice/id/{number}/1.mp3").status_code == 404
    assert not (tmp_path / "voice").exists()


def test_a_call_that_cannot_be_said_is_503_and_the_hall_goes_on(
    heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = called(heard)

    def fails(_self: Studio, _said: Any) -> None:
        raise Silent("no room")

    monkeypatch.setattr(Studio, "file", fails)
    answer = heard.get(f"/voice/id/{number}/1.mp3")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    heard.act("1", "start")


def test_recordings_that_are_not_there_stop_no_hall(
    begin: Callable[..., Heard], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    heard = begin(recordings=tmp_path / "nowhere")
    assert f"{tmp_path / 'nowhere'} cannot be read" in caplog.text
    number = called(heard)
    assert heard.get(f"/voice/id/{number}/1.mp3").status_code == 200
