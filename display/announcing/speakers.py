"""The boards of a hall that can be heard, and which of them is asked first. Pure, with the time given.

Whoever opens a board's page may claim to be its loudspeaker, so what a board says of itself decides
little. The order in which boards are asked comes from what is known of them:

1. devices with a token of their own: `REGISTERED`;
2. pages that have said something in the time that its sound takes: `PROVED`;
3. all others: `NEW`.

Within one rank the configuration's order counts. A board that took an announcement and did not say it is
asked after all others for a while, longer each time. All times are seconds of a clock that only runs forward.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

OTHERS_FIRST_S = 30.0
"""So long a board that did not say what it took is asked only when no other is there; doubled each time,"""
OTHERS_FIRST_AT_MOST_S = 900.0
"""up to this."""
SPEAKERS_A_BOARD = 200
"""Connections of one board that are kept. Beyond that a newcomer takes the place of the worst one, if there
is a worse one than itself."""
RECORDS = 300
"""Pages whose conduct is remembered after they have gone."""


class Rank(IntEnum):
    """Who is asked first; see above."""

    REGISTERED = 0
    PROVED = 1
    NEW = 2


@dataclass(frozen=True, slots=True)
class Line:
    """A connection of a board that can be heard.

    ``page``: a random secret by which a page is known again on its next connection, or ''.
    ``registered``: whether a device's own token stands behind it.
    """

    board: str
    who: str
    page: str = ""
    registered: bool = False


@dataclass(slots=True)
class Record:
    """What a page or connection has done."""

    proofs: int = 0
    failures: int = 0
    """In a row."""
    last_until: float = float("-inf")
    """Until then it is asked after all others."""


@dataclass(slots=True)
class Speaker:
    """A line, in the order of arrival, and what is known of it."""

    line: Line
    arrival: int
    record: Record = field(default_factory=Record)

    @property
    def rank(self) -> Rank:
        """See `Rank`."""
        if self.line.registered:
            return Rank.REGISTERED
        return Rank.PROVED if self.record.proofs else Rank.NEW

    @property
    def trusted(self) -> bool:
        """Whether its word is more than a stranger's."""
        return self.rank is not Rank.NEW


class Speakers:
    """Everybody who can be heard."""

    def __init__(self) -> None:
        self._of_board: dict[str, dict[str, Speaker]] = {}
        self._records: OrderedDict[tuple[str, str], Record] = OrderedDict()
        self._arrivals = 0

    def join(self, line: Line, busy: Iterable[str] = ()) -> Speaker | None:
        """A line is there, or asks again. ``None``: the board has enough of them that are asked before it.

        A page that comes back takes the place of its older line, which may be broken without knowing.
        ``busy``: connections that have an announcement in hand; none of these loses its place.
        """
        speakers = self._of_board.setdefault(line.board, {})
        if (found := speakers.get(line.who)) is not None:
            return found
        if line.page:
            for each in [each for each in speakers.values() if each.line.page == line.page]:
                del speakers[each.line.who]
        record = self._records.get((line.board, line.page)) if line.page else None
        self._arrivals += 1
        made = Speaker(line, self._arrivals, record or Record())
        if len(speakers) >= SPEAKERS_A_BOARD:
            held = set(busy)
            free = [each for each in speakers.values() if each.line.who not in held]
            last = max(free, key=_worth, default=None)
            if last is None or _worth(last) < _worth(made):
                return None
            del speakers[last.line.who]
        speakers[line.who] = made
        return made

    def leave(self, board: str, who: str) -> None:
        """A line is gone."""
        self._of_board.get(board, {}).pop(who, None)

    def find(self, board: str, who: str) -> Speaker | None:
        """The speaker of a connection."""
        return self._of_board.get(board, {}).get(who)

    def count(self, board: str) -> int:
        """How many lines of a board can be heard."""
        return len(self._of_board.get(board, ()))

    def proved(self, speaker: Speaker) -> None:
        """It has said what it took."""
        speaker.record.proofs += 1
        speaker.record.failures = 0
        speaker.record.last_until = float("-inf")
        self._remember(speaker)

    def failed(self, speaker: Speaker, now: float) -> None:
        """It took an announcement and did not say it."""
        wait = min(OTHERS_FIRST_S * 2.0 ** min(speaker.record.failures, 10), OTHERS_FIRST_AT_MOST_S)
        speaker.record.failures += 1
        speaker.record.last_until = now + wait
        self._remember(speaker)

    def trusted(self, board: str) -> int:
        """How many of them are devices with a token, or have spoken."""
        return sum(each.trusted for each in self._of_board.get(board, {}).values())

    def in_order(self, boards: Sequence[str], now: float, *, again: bool) -> list[Speaker]:
        """Who of ``boards`` is asked first, next, and last.

        ``again``: the announcement was taken and not said before. Strangers are then asked in the order of
        their arrival: one that comes back under another name is asked after those who were there.
        """

        def key(speaker: Speaker) -> tuple[float, ...]:
            place = boards.index(speaker.line.board)
            late = speaker.record.last_until > now
            if late:
                return (1, speaker.record.failures, speaker.record.last_until, speaker.arrival)
            rank = speaker.rank
            # Of one device's lines the newest counts: an older one may be broken without knowing.
            arrival = -speaker.arrival if rank is Rank.REGISTERED else speaker.arrival
            stranger = again and rank is Rank.NEW
            return (0, rank, 0 if stranger else place, arrival)

        return sorted(self._all(boards), key=key)

    def _all(self, boards: Iterable[str]) -> Iterator[Speaker]:
        for board in boards:
            yield from self._of_board.get(board, {}).values()

    def _remember(self, speaker: Speaker) -> None:
        if not speaker.line.page:
            return
        key = (speaker.line.board, speaker.line.page)
        self._records[key] = speaker.record
        self._records.move_to_end(key)
        while len(self._records) > RECORDS:
            self._records.popitem(last=False)


def _worth(speaker: Speaker) -> tuple[float, ...]:
    """Smaller is better: who keeps the place when a board has too many lines."""
    return (bool(speaker.record.failures), speaker.rank, -speaker.record.proofs, speaker.arrival)
