"""Who says what, and when: given boards in zones, when calls come and boards come and go."""

from __future__ import annotations

from dataclasses import replace

import pytest

from display.announcing.speakers import (
    OTHERS_FIRST_AT_MOST_S,
    OTHERS_FIRST_S,
    SPEAKERS_A_BOARD,
    Line,
    Speakers,
)
from display.announcing.tasks import CHIME_S, Announcement
from display.announcing.zones import START_WITHIN_S, Zones

LIFETIME = 60.0
NOW = 1000.0
"""Later than any sound lasts."""


def called(ident: str, zone: str = "A", since: float = 0.0) -> Announcement:
    return Announcement(ident, zone, since, (f"/{ident}.mp3",))


def zones(quiet_until: float = float("-inf"), **boards: list[str]) -> Zones:
    return Zones(boards or {"A": ["a1", "a2"]}, LIFETIME, quiet_until)


def offered(made: Zones, now: float = 0.0) -> list[tuple[str, str]]:
    return [(each.board, each.announcement.id) for each in made.due(now)]


def join(made: Zones, board: str, now: float = 0.0, said: tuple[str, ...] = (), saying: str = "") -> str:
    made.join(line(board), said, saying, now)
    return f"{board}-line"


def line(board: str, who: str = "", page: str | None = None, *, registered: bool = False) -> Line:
    """A board's connection; by default each board has one page, which is known again."""
    return Line(board, who or f"{board}-line", f"page of {board}" if page is None else page, registered)


def test_calls_are_said_in_their_order_one_after_the_other() -> None:
    made = zones()
    a1 = join(made, "a1")
    for ident in ("1", "2", "3"):
        assert made.call(called(ident))
    said = []
    for _ in range(3):
        ((board, ident),) = offered(made)
        assert board == "a1"
        assert offered(made) == []
        assert made.start(a1, ident, 0)
        assert offered(made) == []
        assert made.end(a1, ident, "done", NOW)
        said.append(ident)
    assert said == ["1", "2", "3"]
    assert offered(made) == []
    assert made.at_rest()


def test_each_zone_speaks_by_itself() -> None:
    made = zones(A=["a"], B=["b"])
    join(made, "a")
    join(made, "b")
    made.call(called("1", "A"))
    made.call(called("2", "B"))
    assert sorted(offered(made)) == [("a", "1"), ("b", "2")]


def test_a_loudspeaker_of_two_zones_says_one_thing_at_a_time_the_oldest_first() -> None:
    made = zones(A=["both"], B=["both"])
    both = join(made, "both")
    made.call(called("2", "A", since=2))
    made.call(called("1", "B", since=1))
    assert offered(made, 2) == [("both", "1")]
    assert offered(made, 2) == []
    made.start(both, "1", 2)
    made.end(both, "1", "done", NOW)
    assert offered(made, 2) == [("both", "2")]


def test_a_zone_whose_board_speaks_for_another_zone_waits_for_it() -> None:
    made = zones(A=["both"], B=["both", "b2"])
    both = join(made, "both")
    join(made, "b2")
    made.call(called("1", "A"))
    made.call(called("2", "B", since=1))
    assert offered(made, 1) == [("both", "1")]
    made.start(both, "1", 1)
    made.end(both, "1", "done", NOW)
    assert offered(made, 1) == [("both", "2")]


def test_the_second_board_takes_over_from_one_that_left_before_it_began() -> None:
    made = zones()
    a1 = join(made, "a1")
    join(made, "a2")
    made.call(called("1"))
    assert offered(made) == [("a1", "1")]
    made.leave("a1", a1)
    assert offered(made, 1) == [("a2", "1")]
    assert not made.start(a1, "1", 1)


def test_the_second_board_takes_over_from_one_that_does_not_begin() -> None:
    made = zones()
    a1 = join(made, "a1")
    a2 = join(made, "a2")
    made.call(called("1"))
    made.call(called("2"))
    assert offered(made) == [("a1", "1")]
    assert offered(made, START_WITHIN_S - 0.1) == []
    assert offered(made, START_WITHIN_S) == [("a2", "1")]
    assert not made.start(a1, "1", START_WITHIN_S)  # too late: no second voice
    made.start(a2, "1", START_WITHIN_S)
    made.end(a2, "1", "done", NOW)
    assert offered(made, START_WITHIN_S + 5) == [("a2", "2")]


