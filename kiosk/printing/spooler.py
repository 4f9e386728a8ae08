"""From the outbox to the printers, beside the request path."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from core.ports import Concurrency, Mailbox
from kiosk.printing.port import NotKept, Printer, PrinterTrouble

log = logging.getLogger(__name__)

Compose = Callable[[str, str, str], bytes]
"""job, ticket, printer -> the bytes to print."""
Report = Callable[[str, str, str], None]
"""job, ``sent`` or ``failed``, detail."""

PAUSES = (1.0, 2.0, 4.0)
"""Seconds before each further try."""
PAUSES_WHEN_FAILING = (1.0,)
"""The same while the printer has failed the job before: whoever waits must soon hear that there is
no paper, and ten waiting jobs must not each take seven seconds."""
REPORT_PAUSES = (1.0, 5.0, 30.0)
"""Seconds before a report that was not taken is made again: paper is out and must not come twice."""
BATCH = 64


@dataclass(frozen=True, slots=True)
class _Job:
    job: str
    ticket: str
    printer: str


class Spooler:
    """One thread and one mailbox a printer, so that a stalled printer never delays another.

    A job is handed over once. It is tried again by itself only when no byte of it can have
    reached the paper; when in doubt it is reported as failed, for a person to look and reprint.
    """

    def __init__(
        self, printers: Mapping[str, Printer], concurrency: Concurrency, compose: Compose, report: Report
    ) -> None:
        self._printers = printers
        self._concurrency = concurrency
        self._compose = compose
        self._report = report
        self._boxes: dict[str, Mailbox[_Job]] = {ident: concurrency.mailbox() for ident in printers}
        self._trouble: dict[str, str] = {}
        self._in_hand: dict[str, _Job] = {}

    def start(self, pending: Iterable[tuple[str, str, str]] = ()) -> None:
        """Begin to print; ``pending`` (job, ticket, printer): what an earlier run left, oldest first."""
        for ident in self._printers:
            self._concurrency.spawn(partial(self._serve, ident))
        for job, ticket, printer in pending:
            self.submit(job, ticket, printer)

    def submit(self, job: str, ticket: str, printer: str) -> None:
        """Put a job behind the others of its printer. A job that already waits there waits once."""
        entry = _Job(job, ticket, printer)
        # ``setdefault`` is one step for threads of every kind; "if not in, then add" is two.
        if self._in_hand.setdefault(job, entry) is not entry:
            return
        box = self._boxes.get(printer)
        if box is None:
            self._in_hand.pop(job, None)
            # Not in the caller's thread: it may be the one that must take the report.
            self._concurrency.spawn(partial(self._tell, job, "failed", f"unknown printer {printer}"))
            return
        box.put(entry)

    def state(self, printer: str) -> str:
        """``failing`` from a job that failed until the next that went through; else ``ok``."""
        return "failing" if printer in self._trouble else "ok"

    def trouble(self, printer: str) -> str:
        """The printer's words while it is failing, else empty."""
        return self._trouble.get(printer, "")

    def _serve(self, ident: str) -> None:
        printer, box = self._printers[ident], self._boxes[ident]
        while True:
            for entry in box.take_all(BATCH):
                state, detail = self._print(entry, printer)
                # Out of hand before the report, which may lead to the same job being given again.
                self._in_hand.pop(entry.job, None)
                self._tell(entry.job, state, detail)

    def _print(self, entry: _Job, printer: Printer) -> tuple[str, str]:
        """Print one job to its end. Whatever goes wrong, the thread lives on for the next."""
        try:
            data = self._compose(entry.job, entry.ticket, entry.printer)
        except Exception as error:
            log.exception("print job %s could not be composed", entry.job)
            return "failed", f"compose {type(error).__name__}: {error}"
        pauses = PAUSES_WHEN_FAILING if entry.printer in self._trouble else PAUSES
        for pause in (*pauses, None):
            try:
                printer.send(data, entry.job)
            except PrinterTrouble as trouble:
                self._trouble[entry.printer] = trouble.words
                if trouble.doubtful:
                    return "failed", f"doubtful: {trouble.words}"
                if trouble.lasting or pause is None:
                    return "failed", trouble.words
            except Exception as error:
                # An adapter's own mistake: nobody knows how far it came.
                log.exception("print job %s broke its printer's adapter", entry.job)
                words = f"{type(error).__name__}: {error}"
                self._trouble[entry.printer] = words
                return "failed", f"doubtful: {words}"
            else:
                self._trouble.pop(entry.printer, None)
                return "sent", ""
            self._concurrency.sleep(pause)
        raise AssertionError("the last try returns")

    def _tell(self, job: str, state: str, detail: str, tries: int = 0) -> None:
        try:
            self._report(job, state, detail)
        except Exception as error:
            if tries == 0:
                # What is known to happen is told in a line; only a mistake of the program needs a traceback.
                traced = None if isinstance(error, NotKept) else error
                log.error("print job %s: report %s was not taken: %s", job, state, error, exc_info=traced)
            if tries == len(REPORT_PAUSES):
                log.error("print job %s: report %s was given up: %s", job, state, error)
                return
            # Beside this thread: the next ticket does not wait for the ledger.
            again = partial(self._tell, job, state, detail, tries + 1)
            self._concurrency.spawn_after(REPORT_PAUSES[tries], again)
