"""Full places are two lines in the log, however many connections come."""

from __future__ import annotations

import logging

from core.web.connections import Bounds, Connections
from core.web.crowding import Crowding


class Sock:
    """A connection."""

    def __init__(self, number):
        self.number = number

    def fileno(self):
        return self.number

    def shutdown(self, how):
        pass


def test_full_places_are_two_lines_however_many_come(caplog):
    book = Connections(Bounds(total=8, reserve=2, dying=4))
    watch = Crowding(book)
    with caplog.at_level(logging.WARNING, "antrean.connections"):
        for number in range(1, 6):
            book.admit(Sock(number), "10.0.0.1", 0.0)
        watch.look(0.0)
        assert not caplog.messages
        for second in range(1, 11):
            for number in range(10):
                book.admit(Sock(second * 100 + number), "10.0.0.66", float(second))
            watch.look(float(second))
        assert len(caplog.messages) == 1
        assert caplog.messages[0].startswith("places_full connections=6:")
        watch.look(39.0)
        assert len(caplog.messages) == 1
        for second in range(40, 45):
            watch.look(float(second))
        refused, room = book.refused.total(), book.ended["room"]
        assert refused > 0
        assert caplog.messages[1:] == [
            f"places_free: in 9 s {refused} connections were refused and {room} closed to make room"
        ]
        book.admit(Sock(7000), "10.0.0.66", 50.0)
        watch.look(50.0)
        assert len(caplog.messages) == 3
