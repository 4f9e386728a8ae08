"""From the queue to the printers, beside the request path; and how the printers are, between jobs."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from core.domain.hall import PrinterState, PrintState
from core.ports import Concurrency, Mailbox
from kiosk.printing.handing import Handed, hand_over, tell_until_kept
from kiosk.printing.port import Printer, PrinterTrouble, Status

log = logging.getLogger(__name__)

LOOK_S = 5.0
"""Seconds between two questions to a printer that has nothing to do: its fault is known within 10."""
AGAIN_S = 5.0
"""Seconds until a job that could not be begun, as the hall's disk did not write, is begun again."""


@dataclass(frozen=True, slots=True)
class Order:
    """A print job for one of the printers."""

    job: str
    ticket: str
    printer: str


class Hall(Protocol):
    """What the spooler needs of the hall."""

    def compose(self, order: Order) -> bytes:
        """The bytes to print. May raise anything: the job fails then."""
        ...

    def tell(self, job: str, state: str, detail: str, permanent: bool) -> None:
        """Keep how far a job is. Raises ``NotKept`` and ``NotWanted``, as ``handing.Tell``."""
        ...

    def tell_printer(self, printer: str, status: Status) -> None:
        """Keep how a printer is. Raises ``NotKept``; it is told again at the next look."""
        ...


class Spooler:
    """One thread and one mailbox a printer, so that a stalled printer never delays another."""

    def __init__(self, printers: Mapping[str, Printer], concurrency: Concurrency, hall: Hall) -> None:
        self._printers = printers
        self._concurrency = concurrency
        self._hall = hall
        self._boxes: dict[str, Mailbox[Order | None]] = {ident: concurrency.mailbox() for ident in printers}
        self._failing: set[str] = set()
        self._due: set[str] = set()
        self._in_hand: dict[str, Order] = {}
        self._told: dict[str, Status] = {}
        self._stopped = False

    def start(self, pending: Iterable[Order] = (), watch: bool = True) -> None:
        """Begin to print; ``pending``: what an earlier run left, oldest first.

        ``watch``: ask the printers how they are every ``LOOK_S``.
        """
        for ident in self._printers:
            self._concurrency.spawn(partial(self._serve, ident))
        if watch:
            self._concurrency.spawn(self._remind)
        for order in pending:
            self.submit(order)

    def stop(self) -> None:
        """Begin no job and ask no printer any more; what waits is the next run's.

        A job that is under way is printed and reported as far as the hall still takes reports.
        """
        self._stopped = True
        for box in self._boxes.values():
            box.put(None)

    def submit(self, order: Order) -> None:
        """Put a job behind the others of its printer. A job that already waits there waits once."""
        # ``setdefault`` is one step for threads of every kind; "if not in, then add" is two.
        if self._in_hand.setdefault(order.job, order) is not order:
            return
        box = self._boxes.get(order.printer)
        if box is None:
            # Not in the caller's thread: it may be the one that must take the report.
            self._concurrency.spawn(partial(self._fail, order, f"unknown printer {order.printer}"))
            return
        box.put(order)

    def look(self, ident: str) -> None:
        """Have a printer asked as soon as it is between two jobs; a question that waits waits once."""
        if ident not in self._due:
            self._due.add(ident)
            self._boxes[ident].put(None)

    def _remind(self) -> None:
        while not self._stopped:
            for ident in self._printers:
                self.look(ident)
            self._concurrency.sleep(LOOK_S)

    def _serve(self, ident: str) -> None:
        printer, box = self._printers[ident], self._boxes[ident]
        while not self._stopped:
            for order in box.take_all(1):
                if self._stopped:
                    return
                # Whatever goes wrong, the thread lives on for the next.
                try:
                    if order is not None:
                        self._print(order, printer)
                    if ident in self._due:
                        self._ask(ident, printer)
                except Exception:
                    log.exception("printer %s: its thread goes on", ident)

    def _print(self, order: Order, printer: Printer) -> None:
        try:
            data = self._hall.compose(order)
        except Exception as error:
            log.exception("print job %s could not be composed", order.job)
            self._fail(order, f"compose {type(error).__name__}: {error}")
            return
        ident = order.printer
        handed = hand_over(
            printer,
            order.job,
            data,
            partial(self._tell, order.job),
            self._concurrency.sleep,
            ident in self._failing,
            partial(self._heard, ident),
        )
        self._in_hand.pop(order.job, None)
        match handed.state:
            case PrintState.CONFIRMED | PrintState.SENT:
                self._failing.discard(ident)
                if self._told.get(ident, _WELL) != _WELL:
                    self._due.add(ident)
            case PrintState.QUEUED if handed.wanted and not self._stopped:
                self._concurrency.spawn_after(AGAIN_S, partial(self.submit, order))
            case PrintState.FAILED | PrintState.DOUBTFUL:
                self._due.add(ident)
            case _:
                pass

    def _fail(self, order: Order, words: str) -> None:
        handed = Handed(PrintState.FAILED, words, permanent=True)
        tell_until_kept(order.job, handed, partial(self._tell, order.job), self._concurrency.sleep)

    def _tell(self, job: str, state: str, detail: str, permanent: bool) -> None:
        if state == PrintState.FAILED:
            # Out of hand before the report, which may lead to the same job being given again.
            self._in_hand.pop(job, None)
        self._hall.tell(job, state, detail, permanent)

    def _heard(self, ident: str, trouble: PrinterTrouble) -> None:
        """Told before the job is tried again: the staff need not wait for the last try."""
        self._failing.add(ident)
        self._keep(ident, Status(trouble.state, trouble.words))

    def _ask(self, ident: str, printer: Printer) -> None:
        self._due.discard(ident)
        self._keep(ident, printer.status())

    def _keep(self, ident: str, status: Status) -> None:
        """Every look is told until it is kept; the hall itself drops what is no news."""
        if self._told.get(ident) == status:
            return
        try:
            self._hall.tell_printer(ident, status)
        except Exception as error:
            log.error("printer %s: %s was not taken: %s", ident, status.state.value, error)
            self._told.pop(ident, None)
        else:
            self._told[ident] = status


_WELL = Status(PrinterState.OK)
