"""``antrean voice``."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import click

from core.cli.options import MISTAKEN, config_option, load_config
from core.logs import LineFormatter, log_to_stderr, visible

lang_option = click.option("--lang", type=click.Choice(["id", "en"]), help="The language.")


def _display() -> Any:
    """By name, as core loads faces: what speaks belongs to the display."""
    return import_module("display.voice.asked")


def _mistake(trouble: Exception) -> NoReturn:
    click.echo(f"antrean: {visible(trouble)}", err=True)
    sys.exit(MISTAKEN)


@click.group()
def voice() -> None:
    """Listen to a call, and see what can be recorded."""


@voice.command()
@click.argument("number")
@click.argument("counter")
@lang_option
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="The file to write.")
@config_option
def say(number: str, counter: str, lang: str | None, output: Path | None, config_path: Path | None) -> None:
    """Write the file that calls NUMBER to COUNTER, as boards play it."""
    config, asked = load_config(config_path), _display()
    log_to_stderr(LineFormatter("%(message)s"), force=False)  # what is wrong with a recording
    lang = lang or "id"
    target = output or Path(f"{number}-{counter}-{lang}.mp3")
    try:
        words, seconds = asked.spoken_file(config, (number, counter), lang, target)
    except asked.Mistake as trouble:
        _mistake(trouble)
    click.echo(f"{target}: {words} ({seconds:.1f} s)")


@voice.command("record-list")
@lang_option
@config_option
def record_list(lang: str | None, config_path: Path | None) -> None:
    """List what can be recorded in place of the machine's voice: file and words, separated by a tab."""
    config, asked = load_config(config_path), _display()
    try:
        for file, words in asked.to_record(config, lang):
            click.echo(f"{file}\t{words}")
    except asked.Mistake as trouble:
        _mistake(trouble)
