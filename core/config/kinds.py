"""Kinds of values in the configuration: each refuses with what is wrong and what is allowed."""

from __future__ import annotations

import re
from datetime import time
from itertools import pairwise
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

from core.config.problems import did_you_mean, shown
from core.domain.plan import Interval, Words
from core.hosts import configured_host

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
PREFIX = re.compile(r"[A-Z0-9]{0,3}[A-Z]")
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
URL = re.compile(r"https?://[^\s/?#]+(/[^\s?#]*)?")
CLOCK = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")
SPAN = re.compile(r"\s*([\d:.]+)\s*-\s*([\d:.]+)\s*")

TIME_ALLOWED = 'a time from 00:00 to 23:59, written "08:00" or 08:00:00'
SPAN_ALLOWED = '"08:00-15:30" or { opens = "08:00", closes = "15:30" }'


class Table(BaseModel):
    """A table of the configuration: no unknown keys, no silent conversions."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def refusal(wrong: str, allowed: str) -> PydanticCustomError:
    """What a kind of value raises; ``explain`` turns it into a problem."""
    return PydanticCustomError("refused", "{wrong}", {"wrong": wrong, "allowed": allowed})


def _matching(pattern: re.Pattern[str], noun: str, allowed: str) -> AfterValidator:
    def check(value: str) -> str:
        if not pattern.fullmatch(value):
            raise refusal(f"{shown(value)} is not {noun}", allowed)
        return value

    return AfterValidator(check)


class Text(Table):
    """One text in both languages: ``{ id = "Loket", en = "Counter" }``."""

    id: Annotated[str, Field(min_length=1, description="Indonesian")]
    en: Annotated[str, Field(min_length=1, description="English")]

    def words(self) -> Words:
        """The text as the domain holds it."""
        return Words(self.id, self.en)


def _translated(value: Any, info: ValidationInfo) -> Any:
    """Let a plain Indonesian text stand for both, when ``[translations]`` holds its English."""
    if isinstance(value, str):
        translations: dict[str, str] = (info.context or {}).get("translations", {})
        if value not in translations:
            raise refusal(
                f"{shown(value)} has no English text{did_you_mean(value, translations)}",
                '{ id = "…", en = "…" }, or an Indonesian text that stands in [translations]',
            )
        return Text.model_construct(id=value, en=translations[value])
    if not isinstance(value, dict | Text):
        raise refusal(f"{shown(value)} is not a text", '{ id = "…", en = "…" }')
    return value


def _clock(value: Any) -> time:
    if isinstance(value, time):
        return value
    if isinstance(value, str) and (found := CLOCK.fullmatch(value.strip())):
        return time(int(found[1]), int(found[2]))
    raise refusal(f"{shown(value)} is not a time", TIME_ALLOWED)


def _span(value: Any) -> Interval:
    match value:
        case str() if found := SPAN.fullmatch(value):
            opens, closes = _clock(found[1]), _clock(found[2])
        case {"opens": first, "closes": last, **rest} if not rest:
            opens, closes = _clock(first), _clock(last)
        case _:
            raise refusal(f"{shown(value)} is not a span of time", SPAN_ALLOWED)
    if opens >= closes:
        raise refusal(f"it ends at {closes:%H:%M}, not after it begins at {opens:%H:%M}", "a later end")
    return Interval(opens, closes)


def _in_order(spans: list[Interval]) -> list[Interval]:
    ordered = sorted(spans, key=lambda span: span.opens)
    for one, two in pairwise(ordered):
        if two.opens < one.closes:
            raise refusal(
                f"{one.opens:%H:%M}-{one.closes:%H:%M} and {two.opens:%H:%M}-{two.closes:%H:%M} overlap",
                "spans that follow each other; what lies between them is a break",
            )
    return ordered


def _host_name(value: str) -> str:
    name = configured_host(value)
    if name is None:
        raise refusal(
            f"{shown(value)} is not the name or address of a host",
            '"antrean.example.go.id" or "192.168.1.10", without http:// and without a port',
        )
    return name


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise refusal(
            f"{shown(value)} is not a time zone{did_you_mean(value, available_timezones())}",
            "Asia/Jakarta (WIB), Asia/Makassar (WITA), Asia/Jayapura (WIT) or another tz name",
        ) from None
    return value


def _unique(values: list[str]) -> list[str]:
    for position, value in enumerate(values):
        if value in values[:position]:
            raise refusal(f"{shown(value)} stands twice", "each once")
    return values


Identifier = Annotated[
    str, _matching(ID, "an id", "up to 40 letters, digits, - and _, beginning with a letter or a digit")
]
Prefix = Annotated[
    str,
    # A digit at the end would let A1 + 001 and A + 1001 print the same number.
    _matching(PREFIX, "a prefix", "1 to 4 capital letters A-Z and digits, the last one a letter"),
]
Colour = Annotated[str, _matching(COLOUR, "a colour", '# and six hexadecimal digits, such as "#7a2e1d"')]
Url = Annotated[
    str,
    AfterValidator(lambda value: value.rstrip("/")),
    _matching(re.compile(f"|{URL.pattern}"), "an address", '"" or "http://…" or "https://…" without ? and #'),
]
Contact = Annotated[
    str,
    _matching(
        re.compile(r"|mailto:[^\s@]+@[^\s@]+\.[^\s@]+|https://[\w-]+(\.[\w-]+)+"),
        "a contact",
        '"" or "mailto:NAME@HOST" or "https://HOST"',
    ),
]
"""What RFC 8292 lets a server say of itself, and the services of today accept."""
HostName = Annotated[str, AfterValidator(_host_name)]
Timezone = Annotated[str, AfterValidator(_timezone)]
Bilingual = Annotated[Text, BeforeValidator(_translated)]
Span = Annotated[Interval, PlainValidator(_span)]
Spans = Annotated[list[Span], AfterValidator(_in_order)]
Minutes = Annotated[int, Field(ge=1, le=480)]
Ids = Annotated[list[Identifier], AfterValidator(_unique)]