def test_a_board_that_was_passed_over_is_first_again_after_a_while() -> None:
    made = zones()
    for each in ("a1", "a2"):
        made.join(line(each, registered=True), (), "", 0)
    made.call(called("1"))
    offered(made)
    offered(made, START_WITHIN_S)
    made.start("a2-line", "1", START_WITHIN_S)
    made.end("a2-line", "1", "done", START_WITHIN_S)
    later = START_WITHIN_S + OTHERS_FIRST_S
    made.call(called("2", since=later))
    assert offered(made, later) == [("a1", "2")]


def test_the_only_board_of_a_zone_is_asked_again() -> None:
    made = zones(A=["a1"])
    join(made, "a1")
    made.call(called("1"))
    assert offered(made) == [("a1", "1")]
    assert offered(made, START_WITHIN_S) == [("a1", "1")]


def test_while_the_sound_of_a_lost_board_may_go_on_nobody_else_speaks() -> None:
    made = zones()
    a1 = join(made, "a1")
    join(made, "a2")
    made.call(called("1"))
    offered(made)
    made.start(a1, "1", 0)
    made.leave("a1", a1)
    longest = called("1").longest
    assert offered(made, longest - 0.1) == []
    assert offered(made, longest) == [("a2", "1")]


def test_a_board_that_comes_back_and_has_said_it_is_believed() -> None:
    made = zones()
    a1 = join(made, "a1")
    join(made, "a2")
    made.call(called("1"))
    made.call(called("2"))
    offered(made)
    made.start(a1, "1", 0)
    made.leave("a1", a1)
    join(made, "a1", 3, said=("1",))
    assert offered(made, 3) == [("a1", "2")]


def test_a_board_that_comes_back_does_not_cut_into_what_another_says() -> None:
    made = zones()
    a1 = join(made, "a1")
    a2 = join(made, "a2")
    made.call(called("1"))
    made.call(called("2"))
    offered(made)
    made.start(a1, "1", 0)
    made.leave("a1", a1)
    longest = called("1").longest
    assert offered(made, longest) == [("a2", "1")]
    made.start(a2, "1", longest)
    join(made, "a1", longest + 1, said=("1",))
    assert offered(made, longest + 1) == []
    made.end(a2, "1", "done", NOW)
    assert offered(made, longest + 2) == [("a2", "2")]  # it has proved itself


def test_a_board_that_comes_back_while_it_speaks_goes_on() -> None:
    made = zones()
    a1 = join(made, "a1")
    made.call(called("1"))
    offered(made)
    made.start(a1, "1", 0)
    made.leave("a1", a1)
    made.join(line("a1", "new line"), (), "1", 2)
    assert offered(made, 3) == []
    assert made.end("new line", "1", "done", NOW)
    assert made.at_rest()


def test_a_page_that_was_loaded_anew_says_again_what_it_was_saying() -> None:
    made = zones()
    a1 = join(made, "a1")
    made.call(called("1"))
    offered(made)
    made.start(a1, "1", 0)
    made.leave("a1", a1)
    join(made, "a1", 2)
    assert offered(made, 2) == [("a1", "1")]


def test_after_a_start_nothing_is_said_again_that_a_board_has_said_already() -> None:
    made = zones(quiet_until=5.0)
    for ident in ("1", "2", "3"):
        made.call(replace(called(ident), earlier=True))
    join(made, "a2", 1)
    assert offered(made, 1) == []
    made.join(line("a1"), ("1",), "2", 2)
    assert offered(made, 5) == []  # it still says "2"
    made.end("a1-line", "2", "done", NOW)
    assert offered(made, 5) == [("a1", "3")]


def test_what_nobody_said_while_it_was_young_is_left_to_the_eyes() -> None:
    made = zones()
    made.call(called("old", since=0))
    made.call(called("young", since=30))
    assert offered(made, LIFETIME + 1) == []
    join(made, "a1", LIFETIME + 1)
    assert offered(made, LIFETIME + 1) == [("a1", "young")]
    assert made.outcomes["expired"] == 1


def test_who_needs_no_call_any_more_is_not_called() -> None:
    made = zones()
    made.call(called("1"))
    made.call(called("2"))
    made.drop(["1"])
    join(made, "a1")
    assert offered(made) == [("a1", "2")]


