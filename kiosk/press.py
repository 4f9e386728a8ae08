"""Tickets to paper: takes print orders after each commit, has them printed, reports back."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from core.domain import commands as c
from core.domain import events as e
from core.domain.errors import JobState, JobUnknown, Refusal
from core.domain.hall import PRINTS, Hall, PrinterState, PrintJob, PrintState
from core.domain.staff import SYSTEM
from core.engine.effects import Effects
from core.ports import StoreError
from core.web.face import House
from kiosk.composing import compose
from kiosk.printing.adapters import ELSEWHERE, adapters
from kiosk.printing.handing import Handed, tell_until_kept
from kiosk.printing.port import NotKept, NotWanted, Status
from kiosk.printing.spooler import Order, Spooler

log = logging.getLogger(__name__)

AT_ONCE = 8
"""How many printers may block at a time."""
REROUTE_S = 5.0
"""Seconds until a job that no other printer could take is offered again,"""
REROUTE_TRIES = 12
"""and how often in all: for one minute."""
LONGEST = 300
"""Characters of a printer's words that are kept."""


class Press:
    """Joins the engine's print orders to the spooler, and what has failed to the spare printer."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._settings = house.settings.printers
        # Names that are looked up in vain, and libraries that block, keep nobody else waiting.
        printers = adapters(self._settings, house.data, house.concurrency.dedicated("printers", AT_ONCE))
        self._spooler = Spooler(printers, house.concurrency, self)
        self._moved: set[str] = set()
        """Jobs that a spare printer has, or had: they are not passed round in circles."""
        self._stopped = False

    def start(self) -> None:
        """Print what an earlier run left waiting, then whatever comes.

        What was under way when that run ended may be on paper: nobody prints it again by itself.
        """
        # First: a number given in this moment is heard of; one that is heard of twice prints once.
        self._house.engine.subscribe(self._take)
        left = self._house.engine.read(lambda hall: [each for each in hall.jobs.values() if self._here(each)])
        doubtful = [job for job in left if self._in_doubt(job)]
        if doubtful:
            self._house.concurrency.spawn(partial(self._doubt, doubtful))
        waiting = [job for job in left if job.state is PrintState.QUEUED]
        self._spooler.start([Order(job.id, job.ticket, job.printer) for job in waiting])

    def stop(self) -> None:
        """Begin nothing new: the hall stops."""
        self._stopped = True
        self._spooler.stop()

    def _here(self, job: PrintJob) -> bool:
        """Whether this process prints the job. One whose printer left the configuration fails here."""
        printer = self._settings.get(job.printer)
        return printer is None or printer.kind != ELSEWHERE

    def _in_doubt(self, job: PrintJob) -> bool:
        printer = self._settings.get(job.printer)
        answers = printer is not None and printer.answers
        return job.state is PrintState.SENDING or (job.state is PrintState.SENT and answers)

    def _doubt(self, jobs: list[PrintJob]) -> None:
        for job in jobs:
            when = "while it was sent" if job.state is PrintState.SENDING else "before the printer answered"
            handed = Handed(PrintState.DOUBTFUL, f"the hall stopped {when}")
            tell_until_kept(job.id, handed, partial(self.tell, job.id), self._house.concurrency.sleep)

    # -- what the spooler needs ------------------------------------------------------------------------

    def compose(self, order: Order) -> bytes:
        """The bytes of a job for the printer that has it now."""
        return compose(self._house, order.job)

    def tell(self, job: str, state: str, detail: str, permanent: bool) -> None:
        """Keep how far a job is. Raises ``NotKept`` and ``NotWanted``."""
        try:
            self._house.engine.do(c.ReportPrint(SYSTEM, job, state, detail[:LONGEST], permanent))
        except (JobUnknown, JobState) as refusal:  # the day has changed meanwhile, or it was reported before
            raise NotWanted(refusal.code) from refusal
        except StoreError as trouble:
            raise NotKept(str(trouble)) from trouble

    def tell_printer(self, printer: str, status: Status) -> None:
        """Keep how a printer is, if that is news: one never heard of is well. Raises ``NotKept``."""
        known = self._house.engine.read(lambda hall: hall.printers.get(printer))
        before = Status(PrinterState.OK) if known is None else Status(known.state, known.detail)
        status = Status(status.state, status.detail[:LONGEST])
        if status == before:
            return
        try:
            self._house.engine.do(c.ReportPrinter(SYSTEM, printer, status.state.value, status.detail))
        except StoreError as trouble:
            raise NotKept(str(trouble)) from trouble

    # -- after each commit -----------------------------------------------------------------------------

    def _take(self, effects: Effects) -> None:
        for order in effects.prints:
            printer = self._settings.get(order.printer)
            if printer is None or printer.kind != ELSEWHERE:
                self._spooler.submit(Order(order.job, order.ticket, order.printer))
        for each in effects.recorded:
            # Beside the writer: a command given in its thread would wait for itself.
            match each.event:
                case e.PrintReported(job=job, state=PrintState.FAILED):
                    self._house.concurrency.spawn(partial(self._elsewhere, job))
                case e.PrintReported(job=job, state=PrintState.QUEUED):
                    self._moved.discard(job)
                case e.PrintRerouted(job=job) if each.actor == SYSTEM:
                    self._moved.add(job)  # kept: one that was refused may be tried again
                case e.PrintRerouted(job=job):
                    self._moved.discard(job)  # a person has chosen this printer, and begins anew
                case e.PrinterReported(printer=ident, state=state) if state not in PRINTS:
                    self._house.concurrency.spawn(partial(self._clear, ident))
                case e.DayStarted() | e.ClockAccepted():
                    self._moved.clear()
                case _:
                    pass

    def _elsewhere(self, ident: str, tries: int = 1) -> None:
        """A job of which nothing is on paper goes to the spare printer, as soon as that one is well.

        If the spare is not well, or the hall cannot keep the change now, it is tried again every
        ``REROUTE_S``, ``REROUTE_TRIES`` times at most: later the citizen has gone, and a person decides.
        """

        def look(hall: Hall) -> tuple[str | None, bool]:
            job = hall.jobs.get(ident)
            if job is None or job.state is not PrintState.FAILED:
                return None, False
            spare = self._spare_of(hall, job)
            return spare, spare is not None and self._well(hall, spare)

        if self._stopped or ident in self._moved:
            return
        spare, well = self._house.engine.read(look)
        if spare is None:
            return
        if not well or not self._reroute(ident, spare):
            self._later(partial(self._elsewhere, ident, tries + 1), ident, tries)

    def _clear(self, printer: str, tries: int = 1) -> None:
        """What waits for a kiosk's own printer that cannot print goes to its spare.

        The kiosk's computer has ``sending`` kept before the first byte: of a job that is ``queued`` nothing
        is on paper. One that it takes at this very moment is refused here. Tried again as ``_elsewhere``.
        """
        settings = self._settings.get(printer)
        if settings is None or settings.kind != ELSEWHERE or settings.spare is None:
            return  # the spooler tries each of its own, and hears at once
        spare = settings.spare

        def look(hall: Hall) -> tuple[bool, list[str]]:
            if self._well(hall, printer):
                return True, []  # it prints again
            jobs = hall.jobs.values()
            queued = [job.id for job in jobs if (job.printer, job.state) == (printer, PrintState.QUEUED)]
            return self._well(hall, spare), [job for job in queued if job not in self._moved]

        if self._stopped:
            return
        well, jobs = self._house.engine.read(look)
        if not jobs:
            return
        kept = [self._reroute(job, spare) for job in jobs] if well else [False]
        if not all(kept):
            self._later(partial(self._clear, printer, tries + 1), printer, tries)

    def _spare_of(self, hall: Hall, job: PrintJob) -> str | None:
        """Where a job may go instead; for a printer that left the configuration the one its kiosk has now."""
        settings = self._settings.get(job.printer)
        if settings is not None:
            return settings.spare
        kiosk = hall.plan.kiosks.get(job.kiosk or "")
        return kiosk.printer if kiosk is not None and kiosk.printer in self._settings else None

    def _well(self, hall: Hall, printer: str) -> bool:
        known = hall.printers.get(printer)
        return known is None or known.state in PRINTS

    def _reroute(self, job: str, printer: str) -> bool:
        """Whether nothing is left to try: it was taken, or somebody was quicker."""
        try:
            self._house.engine.do(c.ReroutePrint(SYSTEM, job, printer))
        except Refusal as reason:
            log.info("printing: %s stays where it is: %s", job, reason)
        except StoreError as trouble:
            log.warning("printing: %s could not be given to %s: %s", job, printer, trouble)
            return False
        return True

    def _later(self, again: Callable[[], None], what: str, tries: int) -> None:
        if tries < REROUTE_TRIES:
            self._house.concurrency.spawn_after(REROUTE_S, again)
        else:
            log.error("printing: no other printer took %s in %d tries; see /ops", what, tries)
