"""The face that everybody watches: boards, signs and the ticket's page on a phone."""

from core.web.face import Face, House
from display.api import api
from display.live import board_topic, ticket_topic
from display.pages import pages


def face(house: House) -> Face:
    """What core mounts."""
    return Face(
        name="display",
        pages=[pages(house)],
        api=[api(house)],
        topics=[board_topic(house), ticket_topic(house)],
    )
