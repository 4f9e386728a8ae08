"""The hall's printers, each by its kind."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from core.settings import PrinterSettings
from kiosk.printing.escpos_bytes import head_dots
from kiosk.printing.network import NetworkPrinter
from kiosk.printing.port import Printer
from kiosk.printing.virtual import VirtualPrinter, file_name


def adapters(printers: Mapping[str, PrinterSettings], data_dir: Path) -> Mapping[str, Printer]:
    """A printer for each of the settings, by id. Raises ``ValueError`` for an unknown kind."""
    return {ident: _adapter(printer, data_dir) for ident, printer in printers.items()}


def _adapter(printer: PrinterSettings, data_dir: Path) -> Printer:
    match printer.kind:
        case "virtual":
            folder = data_dir / "printer" / file_name(printer.id)
            return VirtualPrinter(folder, head_dots(printer.width_mm, printer.profile))
        case "network":
            return NetworkPrinter(printer.host, printer.port, printer.timeout_s)
        case kind:
            raise ValueError(f"printer {printer.id}: kind {kind!r}, allowed are virtual and network")
