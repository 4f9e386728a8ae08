"""The announcements of each zone, in the order of the calls: pure, with the time given.

One loudspeaker of a zone speaks at a time, and a loudspeaker says one thing at a time, for whichever
zone. A board is offered an announcement, asks for leave when it is about to begin (`start`), and says
how it ended (`end`). What becomes of it when its board falls silent or leaves:

- not begun within ``START_WITHIN_S``: another board of the zone is asked, the silent one when no other
  is there. Without leave a board never begins, so a message that arrives late is never a second voice;
- begun, and the board's line is gone: its sound may go on, so the zone waits for as long as the sentence
  can last. A board that is back by then says what it has said. Then it is offered again: rather said
  twice than not at all.

Nobody is believed for what it was not given: only the board that has leave for an announcement can end it,
and not sooner than its sound lasts. A board without a token of its own that says ``done`` sooner, or
``failed``, has not said it: another board is asked. See `speakers` for who is asked first.

An announcement that nobody said while it was young is left to the eyes. All times are seconds of a
clock that only runs forward.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from display.announcing.speakers import Line, Speaker, Speakers
from display.announcing.tasks import Announcement, Offer, Task, known_as

START_WITHIN_S = 4.0
"""A board that has not asked for leave by then is passed over."""
PLAUSIBLE = 0.5
"""A sentence that took less than this share of its length was not said."""
REMEMBERED = 300
"""Announcements that were said, kept so that none is said again."""
LEAVES = 20
"""Boards whose leave for one announcement is remembered, newest last."""


@dataclass(slots=True)
class _Zone:
    boards: Sequence[str]
    """In the order in which they are asked."""
    waiting: deque[Task] = field(default_factory=deque)
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
        self._speakers = Speakers()
        self._said: dict[str, None] = {}
        self.outcomes: Counter[str] = Counter()
        """Since the start: ``done``, ``failed``, ``expired`` (left to the eyes), ``unwanted``, ``again``."""

    # -- what happens ----------------------------------------------------------------------------------

    def call(self, announcement: Announcement) -> bool:
        """A call was made, later than all before. False where the zone has no loudspeaker at all."""
        zone = self._zones.get(announcement.zone)
        if zone is None or not zone.boards:
            return False
        held = zone.offer is not None and zone.offer.task.id == announcement.id
        if announcement.id in self._said or held or any(each.id == announcement.id for each in zone.waiting):
            return True
        zone.waiting.append(Task(announcement))
        return True

    def join(self, line: Line, said: Iterable[str], saying: str, now: float) -> bool:
        """A board can be heard. ``said``: what it says it said lately; ``saying``: says just now, or ''.

        Its word counts for what it had leave to say, and for calls of an earlier run. False: the board has
        too many lines already.
        """
        if self._speakers.join(line, self._busy()) is None:
            return False
        for ident in said:
            task = self._task(ident)
            if task is not None and (task.announcement.earlier or self._credible(task, line, now)):
                self._remember(ident)
        for zone in self._zones.values():
            zone.waiting = deque(each for each in zone.waiting if each.id not in self._said)
            if zone.offer is not None:
                self._claim(zone, zone.offer, (line, saying), now)
        if saying:
            self._adopt(line, saying, now)
        return True

    def _claim(self, zone: _Zone, offer: Offer, claim: tuple[Line, str], now: float) -> None:
        """What it means for the announcement in hand that a line is there and says ``claim[1]``."""
        line, saying = claim
        own = known_as(offer.line) == known_as(line) or (
            line.registered and offer.line.registered and offer.board == line.board
        )
        if offer.begun and not own:
            return  # another board says it just now, with or without a line, and goes on
        if offer.task.id in self._said:
            self._done(zone, offer, line)
        elif offer.task.id == saying and self._may_say(offer.task, line):
            # Its own word, on another connection perhaps, or of an offer that this run never made.
            offer.line, offer.begun, offer.gone = line, True, False
            offer.until = now + offer.announcement.longest
            offer.task.leaves.setdefault(known_as(line), now)
        elif own and offer.gone:
            self._take_back(zone)  # it came back and says nothing of it: the page was loaded anew

    def leave(self, board: str, who: str) -> None:
        """A board can no longer be heard."""
        self._speakers.leave(board, who)
        for zone in self._zones.values():
            if zone.offer is None or zone.offer.who != who:
                continue
            if zone.offer.begun:
                zone.offer.gone = True
            else:
                self._take_back(zone)

    def start(self, who: str, ident: str, now: float, least: float = 0.0) -> bool:
        """A board asks for leave to begin. False: it must not say it (any more).

        ``least``: seconds that the sound lasts at least.
        """
        offer = self._offer_of(who, ident)
        if offer is None:
            return False
        if not offer.begun:
            offer.begun, offer.until = True, now + max(offer.announcement.longest, 2 * least)
            known = known_as(offer.line)
            offer.task.leaves.pop(known, None)
            offer.task.leaves[known] = now + PLAUSIBLE * least
            while len(offer.task.leaves) > LEAVES:
                del offer.task.leaves[next(iter(offer.task.leaves))]
        return True

    def end(self, who: str, ident: str, outcome: str, now: float) -> bool:
        """A board has said it, or tried to: the next has its turn. False: it had it not, or not so soon."""
        offer = self._offer_of(who, ident)
        if offer is None:
            return False
        zone = self._zones[offer.announcement.zone]
        if outcome == "unwanted":
            zone.offer = None
            self.outcomes[outcome] += 1
            return True
        if outcome == "done" and self._credible(offer.task, offer.line, now):
            self._done(zone, offer, offer.line)
            return True
        self._failed(zone, offer, now)
        return False

    def holds(self, who: str, ident: str) -> bool:
        """Whether a board has this in hand."""
        return self._offer_of(who, ident) is not None

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
            young = [each for each in zone.waiting if now - each.announcement.since <= self._lifetime]
            for each in zone.waiting:
                if now - each.announcement.since > self._lifetime:
                    self.outcomes["failed" if each.failed else "expired"] += 1
            zone.waiting = deque(young)
        if now < self._quiet_until:
            return []
        made: list[Offer] = []
        busy = self._busy()
        idle = [zone for zone in self._zones.values() if zone.offer is None and zone.waiting]
        # The zone whose call is the oldest is asked first: loudspeakers that several zones share are fair.
        for zone in sorted(idle, key=lambda each: each.waiting[0].announcement.since):
            found = self._next(zone, busy, now)
            if found is None:
                continue
            task, speaker = found
            busy.add(speaker.line.who)
            zone.waiting.remove(task)
            zone.offer = Offer(task, speaker.line, now + START_WITHIN_S)
            made.append(zone.offer)
        return made

    def at_rest(self) -> bool:
        """Whether nothing waits and nothing is in hand: time changes nothing then."""
        return all(zone.offer is None and not zone.waiting for zone in self._zones.values())

    def waiting(self) -> list[Announcement]:
        """What is still to be offered, over all zones."""
        return [each.announcement for zone in self._zones.values() for each in zone.waiting]

    def loudspeakers(self) -> dict[str, int]:
        """How many can be heard in each zone that has any in the configuration."""
        return {
            ident: sum(self._speakers.count(board) for board in zone.boards)
            for ident, zone in self._zones.items()
            if zone.boards
        }

    def trusted(self) -> dict[str, int]:
        """Of these: devices with a token, and pages that have spoken."""
        return {
            ident: sum(self._speakers.trusted(board) for board in zone.boards)
            for ident, zone in self._zones.items()
            if zone.boards
        }

    def in_hand(self) -> list[str]:
        """What boards have now."""
        return [zone.offer.task.id for zone in self._zones.values() if zone.offer is not None]

    # -- inside ----------------------------------------------------------------------------------------

    def _next(self, zone: _Zone, busy: set[str], now: float) -> tuple[Task, Speaker] | None:
        """The first announcement that a board which is there has not failed at, and that board.

        While the zone's own board speaks for another zone this one waits for it: a second voice from
        the next board would be heard at the same time, in the same room.
        """
        for task in zone.waiting:
            for speaker in self._speakers.in_order(zone.boards, now, again=task.tries > 0):
                if known_as(speaker.line) in task.failed:
                    continue
                return None if speaker.line.who in busy else (task, speaker)
        return None

    def _busy(self) -> set[str]:
        return {zone.offer.who for zone in self._zones.values() if zone.offer is not None}

    def _credible(self, task: Task, line: Line, now: float) -> bool:
        """Whether a board that says it has said this can have done so."""
        if line.registered:
            return True
        over = task.leaves.get(known_as(line))
        return over is not None and now >= over

    def _may_say(self, task: Task, line: Line) -> bool:
        """Whether a board that says it is saying this can be doing so."""
        return line.registered or task.announcement.earlier or known_as(line) in task.leaves

    def _done(self, zone: _Zone, offer: Offer, line: Line) -> None:
        self._remember(offer.task.id)
        zone.offer = None
        self.outcomes["done"] += 1
        speaker = self._speakers.find(line.board, line.who)
        if speaker is not None:
            self._speakers.proved(speaker)

    def _failed(self, zone: _Zone, offer: Offer, now: float) -> None:
        """Another board is asked; where none is left, what a board worth believing said is the end of it."""
        speaker = self._speakers.find(offer.board, offer.who)
        believed = speaker is not None and speaker.trusted
        if speaker is not None:
            self._speakers.failed(speaker, now)
        task = offer.task
        task.failed.add(known_as(offer.line))
        task.tries += 1
        zone.offer = None
        if task.id in self._said:
            return
        others = self._speakers.in_order(zone.boards, now, again=True)
        if believed and all(known_as(each.line) in task.failed for each in others):
            self.outcomes["failed"] += 1
            self._remember(task.id)
        else:
            zone.waiting.appendleft(task)

    def _give_up(self, zone: _Zone, now: float) -> None:
        offer = zone.offer
        if offer is None or now < offer.until:
            return
        speaker = self._speakers.find(offer.board, offer.who)
        if speaker is not None:
            self._speakers.failed(speaker, now)
        self._take_back(zone)

    def _take_back(self, zone: _Zone) -> None:
        assert zone.offer is not None  # noqa: S101 - the callers have looked
        task = zone.offer.task
        task.tries += 1
        if task.id not in self._said:
            self.outcomes["again"] += zone.offer.begun
            zone.waiting.appendleft(task)
        zone.offer = None

    def _adopt(self, line: Line, ident: str, now: float) -> None:
        """What a board says just now is in its hand, also when an earlier run has offered it."""
        for zone in self._zones.values():
            found = next((each for each in zone.waiting if each.id == ident), None)
            if found is None or zone.offer is not None or line.board not in zone.boards:
                continue
            if self._may_say(found, line):
                zone.waiting.remove(found)
                found.leaves.setdefault(known_as(line), now)
                zone.offer = Offer(found, line, now + found.announcement.longest, begun=True)

    def _task(self, ident: str) -> Task | None:
        for zone in self._zones.values():
            if zone.offer is not None and zone.offer.task.id == ident:
                return zone.offer.task
            for each in zone.waiting:
                if each.id == ident:
                    return each
        return None

    def _offer_of(self, who: str, ident: str) -> Offer | None:
        for zone in self._zones.values():
            offer = zone.offer
            if offer is not None and offer.who == who and offer.task.id == ident:
                return offer
        return None

    def _remember(self, ident: str) -> None:
        self._said.pop(ident, None)
        self._said[ident] = None
        while len(self._said) > REMEMBERED:
            del self._said[next(iter(self._said))]
