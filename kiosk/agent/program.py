"""The agent from its settings to its end."""

from __future__ import annotations

import logging
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from core.folders import private_files
from core.logs import LineFormatter, log_to_stderr
from core.settings import PrinterSettings
from kiosk.agent.line import Line
from kiosk.agent.wire import Away, Refused, Wire
from kiosk.agent.work import AWAY_S, Work
from kiosk.printing.adapters import adapters

MISTAKEN = 2
"""Exit code where a person must mend something: the token, the kiosk, the hall's configuration."""

log = logging.getLogger("antrean.agent")


@dataclass(frozen=True, slots=True)
class AgentSettings:
    """What an agent is told."""

    url: str
    kiosk: str
    token: str
    printer: PrinterSettings
    data: Path
    """Where a virtual printer puts its papers."""

    def __repr__(self) -> str:  # a token must not reach a log
        return f"AgentSettings({self.url} {self.kiosk})"


def run(settings: AgentSettings) -> int:
    """Print until the process is told to stop; answers with its exit code."""
    private_files()
    # The libraries' own chatter would drown the one line an event.
    log_to_stderr(LineFormatter("%(asctime)sZ %(levelname)s %(message)s"))
    log.setLevel(logging.INFO)
    wire = Wire(settings.url, settings.token, settings.kiosk)
    printer = adapters({settings.printer.id: settings.printer}, settings.data)[settings.printer.id]
    work = Work(wire, printer, answers=settings.printer.answers)
    line = Line(settings.url, settings.token, settings.kiosk, wake=work.wake, back=work.back)
    stopping: list[int] = []

    def stop(number: int, _frame: object) -> None:
        stopping.append(number)
        work.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        if not _register(wire, settings, stopping):
            return 0
        line.start()
        work.run()
    except Refused as refused:
        log.error("the hall refuses this agent: %s", refused)
        return MISTAKEN
    finally:
        line.stop()
        wire.close()
    log.info("agent of %s: stopped", settings.kiosk)
    return 0


def _register(wire: Wire, settings: AgentSettings, stopping: list[int]) -> bool:
    """Wait for the hall and learn which printer this is. False: told to stop meanwhile."""
    away = False
    while not stopping:
        try:
            printer = wire.register()
        except Away as trouble:
            if not away:
                log.warning("hall: out of reach (%s), trying until it is there", trouble)
            away = True
            time.sleep(AWAY_S)
        else:
            kind = settings.printer.kind
            log.info("agent of %s: prints for %s as %s, by %s", settings.kiosk, settings.url, printer, kind)
            return True
    return False
