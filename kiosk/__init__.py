"""The face at which a citizen takes a number."""

from functools import partial
from importlib import import_module

from core.web.face import Face, House
from kiosk.agents import Agents
from kiosk.api import api
from kiosk.jobs_api import jobs_api
from kiosk.live import topic
from kiosk.pages import pages


def face(house: House) -> Face:
    """What core mounts."""
    agents = Agents(house)

    def start() -> None:
        agents.start()
        house.concurrency.spawn(partial(_print, house))

    return Face(
        name="kiosk",
        pages=[pages(house)],
        api=[api(house), jobs_api(house, agents)],
        topics=[topic(house)],
        start=start,
    )


def _print(house: House) -> None:
    """Start the press beside the requests.

    With python-escpos it takes half a second to import: numbers are given meanwhile, and wait for it.
    """
    press = house.concurrency.offload(import_module, "kiosk.press")
    press.Press(house).start()
