"""``antrean serve``, ``check`` and ``init``."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click

from core.care import concerned
from core.cli.options import MISTAKEN, config_option, data_folder, data_option, load_config, told
from core.folders import private_files
from core.halls import parse_clock
from core.kiosks import CLOSE, OPEN
from core.preparing import Wishes, become_server, prepare


@click.command()
@config_option
@data_option
def check(config_path: Path | None, data_path: Path | None) -> None:
    """Say every mistake of the configuration: exit 0 if there is none, else 2.

    If the data folder has an open day, also say whom of those who wait it would leave without a counter.
    """
    config = load_config(config_path)
    plan = config.plan
    click.echo(
        f"{config.path.name}: {len(plan.agencies)} agencies, {len(plan.services)} services, "
        f"{len(plan.counters)} counters, {len(plan.kiosks)} kiosks, {len(plan.boards)} boards: in order"
    )
    if config.settings.server.open_kiosks and plan.kiosks:
        click.echo(f"{OPEN}; {CLOSE}", err=True)
    if config.unchecked:
        click.echo(f"{len(config.unchecked)} agencies and services are marked checked = false", err=True)
    with told():
        for sentence in concerned(config, data_folder(config, data_path)):
            click.echo(f"at the next start: {sentence}", err=True)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Put the hall of Denpasar into FOLDER as a pattern for a hall of your own."""
    target = folder / "config.toml"
    if target.exists():
        click.echo(f"{target} is there already: name a new folder", err=True)
        sys.exit(MISTAKEN)
    folder.mkdir(parents=True, exist_ok=True)
    source = sample_folder()
    shutil.copy(source / "config.toml", target)
    shutil.copytree(source / "hall", folder / "hall", dirs_exist_ok=True)
    click.echo(f"{target}: look through it, then: antrean check --config {target}")


@click.command()
@config_option
@data_option
@click.option("--host", help="Address to listen on [server.host].")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 picks a free one.")
@click.option("--training", is_flag=True, help="A training hall with a clock of its own.")
@click.option("--clock", help="Training: local instant at which the clock starts, 2026-11-24T09:00.")
def serve(  # noqa: PLR0913 - one parameter an option
    config_path: Path | None,
    data_path: Path | None,
    host: str | None,
    port: int | None,
    training: bool,
    clock: str | None,
) -> None:
    """Run the hall."""
    config = load_config(config_path)
    if clock is not None and not training:
        raise click.UsageError("--clock is for a training hall: add --training")
    start = None
    if clock is not None:
        try:
            start = parse_clock(clock, config.plan)
        except ValueError as error:
            raise click.UsageError(f"--clock {clock}: {error}") from error
    private_files()
    with told():
        orders = prepare(config, data_folder(config, data_path), Wishes(host, port, training, start))
    become_server(orders)


def sample_folder() -> Path:
    """Where the shipped hall lies: inside the installed package, or at the top of a checkout."""
    package = Path(__file__).parents[1]
    packed = package / "sample"
    return packed if packed.is_dir() else package.parent
