"""Making and ending accounts through the engine, as the command line and the first start do."""

from __future__ import annotations

from core.domain import commands as c
from core.domain.staff import SYSTEM, Role
from core.engine.engine import Engine


def add_account(
    engine: Engine, who: tuple[str, str], role: Role, secret_hash: str, agency: str | None = None
) -> None:
    """Add the account ``who`` (kind, name). Raises a ``Refusal``, such as ``NameTaken``."""
    kind, name = who
    _carry_out(engine, c.AddAccount(SYSTEM, kind, name, role, secret_hash, agency))


def set_secret(engine: Engine, who: tuple[str, str], secret_hash: str) -> None:
    """Replace the secret of an account. Raises ``AccountUnknown``."""
    _carry_out(engine, c.SetSecret(SYSTEM, *who, secret_hash))


def revoke_account(engine: Engine, kind: str, name: str) -> None:
    """Take an account out of use. Raises ``AccountUnknown`` or ``LastAdministrator``."""
    _carry_out(engine, c.RevokeAccount(SYSTEM, kind, name))


def has_administrator(engine: Engine) -> bool:
    """Whether somebody can administer this hall."""
    return engine.read(
        lambda hall: any(a.kind == "staff" and a.role is Role.ADMIN for a in hall.accounts.values())
    )


def _carry_out(engine: Engine, command: c.Command) -> None:
    (verdict,) = engine.do_all([(command, None)])
    if isinstance(verdict, Exception):
        raise verdict
