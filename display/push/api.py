"""The routes by which a phone asks for messages about its ticket, and asks no more."""

from __future__ import annotations

from typing import Annotated, Literal

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, Field

from core.domain.errors import Refusal, Unknown
from core.web.api import Body, problems, reply
from core.web.face import House
from display.api import TokenPath, held, known
from display.push.book import Device
from display.push.service import PushService

LIMIT = "12 per minute; 60 per hour"
"""Requests for one ticket: a person does not press so often."""
KEY = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{87}=?$")]
SECRET = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{22}={0,2}$")]
Endpoint = Annotated[str, Field(min_length=12, max_length=1024)]


class PushOff(Unknown):
    """This hall sends no messages to phones."""

    code = "push_off"


class PushAddressRefused(Refusal):
    """The address is none of a public push service, or the key is none. Facts: ``reason``."""

    code = "push_address_refused"
    status = 422


class Keys(Body):
    """The browser's keys, URL-safe base64: its public key and the shared secret."""

    p256dh: KEY
    auth: SECRET


class Subscription(Body):
    """A ``PushSubscription`` of a browser, and the language of its messages."""

    endpoint: Endpoint
    keys: Keys
    lang: Literal["id", "en"] = "id"


class Farewell(Body):
    """Which browser wants no messages any more."""

    endpoint: Endpoint


class PushKey(BaseModel):
    """What a browser needs to subscribe."""

    key: str
    ahead: int


class PushState(BaseModel):
    """Whether messages are sent to this browser."""

    on: bool


def push_api(house: House, service: PushService) -> APIBlueprint:
    """The routes under ``/api/v1/tickets/TOKEN/push``."""
    blueprint = APIBlueprint(
        "push_api",
        __name__,
        url_prefix="/api/v1/tickets",
        abp_tags=[Tag(name="display", description="Boards, and the holder's own ticket")],
    )

    def ticket_of(token: str) -> str:
        """The id of a ticket, counted as one request for it. Raises ``TicketUnknown`` or ``PushOff``."""
        ident = known(house, lambda hall: held(hall, token)).id
        if not service.enabled:
            raise PushOff()
        house.throttle.require(LIMIT, "push", ident)
        return ident

    @blueprint.get("/<token>/push", responses={200: PushKey, **problems(404, 429)})
    def key(path: TokenPath) -> Response:
        """The hall's public key, which a browser needs to subscribe."""
        ticket_of(path.token)
        return reply({"key": service.public_key(), "ahead": house.settings.push.ahead})

    @blueprint.post("/<token>/push", responses={200: PushState, **problems(404, 422, 429)})
    def subscribe(path: TokenPath, body: Subscription) -> Response:
        """Send messages about this ticket to this browser."""
        ticket = ticket_of(path.token)
        trouble = service.trouble(body.endpoint, body.keys.p256dh)
        if trouble:
            raise PushAddressRefused(reason=trouble)
        device = Device(ticket, body.endpoint, body.keys.p256dh, body.keys.auth, body.lang)
        return reply({"on": service.register(device)})

    def _stop(token: str, endpoint: str) -> Response:
        service.drop(ticket_of(token), endpoint)
        return reply({"on": False})

    @blueprint.delete("/<token>/push", responses={200: PushState, **problems(404, 422, 429)})
    def forget(path: TokenPath, body: Farewell) -> Response:
        """Send no more messages to this browser."""
        return _stop(path.token, body.endpoint)

    @blueprint.post("/<token>/push/stop", responses={200: PushState, **problems(404, 422, 429)})
    def stop(path: TokenPath, body: Farewell) -> Response:
        """The same, for clients that only POST."""
        return _stop(path.token, body.endpoint)

    return blueprint
