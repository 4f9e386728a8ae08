"""The hall's printers, each by its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from core.domain.hall import PrinterState
from core.settings import PrinterSettings
from kiosk.printing.cups import CupsPrinter
from kiosk.printing.device import DevicePrinter
from kiosk.printing.escpos_bytes import head_dots
from kiosk.printing.network import NetworkPrinter
from kiosk.printing.port import Printer, PrinterTrouble, Sent, Status, unheard
from kiosk.printing.serial import SerialPrinter
from kiosk.printing.speaking import Offload
from kiosk.printing.usb import UsbPrinter
from kiosk.printing.virtual import VirtualPrinter, file_name

ELSEWHERE = "agent"
"""The kind of a printer that hangs at a kiosk's own computer: this process has no adapter for it."""
LIBRARIES = {"usb": ("usb", "pyusb"), "serial": ("serial", "pyserial"), "cups": ("cups", "pycups")}
"""Module and package that a kind needs beside python-escpos; the extra of ``antrean`` has the kind's name."""


def directly(work: Callable[..., Any], *args: Any) -> Any:
    """``Offload`` for a process whose threads may block."""
    return work(*args)


def adapters(
    printers: Mapping[str, PrinterSettings], data_dir: Path, offload: Offload = directly
) -> Mapping[str, Printer]:
    """A printer for each of the settings, by id; those at kiosks' own computers are left out.

    ``offload`` runs calls that block. Raises ``ValueError`` for an unknown kind.
    """
    return {
        ident: adapter(printer, data_dir, offload)
        for ident, printer in printers.items()
        if printer.kind != ELSEWHERE
    }


def adapter(  # noqa: PLR0911 - one a kind
    printer: PrinterSettings, data_dir: Path, offload: Offload = directly
) -> Printer:
    """The one for these settings. Raises ``ValueError`` for an unknown kind."""
    module, package = LIBRARIES.get(printer.kind, ("", ""))
    if module and find_spec(module) is None:
        # The hall opens without it: its kiosks show the numbers, and its staff read this.
        return Missing(f"{package} is not installed: pip install antrean[{printer.kind}]")
    timeout, answers = printer.timeout_s, printer.answers
    match printer.kind:
        case "virtual":
            folder = data_dir / "printer" / file_name(printer.id)
            return VirtualPrinter(folder, head_dots(printer.width_mm, printer.profile))
        case "network":
            return NetworkPrinter(printer.host, printer.port, timeout, answers, offload)
        case "usb":
            return UsbPrinter(printer.device, offload, timeout, answers)
        case "serial":
            return SerialPrinter(printer.device, printer.baud, timeout, answers)
        case "file":
            return DevicePrinter(printer.device, timeout, answers)
        case "cups":
            return CupsPrinter(printer.device, offload)
        case kind:
            allowed = "virtual, network, usb, serial, file, cups"
            raise ValueError(f"printer {printer.id}: kind {kind!r}, allowed here are {allowed}")


class Missing:
    """Stands for a printer whose library is not installed; ``words`` say which."""

    def __init__(self, words: str) -> None:
        self.words = words

    def send(self, data: bytes, job: str, sent: Sent = unheard) -> bool:  # noqa: ARG002 - a printer's signature
        """Always trouble."""
        raise PrinterTrouble(self.words, lasting=True, state=PrinterState.ERROR)

    def status(self) -> Status:
        """Always an error."""
        return Status(PrinterState.ERROR, self.words)
