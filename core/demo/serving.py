"""One citizen at a counter: greeted, served, parked, sent on, given another service; and slips undone."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from core.demo.desk import Desk
from core.demo.player import Act
from core.demo.script import Errand

RECALL_AFTER_S = 40.0
PATIENT_S = 90.0
"""So long, in the played day, an officer waits to be allowed another recall."""
READ_S = 5.0
"""Real time within which a citizen has read a number that is being called."""
USUAL_S = 300.0
"""Length of serving a stranger."""
SLIP_S = 15.0
"""After which an officer notices that the last action was a mistake."""
UNDOES = 0.02
WAITS_AGAIN = 0.25
"""Share of parked citizens who come back while the officer would rather have them wait again."""
PARKED_S = (120.0, 1800.0)
BACK_MINUTES = 30
"""Limit of a park, of the hall's own clock, beyond the time after which the citizen comes back."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One who will be back at this counter."""

    due_s: float
    ticket: str
    number: str
    rest_s: float = 0.0
    """What is left of serving."""


class Serving:
    """What an officer does with one citizen after another."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._player = desk.scene.player
        self._notes = desk.scene.notes
        self.held: str | None = None
        """The ticket that was called here and not yet started."""
        self.parked: list[Expected] = []
        self.missed: list[Expected] = []
        self.last = False
        """Whether the counter closes with the ticket that is here."""

    # -- one citizen -----------------------------------------------------------------------------

    def receive(self, current: Any, tick_s: float) -> Act:
        """From the call to the end of what this counter does."""
        ticket, desk = str(current["id"]), self._desk
        if current["state"] == "called":
            self.held = ticket
            desk.takes(ticket, "called")
        errand = yield from self._errand(ticket, tick_s)
        if current["state"] == "called" and not (yield from self._greet(current, errand)):
            return
        yield from self._serve(ticket, errand)

    def _errand(self, ticket: str, tick_s: float) -> Generator[float, None, Errand | None]:
        errand, until = self._notes.errand(ticket), time.monotonic() + READ_S
        while errand is None and time.monotonic() < until and not self._player.hurrying:
            if self._notes.coming(self._desk.duty.agencies) == 0:
                break  # nobody is still at a kiosk: it is a stranger's
            yield tick_s
            errand = self._notes.errand(ticket)
        return errand

    def _greet(self, current: Any, errand: Errand | None) -> Generator[float, None, bool]:
        """Wait for who was called; whether they are being served now."""
        ticket, desk = str(current["id"]), self._desk
        walk_s = errand.walk_s if errand is not None else 20.0
        if errand is not None and not self._notes.shows(ticket, errand):
            for _ in range(2):
                yield RECALL_AFTER_S
                yield from self._recall(patient=errand.insists)
            if self._player.hurrying or not desk.step("no-show"):
                return False
            self.held = None
            desk.lets_go(ticket, "missed")
            if not self.last and desk.rng.random() < UNDOES and desk.attempt("undo", "undone no-show"):
                desk.takes(ticket, "called")  # they come round the corner
                self.held = ticket
            else:
                self._expect_back(ticket, current["number"], errand)
                return False
        elif walk_s > RECALL_AFTER_S:
            yield RECALL_AFTER_S
            yield from self._recall(patient=False)
            walk_s -= RECALL_AFTER_S
        yield walk_s
        if self._player.hurrying or not desk.step("start"):
            return False
        self.held = None
        desk.takes(ticket, "serving")
        return True

    def _expect_back(self, ticket: str, number: str, errand: Errand) -> None:
        if errand.comes_back_after_s is None:
            self._notes.gone(ticket)
        else:
            due_s = self._player.now + errand.comes_back_after_s
            self.missed.append(Expected(due_s, ticket, number))

    def _recall(self, patient: bool) -> Act:
        """Call again; the hall paces it by its own clock, which is slower than the played day."""
        if self._player.hurrying:
            return
        answer = self._desk.do("recall")
        if answer.code == "recall_too_soon" and not answer.ok:
            self._notes.refused(answer.code)
            wait_s = float(answer.body.get("seconds", 8)) * self._player.speed
            if not patient and wait_s > PATIENT_S:
                return
            yield wait_s
            answer = self._desk.do("recall")
        if answer.ok:
            return
        if answer.code in {"recall_too_soon", "recall_limit"}:
            self._notes.refused(answer.code)
        else:
            self._desk.unexpected("recall", answer)

    # -- serving ---------------------------------------------------------------------------------

    def _serve(self, ticket: str, errand: Errand | None) -> Act:
        desk, duty = self._desk, self._desk.duty
        visit = self._notes.visited(ticket)
        length_s = errand.service_s if errand is not None else USUAL_S
        if duty.closes_s is not None and self._player.now > duty.closes_s and not self.missed:
            self.last = desk.attempt("close", "last ticket", last=True)
        twist = "" if errand is None or duty.closes_s is not None else errand.twist
        if twist and visit == 0:
            yield length_s / 2
            length_s /= 2
            if errand is not None and not self._player.hurrying and self._twist(ticket, errand, length_s):
                if (
                    twist == "park"
                    or desk.rng.random() > UNDOES
                    or not desk.attempt("undo", "undone transfer")
                ):
                    return
                desk.takes(ticket, "serving")
        elif twist == "return" and visit == 1:
            yield length_s / 4
            sender = (desk.view.get("current") or {}).get("sender")
            if sender and not self._player.hurrying and desk.attempt("return", "sent back"):
                desk.lets_go(ticket, "waiting", f"@counter:{sender}")
                return
        yield length_s
        yield from self.finish(ticket)

    def _twist(self, ticket: str, errand: Errand, rest_s: float) -> bool:
        """What the day has for this citizen; whether they have left the counter."""
        desk = self._desk
        match errand.twist:
            case "park":
                number, due_s = desk.view["current"]["number"], desk.rng.uniform(*PARKED_S)
                minutes = int(due_s / self._player.speed / 60) + BACK_MINUTES
                limit = {"minutes": minutes} if desk.rng.random() < 0.5 and minutes <= 480 else {}
                if desk.attempt("park", "parked", **limit):
                    desk.lets_go(ticket, "parked")
                    self.parked.append(Expected(self._player.now + due_s, ticket, number, rest_s))
                    return True
            case "add":
                if self._notes.served_by(errand.target or ""):
                    desk.attempt("add", "service added", service=errand.target)
            case "counter":
                services = (desk.view.get("current") or {}).get("service", "")
                others = [c for c in self._notes.served_by(services) if c != desk.duty.counter]
                if others and desk.attempt(
                    "transfer", "sent to a colleague", counter=(colleague := desk.rng.choice(others))
                ):
                    desk.lets_go(ticket, "waiting", f"@counter:{colleague}")
                    return True
            case _:
                join = desk.rng.choice(("original", "original", "end"))
                if self._notes.served_by(errand.target or "") and desk.attempt(
                    "transfer", "sent to another service", service=errand.target, join=join
                ):
                    desk.lets_go(ticket, "waiting", errand.target)
                    return True
        return False

    def finish(self, ticket: str, current: Any = None) -> Act:
        """Serving ends, with an outcome where the service asks; what is still to come opens."""
        desk = self._desk
        current = current or desk.view.get("current") or desk.current() or {}
        kinds = [kind["id"] for kind in current.get("outcomes", ())]
        outcome = {"outcome": desk.rng.choice([kinds[0]] * 5 + kinds)} if kinds else {}
        if not desk.step("finish", **outcome):
            return
        if following := current.get("to_come"):
            self._notes.did("went on to a further service")
            desk.lets_go(ticket, "waiting", following[0]["id"])
            return
        desk.lets_go(ticket, "done")
        if not self.last and not self._player.hurrying and desk.rng.random() < UNDOES:
            yield 0.0
            if desk.attempt("undo", "undone finish"):
                desk.takes(ticket, "serving")
                yield SLIP_S
                if not desk.step("finish", **outcome):
                    return
                desk.lets_go(ticket, "done")
        self._notes.gone(ticket)

    # -- those who come back ---------------------------------------------------------------------

    def look_after(self) -> Act:
        """Restore who was missed and is here; serve on who was parked and is back."""
        now, desk = self._player.now, self._desk
        for one in [each for each in self.missed if each.due_s <= now]:
            self.missed.remove(one)
            if desk.attempt("restore", "restored", number=one.number):
                self._notes.restored(one.ticket)
                desk.lets_go(one.ticket, "waiting")
            else:
                self._notes.gone(one.ticket)
        for one in [each for each in self.parked if each.due_s <= now]:
            self.parked.remove(one)
            if desk.rng.random() < WAITS_AGAIN:
                if desk.attempt("resume", "back from a park, waiting again", number=one.number, wait=True):
                    desk.lets_go(one.ticket, "waiting")
            elif desk.attempt("resume", "resumed", number=one.number):
                desk.takes(one.ticket, "serving")
                yield one.rest_s
                yield from self.finish(one.ticket)
