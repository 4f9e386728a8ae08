"""``docs/dependencies.md`` has one line for each direct dependency, and no others."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
BROWSER = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))


def told(title: str) -> list[str]:
    text = PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)


def names(requirements: list[str]) -> list[str]:
    return [re.split(r"[\[<>=~! ]", requirement, maxsplit=1)[0] for requirement in requirements]


def test_what_runs() -> None:
    assert sorted(told("To run")) == sorted(names(PROJECT["project"]["dependencies"]))


def test_what_is_optional() -> None:
    for extra in PROJECT["project"].get("optional-dependencies", {}).values():
        for name in names(extra):
            assert f"`{name}`" in PAGE


def test_what_develops() -> None:
    assert sorted(told("To develop")) == sorted(names(PROJECT["dependency-groups"]["dev"]))


def test_what_the_browser_gets() -> None:
    assert sorted(told("In the browser")) == sorted([*BROWSER["dependencies"], *BROWSER["devDependencies"]])
