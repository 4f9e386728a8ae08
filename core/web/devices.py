"""What a device may do: kiosks and boards act for themselves alone (docs/adr/0018)."""

from __future__ import annotations

from collections.abc import Container

from core.domain.errors import Forbidden, Refusal
from core.domain.staff import Actor


class DeviceUnbound(Refusal):
    """A kiosk's or board's token that is bound to none acts for one in particular.

    Facts: ``name`` (of the token), ``reason`` (``kiosk`` or ``board``), ``device`` (for which it acts).
    """

    code = "device_unbound"
    status = 403


def only_for(known: Container[str], actor: Actor, device: str, action: str) -> None:
    """Refuse a kiosk or board that acts for another one than itself.

    ``known``: the ids that the hall has. Raises ``DeviceUnbound`` or ``Forbidden``.
    """
    if actor.bound_to not in known:
        raise DeviceUnbound(name=actor.name, reason=actor.role.value, device=device)
    if actor.bound_to != device:
        raise Forbidden(role=actor.role.value, action=action)
