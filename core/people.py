"""Accounts that a start makes: the first administrator, or a training hall's sample accounts."""

from __future__ import annotations

from core.accounts import add_account, has_administrator
from core.domain import commands as c
from core.domain.plan import Plan
from core.domain.staff import SYSTEM, Role
from core.engine.engine import Engine
from core.passwords import hash_password, new_password

ADMINISTRATOR = "admin"


def prepare_people(plan: Plan, engine: Engine, *, training: bool) -> list[str]:
    """Make who is missing; answers with what the console has to say of them.

    The first start of a real hall makes an administrator. A training hall's sample accounts get a new
    password at each start.
    """
    if training:
        return _sample_accounts(plan, engine)
    if has_administrator(engine):
        return []
    password = new_password()
    add_account(engine, ("staff", ADMINISTRATOR), Role.ADMIN, hash_password(password))
    return [
        "The first administrator of this hall, shown only now:",
        f"  name {ADMINISTRATOR}   password {password}   sign in at /staff/login",
    ]


def _sample_accounts(plan: Plan, engine: Engine) -> list[str]:
    """One officer an agency, a supervisor and an administrator, all with one password for this run."""
    password = new_password()
    secret = hash_password(password)
    samples: list[tuple[str, Role, str | None]] = [
        (ADMINISTRATOR, Role.ADMIN, None),
        ("supervisor", Role.SUPERVISOR, None),
        *((agency.lower(), Role.OFFICER, agency) for agency in plan.agencies),
    ]
    known = engine.read(lambda hall: {name for kind, name in hall.accounts if kind == "staff"})
    commands = [
        c.SetSecret(SYSTEM, "staff", name, secret)
        if name in known
        else c.AddAccount(SYSTEM, "staff", name, role, secret, agency)
        for name, role, agency in samples
    ]
    for verdict in engine.do_all([(command, None) for command in commands]):
        if isinstance(verdict, Exception):
            raise verdict
    first = next(iter(plan.agencies)).lower()
    return [
        "TRAINING HALL: numbers given here are for practice.",
        f"  Sign in at /staff/login as {first} (or another agency's code, supervisor, admin)",
        f"  Password of all of them until the next start: {password}",
    ]
