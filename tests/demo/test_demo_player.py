"""The player: many acts on a few threads, in time, and to an end."""

from __future__ import annotations

import threading

from core.demo.player import Act, Player
from tests.running import PATIENCE_S, eventually


def test_acts_go_on_when_they_are_due() -> None:
    player, told = Player(speed=100, threads=2), []

    def act(name: str, wait: float) -> Act:
        told.append((name, player.now))
        yield wait
        told.append((name, player.now))

    player.add(act("late", 120), 20)
    player.add(act("early", 60), 0)
    player.start()
    assert player.wait(PATIENCE_S)
    assert [name for name, _ in told] == ["early", "late", "early", "late"]
    assert all(at >= due for (_, at), due in zip(told, [0, 20, 60, 140], strict=True)), told


def test_no_act_runs_on_two_threads_at_once_and_none_is_forgotten() -> None:
    player, ends = Player(speed=1000, threads=8), []

    def act(number: int) -> Act:
        for _ in range(20):
            yield (number * 7) % 13
        ends.append(number)

    for number in range(200):
        player.add(act(number), number % 5)
    player.start()
    assert player.wait(PATIENCE_S)
    assert sorted(ends) == list(range(200))
    assert not player.faults


def test_a_hurry_ends_every_wait() -> None:
    player, ends = Player(speed=1, threads=2), []

    def act() -> Act:
        yield 3600
        yield 3600
        ends.append(player.hurrying)

    for _ in range(5):
        player.add(act(), 0)
    player.add(act(), 7200)
    player.start()
    assert not player.wait(0.2)
    player.hurry()
    assert player.wait(PATIENCE_S)  # of waits of an hour
    assert ends == [True] * 6


def test_a_fault_of_one_is_kept_and_the_others_go_on() -> None:
    player, ends = Player(speed=1000, threads=2), []

    def broken() -> Act:
        yield 1
        raise ValueError("broken")

    def sound() -> Act:
        yield 50
        ends.append(1)

    player.add(broken(), 0)
    player.add(sound(), 0)
    player.start()
    assert player.wait(PATIENCE_S)
    assert ends == [1]
    assert [str(fault) for fault in player.faults] == ["broken"]


def test_no_thread_is_left_behind() -> None:
    before = threading.active_count()
    player = Player(speed=1000, threads=8)

    def act() -> Act:
        yield 1

    player.add(act(), 0)
    player.start()
    assert player.wait(PATIENCE_S)
    eventually(lambda: threading.active_count() <= before)
