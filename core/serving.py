"""The process that serves: gunicorn, with the application built in its worker.

Run as ``python -m core.serving ORDERS`` by ``antrean serve``. Nothing of the application may be
imported here before the worker has patched the standard library: a lock made earlier stays a
native one and stops every green thread that waits for it.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.folders import private_files
from core.logs import LineFormatter, log_to_stderr
from core.settings import ServerSettings
from core.web.worker import Serving, gunicorn_options

if TYPE_CHECKING:
    from core.domain.plan import Plan
    from core.ports import Clock
    from core.web.app import Application


@dataclass(frozen=True)
class Orders:
    """What is to be served, where, and by which clock."""

    config: str
    data: str
    host: str
    port: int
    async_mode: str
    training_from: str | None = None
    """A training hall's clock starts at this instant (ISO, UTC)."""

    def to_json(self) -> str:
        """As one argument of a process."""
        return json.dumps(asdict(self))


def main(argument: str) -> None:
    """Serve until stopped."""
    private_files()
    orders = Orders(**json.loads(argument))
    built: list[Application] = []

    def load() -> Callable[..., Any]:
        application = _build(orders)
        built.append(application)
        if not serving.announced:  # a worker that replaces another changes no password
            _prepare_people(application, training=orders.training_from is not None)
        return application.flask

    def leaving() -> None:
        for application in built:
            application.presence.stop()
            application.live.stop()

    def closing() -> None:
        for application in built:
            application.stop()

    def ready(host: str, port: int) -> None:
        shown = "localhost" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - what it says, not a bind
        address = f"http://{shown}:{port}"
        house = built[0].house
        if orders.training_from is not None:
            _welcome(house.plan, address, house.clock)
        else:
            _tell_of_kiosks(built[0], port)
        _announce(Path(orders.data), address)
        print(f"Antrean is ready on {address}", flush=True)

    options = gunicorn_options(ServerSettings(async_mode=orders.async_mode), orders.host, orders.port)
    serving = Serving(options, load, ready, leaving, closing)
    serving.run()


def _build(orders: Orders) -> Application:
    """In the worker, after the patching: everything else is imported here."""
    from core.clock import SteadyClock, TrainingClock  # noqa: PLC0415
    from core.config import load  # noqa: PLC0415
    from core.halls import open_store  # noqa: PLC0415
    from core.web.app import Parts, create  # noqa: PLC0415
    from core.web.concurrency import concurrency  # noqa: PLC0415

    _log_to_stderr()
    config = load(Path(orders.config))
    settings = replace(config.settings, server=replace(config.settings.server, host=orders.host))
    training = orders.training_from is not None
    store = open_store(Path(orders.data))
    clock: Clock
    if orders.training_from is not None:
        clock = TrainingClock(datetime.fromisoformat(orders.training_from))
    else:
        clock = SteadyClock(store.newest_instant())
    return create(
        Parts(
            plan=config.plan,
            settings=settings,
            store=store,
            clock=clock,
            concurrency=concurrency(orders.async_mode),
            data=Path(orders.data),
            training=training,
        )
    )


def _announce(data: Path, address: str) -> None:
    from core.halls import announce  # noqa: PLC0415 - after the patching

    try:
        announce(data, address)
    except OSError as trouble:  # a full disk: the doctor does not find the server, everybody else does
        logging.getLogger(__name__).warning("address_not_kept: %s", trouble)


def _prepare_people(application: Application, *, training: bool) -> None:
    from core.people import prepare_people  # noqa: PLC0415 - after the patching

    house = application.house
    for line in prepare_people(house.plan, house.engine, training=training):
        print(line)


def _tell_of_kiosks(application: Application, port: int) -> None:
    """Whether the kiosks of a real hall give numbers to nobody, or to everybody."""
    from core.kiosks import OPEN, access  # noqa: PLC0415 - after the patching

    house = application.house
    told = house.engine.read(
        lambda hall: access(house.plan, house.settings.server, hall, training=house.training)
    )
    for line in told.start_lines(port):
        print(line)
    if told.exposed:
        logging.getLogger("antrean.kiosks").warning(OPEN)


def _welcome(plan: Plan, address: str, clock: Clock) -> None:
    local = clock.now().astimezone(plan.timezone)
    print(f"  The hall's clock stands at {local:%A %Y-%m-%d %H:%M %Z}.")
    pages = [("Where everything is", "/")]
    pages += [("Kiosk", f"/kiosk/{next(iter(plan.kiosks))}")] if plan.kiosks else []
    pages += [("Counter", f"/counter/{next(iter(plan.counters))}")] if plan.counters else []
    pages += [("Board", f"/display/{next(iter(plan.boards))}")] if plan.boards else []
    for name, path in pages:
        print(f"  {name:<20} {address}{path}")


def _log_to_stderr() -> None:
    """Logs go to standard error, one occurrence a line; standard output is for the ready line."""
    log_to_stderr()
    for handler in logging.getLogger("gunicorn.error").handlers:  # it does not use the root's
        handler.setFormatter(LineFormatter())


if __name__ == "__main__":
    main(sys.argv[1])
