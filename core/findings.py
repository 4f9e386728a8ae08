"""What the doctor finds: one line a subject, with what to do; and how it asks a printer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

from core.domain.hall import PrinterState
from core.settings import PrinterSettings

PRINTER_TIMEOUT_S = 3.0
"""How long a printer has to say how it is, in seconds."""
ADVICE = {
    PrinterState.NEAR_END: "have a new roll at hand",
    PrinterState.PAPER_OUT: "put paper in",
    PrinterState.COVER_OPEN: "close its cover",
    PrinterState.ERROR: "switch it off and on; if that does not help, look at its manual",
    PrinterState.OFFLINE: "see that it is switched on, has its address and hangs on the network or its cable",
    PrinterState.MUTE: "switch it off and on; for one that never answers set answers = false",
}
"""What to do about a printer, by how it says it is."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the doctor looked at. ``advice`` is empty where all is well."""

    subject: str
    found: str
    advice: str = ""


def look_at_printer(printer: PrinterSettings, data: Path) -> Iterator[Finding]:
    """Ask a printer how it is, as the running hall does; nothing is printed."""
    subject = f"printer {printer.id}"
    if printer.logo is not None and not printer.logo.is_file():
        yield Finding(subject, f"no picture {printer.logo}", "put it there, or take logo out of [[printer]]")
    if printer.kind == "agent":
        found = f"{printer.width_mm} mm, at a kiosk's own computer: see its state on the page /"
        yield Finding(subject, found)
        return
    # By name, as the application loads its faces: what prints belongs to the kiosk.
    adapters = import_module("kiosk.printing.adapters")
    told = adapters.adapter(replace(printer, timeout_s=PRINTER_TIMEOUT_S), data).status()
    found = f"{printer.kind}, {printer.width_mm} mm: {told.detail or told.state.value}"
    yield Finding(subject, found, ADVICE.get(told.state, ""))
