"""The face that everybody watches: boards, signs and the ticket's page on a phone."""

from core.web.face import Face, House
from display.announcing.announcer import Announcer
from display.api import api
from display.live import board_topic, ticket_topic
from display.pages import pages
from display.phone import phone_pages
from display.push.api import push_api
from display.push.service import PushService
from display.voice.service import Voice


def face(house: House) -> Face:
    """What core mounts."""
    voice = Voice(house)
    announcer = Announcer(house, voice.audio, voice.seconds)
    push = PushService(house)

    def start() -> None:
        voice.start()
        announcer.start()
        push.start()

    def stop() -> None:
        announcer.stop()
        voice.stop()
        push.stop()

    return Face(
        name="display",
        pages=[pages(house), phone_pages(house), voice.pages()],
        api=[api(house), push_api(house, push)],
        topics=[board_topic(house), ticket_topic(house), announcer.topic()],
        start=start,
        stop=stop,
        metrics=announcer.metrics,
    )
