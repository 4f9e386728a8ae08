"""How a page is made: the template, its texts in both languages, its snapshot, its settings."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, render_template, request, session, url_for
from flask_login import current_user  # type: ignore[import-untyped]
from flask_wtf.csrf import generate_csrf  # type: ignore[import-untyped]

from core.domain.plan import LANGUAGES
from core.web.face import House
from core.web.i18n import page_language


@dataclass(frozen=True)
class Page:
    """A page of a face. ``texts``: prefixes of the catalogue keys that its script needs."""

    face: str
    template: str
    bundle: str = ""
    styles: str = ""
    title: str = ""
    texts: tuple[str, ...] = ()
    snapshot: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    keeps_session: bool = True
    """False: no cookie is set, and so no token against forgery given. A citizen's phone needs neither."""


def render(house: House, page: Page) -> str:
    """The page in the caller's language. A choice by ``?lang=`` stays for the session."""
    if page.keeps_session and request.args.get("lang") in LANGUAGES:
        session["lang"] = request.args["lang"]
    lang = page.settings.get("lang") or page_language()
    settings = {
        "lang": lang,
        "csrf": generate_csrf() if page.keeps_session else "",
        "training": house.training,
        "epoch": house.engine.epoch,
        "build": build_of(current_app),
        "hall": {"id": house.plan.name.id, "en": house.plan.name.en},
        "timezone": house.plan.timezone.key,
        "user": _user(),
        **page.settings,
    }
    return render_template(
        page.template,
        lang=lang,
        words=house.texts.under("common.", *page.texts),
        page=settings,
        snapshot=page.snapshot,
        accent=house.settings.server.accent,
        training=house.training,
        title=house.texts.say(page.title, lang) if page.title else house.plan.name.of(lang),
        face=page.face,
        bundle=page.bundle,
        styles=page.styles,
        hall=settings["hall"],
        **({"user": _user()} | dict(page.variables)),
    )


def _user() -> dict[str, str] | None:
    if not current_user.is_authenticated:
        return None
    actor = current_user.actor
    return {"name": actor.name, "role": actor.role.value, "agency": actor.agency or ""}


def register(app: Flask, house: House) -> None:
    """Give every template ``asset(face, file)`` and ``t(key, …)``."""

    @app.template_global()
    def asset(face: str, filename: str) -> str:
        endpoint = "static" if face == "core" else f"{face}.static"
        folder = app.static_folder if face == "core" else app.blueprints[face].static_folder
        digest = _digest(Path(str(folder)) / filename, current_app.debug)
        return url_for(endpoint, filename=filename, v=digest)

    @app.template_global()
    def t(key: str, **facts: object) -> str:
        return house.texts.say(key, page_language(), **facts)


def build_of(app: Flask) -> str:
    """Changes with any bundle of any face: by it a page knows that the hall was upgraded."""
    folders = [app.static_folder, *(each.static_folder for each in app.blueprints.values())]
    return _build(tuple(Path(each) for each in folders if each))


@cache
def _build(folders: tuple[Path, ...]) -> str:
    files = sorted(each for folder in folders for each in (folder / "build").glob("*.[jc]s*"))
    digests = [_digest(each, False) for each in files if each.suffix != ".gz"]
    return hashlib.blake2b(" ".join(digests).encode(), digest_size=6).hexdigest()


@cache
def _digest(path: Path, _debug: bool) -> str:
    """Changes with the file, so that browsers may keep it for a year."""
    return hashlib.blake2b(path.read_bytes(), digest_size=6).hexdigest() if path.is_file() else "0"
