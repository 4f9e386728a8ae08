"""A small hall with a press and printers, on real threads: what is printed there is a simulator's paper."""

from __future__ import annotations

import contextlib
import queue
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from core.domain import commands as c
from core.domain import events as e
from core.domain.hall import PrinterStatus, PrintJob
from core.domain.plan import Kiosk, Rules
from core.engine.engine import Engine
from core.settings import PrinterSettings
from core.store.memory import MemoryStore
from core.web.concurrency import NativeThreads
from kiosk.press import Press
from kiosk.printing import spooler
from tests import running
from tests.running import PATIENCE_S
from tests.worlds import ANI, CITIZEN, HandClock, keyed, small_plan, token, words

LIMIT_S = PATIENCE_S
ENDS = {"confirmed", "failed", "doubtful"}


class Hurried(NativeThreads):
    """Threads whose pauses are short; what looks every few seconds keeps its own pace.

    ``SystemExit`` ends one quietly: so a test lets a hall die in the middle.
    """

    def spawn(self, work: Callable[[], None]) -> None:
        def run() -> None:
            with contextlib.suppress(SystemExit):
                work()

        super().spawn(run)

    def sleep(self, seconds: float) -> None:
        super().sleep(min(seconds, 0.01) if seconds != spooler.LOOK_S else seconds)


def paper_of(_house: Any, job: str) -> bytes:
    """Some lines that name the job: enough to be in the middle of."""
    return b"\x1b@" + f"({job})\n".encode() * 25 + b"\x1dV\x01"


class PrintingHall:
    """The hall of ``tests.worlds`` whose kiosk K1 prints at P1."""

    def __init__(self, folder: Path, printers: Mapping[str, Mapping[str, Any]], store: Any = None) -> None:
        plan = small_plan(
            kiosks=keyed(Kiosk("K1", words("Kios 1"), "A", "P1"), Kiosk("K2", words("Kios 2"), "B", "P2")),
            rules=Rules(reprint_limit=20),
        )
        self.store = store or MemoryStore()
        self.engine = Engine(plan, self.store, HandClock(), Hurried())
        self.engine.start()
        settings = {
            ident: PrinterSettings(**({"id": ident, "name": ident, "timeout_s": 0.06} | dict(told)))
            for ident, told in printers.items()
        }
        house = SimpleNamespace(
            engine=self.engine,
            settings=SimpleNamespace(printers=settings),
            data=folder,
            concurrency=Hurried(),
        )
        self.reports: queue.Queue[e.PrintReported] = queue.Queue()
        self.number = 0
        self.press = Press(house)  # type: ignore[arg-type]

    def start(self) -> None:
        self.engine.subscribe(self._note)
        self.press.start()

    def _note(self, effects: Any) -> None:
        for each in effects.recorded:
            if isinstance(each.event, e.PrintReported):
                self.reports.put(each.event)

    def issue(self, kiosk: str = "K1") -> str:
        """A ticket; answers with its job."""
        self.number += 1
        issued = c.IssueTicket(CITIZEN, "ktp", token(self.number), kiosk=kiosk)
        return f"{self.engine.do(issued).ticket}.1"

    def again(self, job: str) -> None:
        """A person has it printed again."""
        self.engine.do(c.ReprintTicket(ANI, job.rsplit(".", 1)[0]))

    def end(self, job: str) -> e.PrintReported:
        """The next end of a job, whatever comes between."""
        while True:
            told = self.reports.get(timeout=LIMIT_S)
            if told.job == job and told.state in ENDS:
                return told

    def jobs(self) -> dict[str, PrintJob]:
        return self.engine.read(lambda hall: dict(hall.jobs))

    def printer(self, ident: str) -> PrinterStatus | None:
        return self.engine.read(lambda hall: hall.printers.get(ident))

    def stop(self) -> None:
        self.press.stop()
        self.engine.stop()


def eventually(holds: Callable[[], Any], limit_s: float = LIMIT_S) -> None:
    running.eventually(holds, within=limit_s)
