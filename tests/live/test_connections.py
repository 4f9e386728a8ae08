"""The bookkeeping of connections, with a clock set by hand."""

from __future__ import annotations

import socket

import pytest

from core.web.connections import Bounds, Connections, Phase, Standing, network_of


class Sock:
    """A connection that remembers whether it was hung up."""

    numbers = iter(range(1, 1_000_000))

    def __init__(self):
        self.number = next(Sock.numbers)
        self.ended = []

    def fileno(self):
        return self.number

    def shutdown(self, how):
        self.ended.append(how)

    def close(self):
        self.number = -1


@pytest.fixture
def book():
    """Eight places, two of them for accounts."""
    return Connections(Bounds(total=8, reserve=2, doorstep=1, guests_each=2, dying=4))


def fill(book, count, address="10.0.0.66", now=0.0):
    return [book.admit(Sock(), address, now) for _ in range(count)]


def test_whoever_comes_when_all_places_are_taken_takes_that_of_the_oldest_stranger(book):
    links = fill(book, 6)
    newcomer = book.admit(Sock(), "10.0.0.1", 1.0)
    assert newcomer is not None
    assert links[0].sock.ended
    assert not any(link.sock.ended for link in [*links[1:], newcomer])
    assert len(book) == 6
    assert book.ended["room"] == 1


def test_the_address_with_the_most_strangers_gives_way_however_young_they_are(book):
    board = book.admit(Sock(), "10.0.0.1", 0.0)
    flood = fill(book, 5, now=5.0)
    for _ in range(4):
        book.admit(Sock(), "10.0.0.66", 6.0)
    assert not board.sock.ended
    assert flood[0].sock.ended


def test_guests_and_accounts_do_not_give_way(book):
    links = fill(book, 6)
    for n, link in enumerate(links[:5]):
        link.prove(Standing.GUEST, 1.0, f"ticket:{n}")
    links[5].prove(Standing.KNOWN, 1.0)
    last = book.admit(Sock(), "10.0.0.2", 2.0)  # the account left the share: one place is free
    last.prove(Standing.GUEST, 2.0, "ticket:9")
    assert book.admit(Sock(), "10.0.0.3", 3.0) is None
    assert book.refused["full"] == 1
    assert not any(link.sock.ended for link in links)


def test_an_address_from_which_accounts_came_may_stand_in_the_reserve(book):
    links = fill(book, 7, address="10.0.0.5")[:6]
    staff = book.admit(Sock(), "10.0.0.7", 1.0)
    staff.prove(Standing.KNOWN, 1.0)
    for n, link in enumerate(book.of(each.fd) for each in links):
        if link is not None and not link.sock.ended:
            link.prove(Standing.GUEST, 1.0, f"ticket:{n}")
    while (link := book.admit(Sock(), "10.0.0.8", 2.0)) is not None:
        link.prove(Standing.GUEST, 2.0, f"ticket:more-{link.fd}")
    assert len(book) == 7
    first = book.admit(Sock(), "10.0.0.7", 3.0)
    assert first is not None
    assert first.in_reserve
    assert book.admit(Sock(), "10.0.0.9", 3.0) is None
    first.prove(Standing.KNOWN, 4.0)
    assert not first.in_reserve
    assert book.counts() == {"stranger": 0, "guest": 6, "known": 2}


def test_one_ticket_makes_only_so_many_guests(book):
    links = fill(book, 3)
    for link in links:
        link.prove(Standing.GUEST, 0.0, "ticket:one")
    assert [link.standing for link in links] == [Standing.GUEST, Standing.GUEST, Standing.STRANGER]
    book.remove(links[0])
    links[2].prove(Standing.GUEST, 1.0, "ticket:one")
    assert links[2].standing is Standing.GUEST


@pytest.mark.parametrize(
    ("phase", "seconds"),
    [(Phase.HEAD, 10), (Phase.JOINING, 10), (Phase.IDLE, 25), (Phase.ANSWER, 20)],
)
def test_each_phase_has_an_end(book, phase, seconds):
    (link,) = fill(book, 1)
    link.enter(phase, 100.0)
    book.sweep(100.0 + seconds - 0.1)
    assert not link.sock.ended
    book.sweep(100.0 + seconds)
    assert link.sock.ended == [socket.SHUT_RDWR]
    assert book.ended[phase.value] == 1
    book.sweep(100.0 + seconds + 1)
    assert len(link.sock.ended) == 1


@pytest.mark.parametrize("phase", [Phase.WORK, Phase.LIVE])
def test_work_and_the_live_line_have_none_here(book, phase):
    (link,) = fill(book, 1)
    link.enter(phase, 100.0)
    book.sweep(100_000.0)
    assert not link.sock.ended


def test_a_slow_body_ends_for_its_reader_first_so_that_an_answer_can_go_out(book):
    (link,) = fill(book, 1)
    link.enter(Phase.BODY, 0.0)
    book.sweep(15.0)
    assert link.expired
    assert link.sock.ended == [socket.SHUT_RD]
    book.sweep(25.0)
    assert link.sock.ended == [socket.SHUT_RD, socket.SHUT_RDWR]
    assert book.ended["body"] == 1


def test_thousands_that_are_overdue_at_once_let_others_work_in_between():
    book = Connections(Bounds.of(300))
    links = fill(book, 120)
    ended = []

    def pause():
        ended.append(sum(bool(link.sock.ended) for link in links))
        links[-1].enter(Phase.WORK, 10.0)

    book.sweep(10.0, pause)
    assert ended == [50, 100]
    assert sum(bool(link.sock.ended) for link in links) == 119
    assert not links[-1].sock.ended  # it went on meanwhile


def test_a_large_answer_may_take_longer(book):
    (link,) = fill(book, 1)
    link.enter(Phase.ANSWER, 0.0)
    link.answered(16_384 * 100)
    book.sweep(119.0)
    assert not link.sock.ended
    book.sweep(120.0)
    assert link.sock.ended


def test_a_request_that_just_began_is_not_closed_to_make_room(book):
    links = fill(book, 6)
    for link in links:
        link.enter(Phase.WORK, 10.0)
    assert book.admit(Sock(), "10.0.0.1", 11.0) is None
    assert book.admit(Sock(), "10.0.0.1", 13.5) is not None


def test_what_was_closed_but_lingers_is_bounded_too(book):
    fill(book, 6 + 4)
    assert len(book) == 6
    links = fill(book, 10)
    assert links[-1] is None
    assert book.refused["dying"] > 0


def test_closed_without_a_word_is_forgotten(book):
    links = fill(book, 3)
    links[1].sock.close()
    book.sweep(1.0)
    assert len(book) == 2
    for link in links:
        book.remove(link)
    assert len(book) == 0
    assert book.counts() == {"stranger": 0, "guest": 0, "known": 0}


def test_what_waits_for_something_else_is_woken(book):
    (link,) = fill(book, 1)
    woken = []
    link.on_end = lambda: woken.append(1)
    book.sweep(10.0)
    assert woken == [1]


@pytest.mark.parametrize(
    ("peer", "counted"),
    [
        ("192.168.1.7", "192.168.1.7"),
        ("::ffff:192.168.1.7", "192.168.1.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_an_address(peer, counted):
    assert network_of(peer) == counted
