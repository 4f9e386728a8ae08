"""The head of an answer leaves together with its body, and nothing of either is lost."""

from __future__ import annotations

from core.web.lines import Whole


class Wire:
    """A socket that remembers what was sent in each piece."""

    def __init__(self, *, gone: bool = False) -> None:
        self.pieces: list[bytes] = []
        self.gone = gone

    def sendall(self, data: bytes) -> None:
        if self.gone:
            raise BrokenPipeError
        self.pieces.append(data)

    def getpeername(self) -> str:
        return "peer"


def test_head_and_body_are_one_piece() -> None:
    wire = Wire()
    whole = Whole(wire)
    whole.sendall(b"head ")
    assert wire.pieces == []
    whole.sendall(b"body")
    whole.flush()
    assert wire.pieces == [b"head body"]


def test_what_follows_the_first_piece_of_a_body_is_sent_as_it_comes() -> None:
    wire = Wire()
    whole = Whole(wire)
    for part in (b"head ", b"one ", b"two ", b"three"):
        whole.sendall(part)
    whole.flush()
    assert wire.pieces == [b"head one ", b"two ", b"three"]


def test_a_head_without_a_body_leaves_at_the_end() -> None:
    wire = Wire()
    whole = Whole(wire)
    whole.sendall(b"only a head")
    whole.flush()
    whole.flush()
    assert wire.pieces == [b"only a head"]


def test_an_answer_that_never_began_sends_nothing() -> None:
    wire = Wire()
    Whole(wire).flush()
    assert wire.pieces == []


def test_a_client_that_has_gone_does_no_harm_at_the_end() -> None:
    whole = Whole(Wire(gone=True))
    whole.sendall(b"head")
    whole.flush()
    assert whole.getpeername() == "peer"
