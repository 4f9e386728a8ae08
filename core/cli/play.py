"""``antrean demo``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from core.cli.options import MISTAKEN, config_option, data_folder, data_option, load_config, told
from core.demo import NoPlay, Script
from core.demo import play as play_day


@click.command()
@click.option("--speed", type=click.FloatRange(min=0.1), default=60.0, show_default=True)
@click.option("--citizens", type=click.IntRange(1, 20_000), default=1000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed plays the same day.")
@click.option("--url", default="http://localhost:8000", show_default=True, help="The running hall.")
@click.option(
    "--paper/--no-paper",
    default=True,
    show_default=True,
    help="Print each ticket at its kiosk; without, numbers are given and nothing is printed.",
)
@click.option("--real", is_flag=True, help="Play even in a real hall that has given numbers before.")
@config_option
@data_option
def demo(  # noqa: PLR0913 - one parameter an option
    speed: float,
    citizens: int,
    seed: int,
    url: str,
    paper: bool,
    real: bool,
    config_path: Path | None,
    data_path: Path | None,
) -> None:
    """Play a day of citizens and officers against the running hall, N times faster than a real one.

    Everything goes over the hall's public API, with tokens that end with the demo. The day's account
    is checked against the database: exit 0 if it balances, 1 if not, 2 if there is no hall to play in.

    --data is the running hall's folder; left out, the folder "training" in it (that of `make run`) is
    taken where there is one.
    """
    config = load_config(config_path)
    data = data_folder(config, data_path)
    if data_path is None and (data / "training").is_dir():
        data = data / "training"
    script = Script(url=url, speed=speed, citizens=citizens, seed=seed, paper=paper, insist=real)
    with told():
        try:
            account = play_day(script, config.plan, data)
        except NoPlay as reason:
            click.echo(f"antrean: {reason}", err=True)
            sys.exit(MISTAKEN)
    sys.exit(0 if account.balanced else 1)
