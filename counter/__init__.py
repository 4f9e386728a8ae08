"""The face at which an officer calls and serves."""

from core.web.face import Face, House
from counter.api import api
from counter.live import topic
from counter.ops import ops_topic
from counter.pages import pages
from counter.reports_api import reports_api


def face(house: House) -> Face:
    """What core mounts."""
    return Face(
        name="counter",
        pages=[pages(house)],
        api=[api(house), reports_api(house)],
        topics=[topic(house), ops_topic(house)],
        metrics=house.sign_in.metrics,
    )
