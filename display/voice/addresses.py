"""Where the files of a call are found: the one place that knows their addresses."""

from __future__ import annotations

from core.engine.shapes import BoardShape, CallShape
from core.settings import Settings


def audio_of(settings: Settings, number: str, counter: str, lang: str) -> list[str]:
    """Addresses of the files that say a call, to be played one after the other.

    Indonesian, which all of the hall understands, then the ticket's own language. None where the voice
    is switched off.
    """
    if not settings.voice.enabled:
        return []
    return [f"/voice/{each}/{number}/{counter}.mp3" for each in langs_of(settings, lang)]


def langs_of(settings: Settings, lang: str) -> list[str]:
    """In which languages a ticket of ``lang`` is called."""
    return [each for each in dict.fromkeys(["id", lang]) if each in settings.languages]


def heard(settings: Settings, call: CallShape) -> CallShape:
    """A call's view with the addresses of its files."""
    return {**call, "audio": audio_of(settings, call["number"], call["counter"], call["lang"])}


def board_heard(settings: Settings, shown: BoardShape) -> BoardShape:
    """A board's view whose calls have the addresses of their files."""
    return {
        **shown,
        "current": [heard(settings, each) for each in shown["current"]],
        "recent": [heard(settings, each) for each in shown["recent"]],
    }