def test_a_refused_announcement_goes_to_the_next_board_at_once() -> None:
    made = zones()
    a1 = join(made, "a1")
    join(made, "a2")
    made.call(called("1"))
    offered(made)
    made.refuse(a1, "1", 1)
    assert offered(made, 1) == [("a2", "1")]


def test_what_a_board_began_and_could_not_sound_goes_to_the_next_board() -> None:
    made = zones()
    a1 = join(made, "a1")
    join(made, "a2")
    made.call(called("1"))
    offered(made)
    assert made.start(a1, "1", 1)
    made.refuse(a1, "1", 1)
    assert offered(made, 1) == [("a2", "1")]
    assert made.outcomes["failed"] == 0


def test_a_call_told_twice_is_said_once() -> None:
    made = zones()
    a1 = join(made, "a1")
    made.call(called("1"))
    made.call(called("1"))
    offered(made)
    made.call(called("1"))
    made.start(a1, "1", 0)
    made.end(a1, "1", "done", NOW)
    made.call(called("1"))
    assert offered(made) == []
    assert made.at_rest()


def test_a_zone_without_a_loudspeaker_keeps_nothing() -> None:
    made = zones(A=["a1"], B=[])
    assert not made.call(called("1", "B"))
    assert not made.call(called("1", "nowhere"))
    assert made.at_rest()


@pytest.mark.parametrize(("times", "files"), [(1, 1), (3, 2)])
def test_a_sentence_is_given_the_time_of_all_its_files(times: int, files: int) -> None:
    made = Announcement("1", "A", 0, ("x",) * files, times)
    assert made.longest > CHIME_S + times * files * 6  # the longest sentence takes some six seconds


# -- boards that lie ---------------------------------------------------------------------------------

SOUND = 6.0


def test_who_says_done_sooner_than_the_sound_lasts_has_not_said_it() -> None:
    made = zones()
    a1 = join(made, "a1")
    join(made, "a2")
    made.call(called("1"))
    assert offered(made) == [("a1", "1")]
    assert made.start(a1, "1", 0, SOUND)
    assert not made.end(a1, "1", "done", 0.5)
    assert offered(made, 0.5) == [("a2", "1")]
    assert made.outcomes["done"] == 0


def test_who_says_done_without_leave_has_not_said_it() -> None:
    made = zones()
    a1 = join(made, "a1")
    join(made, "a2")
    made.call(called("1"))
    offered(made)
    assert not made.end(a1, "1", "done", NOW)
    assert offered(made, 1) == [("a2", "1")]


def test_only_the_board_that_has_an_announcement_ends_it() -> None:
    made = zones()
    a1, rogue = join(made, "a1"), join(made, "a2")
    made.call(called("1"))
    made.call(called("2"))
    assert offered(made) == [("a1", "1")]
    for ident in ("1", "2"):
        assert not made.end(rogue, ident, "done", NOW)
        made.join(line("a2"), ("1", "2"), ident, NOW)
    made.start(a1, "1", 1)
    made.end(a1, "1", "done", NOW)
    assert offered(made, 2) == [("a1", "2")]


def test_a_stranger_on_the_same_board_takes_nothing_over() -> None:
    """It neither goes on with what the first one says nor ends its turn."""
    made = zones(A=["a1"])
    a1 = join(made, "a1")
    made.call(called("1"))
    offered(made)
    made.start(a1, "1", 0, SOUND)
    made.leave("a1", a1)
    made.join(line("a1", "rogue", "another page"), ("1",), "1", 1)
    assert made.in_hand() == ["1"]
    assert not made.end("rogue", "1", "done", NOW)
    made.join(line("a1", "new"), (), "1", 2)
    assert made.end("new", "1", "done", SOUND)
    assert made.outcomes == {"done": 1}


