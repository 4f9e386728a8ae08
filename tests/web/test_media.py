"""Pictures and videos of the boards: what is listed, what is served, and what never leaves the folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from werkzeug.exceptions import NotFound

from core.domain.plan import Board, BoardKind, Words
from display.media import LOOKED_AT_EVERY_S, Shelf

HALL = Board("hall", Words("Mal", "Hall"), BoardKind.HALL)
QUIET = Board("quiet", Words("Mal", "Hall"), BoardKind.HALL, shows=frozenset({"clock"}))


class Steady:
    """A clock that the test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    media = tmp_path / "data" / "media"
    media.mkdir(parents=True)
    return media


def names(shelf: Shelf, board: Board = HALL) -> list[str]:
    return [each["url"].partition("?")[0].removeprefix("/display/media/") for each in shelf.of(board)]


def test_files_are_listed_by_name_as_people_count_them(folder: Path) -> None:
    for name in ("10.jpg", "2.MP4", "1 satu.png", "b.webm", "notes.txt", ".hidden.jpg", "x.svg"):
        (folder / name).write_bytes(b"x")
    listed = Shelf(folder).of(HALL)
    assert [each["kind"] for each in listed] == ["picture", "video", "picture", "video"]
    assert names(Shelf(folder)) == ["1%20satu.png", "2.MP4", "10.jpg", "b.webm"]


def test_a_board_with_files_of_its_own_shows_those_alone(folder: Path) -> None:
    (folder / "all.jpg").write_bytes(b"x")
    assert names(Shelf(folder)) == ["all.jpg"]
    (folder / "hall").mkdir()
    assert names(Shelf(folder)) == ["all.jpg"]
    (folder / "hall" / "own.jpg").write_bytes(b"x")
    assert names(Shelf(folder)) == ["hall/own.jpg"]


def test_no_folder_and_a_board_without_media_list_nothing(folder: Path, tmp_path: Path) -> None:
    (folder / "all.jpg").write_bytes(b"x")
    assert names(Shelf(folder), QUIET) == []
    assert names(Shelf(tmp_path / "nowhere")) == []


def test_a_new_file_is_seen_soon_and_a_changed_one_has_a_new_address(folder: Path) -> None:
    clock = Steady()
    shelf = Shelf(folder, clock)
    (folder / "a.jpg").write_bytes(b"x")
    first = shelf.of(HALL)
    (folder / "a.jpg").write_bytes(b"xyz")
    (folder / "b.jpg").write_bytes(b"x")
    assert shelf.of(HALL) == first
    clock.now += LOOKED_AT_EVERY_S
    second = shelf.of(HALL)
    assert len(second) == 2
    assert second[0]["url"] != first[0]["url"]


@pytest.mark.parametrize(
    "name",
    [
        "../secret.jpg",
        "hall/../../secret.jpg",
        "/etc/passwd",
        "notes.txt",
        "",
        "hall",
        ".hidden.jpg",
        ".x/a.jpg",
    ],
)
def test_nothing_else_leaves_the_folder(folder: Path, name: str) -> None:
    (folder.parent / "secret.jpg").write_bytes(b"x")
    (folder / "notes.txt").write_bytes(b"x")
    (folder / ".hidden.jpg").write_bytes(b"x")
    (folder / ".x").mkdir()
    (folder / ".x" / "a.jpg").write_bytes(b"x")
    (folder / "hall").mkdir()
    with pytest.raises(NotFound):
        Shelf(folder).path(name)


def test_a_link_that_leads_out_of_the_folder_is_not_followed(folder: Path) -> None:
    (folder.parent / "secret.jpg").write_bytes(b"x")
    os.symlink(folder.parent / "secret.jpg", folder / "link.jpg")
    with pytest.raises(NotFound):
        Shelf(folder).path("link.jpg")
