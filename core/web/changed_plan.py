"""At the start: whom the configuration leaves without a counter is given others, and the log says who."""

from __future__ import annotations

import logging
from collections.abc import Collection

from core.domain import commands as c
from core.domain.staff import SYSTEM
from core.engine.engine import Engine
from core.engine.stranded_words import consequences
from core.ports import StoreError

log = logging.getLogger("antrean.plan")


def adopt(engine: Engine, printers: Collection[str]) -> None:
    """Carry out what the plan asks for. If that cannot be kept now, the engine's own timer tries it again."""
    told = engine.read(lambda hall: list(consequences(hall, printers)))
    if not told:
        return
    for sentence in told:
        log.warning("configuration_changed %s", sentence)
    try:
        engine.do(c.ReleaseAimed(SYSTEM))
    except StoreError as trouble:
        log.error("configuration_not_adopted trouble=%s", trouble)
