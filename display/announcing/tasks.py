"""An announcement, what became of it so far, and the board that has it in hand."""

from __future__ import annotations

from dataclasses import dataclass, field

from display.announcing.speakers import Line

LONGEST_FILE_S = 10.0
"""The page gives a file up after this time."""
CHIME_S = 3.0


@dataclass(frozen=True, slots=True)
class Announcement:
    """A call to be said in its zone. ``since``: when it was called; ``audio``: files, one after the other.

    ``earlier``: called in an earlier run of the server, so that a board may have said it already.
    """

    id: str
    zone: str
    since: float
    audio: tuple[str, ...] = ()
    times: int = 1
    earlier: bool = False

    @property
    def longest(self) -> float:
        """Seconds after which it is certainly over."""
        return CHIME_S + self.times * len(self.audio) * LONGEST_FILE_S + 1.0


@dataclass(slots=True)
class Task:
    """An announcement that waits or is in hand, and what became of it so far."""

    announcement: Announcement
    tries: int = 0
    """How often it was offered and not said."""
    failed: set[str] = field(default_factory=set)
    """Boards that said they failed, or said that it was done when it cannot have been."""
    leaves: dict[str, float] = field(default_factory=dict)
    """Who was given leave to say it: from when on it can be over, by `known_as`."""

    @property
    def id(self) -> str:
        """Of the announcement."""
        return self.announcement.id


@dataclass(slots=True)
class Offer:
    """An announcement that a board has in hand."""

    task: Task
    line: Line
    until: float
    """By then it has begun; once it has, by then it is over."""
    begun: bool = False
    gone: bool = False
    """The board left while it spoke."""

    @property
    def announcement(self) -> Announcement:
        """What is to be said."""
        return self.task.announcement

    @property
    def board(self) -> str:
        """Who is to say it."""
        return self.line.board

    @property
    def who(self) -> str:
        """On which connection."""
        return self.line.who


def known_as(line: Line) -> str:
    """A page by its secret, over all its connections; anybody else by this connection."""
    return f"{line.board} {line.page}" if line.page else line.who
