"""``antrean``: serve a hall, check its configuration, look after its data and its people.

Each command lies in a module that is imported when it is asked for: ``serve`` must start quickly.
"""

from __future__ import annotations

from importlib import import_module

import click

MODULES = {
    "serve": "hall",
    "check": "hall",
    "init": "hall",
    "staff": "people",
    "token": "people",
    "backup": "data",
    "restore": "data",
    "rescue": "data",
    "rebuild": "data",
    "doctor": "data",
    "clock": "clock",
    "report": "report",
    "voice": "voice",
    "kiosk-agent": "agent",
    "printer-simulator": "paper",
    "demo": "play",
}
"""Command to the module of this package that holds it."""


class Commands(click.Group):
    """A group whose commands are imported one by one."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names, in the order of the help."""
        return list(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name."""
        if cmd_name not in MODULES:
            return None
        module = import_module(f"{__name__}.{MODULES[cmd_name]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="antrean")
def main() -> None:
    """The queue of a Mal Pelayanan Publik: kiosks, counters, boards, paper."""
