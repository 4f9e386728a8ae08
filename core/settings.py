"""How a process runs: what ``config.toml`` says beside the plan of the hall."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """``[server]``."""

    host: str = "0.0.0.0"  # noqa: S104 - kiosks and boards are other machines
    port: int = 8000
    async_mode: str = "eventlet"
    """``eventlet``, ``gevent`` or ``threading``."""
    public_url: str = ""
    """What the QR on the paper starts with; empty: the address by which the kiosk was reached."""
    trusted_proxies: int = 0
    """How many reverse proxies stand in front (their ``X-Forwarded-*`` is believed)."""
    open_kiosks: bool = True
    """Whether ``/kiosk/ID`` may issue from a browser without a device token."""
    accent: str = "#7a2e1d"
    """The one accent colour of the screens."""


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """``[store]``."""

    path: Path = Path("data")


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    """``[[printer]]``."""

    id: str
    name: str
    kind: str = "virtual"
    """``virtual`` (bytes and PNG in the data folder) or ``network`` (raw TCP)."""
    width_mm: int = 80
    host: str = ""
    port: int = 9100
    timeout_s: float = 3.0
    profile: str = "default"
    """A profile of python-escpos."""


@dataclass(frozen=True)
class Settings:
    """Everything of ``config.toml`` that is not the plan."""

    server: ServerSettings = ServerSettings()
    store: StoreSettings = StoreSettings()
    printers: Mapping[str, PrinterSettings] = field(default_factory=dict)
    faces: tuple[str, ...] = ("kiosk", "counter", "display")
    languages: tuple[str, ...] = ("id", "en")
