"""The officers: each opens a counter, calls, serves, eats, and closes when nobody waits."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from core.demo.people import Scene
from core.demo.player import Act
from core.demo.script import Errand
from core.demo.wire import Answer, Unanswered

TICK_S = 20.0
"""Between two looks at the screen, in the played day, but no less than ``TICK_LEAST_S`` of real time."""
TICK_LEAST_S = 0.1
ASK_EVERY_S = 3.0
"""Real time after which an idle officer asks the hall, whoever the demo believes to wait."""
RECALL_AFTER_S = 40.0
PATIENT_S = 90.0
"""So long, in the played day, an officer waits to be allowed another recall."""
LUNCH_S = 30 * 60.0
READ_S = 5.0
"""Real time within which a citizen has read a number that is being called."""
FAILURES = 8
"""After so many unexpected answers in a row an officer goes home."""

TAKEN = frozenset({"counter_taken", "officer_elsewhere", "counter_already_open"})


@dataclass(frozen=True, slots=True)
class Duty:
    """Which counter, by whom, when. Times are seconds of the played day."""

    counter: str
    token: str
    services: tuple[str, ...]
    agencies: tuple[str, ...]
    """Whose citizens may come here."""
    lunch_s: float


class Officer:
    """One officer's day at one counter."""

    def __init__(self, duty: Duty, scene: Scene) -> None:
        self._duty = duty
        self._scene = scene
        self._held: str | None = None
        """The ticket that was called here and not yet started."""
        self._asked = 0.0
        self._failures = 0
        self._eaten = False

    def work(self) -> Act:
        """From opening to closing."""
        if not self._open():
            return
        while not self._scene.player.hurrying and self._failures < FAILURES:
            if self._hungry():
                yield from self._lunch()
            if not self._worth_asking():
                yield self._tick()
                continue
            over = self._scene.notes.coming(self._duty.agencies) == 0  # read before the question
            self._asked = time.monotonic()
            answer = self._do("next")
            if answer.ok or answer.code == "counter_busy":
                yield from self._receive(answer)
            elif answer.code == "nobody_waiting":
                self._failures = 0
                if over:
                    break
                yield self._tick()
            else:
                self._unexpected("next", answer)
                yield self._tick()
                if answer.code == "counter_not_open":
                    self._open()
        self._close()

    # -- one citizen -----------------------------------------------------------------------------

    def _receive(self, answer: Answer) -> Act:
        current = answer.body.get("current") if answer.ok else self._current()
        if current is None:
            self._failures += 1
            yield self._tick()
            return
        ticket = str(current["id"])
        if current["state"] == "called":
            self._held = ticket
            self._move(ticket, "called")
        errand = self._scene.notes.errand(ticket)
        until = time.monotonic() + READ_S
        while errand is None and time.monotonic() < until:
            if self._scene.notes.coming(self._duty.agencies) == 0 or self._scene.player.hurrying:
                break  # nobody is still at a kiosk: it is a stranger's
            yield self._tick()
            errand = self._scene.notes.errand(ticket)
        if current["state"] == "called" and not (yield from self._greet(ticket, errand)):
            return
        yield errand.service_s if errand is not None else 300.0
        if self._step("finish"):
            self._move(ticket, "done")

    def _greet(self, ticket: str, errand: Errand | None) -> Generator[float, None, bool]:
        """Wait for who was called; whether they are being served now."""
        walk_s = errand.walk_s if errand is not None else 20.0
        if errand is not None and not errand.shows:
            for _ in range(2):
                yield RECALL_AFTER_S
                yield from self._recall(patient=errand.insists)
            if not self._scene.player.hurrying and self._step("no-show"):
                self._held = None
                self._move(ticket, "missed")
            return False
        if walk_s > RECALL_AFTER_S:
            yield RECALL_AFTER_S
            yield from self._recall(patient=False)
            walk_s -= RECALL_AFTER_S
        yield walk_s
        if self._scene.player.hurrying or not self._step("start"):
            return False
        self._held = None
        self._move(ticket, "serving")
        return True

    def _recall(self, patient: bool) -> Act:
        """Call again; the hall paces it by its own clock, which is slower than the played day."""
        if self._scene.player.hurrying:
            return
        answer = self._do("recall")
        if answer.code == "recall_too_soon" and not answer.ok:
            self._scene.notes.refused(answer.code)
            wait_s = float(answer.body.get("seconds", 8)) * self._scene.player.speed
            if not patient and wait_s > PATIENT_S:
                return
            yield wait_s
            answer = self._do("recall")
        if answer.ok:
            return
        if answer.code in {"recall_too_soon", "recall_limit"}:
            self._scene.notes.refused(answer.code)
        else:
            self._unexpected("recall", answer)

    # -- the counter -----------------------------------------------------------------------------

    def _open(self) -> bool:
        answer = self._do("open")
        if answer.ok:
            return True
        if answer.code in TAKEN:
            self._scene.notes.refused(answer.code)  # a colleague sits here, who is not of this demo
        else:
            self._unexpected("open", answer)
        return False

    def _close(self) -> None:
        answer = self._do("close")
        if answer.code == "counter_busy" and not answer.ok:
            current = self._current()
            if current is not None and self._step("finish"):
                self._move(str(current["id"]), "done")
            answer = self._do("close")
        if not answer.ok:
            self._unexpected("close", answer)
        elif self._held is not None:
            self._scene.notes.moved(self._held, "waiting", None)  # closing has put it back

    def _hungry(self) -> bool:
        late = self._scene.player.now - self._duty.lunch_s
        return not self._eaten and 0 <= late < 4 * LUNCH_S

    def _lunch(self) -> Act:
        self._eaten = True
        if self._step("pause", reason="istirahat"):
            yield LUNCH_S
            if not self._scene.player.hurrying:
                self._open()

    def _worth_asking(self) -> bool:
        notes, duty = self._scene.notes, self._duty
        if notes.waiting(duty.services) > 0 or notes.coming(duty.agencies) == 0:
            return True
        return time.monotonic() - self._asked > ASK_EVERY_S

    def _tick(self) -> float:
        return max(TICK_S, TICK_LEAST_S * self._scene.player.speed)

    # -- the line --------------------------------------------------------------------------------

    def _move(self, ticket: str, state: str) -> None:
        self._failures = 0
        self._scene.notes.moved(ticket, state, self._duty.counter)

    def _step(self, action: str, **body: str) -> bool:
        answer = self._do(action, **body)
        if not answer.ok:
            self._unexpected(action, answer)
        return answer.ok

    def _do(self, action: str, **body: str) -> Answer:
        path = f"/api/v1/counters/{self._duty.counter}/{action}"
        try:
            answer = self._scene.wire.tell(path, body, self._duty.token)
        except Unanswered as trouble:
            return Answer(599, {"code": "unanswered", "detail": str(trouble)})
        self._scene.notes.clock(answer.body.get("now"))
        return answer

    def _current(self) -> Any:
        """What the hall says that is at this counter."""
        try:
            answer = self._scene.wire.look(f"/api/v1/counters/{self._duty.counter}", self._duty.token)
        except Exception:  # the line is down: the next command tells
            return None
        return answer.body.get("current") if answer.ok else None

    def _unexpected(self, action: str, answer: Answer) -> None:
        self._failures += 1
        self._scene.notes.problem(action, answer.code, str(answer.body.get("detail", "")))
