"""``antrean printer-simulator``."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import click

from core.cli.options import MISTAKEN

FAULTS = ("paper-out", "near-end", "cover-open", "mute", "slow", "drops", "garbage")
DOTS = {"58": 384, "80": 576}


@click.command("printer-simulator")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=9100, show_default=True, help="0: a free one.")
@click.option(
    "--width", type=click.Choice(list(DOTS)), default="80", show_default=True, help="Of the paper, mm."
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default="paper",
    show_default=True,
    help="Where each ticket is left, as bytes and PNG.",
)
@click.option("--fault", type=click.Choice(FAULTS), help="What is wrong with it from the start.")
def printer_simulator(host: str, port: int, width: str, folder: Path, fault: str | None) -> None:
    """Be a network printer: print into a folder, and fail as printers do.

    While it runs, the file "fault" in the folder says what is wrong with it; without the file it is well.
    """
    # By name, as core loads faces: what prints belongs to the kiosk.
    module = import_module("kiosk.printing.simulator")
    simulator = module.Simulator(width=DOTS[width], folder=folder, host=host, port=port)
    try:
        simulator.start()
        if fault is not None:
            (folder / "fault").write_text(fault, encoding="utf-8")
    except OSError as trouble:
        click.echo(f"antrean: {host}:{port}, {folder}: {trouble}", err=True)
        sys.exit(MISTAKEN)
    click.echo(f"Printer simulator is ready on {host}:{simulator.port}, paper in {folder}")
    try:
        simulator.wait()
    except KeyboardInterrupt:
        simulator.stop()
