"""The agent's work: jobs one after the other, how the printer is between them, no ticket twice."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable
from typing import Protocol

from core.domain.hall import PrinterState, PrintState
from kiosk.agent.wire import NOT_OURS, Away, OpenJob, Refused
from kiosk.printing.handing import hand_over
from kiosk.printing.port import NotKept, NotWanted, Printer, PrinterTrouble

STATUS_S = 5.0
"""How often the hall is told how the printer is: it takes 25 s of silence for an end."""
AWAY_S = 2.0
"""Before the hall is asked again that did not answer."""
STRANGE_S = 60.0
"""A job that is being sent, and not by this process, is in doubt after so long."""
STOP_S = 10.0
"""How long the job in hand may take when the agent is told to stop."""

log = logging.getLogger("antrean.agent")


class Hall(Protocol):
    """What the work needs of the wire. Everything raises ``Away`` and ``Refused``."""

    def jobs(self) -> list[OpenJob]:
        """What the printer still owes, oldest first."""
        ...

    def paper(self, job: str) -> bytes:
        """The bytes of a job."""
        ...

    def claim(self, job: str, key: str) -> None:
        """``sending``, kept."""
        ...

    def report(self, job: str, state: str, detail: str, permanent: bool) -> None:
        """A later step of a job."""
        ...

    def status(self, state: str, detail: str) -> int:
        """How the printer is; answers with how many jobs wait."""
        ...


class Stopped(BaseException):
    """The agent was told to stop, and the job in hand takes too long. The next start finds it."""


class Work:
    """One printer, one thread. ``run`` it; ``wake`` and ``stop`` it from any other."""

    def __init__(
        self,
        hall: Hall,
        printer: Printer,
        *,
        answers: bool = True,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        """``answers``: whether the printer confirms; where not, ``sent`` is the end of a job."""
        self._hall = hall
        self._printer = printer
        self._answers = answers
        self._steady = steady
        self._woken = threading.Event()
        self._back = threading.Event()
        self._stopping: float | None = None
        self._first = True
        self._away = ""
        self._failing = False
        self._claims: dict[str, str] = {}
        """Job to key: claims of which nobody knows whether they were kept. Nothing of these was sent."""
        self._strange: dict[str, float] = {}
        self._status_at: float | None = None
        self._told = ""

    def wake(self) -> None:
        """There is something to do."""
        self._woken.set()

    def back(self) -> None:
        """The line to the hall is there (again): what could not be told is told at once."""
        self._back.set()
        self._woken.set()

    def stop(self) -> None:
        """Finish the job in hand and end."""
        self._stopping = self._steady()
        self._woken.set()

    def run(self) -> None:
        """Until it is stopped. Raises ``Refused`` where the hall no longer wants this agent."""
        try:
            while self._stopping is None:
                self._woken.clear()
                self._woken.wait(self.turn())
        except Stopped:
            log.warning("stopped in the middle of a job")

    def turn(self) -> float:
        """Do what there is to do; answers with the seconds until there may be more."""
        try:
            self._print_all()
            while self._tell_status() and self._stopping is None:
                self._print_all()
        except (Away, Refused) as trouble:
            if isinstance(trouble, Refused) and trouble.status in NOT_OURS:
                raise
            if not self._away:
                log.warning("hall: out of reach (%s)", trouble)
            self._away = str(trouble) or "away"
            return AWAY_S
        if self._away:
            log.info("hall: back")
            self._away = ""
        due = STATUS_S if self._status_at is None else self._status_at + STATUS_S - self._steady()
        return max(0.05, due)

    # Printing.

    def _print_all(self) -> None:
        listed = self._hall.jobs()
        still = {each.job for each in listed}
        self._claims = {job: key for job, key in self._claims.items() if job in still}
        for each in listed:
            if self._stopping is not None:
                return
            ours = each.state == PrintState.SENDING and each.job in self._claims
            if each.state == PrintState.QUEUED or ours:
                self._print(each)
                self._tell_status()
            else:
                self._look_at(each, self._first)
        self._first = False  # only now: what could not be told is told the next time

    def _look_at(self, each: OpenJob, first: bool) -> None:
        """A job under way that is not in this process's hand: may be on paper, may not."""
        if each.state == PrintState.SENDING:
            seen = self._strange.setdefault(each.job, self._steady())
            doubtful = first or self._steady() - seen >= STRANGE_S
        else:
            doubtful = each.state == PrintState.SENT and first and self._answers
        if not doubtful:
            return
        self._strange.pop(each.job, None)
        log.warning("job %s (%s): found %s, doubtful", each.job, each.number, each.state)
        self._give_up(each, PrintState.DOUBTFUL, "the agent was stopped in the middle")

    def _give_up(self, each: OpenJob, state: PrintState, detail: str) -> None:
        """Leave a job to a person."""
        try:
            self._hall.report(each.job, state.value, detail, True)
        except Refused as refused:
            log.info("job %s (%s): %s", each.job, each.number, refused)

    def _print(self, each: OpenJob) -> None:
        try:
            data = self._hall.paper(each.job)
        except Refused as refused:
            log.warning("job %s (%s): no paper for it: %s", each.job, each.number, refused)
            if each.state == PrintState.QUEUED and refused.status not in NOT_OURS:
                self._give_up(each, PrintState.FAILED, f"compose {refused.code}")
            return
        handed = hand_over(
            self._printer,
            each.job,
            data,
            lambda state, detail, permanent: self._tell(each, state, detail, permanent),
            self._sleep,
            self._failing,
            self._heard,
        )
        if handed.state is PrintState.CONFIRMED or handed.state is PrintState.SENT:
            self._failing = False

    def _tell(self, each: OpenJob, state: str, detail: str, permanent: bool) -> None:
        """Report a step; raises as ``hand_over`` wants it."""
        try:
            if state == PrintState.SENDING:
                # Before it is asked: an answer that does not come may still be a yes.
                self._hall.claim(each.job, self._claims.setdefault(each.job, secrets.token_hex(12)))
            else:
                self._hall.report(each.job, state, detail, permanent)
        except Away as trouble:
            raise NotKept(str(trouble)) from trouble
        except Refused as refused:
            self._claims.pop(each.job, None)
            if refused.code not in {"job_state", "job_unknown"} and state != PrintState.SENDING:
                raise NotKept(str(refused)) from refused  # paper is out: it must be told
            raise NotWanted(str(refused)) from refused
        self._claims.pop(each.job, None)
        log.info("job %s (%s): %s%s", each.job, each.number, state, f" ({detail})" if detail else "")

    def _sleep(self, seconds: float) -> None:
        """Between two tries; ends early when the hall is back, and by ``Stopped``."""
        self._back.clear()
        until = self._steady() + seconds
        while (left := until - self._steady()) > 0 and not self._back.wait(min(left, 0.2)):
            if self._stopping is not None and self._steady() - self._stopping > STOP_S:
                raise Stopped

    # The printer.

    def _heard(self, trouble: PrinterTrouble) -> None:
        """A try failed: the hall hears of it now, not with the next question."""
        self._failing = True
        try:
            self._report_status(trouble.state, trouble.words)
        except (Away, Refused) as refused:
            log.info("printer: %s could not be told: %s", trouble.state.value, refused)

    def _tell_status(self) -> bool:
        """Ask the printer how it is, if it is time. Whether jobs wait that nobody has taken."""
        if self._status_at is not None and self._steady() - self._status_at < STATUS_S:
            return False
        status = self._printer.status()
        if status.state is PrinterState.OK:
            self._failing = False
        return self._report_status(status.state, status.detail) > 0

    def _report_status(self, state: PrinterState, detail: str) -> int:
        waiting = self._hall.status(state.value, detail)
        self._status_at = self._steady()
        told = f"{state.value}{f' ({detail})' if detail else ''}"
        if told != self._told:
            log.info("printer: %s", told)
            self._told = told
        return waiting
