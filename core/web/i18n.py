"""The texts of the hall: gettext catalogues of every face, looked up by key in either language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from babel.support import Translations
from flask import has_request_context, request, session

from core.domain.plan import LANGUAGES


class Texts:
    """A ``Catalogue`` over the ``translations`` folders of core and the faces."""

    def __init__(self, folders: Iterable[Path]) -> None:
        """Read every compiled catalogue (``LANG/LC_MESSAGES/*.mo``) of ``folders``."""
        self._texts: dict[str, dict[str, str]] = {lang: {} for lang in LANGUAGES}
        for folder in folders:
            for lang in LANGUAGES:
                for compiled in sorted((folder / lang / "LC_MESSAGES").glob("*.mo")):
                    self._texts[lang].update(_read(folder, lang, compiled.stem))
        if not self._texts["id"]:
            raise RuntimeError("no compiled catalogue was found: run 'make assets' first")

    def say(self, key: str, lang: str, /, **facts: object) -> str:
        """The text of ``key`` in ``lang``; the key itself where no catalogue has it."""
        text = self._texts.get(lang, self._texts["id"]).get(key, key)
        return text.format_map(_Facts(facts)) if facts else text

    def has(self, key: str, lang: str) -> bool:
        """Whether the catalogue of ``lang`` has ``key``."""
        return key in self._texts.get(lang, {})

    def under(self, *prefixes: str) -> dict[str, dict[str, str]]:
        """For a page: by language, every text whose key starts with one of ``prefixes``."""
        return {
            lang: {key: text for key, text in texts.items() if key.startswith(prefixes)}
            for lang, texts in self._texts.items()
        }


class _Facts(dict[str, object]):
    """Leaves ``{name}`` in the text where no fact of that name is told."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def _read(folder: Path, lang: str, domain: str) -> Mapping[str, str]:
    catalogue = Translations.load(str(folder), [lang], domain)
    texts: Mapping[object, object] = getattr(catalogue, "_catalog", {})  # gettext's own table
    return {key: str(text) for key, text in texts.items() if isinstance(key, str) and key}


def language() -> str:
    """A program's language: ``?lang=``, ``Accept-Language``, this session's choice, Indonesian."""
    if not has_request_context():
        return "id"
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        return asked
    if request.accept_languages:
        return request.accept_languages.best_match(LANGUAGES) or "id"
    return page_language()


def page_language() -> str:
    """A screen's language: ``?lang=``, this session's choice, Indonesian.

    Not what the browser says: hardly anybody has chosen that, least of all at a kiosk or on a board.
    """
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        return asked
    chosen = session.get("lang")
    return str(chosen) if chosen in LANGUAGES else "id"
