"""The hall's own key pair, by which push services know it (VAPID, RFC 8292)."""

from __future__ import annotations

import time
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02  # type: ignore[import-untyped]
from py_vapid.utils import b64urlencode  # type: ignore[import-untyped]

from core.secret_files import SecretDamaged, kept

FILE = "push.key"
VALID_S = 12 * 3600
"""How long a signature holds; services refuse more than 24 hours."""


class HallKey:
    """Signs for the hall. The file is made at the first need and is for its owner alone."""

    def __init__(self, folder: Path) -> None:
        """Read ``push.key`` in ``folder``, or make it. Raises ``StoreError``, or ``SecretDamaged``."""
        path = folder / FILE
        pem = kept(path, _new_pair)
        try:
            self._pair = Vapid02.from_pem(pem)
            self._pair.public_key  # noqa: B018 - a file of another kind of key says so here
        except Exception as trouble:  # cryptography has many errors for what is no key
            raise SecretDamaged(
                f"{path} is damaged: it contains no private key. Check whether the disk is full (df -h), "
                f"remove the file (rm {path}) and restart; phones must allow messages again"
            ) from trouble

    @property
    def public(self) -> str:
        """The public half as browsers want it: the point, 65 bytes, in URL-safe base64."""
        raw = self._pair.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return str(b64urlencode(raw))

    def signed(self, audience: str, contact: str) -> dict[str, str]:
        """The header by which ``audience`` (scheme and host) knows the hall.

        By the machine's clock, not the hall's: the other side is the world, and a training hall has a day of
        its own.
        """
        claims = {"aud": audience, "sub": contact, "exp": int(time.time()) + VALID_S}
        return dict(self._pair.sign(claims))


def _new_pair() -> bytes:
    pair = Vapid02()
    pair.generate_keys()
    pem: bytes = pair.private_pem()
    return pem
