"""Who says what, and when: given boards in zones, when calls come and boards come and go."""

from __future__ import annotations

import pytest

from display.announcing.zones import CHIME_S, OTHERS_FIRST_S, START_WITHIN_S, Announcement, Zones

LIFETIME = 60.0


def called(ident: str, zone: str = "A", since: float = 0.0) -> Announcement:
    return Announcement(ident, zone, since, (f"/{ident}.mp3",))


def zones(quiet_until: float = float("-inf"), **boards: list[str]) -> Zones:
    return Zones(boards or {"A": ["a1", "a2"]}, LIFETIME, quiet_until)


def offered(made: Zones, now: float = 0.0) -> list[tuple[str, str]]:
    return [(each.board, each.announcement.id) for each in made.due(now)]


def join(made: Zones, board: str, now: float = 0.0, said: tuple[str, ...] = (), saying: str = "") -> str:
    made.join(board, f"{board}-line", said, saying, now)
    return f"{board}-line"


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
        assert made.end(a1, ident)
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
    made.end(both, "1")
    assert offered(made, 2) == [("both", "2")]


def test_a_zone_whose_board_speaks_for_another_zone_waits_for_it() -> None:
    made = zones(A=["both"], B=["both", "b2"])
    both = join(made, "both")
    join(made, "b2")
    made.call(called("1", "A"))
    made.call(called("2", "B", since=1))
    assert offered(made, 1) == [("both", "1")]
    made.start(both, "1", 1)
    made.end(both, "1")
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
    made.end(a2, "1")
    assert offered(made, START_WITHIN_S + 5) == [("a2", "2")]


def test_a_board_that_was_passed_over_is_first_again_after_a_while() -> None:
    made = zones()
    join(made, "a1")
    a2 = join(made, "a2")
    made.call(called("1"))
    offered(made)
    offered(made, START_WITHIN_S)
    made.end(a2, "1")
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
    made.end(a2, "1")
    assert offered(made, longest + 2) == [("a1", "2")]


def test_a_board_that_comes_back_while_it_speaks_goes_on() -> None:
    made = zones()
    a1 = join(made, "a1")
    made.call(called("1"))
    offered(made)
    made.start(a1, "1", 0)
    made.leave("a1", a1)
    made.join("a1", "new line", (), "1", 2)
    assert offered(made, 3) == []
    assert made.end("new line", "1")
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
        made.call(called(ident))
    join(made, "a2", 1)
    assert offered(made, 1) == []
    made.join("a1", "a1-line", ("1",), "2", 2)
    assert offered(made, 5) == []  # it still says "2"
    made.end("a1-line", "2")
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
    made.end(a1, "1")
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
