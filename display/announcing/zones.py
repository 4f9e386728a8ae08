"""The announcements of each zone, in the order of the calls: pure, with the time given.

One loudspeaker of a zone speaks at a time, and a loudspeaker says one thing at a time, for whichever
zone. A board is offered an announcement, asks for leave when it is about to begin (`start`), and says
how it ended (`end`). What becomes of it when its board falls silent or leaves:

- not begun within ``START_WITHIN_S``: another board of the zone is asked, the silent one when no other
  is there. Without leave a board never begins, so a message that arrives late is never a second voice;
- begun, and the board's line is gone: its sound may go on, so the zone waits for as long as the sentence
  can last. A board that is back by then says what it has said. Then it is offered again: rather said
  twice than not at all.

An announcement that nobody said while it was young is left to the eyes. All times are seconds of a
clock that only runs forward.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

START_WITHIN_S = 4.0
"""A board that has not asked for leave by then is passed over."""
OTHERS_FIRST_S = 30.0
"""So long a board that was passed over is asked only when no other is there."""
LONGEST_FILE_S = 10.0
"""The page gives a file up after this time."""
CHIME_S = 3.0
REMEMBERED = 300
"""Announcements that were said, kept so that none is said again."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """A call to be said in its zone. ``since``: when it was called; ``audio``: files, one after the other."""

    id: str
    zone: str
    since: float
    audio: tuple[str, ...] = ()
    times: int = 1

    @property
    def longest(self) -> float:
        """Seconds after which it is certainly over."""
        return CHIME_S + self.times * len(self.audio) * LONGEST_FILE_S + 1.0


@dataclass(slots=True)
class Offer:
    """An announcement that a board has in hand."""

    announcement: Announcement
    board: str
    who: str
    until: float
    """By then it has begun; once it has, by then it is over."""
    begun: bool = False
    gone: bool = False
    """The board left while it spoke."""


@dataclass(slots=True)
class _Speaker:
    """A connection of a board that can be heard."""

    who: str
    passed_over_until: float = float("-inf")


@dataclass(slots=True)
class _Zone:
    boards: Sequence[str]
    """In the order in which they are asked."""
    waiting: deque[Announcement] = field(default_factory=deque)
    offer: Offer | None = None


class Zones:
    """The announcements of all zones. ``boards``: zone to the boards that speak there, first choice first.

    ``lifetime``: seconds for which an announcement is young. ``quiet_until``: nothing is offered before,
    so that the boards that come back after a start can say first what they have said already.
    """

    def __init__(
        self, boards: Mapping[str, Sequence[str]], lifetime: float, quiet_until: float = float("-inf")
    ) -> None:
        self._zones = {zone: _Zone(tuple(idents)) for zone, idents in boards.items()}
        self._lifetime = lifetime
        self._quiet_until = quiet_until
        self._speakers: dict[str, dict[str, _Speaker]] = {}
        self._said: dict[str, None] = {}
        self.outcomes: Counter[str] = Counter()
        """Since the start: ``done``, ``failed``, ``expired`` (left to the eyes), ``unwanted``, ``again``."""

    # -- what happens ----------------------------------------------------------------------------------

    def call(self, announcement: Announcement) -> bool:
        """A call was made, later than all before. False where the zone has no loudspeaker at all."""
        zone = self._zones.get(announcement.zone)
        if zone is None or not zone.boards:
            return False
        held = zone.offer is not None and zone.offer.announcement.id == announcement.id
        if announcement.id in self._said or held or any(each.id == announcement.id for each in zone.waiting):
            return True
        zone.waiting.append(announcement)
        return True

    def join(self, board: str, who: str, said: Iterable[str], saying: str, now: float) -> None:
        """A board can be heard. ``said``: what it said lately; ``saying``: what it says just now, or ''."""
        self._speakers.setdefault(board, {}).setdefault(who, _Speaker(who))
        for ident in said:
            self._remember(ident)
        for zone in self._zones.values():
            zone.waiting = deque(each for each in zone.waiting if each.id not in self._said)
            offer = zone.offer
            if offer is None or (offer.begun and offer.board != board):
                continue  # another board says it just now, with or without a line, and goes on
            if offer.announcement.id == saying:
                # Its own word, under another connection perhaps, or of an offer that this run never made.
                offer.board, offer.who, offer.begun, offer.gone = board, who, True, False
                offer.until = now + offer.announcement.longest
            elif offer.announcement.id in self._said:
                zone.offer = None
            elif offer.gone and offer.board == board:
                self._take_back(zone)  # it came back and says nothing of it: the page was loaded anew
        if saying:
            self._adopt(board, who, saying, now)

    def leave(self, board: str, who: str) -> None:
        """A board can no longer be heard."""
        self._speakers.get(board, {}).pop(who, None)
        for zone in self._zones.values():
            if zone.offer is None or zone.offer.who != who:
                continue
            if zone.offer.begun:
                zone.offer.gone = True
            else:
                self._take_back(zone)

    def start(self, who: str, ident: str, now: float) -> bool:
        """A board asks for leave to begin. False: it must not say it (any more)."""
        offer = self._offer_of(who, ident)
        if offer is None:
            return False
        if not offer.begun:
            offer.begun, offer.until = True, now + offer.announcement.longest
        return True

    def end(self, who: str, ident: str, outcome: str = "done") -> bool:
        """A board has said it, or tried to: the next has its turn. False: it had it no longer."""
        self._remember(ident)
        for zone in self._zones.values():
            zone.waiting = deque(each for each in zone.waiting if each.id != ident)
        offer = self._offer_of(who, ident)
        if offer is None:
            return False
        self._zones[offer.announcement.zone].offer = None
        self.outcomes[outcome] += 1
        return True

    def refuse(self, who: str, ident: str, now: float) -> None:
        """A board will not say what it was offered: another one is asked."""
        offer = self._offer_of(who, ident)
        if offer is not None:
            offer.until = now
            self._give_up(self._zones[offer.announcement.zone], now)

    def drop(self, unwanted: Iterable[str]) -> None:
        """Say these no more, if they were not begun: who was called is there, or was not to be called."""
        gone = set(unwanted)
        for zone in self._zones.values():
            before = len(zone.waiting)
            zone.waiting = deque(each for each in zone.waiting if each.id not in gone)
            self.outcomes["unwanted"] += before - len(zone.waiting)

    # -- what follows ----------------------------------------------------------------------------------

    def due(self, now: float) -> list[Offer]:
        """Offers to be sent to their boards now."""
        for zone in self._zones.values():
            self._give_up(zone, now)
            while zone.waiting and now - zone.waiting[0].since > self._lifetime:
                zone.waiting.popleft()
                self.outcomes["expired"] += 1
        if now < self._quiet_until:
            return []
        made: list[Offer] = []
        busy = {zone.offer.who for zone in self._zones.values() if zone.offer is not None}
        # The zone whose call is the oldest is asked first: loudspeakers that several zones share are fair.
        for zone in sorted(self._idle(), key=lambda each: each.waiting[0].since):
            speaker = self._speaker(zone, busy, now)
            if speaker is None:
                continue
            board, who = speaker
            busy.add(who)
            zone.offer = Offer(zone.waiting.popleft(), board, who, now + START_WITHIN_S)
            made.append(zone.offer)
        return made

    def at_rest(self) -> bool:
        """Whether nothing waits and nothing is in hand: time changes nothing then."""
        return all(zone.offer is None and not zone.waiting for zone in self._zones.values())

    def waiting(self) -> list[Announcement]:
        """What is still to be offered, over all zones."""
        return [each for zone in self._zones.values() for each in zone.waiting]

    def loudspeakers(self) -> dict[str, int]:
        """How many can be heard in each zone that has any in the configuration."""
        return {
            ident: sum(len(self._speakers.get(board, ())) for board in zone.boards)
            for ident, zone in self._zones.items()
            if zone.boards
        }

    def in_hand(self) -> list[str]:
        """What boards have now."""
        return [zone.offer.announcement.id for zone in self._zones.values() if zone.offer is not None]

    # -- inside ----------------------------------------------------------------------------------------

    def _idle(self) -> Iterator[_Zone]:
        return (zone for zone in self._zones.values() if zone.offer is None and zone.waiting)

    def _speaker(self, zone: _Zone, busy: set[str], now: float) -> tuple[str, str] | None:
        """The first board of the zone that is there and free; one that was passed over comes last.

        While the zone's own board speaks for another zone this one waits for it: a second voice from
        the next board would be heard at the same time, in the same room.
        """
        late: tuple[str, str] | None = None
        for board in zone.boards:
            # The newest connection first: an older one may be the same browser's, on a line that broke.
            for speaker in reversed(self._speakers.get(board, {}).values()):
                if speaker.passed_over_until > now:
                    late = late or (board, speaker.who)
                elif speaker.who in busy:
                    return None
                else:
                    return board, speaker.who
        return None if late is None or late[1] in busy else late

    def _give_up(self, zone: _Zone, now: float) -> None:
        offer = zone.offer
        if offer is None or now < offer.until:
            return
        speaker = self._speakers.get(offer.board, {}).get(offer.who)
        if speaker is not None:
            speaker.passed_over_until = now + OTHERS_FIRST_S
        self._take_back(zone)

    def _take_back(self, zone: _Zone) -> None:
        assert zone.offer is not None  # noqa: S101 - the callers have looked
        if zone.offer.announcement.id not in self._said:
            self.outcomes["again"] += zone.offer.begun
            zone.waiting.appendleft(zone.offer.announcement)
        zone.offer = None

    def _adopt(self, board: str, who: str, ident: str, now: float) -> None:
        """What a board says just now is in its hand, also when this run has not offered it."""
        for zone in self._zones.values():
            found = next((each for each in zone.waiting if each.id == ident), None)
            if found is not None and zone.offer is None:
                zone.waiting.remove(found)
                zone.offer = Offer(found, board, who, now + found.longest, begun=True)

    def _offer_of(self, who: str, ident: str) -> Offer | None:
        for zone in self._zones.values():
            offer = zone.offer
            if offer is not None and offer.who == who and offer.announcement.id == ident:
                return offer
        return None

    def _remember(self, ident: str) -> None:
        self._said.pop(ident, None)
        self._said[ident] = None
        while len(self._said) > REMEMBERED:
            del self._said[next(iter(self._said))]
