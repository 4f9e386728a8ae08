"""The hall's voice: hears the engine's calls, serves their files."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from core.domain.hall import Call, Hall
from core.engine.effects import Effects
from core.web.face import House
from display.voice.addresses import audio_of, langs_of
from display.voice.parts import FOLDER, Parts, readable
from display.voice.spoken import Sentence, needed, sentence
from display.voice.studio import File, Silent, Studio, log

KEPT_S = 3600
"""A board may keep a file for so long: the same number at the same counter is said the same way."""


class Voice:
    """What the hall says. Switched off, it has no addresses and no files, and nothing is made."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._enabled = house.settings.voice.enabled
        recorded = house.settings.voice.recordings
        if self._enabled and recorded is not None and readable(recorded) is None:
            log.warning("voice: %s cannot be read; the machine's voice says all", recorded)
            recorded = None
        pieces = [
            piece
            for lang in (house.settings.languages if self._enabled else ())
            for piece in needed(house.plan, lang, house.texts)
        ]
        self._studio = Studio(Parts(house.data / FOLDER, pieces, recorded), house.concurrency)

    def audio(self, hall: Hall, call: Call) -> Sequence[str]:
        """Addresses of the files that say ``call``, one after the other; none if its ticket is gone."""
        ticket = hall.tickets.get(call.ticket)
        if ticket is None:
            return ()
        return audio_of(self._house.settings, ticket.number, call.counter, ticket.lang)

    def seconds(self, hall: Hall, call: Call) -> float:
        """How long the files of ``call`` last at least, together; 0 where nothing is said."""
        ticket = hall.tickets.get(call.ticket)
        if not self._enabled or ticket is None or call.counter not in hall.plan.counters:
            return 0.0
        langs = langs_of(self._house.settings, ticket.lang)
        return sum(self._studio.seconds(self._sentence(ticket.number, call.counter, each)) for each in langs)

    def start(self) -> None:
        """Make the files of calls from now on, beside the requests."""
        if self._enabled:
            self._studio.start()
            self._house.engine.subscribe(self._hear)

    def stop(self) -> None:
        """Make no more."""
        if self._enabled:
            self._studio.stop()

    def _hear(self, effects: Effects) -> None:
        """In the engine's writer: leaves word, waits for nothing."""
        if effects.calls:
            self._studio.soon(lambda: self._sentences(effects.calls))

    def _sentences(self, calls: Sequence[Call]) -> list[Sentence]:
        def look(hall: Hall) -> list[tuple[str, str, str]]:
            tickets = [(hall.tickets.get(call.ticket), call) for call in calls]
            return [
                (ticket.number, call.counter, lang)
                for ticket, call in tickets
                if ticket is not None and call.counter in hall.plan.counters
                for lang in langs_of(self._house.settings, ticket.lang)
            ]

        return [self._sentence(*each) for each in self._house.engine.read(look)]

    def _sentence(self, number: str, counter: str, lang: str) -> Sentence:
        return sentence(number, self._house.plan.counters[counter], lang, self._house.texts)

    def pages(self) -> Blueprint:
        """``/voice/LANG/NUMBER/COUNTER.mp3``."""
        blueprint = Blueprint("voice", __name__)

        @blueprint.get("/voice/<lang>/<number>/<counter>.mp3")
        def spoken(lang: str, number: str, counter: str) -> Response:
            """A call of today as a file. Any other is 404: nobody makes the server speak at will."""
            if not self._enabled or lang not in self._house.settings.languages:
                raise NotFound()
            if not self._house.engine.read(lambda hall: _called(hall, number, counter)):
                raise NotFound()
            try:
                return _played(self._studio.file(self._sentence(number, counter, lang)))
            except Silent:  # told in the log
                return Response(status=503, headers={"Retry-After": "30"})

        return blueprint


def _called(hall: Hall, number: str, counter: str) -> bool:
    """Whether ``number`` has been called to ``counter`` today, as far as the hall remembers."""
    ticket = hall.tickets.get(hall.by_number.get(number, ""))
    if ticket is None or counter not in hall.plan.counters:
        return False
    called = any(each.ticket == ticket.id and each.counter == counter for each in hall.calls)
    return called or hall.desk(counter).ticket == ticket.id


def _played(file: File) -> Response:
    """With ranges: some players ask for nothing else."""
    response = Response(file.mp3, mimetype="audio/mpeg")
    response.set_etag(file.digest)
    response.cache_control.max_age = KEPT_S
    response.make_conditional(request, accept_ranges=True, complete_length=len(file.mp3))
    return response
