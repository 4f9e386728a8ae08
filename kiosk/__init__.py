"""The face at which a citizen takes a number."""

from core.web.face import Face, House
from kiosk.api import api
from kiosk.live import topic
from kiosk.pages import pages
from kiosk.press import Press


def face(house: House) -> Face:
    """What core mounts."""
    press = Press(house)
    return Face(
        name="kiosk", pages=[pages(house)], api=[api(house)], topics=[topic(house)], start=press.start
    )
