"""What the commands share: which hall, which folder, and mistakes told in one sentence."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from core.config import Config, ConfigError, load
from core.domain.errors import Refusal
from core.logs import visible
from core.ports import StoreError

MISTAKEN = 2
"""Exit code for a configuration or an argument that must be mended."""

config_option = click.option(
    "--config", "config_path", type=click.Path(path_type=Path), help="The hall's file [config.toml]."
)
data_option = click.option(
    "--data", "data_path", type=click.Path(path_type=Path), help="Folder of the data [store.path]."
)


def load_config(path: Path | None) -> Config:
    """The configuration; every mistake of it ends the command."""
    found = path or Path(os.environ.get("ANTREAN_CONFIG") or "config.toml")
    if not found.is_file():
        click.echo(f"{found}: there is no such file; name it with --config or ANTREAN_CONFIG", err=True)
        sys.exit(MISTAKEN)
    try:
        return load(found)
    except ConfigError as error:
        for problem in error.problems:
            click.echo(visible(problem), err=True)
        sys.exit(MISTAKEN)


def data_folder(config: Config, path: Path | None) -> Path:
    """The data folder: of the option, of ``ANTREAN_DATA``, of the configuration."""
    if path is not None:
        return path
    named = os.environ.get("ANTREAN_DATA")
    return Path(named) if named else config.settings.store.path


@contextmanager
def told() -> Iterator[None]:
    """Refusals and troubles of the store in one sentence, not as a trace."""
    try:
        yield
    except Refusal as refusal:
        click.echo(f"antrean: {visible(_sentence(refusal))}", err=True)
        sys.exit(1)
    except StoreError as trouble:
        lines = [visible(line) for line in str(trouble).split("\n")]  # what, what is safe, what to type
        click.echo("antrean: " + "\n".join(lines), err=True)
        sys.exit(1)


def _sentence(refusal: Refusal) -> str:
    from core.web.i18n import Texts  # noqa: PLC0415 - needed for a refusal alone

    texts = Texts([Path(__file__).parents[1] / "web" / "translations"])
    return texts.say(f"problem.{refusal.code}.detail", "en", **refusal.facts)
