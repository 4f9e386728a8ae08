"""``antrean staff`` and ``antrean token``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from core.accounts import add_account, add_device, end_sessions, revoke_account, set_secret
from core.cli.beside import opened_hall
from core.cli.options import config_option, data_folder, data_option, load_config
from core.domain.staff import DEVICE_ROLES, STAFF_ROLES, TOKEN_ROLES, Role
from core.engine.engine import Engine
from core.logs import visible
from core.passwords import hash_password, new_password, new_token, token_hash
from core.web.sessions import signed_in


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
    with opened_hall(config_path, data_path, new=True) as engine:
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
    """Set a new password and print it once; ends the sessions and resets the sign-in limit."""
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


@staff.command("sessions")
@click.argument("name", required=False)
@config_option
@data_option
def staff_sessions(name: str | None, config_path: Path | None, data_path: Path | None) -> None:
    """Say who is signed in, since when and from where."""
    with opened_hall(config_path, data_path) as engine:
        people = engine.read(lambda hall: {a.id: a for a in hall.accounts.values() if a.kind == "staff"})
        folder = data_folder(load_config(config_path), data_path)
        zone = engine.hall.plan.timezone
    if name is not None and name not in {account.name for account in people.values()}:
        raise click.UsageError(f"there is no person with the name {name}")
    for each in sorted(signed_in(folder, people), key=lambda each: (each.name, each.began)):
        if name in (None, each.name):
            began, seen = (
                datetime.fromtimestamp(at, zone).strftime("%Y-%m-%dT%H:%M") for at in (each.began, each.seen)
            )
            click.echo(f"{each.name}\t{began}\t{seen}\t{each.address or '-'}")


@staff.command("sign-out")
@click.argument("name", required=False)
@click.option("--all", "everybody", is_flag=True, help="Every person of the hall.")
@config_option
@data_option
def staff_sign_out(
    name: str | None, everybody: bool, config_path: Path | None, data_path: Path | None
) -> None:
    """End all sessions of a person; the password does not change."""
    if (name is None) != everybody:
        raise click.UsageError("name a person, or use --all")
    with opened_hall(config_path, data_path) as engine:
        names = [name] if name is not None else _names_of(engine, "staff")
        for each in names:
            end_sessions(engine, "staff", each)
    click.echo(f"signed out: {', '.join(names)}", err=True)


def _names_of(engine: Engine, kind: str) -> list[str]:
    return engine.read(lambda hall: sorted(a.name for a in hall.accounts.values() if a.kind == kind))


@click.group()
def token() -> None:
    """Bearer tokens for devices and programs."""


@token.command("add")
@click.argument("role", type=click.Choice(sorted(role.value for role in TOKEN_ROLES)))
@click.argument("name")
@click.option("--agency", help="Code of the agency to which an officer's token is limited.")
@click.option("--kiosk", help="Role kiosk: the only kiosk for which it acts [NAME, if that is a kiosk's id].")
@click.option("--board", help="Role board: the only board for which it acts [NAME, if that is a board's id].")
@config_option
@data_option
def token_add(  # noqa: PLR0913 - one parameter an option
    role: str,
    name: str,
    agency: str | None,
    kiosk: str | None,
    board: str | None,
    config_path: Path | None,
    data_path: Path | None,
) -> None:
    """Make a token; it is printed once, alone on standard output."""
    chosen = Role(role)
    for option, value, fitting in (("--kiosk", kiosk, Role.KIOSK), ("--board", board, Role.BOARD)):
        if value is not None and chosen is not fitting:
            raise click.UsageError(f"{option} is for a token of role {fitting.value}")
    if agency is not None and chosen in DEVICE_ROLES:
        raise click.UsageError(f"--agency is for people's and programs' tokens, not for a {role}")
    made = new_token()
    with opened_hall(config_path, data_path, new=True) as engine:
        if chosen in DEVICE_ROLES:
            bound_to = add_device(engine, name, chosen, token_hash(made), kiosk or board)
            click.echo(_bound(chosen, name, bound_to), err=True)
        else:
            add_account(engine, ("token", name), chosen, token_hash(made), agency)
    click.echo(made)


def _bound(role: Role, name: str, bound_to: str | None) -> str:
    if bound_to is None:
        return f"{name} is not bound to a {role.value} and cannot act for one (--{role.value} ID binds it)"
    return f"{name} is bound to {role.value} {bound_to}"


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
        devices = {*engine.hall.plan.kiosks, *engine.hall.plan.boards}
    for account in sorted(accounts, key=lambda a: a.name):
        bound_to = account.bound_to if account.bound_to in devices else None
        limit = account.agency or bound_to or "-"
        click.echo(f"{visible(account.name)}\t{account.role.value}\t{visible(limit)}")