@pytest.mark.parametrize("trick", ["too soon", "failed", "silent", "late", "leaves"])
def test_one_liar_under_ever_new_names_delays_an_announcement_once(trick: str) -> None:
    """It opens the page of the first board anew after each lie; the zone's own board comes to its turn."""
    made = zones()
    now, names = 0.0, 0
    made.join(line("a1", "rogue 0", "rogue 0"), (), "", now)
    right = join(made, "a2")
    made.call(called("1"))
    asked = []
    while not asked or asked[-1] != "a2":
        for offer in made.due(now):
            asked.append(offer.board)
            if offer.who == right:
                continue
            if trick in ("too soon", "failed"):
                made.start(offer.who, "1", now, SOUND)
                made.end(offer.who, "1", "failed" if trick == "failed" else "done", now + 0.1)
            elif trick == "silent":
                made.start(offer.who, "1", now, SOUND)
            elif trick == "late":
                made.refuse(offer.who, "1", now)
            made.leave("a1", offer.who)
            names += 1
            made.join(line("a1", f"rogue {names}", f"rogue {names}"), (), "", now)
        now += 0.5
        assert now < LIFETIME
    assert asked == ["a1", "a2"]
    assert now <= called("1").longest + 1
    # The next ones go to the board that has proved itself.
    made.start(right, "1", now, SOUND)
    made.end(right, "1", "done", now + SOUND)
    made.call(called("2", since=now))
    assert offered(made, now + SOUND) == [("a2", "2")]


def test_a_device_with_a_token_is_asked_before_pages_that_anybody_can_open() -> None:
    made = zones()
    join(made, "a1")
    made.join(line("a2", registered=True), (), "", 0)
    made.call(called("1"))
    assert offered(made) == [("a2", "1")]


def test_a_board_that_fails_again_and_again_is_last_for_longer_each_time_until_it_speaks() -> None:
    made = Speakers()
    bad, good = (made.join(line(each)) for each in ("a1", "a2"))
    assert bad is not None
    assert good is not None

    def first(now: float) -> str:
        return made.in_order(["a1", "a2"], now, again=False)[0].line.board

    assert first(0) == "a1"
    now = 0.0
    for rest in (OTHERS_FIRST_S, 2 * OTHERS_FIRST_S, 4 * OTHERS_FIRST_S):
        made.failed(bad, now)
        assert first(now + rest - 0.1) == "a2"
        now += rest
        assert first(now) == "a1"
    for _ in range(20):
        made.failed(bad, now)
    assert first(now + OTHERS_FIRST_AT_MOST_S) == "a1"
    made.proved(bad)
    assert first(now) == "a1"


def test_a_page_is_known_again_by_its_secret() -> None:
    """A new connection of the same page has the old one's proof, and the old one's place."""
    made = zones(A=["a1", "a2"])
    a2 = join(made, "a2")
    made.call(called("1"))
    offered(made)
    made.start(a2, "1", 0)
    made.end(a2, "1", "done", 1)
    join(made, "a1")
    made.join(line("a2", "second line"), (), "", 2)
    assert made.loudspeakers() == {"A": 2}
    assert made.trusted() == {"A": 1}
    made.call(called("2", since=2))
    (offer,) = made.due(2)
    assert offer.who == "second line"


def test_a_right_board_that_cannot_play_the_file_ends_it_where_no_other_is() -> None:
    made = zones(A=["a1"])
    made.join(line("a1", registered=True), (), "", 0)
    made.call(called("1"))
    made.call(called("2"))
    offered(made)
    made.start("a1-line", "1", 0)
    made.end("a1-line", "1", "failed", 3)
    assert made.outcomes["failed"] == 1
    assert offered(made, 3) == [("a1", "2")]


def test_what_a_stranger_failed_at_waits_for_another_board_and_holds_nobody_up() -> None:
    made = zones()
    a1 = join(made, "a1")
    made.call(called("1"))
    made.call(called("2", since=1))
    offered(made)
    made.start(a1, "1", 1)
    made.end(a1, "1", "failed", 3)
    assert offered(made, 3) == [("a1", "2")]
    made.start(a1, "2", 3)
    made.end(a1, "2", "done", 9)
    join(made, "a2", 10)
    assert offered(made, 10) == [("a2", "1")]
    made.leave("a2", "a2-line")
    assert offered(made, LIFETIME + 1) == []
    assert made.outcomes["failed"] == 1


def test_a_board_keeps_a_bounded_number_of_lines() -> None:
    made = zones(A=["a1"])
    for number in range(SPEAKERS_A_BOARD):
        assert made.join(line("a1", f"line {number}", f"page {number:02}"), (), "", 0)
    assert not made.join(line("a1", "one more", "one more page"), (), "", 0)
    assert made.loudspeakers() == {"A": SPEAKERS_A_BOARD}
    assert made.join(line("a1", "a device", "", registered=True), (), "", 0)  # takes a stranger's place
    assert made.loudspeakers() == {"A": SPEAKERS_A_BOARD}
