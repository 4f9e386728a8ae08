"""What is wrong with a configuration, in words for the technician of a hall."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

LIST_AT_MOST = 26
"""How many allowed names one message lists: the alphabet, so that all series of a hall fit."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. ``file`` is relative to the folder of the configuration."""

    file: str
    key: str
    """Where in the file, ``service[ktp-rekam].series``; empty where the whole file is meant."""
    wrong: str
    allowed: str = ""

    def __str__(self) -> str:
        """``config.toml: server.port: 0 is too small, allowed: a whole number from 1 to 65535``."""
        place = f"{self.file}: {self.key}" if self.key else self.file
        return f"{place}: {self.wrong}, allowed: {self.allowed}" if self.allowed else f"{place}: {self.wrong}"


class ConfigError(Exception):
    """The configuration cannot be used; ``problems`` holds every reason, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def shown(value: object) -> str:
    """A value as the technician wrote it, shortened."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            text = f'"{value}"'
        case list():
            text = "a list" if value else "an empty list"
        case dict():
            text = "a table"
        case _:
            text = str(value)
    return text if len(text) <= 60 else f'{text[:56]}…"'


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """``, did you mean "port"?`` when one of ``names`` is close, else nothing."""
    by_fold = {each.casefold(): each for each in names}
    close = get_close_matches(name.casefold(), by_fold, n=1, cutoff=0.6)
    return f', did you mean "{by_fold[close[0]]}"?' if close else ""


def one_of(names: Iterable[str]) -> str:
    """``one of A, B, C``; a long list is cut and says how many there are."""
    every = list(names)
    if not every:
        return "nothing, as none is configured"
    if len(every) > LIST_AT_MOST:
        return f"one of {', '.join(every[:LIST_AT_MOST])}, … ({len(every)} in all)"
    return f"one of {', '.join(every)}"
