"""``/healthz``, ``/readyz`` and ``/metrics``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from flask import Flask, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from core.domain.hall import DeskState, Hall
from core.ports import StoreError, doubt_of
from core.web.api import reply
from core.web.face import Face, House, Metrics

CLOCK_LEEWAY = timedelta(seconds=5)
ADVICE = "set this machine's clock (NTP); if it is right: antrean clock accept"


class HallMetrics(Collector):
    """What Prometheus reads of a hall; computed when asked."""

    def __init__(self, house: House, others: Sequence[Metrics]) -> None:
        self._house = house
        self._others = others

    def collect(self) -> Iterator[Metric]:
        """Read the hall once, then ask the faces and the live line."""
        ledger = self._house.engine.ledger
        yield GaugeMetricFamily(
            "antrean_store_writable", "1 if commands can be stored", value=int(ledger.trouble is None)
        )
        yield CounterMetricFamily(
            "antrean_commits_failed", "Commits that failed, since the start", value=ledger.failed
        )
        if ledger.stalled is not None:  # whoever reads the hall waits for the disk
            return
        yield from self._house.engine.read(self._read)
        for metrics in self._others:
            yield from metrics()

    def _read(self, hall: Hall) -> list[Metric]:
        waiting = GaugeMetricFamily("antrean_waiting", "Tickets that wait", labels=["agency"])
        issued = CounterMetricFamily("antrean_issued", "Tickets issued today", labels=["agency"])
        desks = GaugeMetricFamily("antrean_counters", "Counters by state", labels=["state"])
        jobs = GaugeMetricFamily("antrean_print_jobs", "Print jobs of today", labels=["printer", "state"])
        seq = CounterMetricFamily("antrean_events", "Events in the log", value=hall.seq)
        for agency, services in hall.plan.services_of.items():
            waiting.add_metric([agency], hall.waiting_count(service.id for service in services))
            issued.add_metric([agency], hall.issued_of_agency[agency])
        for state in DeskState:
            count = sum(hall.desk(counter).state is state for counter in hall.plan.counters)
            desks.add_metric([state.value], count)
        counts: dict[tuple[str, str], int] = {}
        for job in hall.jobs.values():
            key = (job.printer, job.state.value)
            counts[key] = counts.get(key, 0) + 1
        for (printer, name), count in counts.items():
            jobs.add_metric([printer, name], count)
        printers = GaugeMetricFamily(
            "antrean_printer", "1 for the state it is in", labels=["printer", "state"]
        )
        for printer, status in hall.printers.items():
            if printer in self._house.settings.printers:
                printers.add_metric([printer, status.state.value], 1)
        doubt = doubt_of(self._house.clock)
        clock = GaugeMetricFamily(
            "antrean_clock_doubt_seconds",
            "By how much the machine's clock differs from the hall's time while the hall does not use it",
            value=0.0 if doubt is None else doubt.by_s,
        )
        return [waiting, issued, desks, jobs, printers, clock, seq]


def _clock(hall: Hall, house: House) -> str:
    """While the clock is behind the log, the hall's time stands still; a jump is not accepted at once."""
    if (doubt := doubt_of(house.clock)) is not None:
        side = "ahead of" if doubt.by_s > 0 else "behind"
        return f"{abs(round(doubt.by_s))} s {side} the hall's own time: {ADVICE}"
    behind = hall.moment(now := house.clock.now()) - now
    if behind < CLOCK_LEEWAY:
        return "ok"
    return f"{int(behind.total_seconds())} s behind the log: {ADVICE}"


def _store(house: House) -> str:
    """Whether a commit would succeed, proved by a write at most some seconds ago."""
    try:
        house.engine.prove()
        house.engine.catch_up()
    except StoreError as problem:
        trouble = house.engine.ledger.trouble
        if trouble is None:
            return str(problem)
        since = trouble.since.astimezone(house.plan.timezone).isoformat(timespec="seconds")
        return trouble.sentence(since)
    return "ok"


def register(app: Flask, house: House, faces: tuple[Face, ...], line: Metrics) -> None:
    """Mount the three. ``line``: figures of the live line."""
    registry = CollectorRegistry()
    registry.register(HallMetrics(house, [*(face.metrics for face in faces), line]))

    @app.get("/healthz")
    def healthz() -> Response:
        return reply({"status": "ok"})

    @app.get("/readyz")
    def readyz() -> Response:
        checks = {"store": _store(house)}
        if house.engine.ledger.stalled is None:  # else whoever reads waits too
            checks["clock"] = house.engine.read(lambda hall: _clock(hall, house))
            for face in faces:
                checks.update({name: check() for name, check in face.checks.items()})
        ready = all(told == "ok" for told in checks.values())
        return reply({"status": "ready" if ready else "not ready", "checks": checks}, 200 if ready else 503)

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
