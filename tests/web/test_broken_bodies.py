"""What the worker says to a broken body is what the application would say."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

import core.web
from core.domain.errors import Refusal
from core.web import guarding
from core.web.connections import Bounds, Connections, Phase
from core.web.i18n import Texts
from core.web.problems import BodyCutShort, BodyTooSlow, Problems


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("trouble", [BodyCutShort(), BodyTooSlow()])
def test_the_worker_and_the_catalogue_say_the_same(trouble: Refusal, lang: str) -> None:
    texts = Texts([Path(core.web.__file__).parent / "translations"])
    assert guarding.refused_body(trouble.code, lang) == Problems(texts).of(trouble, lang)


class Slow(io.BytesIO):
    """A body whose time is over before it has come; a socket with a number."""

    def __init__(self, book: Connections) -> None:
        super().__init__(b"{")
        self.link = book.admit(self, "10.0.0.1", 0.0)

    def fileno(self) -> int:
        """As of a socket."""
        return 7

    def read(self, size: int | None = -1) -> bytes:
        """The first byte, once the time is over."""
        assert self.link is not None
        assert self.link.phase is Phase.BODY
        self.link.expired = True
        return super().read(size)


@pytest.mark.parametrize(
    ("accepts", "title"), [("en-GB,id", "Request too slow"), ("", "Permintaan terlalu lambat")]
)
def test_a_body_that_is_too_slow_never_reaches_the_application(accepts: str, title: str) -> None:
    book = Connections(Bounds.of(8))
    slow = Slow(book)
    told: list[str] = []

    def application(_environ: object, _start: object) -> list[bytes]:
        raise AssertionError("the application was called")

    app = guarding.guarded(application, book)  # type: ignore[arg-type]
    environ = {
        "gunicorn.socket": slow,
        "wsgi.input": slow,
        "CONTENT_LENGTH": "1000",
        "REQUEST_METHOD": "POST",
        "HTTP_ACCEPT_LANGUAGE": accepts,
    }
    body = b"".join(app(environ, lambda status, _headers: told.append(status)))
    assert told == ["408 Request Timeout"]
    assert json.loads(body) | {"title": title, "code": "body_too_slow"} == json.loads(body)
    assert slow.link is not None
    assert slow.link.broken
