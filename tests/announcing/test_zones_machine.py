"""Boards that break in every way, and pages that lie: never two voices, nothing lost, all in order."""

from __future__ import annotations

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from display.announcing.speakers import Line
from display.announcing.tasks import Announcement
from display.announcing.zones import Zones

BOARDS = {"A": ["a1", "a2"], "B": ["b1", "a1"], "C": ["c1"]}
ZONE = st.sampled_from(sorted(BOARDS))
BOARD = st.sampled_from(["a1", "a2", "b1", "c1"])
LIFETIME = 1e9
SOUND = 5.0


class Page:
    """A board's browser: what it says takes time, and goes on when its line is gone."""

    def __init__(self, board: str) -> None:
        self.board = board
        self.line = ""
        self.offers: list[Announcement] = []
        self.saying: Announcement | None = None
        self.over = 0.0
        self.said: list[str] = []


class Loudspeakers(RuleBasedStateMachine):
    @initialize(here=st.sets(BOARD))
    def begin(self, here: set[str]) -> None:
        self.now = 0.0
        self.count = 0
        self.zones = Zones(BOARDS, LIFETIME)
        self.pages = {board: Page(board) for board in ("a1", "a2", "b1", "c1")}
        self.called: dict[str, list[str]] = {zone: [] for zone in BOARDS}
        self.heard: dict[str, list[str]] = {zone: [] for zone in BOARDS}
        self.cut = False
        """Whether a board was ever gone while it spoke: what it said may then be said again."""
        for board in sorted(here):
            self.connect(board)

    @rule(zone=ZONE)
    def call(self, zone: str) -> None:
        self.count += 1
        ident = str(self.count)
        self.called[zone].append(ident)
        self.zones.call(Announcement(ident, zone, self.now, ("x.mp3",)))

    @rule(board=BOARD)
    def connect(self, board: str) -> None:
        page = self.pages[board]
        if page.line:
            return
        self.count += 1
        page.line = f"{board}-{self.count}"
        page.offers.clear()
        saying = page.saying.id if page.saying else ""
        self.zones.join(Line(board, page.line, f"secret of {board}"), page.said, saying, self.now)

    @rule(board=BOARD)
    def lose_the_line(self, board: str) -> None:
        page = self.pages[board]
        if page.line:
            self.cut = self.cut or page.saying is not None
            self.zones.leave(board, page.line)
            page.line = ""

    @rule(slow=st.lists(BOARD, max_size=1), late=st.booleans())
    def move(self, slow: list[str], late: bool) -> None:
        """The server offers what is due, and all boards but a slow one answer."""
        self.offer()
        for board in self.pages:
            if board not in slow:
                self.answer(board, late)

    def offer(self) -> None:
        for made in self.zones.due(self.now):
            page = self.pages[made.board]
            assert page.line == made.who
            page.offers.append(made.announcement)

    def answer(self, board: str, late: bool) -> None:
        page = self.pages[board]
        if not page.line or not page.offers:
            return
        made = page.offers.pop(0)
        if made.id in page.said:
            self.zones.end(page.line, made.id, "done", self.now)
        elif late:
            self.zones.refuse(page.line, made.id, self.now)
        elif page.saying is None and self.zones.start(page.line, made.id, self.now, SOUND):
            page.saying, page.over = made, self.now + SOUND

    @rule(seconds=st.sampled_from([0.5, 2.0, 5.0, 20.0]))
    def wait(self, seconds: float) -> None:
        until = self.now + seconds
        for page in sorted(self.pages.values(), key=lambda each: each.over):
            if page.saying is not None and page.over <= until:
                made, page.saying = page.saying, None
                page.said.append(made.id)
                self.heard[made.zone].append(made.id)
                if page.line:
                    self.zones.end(page.line, made.id, "done", until)
        self.now = until

    @invariant()
    def never_two_voices_in_a_zone(self) -> None:
        for zone in BOARDS:
            voices = [page for page in self.pages.values() if page.saying and page.saying.zone == zone]
            assert len(voices) <= 1, zone

    @invariant()
    def without_cut_lines_each_is_said_once_and_in_order(self) -> None:
        for zone, heard in self.heard.items():
            if self.cut:
                assert set(heard) <= set(self.called[zone])
            else:
                assert heard == self.called[zone][: len(heard)]

    def teardown(self) -> None:
        """All boards come and stay: what was called and not said is said in the end."""
        if not hasattr(self, "zones"):
            return
        for board in self.pages:
            self.connect(board)
        for _ in range(20 + 8 * self.count):
            self.offer()
            for board in self.pages:
                self.answer(board, False)
            self.wait(5.0)
            self.never_two_voices_in_a_zone()
        for zone, called in self.called.items():
            times = Counter(self.heard[zone])
            assert set(times) == set(called)
            if not self.cut:
                assert self.heard[zone] == called
        assert self.zones.at_rest()


