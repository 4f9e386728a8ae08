"""``docs/commands.md`` is click's own tree of commands; other pages name existing commands and options."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from core.cli import main

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def leaves(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by its whole name."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None, name
            yield from leaves(child, (*path, name))
    else:
        yield " ".join(path), command


def options(command: click.Command) -> list[str]:
    return [each.opts[0] for each in command.params if isinstance(each, click.Option)]


COMMANDS = dict(leaves(main))


def sections() -> dict[str, str]:
    parts = re.split(r"^## `antrean ([a-z -]+)`$", PAGE, flags=re.MULTILINE)
    return {name: text.split("\n## ", 1)[0] for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def test_every_command_has_its_section() -> None:
    assert set(sections()) == set(COMMANDS)


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_option_is_told(name: str) -> None:
    told = re.findall(r"^\| `(--[a-z-]+)`", sections()[name], re.MULTILINE)
    assert sorted(told) == sorted(options(COMMANDS[name]))


@pytest.mark.parametrize("name", list(COMMANDS))
def test_defaults_and_choices_are_told(name: str) -> None:
    text = sections()[name]
    for each in COMMANDS[name].params:
        if isinstance(each, click.Option) and each.show_default and not each.is_flag:
            told = f"{each.default:g}" if isinstance(each.default, int | float) else f"`{each.default}`"
            assert f"{told} unless told" in text, each.name
        if isinstance(each.type, click.Choice):
            for choice in each.type.choices:
                assert f"`{choice}`" in text, (each.name, choice)


def invocations() -> Iterator[tuple[str, list[str]]]:
    """Every ``antrean …`` in a code block or between backticks, with the page it stands on."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        blocks = re.findall(r"^```[a-z]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        for line in "\n".join(blocks).splitlines():
            if found := re.search(r"(?:^|/bin/)antrean ([a-z-].*)$", line):
                yield page.name, shlex.split(found[1], comments=True)
        for found in re.finditer(r"`antrean ([^`]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)):
            yield page.name, shlex.split(found[1].replace("[", "").replace("]", ""))


@pytest.mark.parametrize(("page", "words"), list(invocations()))
def test_commands_that_pages_name_exist(page: str, words: list[str]) -> None:
    command: click.Command = main
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        child = command.get_command(click.Context(command), words[0])
        assert child is not None, (page, words)
        command, words = child, words[1:]
    known = {opt for each in command.params for opt in (*each.opts, *each.secondary_opts)} | {"--help"}
    named = {word.partition("=")[0] for word in words if word.startswith("--")}
    assert named <= known, page
