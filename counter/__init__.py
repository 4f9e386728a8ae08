"""The face at which an officer calls and serves."""

from core.web.face import Face, House
from counter.api import api
from counter.live import topic
from counter.pages import pages


def face(house: House) -> Face:
    """What core mounts."""
    return Face(name="counter", pages=[pages(house)], api=[api(house)], topics=[topic(house)])
