"""Reading ``config.toml`` and the files it includes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.config.problems import Problem, shown


@dataclass(frozen=True, slots=True)
class Source:
    """One file as read. ``name``: its path relative to the folder of the configuration."""

    name: str
    data: Mapping[str, Any]


@dataclass
class Reading:
    """The files of one configuration, in the order in which they are included."""

    folder: Path
    sources: list[Source] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    complete: bool = True
    """Whether every file was found and could be read."""
    _seen: set[Path] = field(default_factory=set)

    def name_of(self, path: Path) -> str:
        """The path as the technician knows it."""
        return path.relative_to(self.folder).as_posix() if self._inside(path) else str(path)

    def _inside(self, path: Path) -> bool:
        return path.is_relative_to(self.folder)

    def read(self, path: Path, trail: tuple[Path, ...] = ()) -> None:
        """Read one file, then what it includes. ``trail``: the files that led here."""
        name = self.name_of(path)
        self._seen.add(path)
        try:
            # Windows' editor puts a mark before UTF-8; tomllib would stumble over it.
            data = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
        except tomllib.TOMLDecodeError as error:
            self._unreadable(name, f"is not TOML: {error}")
        except UnicodeDecodeError as error:
            self._unreadable(name, f"is not UTF-8 text (byte {error.start})")
        except OSError as error:
            self._unreadable(name, f"cannot be read: {error.strerror or error}")
        else:
            self.sources.append(Source(name, data))
            for position, wanted in enumerate(self._wanted(name, data), start=1):
                self._include(path, f"include[#{position}]", wanted, (*trail, path))

    def _unreadable(self, name: str, wrong: str) -> None:
        self.complete = False
        self.problems.append(Problem(name, "", wrong))

    def _wanted(self, name: str, data: Mapping[str, Any]) -> list[Any]:
        wanted = data.get("include", [])
        if isinstance(wanted, list):
            return wanted
        self.problems.append(
            Problem(
                name, "include", f"{shown(wanted)} is not a list", 'a list of files, ["hall/agencies.toml"]'
            )
        )
        return []

    def _include(self, path: Path, key: str, wanted: Any, trail: tuple[Path, ...]) -> None:
        name = self.name_of(path)
        if not isinstance(wanted, str) or not wanted.strip():
            self.problems.append(
                Problem(name, key, f"{shown(wanted)} is not the name of a file", "text in quotes")
            )
            return
        target = (path.parent / wanted).resolve()
        if target in trail:
            circle = " → ".join(self.name_of(each) for each in (*trail[trail.index(target) :], target))
            self.problems.append(
                Problem(name, key, f"goes round in a circle: {circle}", "a file that is not above it")
            )
        elif target in self._seen:
            self.problems.append(Problem(name, key, f"{shown(wanted)} is included twice", "each file once"))
        elif not target.is_file():
            self.complete = False
            self.problems.append(
                Problem(name, key, f"there is no file {shown(wanted)}", f"a file, named relative to {name}")
            )
        else:
            self.read(target, trail)
