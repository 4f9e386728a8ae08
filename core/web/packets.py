"""What goes over the live line: packets of JSON text."""

from __future__ import annotations

from typing import Any

import orjson
from socketio.packet import Packet  # type: ignore[import-untyped]


class Json:
    """orjson with the interface that python-socketio asks of a JSON module."""

    @staticmethod
    def dumps(value: Any, **_options: Any) -> str:
        """Compact JSON."""
        return orjson.dumps(value).decode()

    @staticmethod
    def loads(text: str | bytes, **_options: Any) -> Any:
        """Raises ``ValueError``."""
        return orjson.loads(text)


class Text(Packet):  # type: ignore[misc]
    """A packet that holds no bytes: to look for them in each view took longer than to write it as JSON."""

    @classmethod
    def data_is_binary(cls, _data: Any) -> bool:
        """It never is; JSON has no bytes."""
        return False
