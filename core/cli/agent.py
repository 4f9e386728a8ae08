"""``antrean kiosk-agent``."""

from __future__ import annotations

import os
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import click
from pydantic import ValidationError

from core.cli.options import MISTAKEN
from core.config.tables import PrinterTable
from core.settings import ANSWERING, PrinterSettings

KINDS = ("usb", "serial", "network", "file", "cups", "virtual")
TOKEN = "ANTREAN_TOKEN"  # noqa: S105 - the variable's name
ID = "local"
"""What the agent calls its printer on its own machine; the hall's name for it comes from the hall."""


@click.command("kiosk-agent")
@click.option("--url", help="The hall, as this computer reaches it.")
@click.option("--kiosk", help="Whose tickets are printed here; the token must have the kiosk's name.")
@click.option("--token-file", type=click.Path(path_type=Path), help="A file with the token [ANTREAN_TOKEN].")
@click.option("--config", "config_path", type=click.Path(path_type=Path), help="A file with all of this.")
@click.option("--kind", type=click.Choice(KINDS), help="What kind of printer is connected.")
@click.option("--device", help="usb: VENDOR:PRODUCT; serial, file: a path; cups: the queue.")
@click.option("--baud", type=int, help="serial: its speed.")
@click.option("--host", help="network: its name or address.")
@click.option("--port", type=int, help="network: its port.")
@click.option("--timeout", "timeout_seconds", type=float, help="Seconds after which it counts as away.")
@click.option("--answers/--no-answers", default=None, help="Whether it says how it is.")
@click.option("--data", "data_path", type=click.Path(path_type=Path), help="virtual: folder of its papers.")
def kiosk_agent(
    url: str | None,
    kiosk: str | None,
    token_file: Path | None,
    config_path: Path | None,
    data_path: Path | None,
    **printer: Any,
) -> None:
    """Print the tickets of one kiosk at this computer's own printer.

    Runs until it is stopped, and finds the hall again whenever that was away. Exit 2 where something
    must be mended: the token, the kiosk, the printer, the hall's configuration.
    """
    told = _file(config_path)
    url = url or told.pop("url", None) or _mistake("--url is missing: the address of the hall")
    kiosk = kiosk or told.pop("kiosk", None) or _mistake("--kiosk is missing: whose tickets are printed")
    named = token_file or told.pop("token_file", None)
    token = _token(Path(named) if named else None)
    data = data_path or Path(told.pop("data", "agent-data"))
    table = {**told.pop("printer", {}), **{key: each for key, each in printer.items() if each is not None}}
    for key in set(told) - {"url", "kiosk", "token_file", "data"}:
        _mistake(f"{config_path}: {key}: there is no such key; url, kiosk, token_file, data, [printer]")
    program = import_module("kiosk.agent.program")  # a face: core names none before it is asked for one
    settings = program.AgentSettings(url, kiosk, token, _printer(table), data)
    sys.exit(program.run(settings))


def _mistake(sentence: str) -> NoReturn:
    click.echo(f"antrean: {sentence}", err=True)
    sys.exit(MISTAKEN)


def _file(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as trouble:
        _mistake(f"{path}: {trouble}")


def _token(path: Path | None) -> str:
    if path is None:
        return os.environ.get(TOKEN, "").strip() or _mistake(
            f"no token: name its file with --token-file, or set {TOKEN}; make it with"
            " 'antrean token add kiosk KIOSK' on the server"
        )
    try:
        return path.read_text(encoding="utf-8").strip() or _mistake(f"{path}: is empty")
    except (OSError, UnicodeError) as trouble:
        _mistake(f"{path}: {trouble}")


def _printer(told: dict[str, Any]) -> PrinterSettings:
    """The printer of this machine, by the same table as the hall's own."""
    if told.get("kind") not in KINDS:
        _mistake(f"--kind is missing: one of {', '.join(KINDS)}")
    try:
        table = PrinterTable.model_validate({"id": ID, "name": "this computer's", **told})
    except ValidationError as error:
        first = error.errors()[0]
        _mistake(f"printer: {'.'.join(str(each) for each in first['loc'])}: {first['msg']}")
    if table.kind == "network" and not table.host:
        _mistake("--host is missing: the printer's name or address")
    if table.kind in {"usb", "serial", "file", "cups"} and not table.device:
        _mistake("--device is missing")
    return PrinterSettings(
        id=ID,
        name=table.name,
        kind=table.kind,
        width_mm=table.width_mm,
        host=table.host,
        port=table.port,
        timeout_s=table.timeout_seconds,
        profile=table.profile,
        device=table.device,
        baud=table.baud,
        answers=table.kind in ANSWERING if table.answers is None else table.answers,
    )
