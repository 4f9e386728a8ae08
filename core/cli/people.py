"""``antrean staff`` and ``antrean token``."""

from __future__ import annotations

from pathlib import Path

import click

from core.accounts import add_account, revoke_account, set_secret
from core.cli.beside import opened_hall
from core.cli.options import config_option, data_option
from core.domain.staff import STAFF_ROLES, TOKEN_ROLES, Role
from core.logs import visible
from core.passwords import hash_password, new_password, new_token, token_hash


@click.group()
def staff() -> None:
    """People who may sign in."""


@staff.command("add")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice(sorted(role.value for role in STAFF_ROLES)))
@click.option("--agency", help="Code of the agency whose counters an officer may work at.")
@click.option("--password", help="Asked for when '-'; made and printed once when left out.")
@config_option
@data_option
def staff_add(  # noqa: PLR0913 - one parameter an option
    name: str,
    role: str,
    agency: str | None,
    password: str | None,
    config_path: Path | None,
    data_path: Path | None,
) -> None:
    """Make an account for a person."""
    made = None
    if password == "-":  # noqa: S105 - asks for it
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    if password is None:
        password = made = new_password()
    with opened_hall(config_path, data_path) as engine:
        add_account(engine, ("staff", name), Role(role), hash_password(password), agency)
    click.echo(f"{name} ({role}) may sign in at /staff/login", err=True)
    if made is not None:
        click.echo(made)


@staff.command("list")
@config_option
@data_option
def staff_list(config_path: Path | None, data_path: Path | None) -> None:
    """Say who may sign in."""
    _list_accounts("staff", config_path, data_path)


@staff.command("password")
@click.argument("name")
@config_option
@data_option
def staff_password(name: str, config_path: Path | None, data_path: Path | None) -> None:
    """Give a person a new password, printed once; it ends their sessions and lifts a sign-in limit."""
    made = new_password()
    with opened_hall(config_path, data_path) as engine:
        set_secret(engine, ("staff", name), hash_password(made))
    click.echo(made)


@staff.command("remove")
@click.argument("name")
@config_option
@data_option
def staff_remove(name: str, config_path: Path | None, data_path: Path | None) -> None:
    """Take a person's account out of use."""
    with opened_hall(config_path, data_path) as engine:
        revoke_account(engine, "staff", name)
    click.echo(f"{name} is out of use", err=True)


@click.group()
def token() -> None:
    """Bearer tokens for devices and programs."""


@token.command("add")
@click.argument("role", type=click.Choice(sorted(role.value for role in TOKEN_ROLES)))
@click.argument("name")
@click.option("--agency", help="Code of the agency to which an officer's token is limited.")
@config_option
@data_option
def token_add(
    role: str, name: str, agency: str | None, config_path: Path | None, data_path: Path | None
) -> None:
    """Make a token; it is printed once, alone on standard output."""
    made = new_token()
    with opened_hall(config_path, data_path) as engine:
        add_account(engine, ("token", name), Role(role), token_hash(made), agency)
    click.echo(made)


@token.command("list")
@config_option
@data_option
def token_list(config_path: Path | None, data_path: Path | None) -> None:
    """Say which tokens are in use."""
    _list_accounts("token", config_path, data_path)


@token.command("revoke")
@click.argument("name")
@config_option
@data_option
def token_revoke(name: str, config_path: Path | None, data_path: Path | None) -> None:
    """Take a token out of use."""
    with opened_hall(config_path, data_path) as engine:
        revoke_account(engine, "token", name)
    click.echo(f"{name} is out of use", err=True)


def _list_accounts(kind: str, config_path: Path | None, data_path: Path | None) -> None:
    with opened_hall(config_path, data_path) as engine:
        accounts = engine.read(lambda hall: [a for a in hall.accounts.values() if a.kind == kind])
    for account in sorted(accounts, key=lambda a: a.name):
        click.echo(f"{visible(account.name)}\t{account.role.value}\t{visible(account.agency or '-')}")
