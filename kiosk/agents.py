"""The server's watch over the agents: programs on kiosk computers that print for the hall."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from core.domain import commands as c
from core.domain.errors import Refusal
from core.domain.hall import PrinterState
from core.domain.staff import SYSTEM
from core.ports import StoreError
from core.web.face import House

AGENT = "agent"
"""The kind of a printer that an agent works."""
SILENT_S = 25.0
"""An agent reports every 5 to 10 s. One that has not for so long is gone, or its line is."""
LOOK_S = 5.0

log = logging.getLogger(__name__)


class Agents:
    """Knows when each agent was heard last, and says of a silent one's printer that it is out of reach."""

    def __init__(self, house: House, steady: Callable[[], float] = time.monotonic) -> None:
        """``steady``: seconds of a clock that only runs forward."""
        self._house = house
        self._steady = steady
        # A hall that has just started gives each agent the time to find it again.
        self._stopped = False
        self._heard = {each.id: steady() for each in house.settings.printers.values() if each.kind == AGENT}

    def start(self) -> None:
        """Watch beside the requests, where there is anything to watch."""
        if self._heard:
            self._house.concurrency.spawn(self._watch)

    def stop(self) -> None:
        """Watch no longer."""
        self._stopped = True

    def heard(self, printer: str) -> None:
        """The agent of ``printer`` has just spoken."""
        if printer in self._heard:
            self._heard[printer] = self._steady()

    def look(self) -> None:
        """Report the printers of agents that have been silent for too long."""
        now = self._steady()
        for printer, at in self._heard.items():
            if now - at >= SILENT_S:
                self._silent(printer)

    def _silent(self, printer: str) -> None:
        known = self._house.engine.read(lambda hall: hall.printers.get(printer))
        if known is not None and known.state is PrinterState.OFFLINE:
            return  # by the agent's own words, perhaps: they say more
        self._house.engine.do(
            c.ReportPrinter(SYSTEM, printer, PrinterState.OFFLINE.value, "the kiosk's agent is silent")
        )
        log.warning("the agent of printer %s has been silent for %.0f s", printer, SILENT_S)

    def _watch(self) -> None:
        while True:
            self._house.concurrency.sleep(LOOK_S)
            if self._stopped:
                return
            try:
                self.look()
            except (StoreError, Refusal) as trouble:  # the hall stops, or its disk does not write
                log.info("a silent agent could not be told: %s", trouble)
