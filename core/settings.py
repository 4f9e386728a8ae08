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
    hosts: tuple[str, ...] = ()
    """By what the hall is reached, beside the names of this machine and of ``public_url``."""
    trusted_proxies: int = 0
    """How many reverse proxies stand in front (their ``X-Forwarded-*`` is believed)."""
    open_kiosks: bool | None = None
    """Whether ``/kiosk/ID`` may issue from a browser without a device token; see ``kiosks_open``."""
    accent: str = "#7a2e1d"
    """The one accent colour of the screens."""

    def kiosks_open(self, *, training: bool) -> bool:
        """Whether any browser may take numbers: as the setting says, else in a training hall only."""
        return training if self.open_kiosks is None else self.open_kiosks


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """``[store]``."""

    path: Path = Path("data")


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """``[limits]``: against people who collect numbers; 0 is no limit."""

    kiosk_pause_s: float = 1.5
    """Between two numbers of one kiosk's page."""
    kiosk_per_minute: int = 40
    device_pause_s: float = 0.0
    """Between two numbers of one kiosk's token."""
    device_per_minute: int = 0


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """``[voice]``: how calls are said."""

    enabled: bool = True
    repeats: int = 1
    """How many times the sentence of one call is said."""
    expires: int = 60
    """Seconds after which a call that nobody has said yet is left to the eyes."""
    chime: bool = True
    recordings: Path | None = None
    """A folder of recordings; none: the machine's voice says all."""


@dataclass(frozen=True, slots=True)
class PushSettings:
    """``[push]``: messages to phones whose page is closed."""

    enabled: bool = True
    contact: str = ""
    """Whom push services may write to, ``mailto:`` or ``https:``; empty: ``public_url``, if it is https."""
    ahead: int = 3
    """A waiting citizen is told once no more than so many are ahead; 0: only at the call."""
    local_services: bool = False
    """Whether a push service may be reached by plain http and at a private address."""


ANSWERING = frozenset({"virtual", "network", "usb", "serial", "agent"})
"""Kinds of printers that answer unless the configuration says otherwise."""


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    """``[[printer]]``."""

    id: str
    name: str
    kind: str = "virtual"
    """``virtual`` (bytes and PNG in the data folder), ``network`` (raw TCP), ``usb``, ``serial``, ``file``
    (a device of the system), ``cups``, or ``agent`` (at a kiosk's own computer)."""
    width_mm: int = 80
    host: str = ""
    port: int = 9100
    device: str = ""
    """``usb``: vendor and product, ``04b8:0e15``; ``serial`` and ``file``: a path; ``cups``: the queue."""
    baud: int = 19200
    timeout_s: float = 3.0
    answers: bool = True
    """Whether it answers DLE EOT: only then is a job confirmed."""
    spare: str | None = None
    """The printer that takes what this one cannot print."""
    profile: str = "default"
    """A profile of python-escpos."""
    code_page: str = ""
    """What it prints beside ASCII, a code page of its profile (``CP850``)."""
    logo: Path | None = None
    """A picture printed at the top."""
    lines: tuple[str, ...] = ("ahead", "range", "ready")
    """Which of the lines that may be left out are printed."""


@dataclass(frozen=True)
class Settings:
    """Everything of ``config.toml`` that is not the plan."""

    server: ServerSettings = ServerSettings()
    store: StoreSettings = StoreSettings()
    limits: LimitSettings = LimitSettings()
    push: PushSettings = PushSettings()
    voice: VoiceSettings = VoiceSettings()
    printers: Mapping[str, PrinterSettings] = field(default_factory=dict)
    faces: tuple[str, ...] = ("kiosk", "counter", "display")
    languages: tuple[str, ...] = ("id", "en")
