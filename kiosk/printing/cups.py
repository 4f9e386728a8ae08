"""A print queue of CUPS (needs pycups: ``antrean[cups]``).

CUPS keeps a job and prints it when it can, so nobody can say from here whether it is on paper: such a job is
``sent`` and never confirmed, and one that CUPS keeps is not taken back when the spare prints.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from escpos.exceptions import DeviceNotFoundError  # type: ignore[import-untyped]

from core.domain.hall import PRINTS, PrinterState
from kiosk.printing.port import PrinterTrouble, Sent, Status, unheard
from kiosk.printing.speaking import LASTING, Offload

STOPPED = 5
"""IPP ``printer-state``: 3 idle, 4 processing, 5 stopped."""
REASONS = {
    "media-empty": PrinterState.PAPER_OUT,
    "media-needed": PrinterState.PAPER_OUT,
    "cover-open": PrinterState.COVER_OPEN,
    "door-open": PrinterState.COVER_OPEN,
    "offline": PrinterState.OFFLINE,
    "connecting-to-device": PrinterState.OFFLINE,
    "media-low": PrinterState.NEAR_END,
}
"""IPP ``printer-state-reasons`` without their severity, worst first (RFC 8011, 5.4.12)."""


class CupsPrinter:
    """The queue ``queue`` of this computer's CUPS. Its library blocks, so all goes through ``offload``."""

    def __init__(self, queue: str, offload: Offload) -> None:
        self.queue = queue
        self._offload = offload

    def send(self, data: bytes, job: str, sent: Sent = unheard) -> bool:
        """As ``Printer.send``; always False."""
        state = self.status()
        if state.state not in PRINTS:
            raise PrinterTrouble(state.detail, lasting=state.state in LASTING, state=state.state)
        if trouble := self._offload(self._spool, data, job):
            raise trouble
        sent()
        return False

    def _spool(self, data: bytes, job: str) -> PrinterTrouble | None:
        module = import_module("escpos.printer.cups")
        line = module.CupsPrinter(self.queue)
        try:
            line.open(job_name=job)
        except DeviceNotFoundError as error:
            return PrinterTrouble(f"cups {self.queue}: {_first_line(error)}", lasting=False)
        try:
            line._raw(data)
            line.tmpfile.flush()  # python-escpos 3.1 forgets it: CUPS would read the file without its end
            line.send()
        except Exception as error:  # pycups has errors of its own without a common base
            line.pending_job = False  # or ``close`` would send it once more
            return PrinterTrouble(f"cups {self.queue}: {error}", lasting=False, doubtful=True)
        finally:
            line.close()
        return None

    def status(self) -> Status:
        """What CUPS says of its queue."""
        told: Status = self._offload(self._look)
        return told

    def _look(self) -> Status:
        try:
            connection: Any = import_module("cups").Connection()
            told = connection.getPrinterAttributes(self.queue)
        except Exception as error:  # RuntimeError, cups.IPPError
            return Status(PrinterState.OFFLINE, f"cups {self.queue}: {error}")
        given = told.get("printer-state-reasons", [])
        names = [given] if isinstance(given, str) else given
        reasons = {name.rsplit("-", 1)[0] if name.endswith(_SEVERITIES) else name for name in names}
        for reason, state in REASONS.items():
            if reason in reasons:
                return Status(state, f"cups {self.queue}: {reason}")
        if told.get("printer-state") == STOPPED or not told.get("printer-is-accepting-jobs", True):
            return Status(PrinterState.ERROR, f"cups {self.queue}: stopped")
        return Status(PrinterState.OK)


_SEVERITIES = ("-error", "-warning", "-report")


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[-1]
