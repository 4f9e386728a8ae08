"""Errors as ``application/problem+json`` (RFC 9457), in the caller's language, and as pages.

A program relies on ``code``; ``title`` and ``detail`` are for people and come from the catalogue
under ``problem.CODE.title`` and ``problem.CODE.detail``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import Flask, Response, current_app, render_template, request
from flask_wtf.csrf import CSRFError  # type: ignore[import-untyped]
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from core.domain.errors import Refusal
from core.engine.batch import Undecided
from core.ports import StoreError, Unwritable
from core.web.i18n import Texts, language, page_language

TYPE = "urn:antrean:problem:"

_log = logging.getLogger(__name__)

_HTTP_CODES = {
    400: "bad_request",
    401: "sign_in_required",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "not_json",
    429: "too_many_requests",
}


class BrokenJson(Refusal):
    """The body is not JSON. Facts: ``where`` (what the parser says)."""

    code = "broken_json"
    status = 400


class BodyCutShort(Refusal):
    """The connection ended before the body did, as its headers promised it."""

    code = "body_cut_short"
    status = 400


class BodyTooSlow(Refusal):
    """The body did not arrive in time. Answered by ``core/web/guarding.py``, before the application."""

    code = "body_too_slow"
    status = 408


class SignInRequired(Refusal):
    """Nobody has signed in and no token was sent."""

    code = "sign_in_required"
    status = 401


class TokenUnknown(Refusal):
    """The bearer token is not (or no longer) known."""

    code = "token_unknown"
    status = 401


class Problems:
    """Makes problems of exceptions."""

    def __init__(self, texts: Texts, again: Callable[[datetime], Mapping[str, str]] | None = None) -> None:
        """``again``: a sentence in each language, when numbers are given again."""
        self._texts = texts
        self._again = again

    def of(self, trouble: Exception, lang: str) -> dict[str, Any]:
        """The problem document of ``trouble`` in ``lang``."""
        match trouble:
            case Refusal():
                return self._problem(trouble.code, trouble.status, lang, trouble.facts)
            case StoreError():
                facts = {"reason": trouble.fault.value} if isinstance(trouble, Unwritable) else {}
                return self._problem("store_unavailable", 503, lang, facts)
            case CSRFError():
                return self._problem("csrf_failed", 403, lang, {})
            case HTTPException(code=int() as status):
                code = _HTTP_CODES.get(status, "bad_request" if status < 500 else "internal_error")
                return self._problem(code, status, lang, {})
            case _:
                return self._problem("internal_error", 500, lang, {})

    def of_validation(self, error: ValidationError, lang: str) -> dict[str, Any]:
        """The problem document of a body or path that does not fit its model, field by field."""
        problem = self._problem("invalid_request", 422, lang, {})
        problem["errors"] = [
            {
                "field": ".".join(str(part) for part in each["loc"]) or "body",
                "code": each["type"],
                "detail": self._invalid(each["type"], each["msg"], lang, dict(each.get("ctx") or {})),
            }
            for each in error.errors(include_url=False, include_input=False)
        ]
        return problem

    def _invalid(self, kind: str, message: str, lang: str, facts: dict[str, Any]) -> str:
        key = f"invalid.{kind}"
        if self._texts.has(key, lang):
            return self._texts.say(key, lang, **facts)
        return self._texts.say("invalid.other", lang, message=message)

    def _problem(self, code: str, status: int, lang: str, facts: dict[str, Any]) -> dict[str, Any]:
        told = {name: "" if value is None else value for name, value in facts.items()}
        reason = told.get("reason")
        key = f"problem.{code}.{reason}"
        specific = isinstance(reason, str) and self._texts.has(key, lang)
        detail = self._texts.say(key if specific else f"problem.{code}.detail", lang, **told)
        if self._again is not None and isinstance(opens_at := facts.get("opens_at"), str):
            detail = f"{detail} {self._again(datetime.fromisoformat(opens_at))[lang]}"
        return {
            **facts,
            "type": TYPE + code,
            "title": self._texts.say(f"problem.{code}.title", lang),
            "status": status,
            "code": code,
            "detail": detail,
        }


def answer(problem: dict[str, Any]) -> Response:
    """A problem as an HTTP answer."""
    response: Any = current_app.json.response(problem)
    response.status_code = int(problem["status"])
    response.content_type = "application/problem+json"
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response  # type: ignore[no-any-return]


def register(app: Flask, problems: Problems) -> None:
    """Answer every exception with a problem (API) or a plain page (browser); no trace goes out."""

    def handle(trouble: Exception) -> Any:
        if isinstance(trouble, HTTPException) and trouble.response is not None:
            return trouble.response  # an answer already made, such as a redirect
        lang = language()
        if isinstance(trouble, ValidationError):
            return answer(problems.of_validation(trouble, lang))
        problem = problems.of(trouble, lang)
        if problem["status"] >= 500 and not isinstance(trouble, StoreError | Undecided):
            _log.error("request_failed path=%s", request.path, exc_info=trouble)
        if wants_json():
            return answer(problem)
        lang = page_language()
        problem = problems.of(trouble, lang)
        return render_template("error.html", problem=problem, lang=lang), problem["status"]

    app.register_error_handler(Exception, handle)


def wants_json() -> bool:
    """Whether the caller is a program: an API path, or one that asks for JSON."""
    if request.path.startswith("/api/"):
        return True
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
