"""Walls that no linter holds: names that only some modules may know, texts that must exist, sizes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("core", "kiosk", "counter", "display")
GREEN = {"core/web/worker.py", "core/web/concurrency.py"}
CATALOGUES = ("core/web", "kiosk", "counter", "display")
WRONG_SPELLING = re.compile(r"\b(antrian|nomer)\b", re.IGNORECASE)


def sources(ending: str) -> list[Path]:
    return [
        path
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob(f"*{ending}"))
        if "static" not in path.parts and "sample" not in path.parts
    ]


def texts(lang: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for package in CATALOGUES:
        for path in sorted((ROOT / package / "translations" / lang / "LC_MESSAGES").glob("*.po")):
            with path.open("rb") as file:
                for message in read_po(file, locale=lang):
                    if message.id:
                        assert str(message.id) not in found, f"{path}: {message.id} stands twice"
                        found[str(message.id)] = str(message.string)
    return found


def test_only_worker_and_concurrency_name_the_green_libraries() -> None:
    named = re.compile(
        r"^\s*(import|from)\s+(eventlet|gevent)|import_module\(\"(eventlet|gevent)", re.MULTILINE
    )
    guilty = {
        str(path.relative_to(ROOT))
        for path in sources(".py")
        if named.search(path.read_text(encoding="utf-8"))
    }
    assert guilty <= GREEN


def test_both_languages_have_every_text_with_the_same_facts() -> None:
    indonesian, english = texts("id"), texts("en")
    assert indonesian.keys() == english.keys()
    for key, text in indonesian.items():
        assert text, key
        assert english[key], key
        facts = {re.sub(r"[:!].*", "", fact) for fact in re.findall(r"\{([^}]*)\}", text)}
        assert facts == {re.sub(r"[:!].*", "", f) for f in re.findall(r"\{([^}]*)\}", english[key])}, key


def test_every_key_in_the_sources_has_a_text() -> None:
    known = texts("id")
    pattern = re.compile(r"""[\s(\[{]t\(\s*['"]([a-z_]+(?:\.[\w-]+)+)['"]""")
    missing = {
        f"{path.relative_to(ROOT)}: {key}"
        for ending in (".js", ".html", ".py")
        for path in sources(ending)
        for key in pattern.findall(path.read_text(encoding="utf-8"))
        if key not in known and not key.endswith("_")
    }
    assert not missing


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_standard_spelling_is_used(lang: str) -> None:
    assert not {key for key, text in texts(lang).items() if WRONG_SPELLING.search(text)}


def test_modules_can_be_read_in_one_sitting() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for ending in (".py", ".js", ".css")
        for path in sources(ending)
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 440
    }
    assert not long
