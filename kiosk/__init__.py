"""The face at which a citizen takes a number."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from core.web.face import Face, House
from kiosk.agents import Agents
from kiosk.api import api
from kiosk.jobs_api import jobs_api
from kiosk.live import topic
from kiosk.pages import pages

if TYPE_CHECKING:
    from kiosk.press import Press


def face(house: House) -> Face:
    """What core mounts."""
    agents, printing = Agents(house), _Printing(house)

    def start() -> None:
        agents.start()
        house.concurrency.spawn(printing.start)

    def stop() -> None:
        agents.stop()
        printing.stop()

    return Face(
        name="kiosk",
        pages=[pages(house)],
        api=[api(house), jobs_api(house, agents)],
        topics=[topic(house)],
        start=start,
        stop=stop,
    )


class _Printing:
    """The press, which starts beside the requests.

    With python-escpos it takes half a second to import: numbers are given meanwhile, and wait for it.
    """

    def __init__(self, house: House) -> None:
        self._house = house
        self._press: Press | None = None
        self._stopped = False

    def start(self) -> None:
        press = self._house.concurrency.offload(import_module, "kiosk.press").Press(self._house)
        if self._stopped:  # before it began
            return
        self._press = press
        press.start()

    def stop(self) -> None:
        self._stopped = True
        if self._press is not None:
            self._press.stop()
