"""``antrean backup``, ``restore``, ``rebuild`` and ``doctor``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from core import care
from core.cli.beside import opened_store
from core.cli.options import config_option, data_folder, data_option, load_config, told
from core.damage import explained, look, may_write
from core.damage import rescue as save
from core.engine.projection import rebuild as rebuild_rows
from core.halls import hold
from core.logs import visible


@click.command()
@config_option
@data_option
def rebuild(config_path: Path | None, data_path: Path | None) -> None:
    """Make the report tables anew from the log; the server must not be running."""
    config = load_config(config_path)
    with told():
        may_write(data_folder(config, data_path))
        held = hold(data_folder(config, data_path))
        with opened_store(config, data_path) as store:
            rows = rebuild_rows(config.plan, store.by_day())
            store.rebuild_rows(rows)
        os.close(held)
    click.echo(", ".join(f"{table}: {len(made)}" for table, made in rows.items()))


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@config_option
@data_option
def backup(file: Path, config_path: Path | None, data_path: Path | None) -> None:
    """Copy the hall's database to a new FILE, while the server runs or not."""
    config = load_config(config_path)
    folder = data_folder(config, data_path)
    with told(), explained(folder, config.plan):
        look(folder)
        size = care.backup(folder, file)
    click.echo(f"{file}: {size} bytes, sound")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--other-kind",
    is_flag=True,
    help="Also restore a training hall's backup over a real hall, or the reverse.",
)
@config_option
@data_option
def restore(file: Path, other_kind: bool, config_path: Path | None, data_path: Path | None) -> None:
    """Put the backup FILE in the place of the hall's database; the server must not be running."""
    config = load_config(config_path)
    with told():
        folder = data_folder(config, data_path)
        may_write(folder, database=False)
        found, kept = care.restore(folder, file, config.plan, other_kind=other_kind)
    click.echo(f"restored: {found.kind or 'a'} hall, {found.events} events")
    if kept is not None:
        click.echo(f"the previous database is in {kept}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@config_option
@data_option
def rescue(file: Path, config_path: Path | None, data_path: Path | None) -> None:
    """Make a sound database FILE of what can be read of a damaged one, which stays as it is."""
    config = load_config(config_path)
    with told():
        said = save(data_folder(config, data_path), config.plan, file)
    click.echo(f"{file}: {said}")
    click.echo(f"    -> antrean restore {file}")


@click.command()
@config_option
@data_option
def doctor(config_path: Path | None, data_path: Path | None) -> None:
    """Look at files, numbers, printers and packages, and say what to do: exit 0 if all is well, else 1."""
    config = load_config(config_path)
    ill = False
    with told():
        for finding in care.examine(config, data_folder(config, data_path)):
            ill = ill or bool(finding.advice)
            click.echo(
                f"{'!!' if finding.advice else 'ok'}  {visible(finding.subject)}: {visible(finding.found)}"
            )
            if finding.advice:
                click.echo(f"    -> {visible(finding.advice)}")
    sys.exit(1 if ill else 0)
