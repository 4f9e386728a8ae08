"""Who may take numbers at a kiosk's page, as it is told to whoever sets up the hall."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.hall import Hall
from core.domain.plan import Plan
from core.domain.staff import Role
from core.settings import ServerSettings

OPEN = "open_kiosks = true: any browser that reaches this server may take numbers, a visitor's phone too"
CLOSE = "register each kiosk, and take open_kiosks out of [server]"


@dataclass(frozen=True, slots=True)
class KioskAccess:
    """How kiosks are let in here. ``registered``: names of the tokens of role ``kiosk``."""

    open: bool
    training: bool
    kiosks: tuple[str, ...]
    registered: tuple[str, ...]

    @property
    def exposed(self) -> bool:
        """Whether a real hall lets any browser take numbers."""
        return self.open and not self.training and bool(self.kiosks)

    @property
    def unusable(self) -> bool:
        """Whether no kiosk can give a number, as none is registered."""
        return not self.open and bool(self.kiosks) and not self.registered

    def found(self) -> str:
        """What the doctor says."""
        if self.exposed:
            return OPEN
        if self.open:
            return "open to every browser: a training hall"
        return f"registered devices only: {', '.join(self.registered) or 'none yet'}"

    def advice(self) -> str:
        """What the doctor advises; empty where all is well."""
        if self.exposed:
            return CLOSE
        return " ".join(how_to_register(self.kiosks[0], "http://SERVER:PORT")) if self.unusable else ""

    def start_lines(self, port: int) -> list[str]:
        """What the console says at the start of a real hall; nothing where all is well."""
        if self.exposed:
            return [f"  {OPEN}.", f"  To change that: {CLOSE} (docs/kiosk.md)."]
        if not self.unusable:
            return []
        return [
            "  No kiosk is registered, so no kiosk page gives numbers yet. For each kiosk:",
            *(f"    {line}" for line in how_to_register(self.kiosks[0], f"http://SERVER:{port}")),
        ]


def access(plan: Plan, server: ServerSettings, hall: Hall, *, training: bool) -> KioskAccess:
    """How kiosks are let in to ``hall``."""
    tokens = (each for each in hall.accounts.values() if each.kind == "token" and each.role is Role.KIOSK)
    return KioskAccess(
        open=server.kiosks_open(training=training),
        training=training,
        kiosks=tuple(plan.kiosks),
        registered=tuple(sorted(each.name for each in tokens)),
    )


def how_to_register(kiosk: str, address: str) -> tuple[str, str]:
    """Two steps, without a secret."""
    return f"antrean token add kiosk {kiosk}", f"then open once on it: {address}/kiosk/{kiosk}?token=TOKEN"
