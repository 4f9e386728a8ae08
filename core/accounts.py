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


def add_device(
    engine: Engine, name: str, role: Role, secret_hash: str, bound_to: str | None = None
) -> str | None:
    """Add the token of a kiosk or a board; answers with what it is bound to.

    Without ``bound_to`` it is bound to the kiosk or board whose id it bears as its name, if there is one.
    Raises a ``Refusal``, such as ``NameTaken`` or ``KioskUnknown``.
    """
    known = engine.hall.plan.kiosks if role is Role.KIOSK else engine.hall.plan.boards
    device = bound_to if bound_to is not None else name if name in known else None
    _carry_out(engine, c.AddAccount(SYSTEM, "token", name, role, secret_hash, bound_to=device))
    return device


def end_sessions(engine: Engine, kind: str, name: str) -> None:
    """Sign an account out everywhere. Raises ``AccountUnknown``."""
    _carry_out(engine, c.EndSessions(SYSTEM, kind, name))


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
