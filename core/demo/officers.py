"""The officers: each opens a counter, calls, serves, eats, and closes when nobody will come any more."""

from __future__ import annotations

import time
from typing import Any

from core.demo.desk import TAKEN, Desk, Duty
from core.demo.people import Scene
from core.demo.player import Act
from core.demo.serving import SLIP_S, Serving
from core.demo.wire import Answer

TICK_S = 20.0
"""Between two looks at the screen, in the played day, but no less than ``TICK_LEAST_S`` of real time."""
TICK_LEAST_S = 0.1
ASK_EVERY_S = 3.0
"""Real time after which an idle officer asks the hall, whoever the demo believes to wait."""
LUNCH_S = 30 * 60.0
FAILURES = 8
"""After so many unexpected answers in a row an officer goes home."""
QUIET_S = 15.0
QUIET_PLAYED_S = 3 * 3600.0
"""When nothing has happened for so long (real time and played time together), nobody will come."""
LAST_S = 45 * 60.0
"""So long a counter that closes early waits for its last ticket."""
OUT_OF_TURN = 0.015
SLIPS = 0.01
"""Share of calls that are undone at once."""
REASONS = ("Tamu kantor", "Petugas yang menangani hanya ada pagi ini", "Keadaan darurat keluarga")


class Officer:
    """One officer's day at one counter."""

    def __init__(self, duty: Duty, scene: Scene) -> None:
        self._duty = duty
        self._scene = scene
        self._desk = Desk(duty, scene)
        self._serving = Serving(self._desk)
        self._asked = 0.0
        self._eaten = False

    def work(self) -> Act:
        """From opening to closing."""
        if not self._open():
            return
        try:
            yield from self._work()
        finally:
            self._scene.notes.closed(self._duty.counter)

    def _work(self) -> Act:
        desk = self._desk
        while not self._scene.player.hurrying and desk.failures < FAILURES and not self._serving.last:
            if self._hungry():
                yield from self._lunch()
            yield from self._serving.look_after()
            if self._closes_now():
                break
            over = self._over()  # read before the question
            if not over and not self._worth_asking():
                yield self._tick()
                continue
            self._asked = time.monotonic()
            answer = self._call()
            if answer.ok or answer.code == "counter_busy":
                yield from self._receive(answer)
            elif answer.code == "nobody_waiting":
                desk.failures = 0
                if over:
                    break
                yield self._tick()
            else:
                desk.unexpected("next", answer)
                yield self._tick()
                if answer.code == "counter_not_open":
                    self._open()
        yield from self._close()
        for one in (*self._serving.missed, *self._serving.parked):
            self._scene.notes.gone(one.ticket)

    def _receive(self, answer: Answer) -> Act:
        current = answer.body.get("current") if answer.ok else self._desk.current()
        if current is None:
            self._desk.failures += 1
            yield self._tick()
            return
        if current["state"] == "called" and self._desk.rng.random() < SLIPS:
            ticket = str(current["id"])
            self._desk.takes(ticket, "called")
            yield SLIP_S
            if self._desk.attempt("undo", "undone call"):
                self._desk.lets_go(ticket, "waiting")
                return
        yield from self._serving.receive(current, self._tick())

    def _call(self) -> Answer:
        """The next; now and then a certain number, with a reason."""
        desk = self._desk
        others = desk.view.get("waiting", ())[2:]
        if others and desk.rng.random() < OUT_OF_TURN:
            number, reason = desk.rng.choice(others)["number"], desk.rng.choice(REASONS)
            answer = desk.do("call", number=number, reason=reason)
            if answer.ok:
                self._scene.notes.did("called out of turn")
                return answer
            self._scene.notes.refused(answer.code)  # a colleague was faster
        return desk.do("next")

    # -- the counter -----------------------------------------------------------------------------

    def _open(self) -> bool:
        answer = self._desk.do("open")
        if answer.ok:
            if self._duty.closes_s is None:
                self._scene.notes.opened(self._duty.counter, self._duty.services)
            return True
        if answer.code in TAKEN:
            self._scene.notes.refused(answer.code)  # a colleague sits here, who is not of this demo
        else:
            self._desk.unexpected("open", answer)
        return False

    def _close(self) -> Act:
        desk = self._desk
        answer = desk.do("close")
        if answer.code == "counter_busy" and not answer.ok:
            current: Any = desk.current()
            if current is not None:
                yield from self._serving.finish(str(current["id"]), current)
            answer = desk.do("close")
        if answer.code == "counter_not_open" and self._serving.last:
            return  # it has closed with its last ticket
        if not answer.ok:
            desk.unexpected("close", answer)
        elif self._serving.held is not None:
            desk.lets_go(self._serving.held, "waiting")  # closing has put it back

    def _closes_now(self) -> bool:
        """Whether this counter, due to close after one more, has waited long enough for that one."""
        early = self._duty.closes_s
        if early is None or self._scene.player.now < early + LAST_S or self._serving.missed:
            return False
        self._scene.notes.did("closed early")
        return True

    def _hungry(self) -> bool:
        late = self._scene.player.now - self._duty.lunch_s
        return not self._eaten and 0 <= late < 4 * LUNCH_S

    def _lunch(self) -> Act:
        self._eaten = True
        if self._desk.step("pause", reason="istirahat"):
            yield LUNCH_S
            if not self._scene.player.hurrying:
                self._open()

    def _over(self) -> bool:
        """Whether nobody will come any more, by what the demo knows."""
        notes, agencies = self._scene.notes, self._duty.agencies
        if notes.coming(agencies) > 0:
            return False
        quiet = notes.quiet_s() > QUIET_S + QUIET_PLAYED_S / self._scene.player.speed
        return notes.expected(agencies) == 0 or quiet

    def _worth_asking(self) -> bool:
        lines = (*self._duty.services, f"@counter:{self._duty.counter}")
        if self._scene.notes.waiting(lines) > 0:
            return True
        return time.monotonic() - self._asked > ASK_EVERY_S

    def _tick(self) -> float:
        return max(TICK_S, TICK_LEAST_S * self._scene.player.speed)
