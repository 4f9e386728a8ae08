"""``antrean``: serve a hall, check its configuration, look after its data and its people."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from core import care
from core.accounts import add_account, revoke_account, set_secret
from core.config import Config, ConfigError, load
from core.domain.errors import Refusal
from core.domain.staff import STAFF_ROLES, TOKEN_ROLES, Role
from core.engine.engine import Engine
from core.engine.projection import rebuild as rebuild_rows
from core.halls import TRAINING, clock_for_commands, hold, open_store, parse_clock
from core.passwords import hash_password, new_password, new_token, token_hash
from core.ports import StoreError
from core.store.sqlite import SqliteStore
from core.web.concurrency import concurrency

MISTAKEN = 2
"""Exit code for a configuration or an argument that must be mended."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="antrean")
def main() -> None:
    """The queue of a Mal Pelayanan Publik: kiosks, counters, boards, paper."""


config_option = click.option(
    "--config", "config_path", type=click.Path(path_type=Path), help="The hall's file [config.toml]."
)
data_option = click.option(
    "--data", "data_path", type=click.Path(path_type=Path), help="Folder of the data [store.path]."
)


@main.command()
@config_option
def check(config_path: Path | None) -> None:
    """Say every mistake of the configuration: exit 0 if there is none, else 2."""
    config = _load(config_path)
    plan = config.plan
    click.echo(
        f"{config.path.name}: {len(plan.agencies)} agencies, {len(plan.services)} services, "
        f"{len(plan.counters)} counters, {len(plan.kiosks)} kiosks, {len(plan.boards)} boards: in order"
    )
    if config.unchecked:
        click.echo(f"{len(config.unchecked)} agencies and services are marked checked = false", err=True)


@main.command()
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


@main.command()
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
    from core.preparing import Wishes, become_server, prepare  # noqa: PLC0415 - gunicorn, for this alone

    config = _load(config_path)
    if clock is not None and not training:
        raise click.UsageError("--clock is for a training hall: add --training")
    start = None
    if clock is not None:
        try:
            start = parse_clock(clock, config.plan)
        except ValueError as error:
            raise click.UsageError(f"--clock {clock}: {error}") from error
    with _told():
        orders = prepare(config, _data(config, data_path), Wishes(host, port, training, start))
    become_server(orders)


@main.group()
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
    with _hall(config_path, data_path) as engine:
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
    """Give a person a new password, printed once; it ends their sessions."""
    made = new_password()
    with _hall(config_path, data_path) as engine:
        set_secret(engine, ("staff", name), hash_password(made))
    click.echo(made)


@staff.command("remove")
@click.argument("name")
@config_option
@data_option
def staff_remove(name: str, config_path: Path | None, data_path: Path | None) -> None:
    """Take a person's account out of use."""
    with _hall(config_path, data_path) as engine:
        revoke_account(engine, "staff", name)
    click.echo(f"{name} is out of use", err=True)


@main.group()
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
    with _hall(config_path, data_path) as engine:
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
    with _hall(config_path, data_path) as engine:
        revoke_account(engine, "token", name)
    click.echo(f"{name} is out of use", err=True)


@main.command()
@config_option
@data_option
def rebuild(config_path: Path | None, data_path: Path | None) -> None:
    """Make the report tables anew from the log; the server must not be running."""
    config = _load(config_path)
    with _told():
        held = hold(_data(config, data_path))
        with _store(config, data_path) as store:
            rows = rebuild_rows(config.plan, store.everything())
            store.rebuild_rows(rows)
        os.close(held)
    click.echo(", ".join(f"{table}: {len(made)}" for table, made in rows.items()))


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@config_option
@data_option
def backup(file: Path, config_path: Path | None, data_path: Path | None) -> None:
    """Copy the hall's database to a new FILE, while the server runs or not."""
    config = _load(config_path)
    with _told():
        size = care.backup(_data(config, data_path), file)
    click.echo(f"{file}: {size} bytes, sound")


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@config_option
@data_option
def restore(file: Path, config_path: Path | None, data_path: Path | None) -> None:
    """Put the backup FILE in the place of the hall's database; the server must not be running."""
    config = _load(config_path)
    with _told():
        kept = care.restore(_data(config, data_path), file)
    click.echo("restored" if kept is None else f"restored; what was there lies in {kept}")