TRICK = st.sampled_from(["too soon", "failed", "silent", "late", "leaves", "nothing"])


class AmongLiars(Loudspeakers):
    """The same boards, and strangers with the same pages open, who say whatever suits them."""

    def __init__(self) -> None:
        super().__init__()
        self.liars: dict[str, str] = {}
        """Connection to board."""
        self.lies: list[tuple[str, Announcement]] = []

    def offer(self) -> None:
        for made in self.zones.due(self.now):
            if made.who in self.liars:
                self.lies.append((made.who, made.announcement))
            else:
                assert self.pages[made.board].line == made.who
                self.pages[made.board].offers.append(made.announcement)

    @rule(board=BOARD)
    def come(self, board: str) -> None:
        self.count += 1
        self.liars[f"liar-{self.count}"] = board
        self.zones.join(Line(board, f"liar-{self.count}", f"lie {self.count}"), (), "", self.now)

    @rule(board=BOARD, said=st.sets(st.integers(1, 60)), saying=st.integers(1, 60))
    def claim(self, board: str, said: set[int], saying: int) -> None:
        """It claims to have said everything, and to be saying something."""
        self.come(board)
        who = f"liar-{self.count}"
        line = Line(board, who, f"lie {self.count}")
        self.zones.join(line, [str(each) for each in said], str(saying), self.now)
        for ident in said:
            self.zones.end(who, str(ident), "done", self.now)

    @rule(trick=TRICK)
    def lie(self, trick: str) -> None:
        lies, self.lies = self.lies, []
        for who, made in lies:
            if who not in self.liars or not self.zones.holds(who, made.id):
                continue
            if trick in ("too soon", "failed", "silent"):
                self.zones.start(who, made.id, self.now, SOUND)
            if trick in ("too soon", "failed"):
                self.zones.end(who, made.id, "failed" if trick == "failed" else "done", self.now)
            if trick == "late":
                self.zones.refuse(who, made.id, self.now)
            if trick == "leaves":
                board = self.liars.pop(who)
                self.zones.leave(board, who)
                self.come(board)  # the same one, under another name

    @invariant()
    def without_cut_lines_each_is_said_once_and_in_order(self) -> None:
        """Said by a right board; the order may suffer when a stranger says that it failed."""
        for zone, heard in self.heard.items():
            assert set(heard) <= set(self.called[zone])

    def teardown(self) -> None:
        """The right boards come and stay, liars go on: all is said, each within what one lie can cost."""
        if not hasattr(self, "zones"):
            return
        for board in self.pages:
            self.connect(board)
        longest = Announcement("", "", 0.0, ("x.mp3",)).longest
        calls = sum(len(each) for each in self.called.values())
        end = self.now + longest * (calls + len(self.liars) + 3) + 30
        tricks = ["too soon", "failed", "silent", "late", "leaves", "nothing"]
        while self.now < end and not self.all_said():
            self.offer()
            self.lie(tricks[int(self.now) % len(tricks)])
            for board in self.pages:
                self.answer(board, False)
            self.wait(0.5)
            self.never_two_voices_in_a_zone()
        assert self.all_said(), (self.called, self.heard)

    def all_said(self) -> bool:
        return all(set(self.called[zone]) == set(self.heard[zone]) for zone in BOARDS)


Loudspeakers.TestCase.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)
test_loudspeakers = Loudspeakers.TestCase
AmongLiars.TestCase.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
test_among_liars = AmongLiars.TestCase
