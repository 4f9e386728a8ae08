"""A counter as its officer works it: commands over the line, and what they change in the notes."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from core.demo.people import Scene
from core.demo.wire import Answer, Unanswered

TAKEN = frozenset({"counter_taken", "officer_elsewhere", "counter_already_open"})
OVERTAKEN = frozenset(
    {"wrong_state", "not_served_here", "nothing_to_undo", "undo_too_late", "undo_overtaken", "restore_limit"}
)
"""Refusals that belong to a day: another was faster, or a limit is reached."""

MEANT = frozenset(
    {"pause", "close", "recall", "start", "finish", "no-show", "park", "transfer", "return", "add"}
)
"""Actions that name the ticket which the officer sees at the counter; ``undo`` names what it takes back."""


@dataclass(frozen=True, slots=True)
class Duty:
    """Which counter, by whom, when. Times are seconds of the played day."""

    counter: str
    token: str
    services: tuple[str, ...]
    agencies: tuple[str, ...]
    """Whose citizens may come here."""
    lunch_s: float
    closes_s: float | None = None
    """When this counter closes early, after its last ticket."""


class Desk:
    """The line of one counter. Only its own officer uses it."""

    def __init__(self, duty: Duty, scene: Scene) -> None:
        self.duty = duty
        self.scene = scene
        self.rng = Random(f"{scene.script.seed}-{duty.counter}")  # noqa: S311 - a play, not a secret
        self.failures = 0
        """Unexpected answers in a row."""
        self.view: dict[str, Any] = {}
        """The officer's screen after the last command that was carried out."""
        self._shown: dict[str, Any] = {}
        """What the officer sees: the newest view of this counter."""
        self._seq = self._before = 0.0

    def do(self, action: str, **body: Any) -> Answer:
        """Give a command."""
        path = f"/api/v1/counters/{self.duty.counter}/{action}"
        try:
            answer = self.scene.wire.tell(path, {**self._meant(action), **body}, self.duty.token)
        except Unanswered as trouble:
            return Answer(599, {"code": "unanswered", "detail": str(trouble)})
        self.scene.notes.clock(answer.body.get("now"))
        if answer.ok:
            self._before, self.view = self._seq, answer.body
            self._shown = answer.body
            self._seq = max(self._seq, float(answer.body["seq"]))
        return answer

    def _meant(self, action: str) -> dict[str, Any]:
        """Which ticket, or which action, the officer means."""
        if action == "undo" and (undo := self._shown.get("undo")):
            return {"ticket": undo["ticket"], "event": undo["event"]}
        if action in MEANT and self._shown:
            return {"ticket": (self._shown.get("current") or {}).get("id", "")}
        return {}

    def step(self, action: str, **body: Any) -> bool:
        """Give a command that must not be refused."""
        answer = self.do(action, **body)
        if not answer.ok:
            self.unexpected(action, answer)
        return answer.ok

    def attempt(self, action: str, deed: str, **body: Any) -> bool:
        """Give a command for which it may be too late; ``deed``: what it is called in the account."""
        answer = self.do(action, **body)
        if answer.ok:
            self.scene.notes.did(deed)
        elif answer.code in OVERTAKEN:
            self.scene.notes.refused(answer.code)
        else:
            self.unexpected(action, answer)
        return answer.ok

    def current(self) -> Any:
        """What the hall says that is at this counter."""
        try:
            answer = self.scene.wire.look(f"/api/v1/counters/{self.duty.counter}", self.duty.token)
        except Exception:  # the line is down: the next command tells
            return None
        if not answer.ok:
            return None
        self._shown = answer.body
        return answer.body.get("current")

    def unexpected(self, action: str, answer: Answer) -> None:
        """Keep what should not happen."""
        self.failures += 1
        self.scene.notes.problem(action, answer.code, str(answer.body.get("detail", "")))

    def takes(self, ticket: str, state: str) -> None:
        """The last command brought a ticket here. Nobody else can move it until it is let go."""
        self.failures = 0
        self.scene.notes.moved(ticket, state, self.duty.counter, self._seq)

    def lets_go(self, ticket: str, state: str, line: str | None = None) -> None:
        """The last command sent a ticket on, which others may have moved before this is noted.

        So it counts from before the command: whatever they did came later.
        """
        self.failures = 0
        counter = None if state == "waiting" else self.duty.counter
        self.scene.notes.moved(ticket, state, counter, self._before + 0.5, line)