@main.command()
@config_option
@data_option
def doctor(config_path: Path | None, data_path: Path | None) -> None:
    """Look at files, numbers, printers and packages, and say what to do: exit 0 if all is well, else 1."""
    config = _load(config_path)
    ill = False
    with _told():
        for finding in care.examine(config, _data(config, data_path)):
            ill = ill or bool(finding.advice)
            click.echo(f"{'!!' if finding.advice else 'ok'}  {finding.subject}: {finding.found}")
            if finding.advice:
                click.echo(f"    -> {finding.advice}")
    sys.exit(1 if ill else 0)


@main.command()
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
    from core.demo import NoPlay, Script, play  # noqa: PLC0415 - needed by this command alone

    config = _load(config_path)
    data = _data(config, data_path)
    if data_path is None and (data / "training").is_dir():
        data = data / "training"
    script = Script(url=url, speed=speed, citizens=citizens, seed=seed, paper=paper, insist=real)
    with _told():
        try:
            account = play(script, config.plan, data)
        except NoPlay as reason:
            click.echo(f"antrean: {reason}", err=True)
            sys.exit(MISTAKEN)
    sys.exit(0 if account.balanced else 1)


def _list_accounts(kind: str, config_path: Path | None, data_path: Path | None) -> None:
    with _hall(config_path, data_path) as engine:
        accounts = engine.read(lambda hall: [a for a in hall.accounts.values() if a.kind == kind])
    for account in sorted(accounts, key=lambda a: a.name):
        click.echo(f"{account.name}\t{account.role.value}\t{account.agency or '-'}")


def sample_folder() -> Path:
    """Where the shipped hall lies: inside the installed package, or at the top of a checkout."""
    package = Path(__file__).parent
    packed = package / "sample"
    return packed if packed.is_dir() else package.parent


def _load(path: Path | None) -> Config:
    found = path or Path(os.environ.get("ANTREAN_CONFIG") or "config.toml")
    if not found.is_file():
        click.echo(f"{found}: there is no such file; name it with --config or ANTREAN_CONFIG", err=True)
        sys.exit(MISTAKEN)
    try:
        return load(found)
    except ConfigError as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        sys.exit(MISTAKEN)


def _data(config: Config, path: Path | None) -> Path:
    if path is not None:
        return path
    named = os.environ.get("ANTREAN_DATA")
    return Path(named) if named else config.settings.store.path


@contextmanager
def _store(config: Config, data_path: Path | None) -> Iterator[SqliteStore]:
    store = open_store(_data(config, data_path), checkpoints=False)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _hall(config_path: Path | None, data_path: Path | None) -> Iterator[Engine]:
    """The hall's engine for one command beside a running server, or without one."""
    config = _load(config_path)
    with _told(), _store(config, data_path) as store:
        clock = clock_for_commands(training=store.meta("kind") == TRAINING)
        engine = Engine(config.plan, store, clock, concurrency("threading"))
        engine.catch_up()
        yield engine


@contextmanager
def _told() -> Iterator[None]:
    """Refusals and troubles of the store in one sentence, not as a trace."""
    try:
        yield
    except Refusal as refusal:
        click.echo(f"antrean: {_sentence(refusal)}", err=True)
        sys.exit(1)
    except StoreError as trouble:
        click.echo(f"antrean: {trouble}", err=True)
        sys.exit(1)


def _sentence(refusal: Refusal) -> str:
    from core.web.i18n import Texts  # noqa: PLC0415 - needed for a refusal alone

    texts = Texts([Path(__file__).parent / "web" / "translations"])
    return texts.say(f"problem.{refusal.code}.detail", "en", **refusal.facts)
