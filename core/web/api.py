"""Parts that the faces' APIs share: request models, the command id, answers with their problems."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Request, Response, current_app, request
from flask.json.provider import JSONProvider
from flask_openapi3.models.info import Info
from pydantic import BaseModel, ConfigDict, Field

from core.domain.errors import Refusal
from core.web.problems import BrokenJson

INFO = Info(
    title="Antrean",
    version="1",
    description="The queue of one hall. Errors are application/problem+json with a stable `code`.",
)
KEY_LENGTH = 128


class KeyTooLong(Refusal):
    """The ``Idempotency-Key`` is longer than what is kept. Facts: ``limit``."""

    code = "key_too_long"
    status = 422


class Body(BaseModel):
    """A request's body: nothing but what is named."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    field: str
    code: str
    detail: str


class Problem(BaseModel):
    """RFC 9457, with a stable ``code``."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    code: str
    detail: str = Field(description="In the caller's language (Accept-Language).")
    errors: list[FieldProblem] | None = None


def problems(*statuses: int) -> dict[str | int, Any]:
    """The ``responses`` entry for refusals with these statuses."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        str(status): {
            "description": "A problem; see its code.",
            "content": {"application/problem+json": schema},
        }
        for status in statuses
    }


def command_id() -> str | None:
    """The ``Idempotency-Key`` of this request, if it carries one. Raises ``KeyTooLong``."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > KEY_LENGTH:
        raise KeyTooLong(limit=KEY_LENGTH)
    return key or None


def reply(content: Any, status: int = 200) -> Response:
    """A JSON answer."""
    response = current_app.json.response(content)
    response.status_code = status
    return response  # type: ignore[return-value]  # Flask's own response class


class HallRequest(Request):
    """A request whose JSON is read by orjson; an empty body is an empty object.

    A body shorter than announced never gets here (``core/web/standing.py``).
    """

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:  # noqa: ARG002
        """The body. Raises ``BrokenJson``, even where the caller would rather not know."""
        data = self.get_data(cache=True)
        if not data.strip():
            return {}
        try:
            return orjson.loads(data)
        except orjson.JSONDecodeError as trouble:
            raise BrokenJson(where=str(trouble)) from trouble


class OrjsonProvider(JSONProvider):
    """Flask's JSON through orjson."""

    def dumps(self, obj: Any, **_kwargs: Any) -> str:
        """Compact JSON."""
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_kwargs: Any) -> Any:
        """Raises ``ValueError``."""
        return orjson.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Any:
        """The answer as bytes, without a detour over text."""
        content = self._prepare_response_obj(args, kwargs)
        return Response(orjson.dumps(content), mimetype="application/json")
