"""The one command path: every change of the hall goes through ``Engine.do``.

1. A mailbox takes the command; one writer takes all that wait, in order.
2. Each is decided against the hall in memory; its events are applied.
3. One transaction stores the batch: events, outcomes, report rows, secrets.
4. After COMMIT each caller gets its answer and the effects go out.

Readers (``Engine.read``) never see a hall that is ahead of the disk: the lock is held from the
first decision to the end of the commit.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from core.domain import commands as c
from core.domain import events as e
from core.domain.deciding import decide
from core.domain.errors import CommandIdReused, Refusal
from core.domain.events import Recorded
from core.domain.evolving import evolve, replay
from core.domain.hall import Hall
from core.domain.plan import Plan
from core.domain.staff import SYSTEM, Actor
from core.domain.stranded_rules import stranded
from core.engine.batch import (
    Answer,
    Batch,
    Done,
    Nudge,
    Order,
    Outcomes,
    Undecided,
    fingerprint_of,
    result_of,
)
from core.engine.days import DATED, ClockWatch, believe, dated, gone_back_to, is_accepted
from core.engine.effects import Effects
from core.engine.ledger import Ledger
from core.engine.listeners import Listeners, what_follows
from core.engine.writer import Writer
from core.ports import Clock, Commit, Concurrency, Outcome, Stale, Store, StoreError, Unwritable

T = TypeVar("T")

ATTEMPTS = 5
"""How often a batch is decided anew when another process wrote in between."""
WATCH_S = 2.0
"""How soon a new day and what another process wrote (a revoked token) is noticed without a command."""

_log = logging.getLogger(__name__)

_DAYLESS = (c.StartDay, c.AcceptClock, c.AddAccount, c.SetSecret, c.EndSessions, c.RevokeAccount)
"""Commands that do not begin a service day: the command line gives them with its own clock."""


class Engine:
    """Owns the hall and its ledger. Build it, ``start`` it, give it commands."""

    def __init__(
        self,
        plan: Plan,
        store: Store,
        clock: Clock,
        concurrency: Concurrency,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """``monotonic``: seconds of a clock that is never set, for how often a failing disk is tried."""
        self._plan = plan
        self._store = store
        self.ledger = Ledger(store, clock, concurrency.dedicated("ledger"), monotonic)
        """The store and its state; others ask for ``trouble`` and ``failed`` only."""
        self._clock = clock
        self._clock_watch = ClockWatch(clock)
        self._concurrency = concurrency
        self._lock = threading.Lock()
        self._writer = Writer(concurrency, self._process, self._distrust)
        self._listeners = Listeners()
        self._outcomes = Outcomes(store)
        self._hall = Hall(plan)
        self._ahead = True
        self._told: int | None = None
        """The newest event that listeners have heard of, or that was there before them."""
        self._stopped = False
        self.epoch = secrets.token_hex(8)
        """Names this run of the engine; sequence numbers compare within it."""

    @property
    def hall(self) -> Hall:
        """The hall. Outside of ``read`` it may be ahead of the disk: look at its plan only."""
        return self._hall

    def subscribe(self, listener: Callable[[Effects], None]) -> None:
        """Tell ``listener`` of every commit, in order, after it is on disk.

        Those who subscribed first hear it first. One may let other threads have a turn; none may wait.
        """
        self._listeners.add(listener)

    def start(self) -> None:
        """Read the log, begin the day if it is a new one, and take commands from then on."""
        with self._lock:
            self._reload()
        self._writer.start()
        self.tick()
        self._concurrency.spawn_after(WATCH_S, self._watch)

    def stop(self) -> None:
        """Carry out what is waiting, then take no more commands."""
        self._stopped = True
        self._writer.mailbox.put(Nudge.STOP)

    def close(self) -> None:
        """Stop, wait until the last batch is through, and give the store back; for one that was started."""
        self.stop()
        self._writer.ended.wait()
        with self._lock:
            self.ledger.close()

    def do(
        self,
        command: c.Command,
        command_id: str | None = None,
        answer: Callable[[Hall, Done], T] | None = None,
    ) -> T:
        """Carry out ``command`` and answer with ``answer(hall, done)``, built right after the commit.

        Raises a ``Refusal`` if the rules forbid it, ``StoreError`` if it could not be kept; in
        both cases nothing has changed. The same ``command_id`` with the same body answers with the
        first outcome, with another body it is refused.
        """
        if self._stopped:
            raise StoreError("the hall is stopping")
        self.ledger.require_answers()
        order = self._order(command, command_id, answer)
        order.waiter = self._concurrency.waiter()
        self._writer.mailbox.put(order)
        verdict = order.waiter.wait()
        if isinstance(verdict, Exception):
            raise verdict
        return verdict  # type: ignore[no-any-return]

    def do_all(self, orders: Sequence[tuple[c.Command, str | None]]) -> list[Done | Exception]:
        """Carry out a batch at once, on the caller's own thread: for tests and the command line."""
        made = [self._order(command, command_id, None) for command, command_id in orders]
        return self._process(made)

    def read(self, look: Callable[[Hall], T]) -> T:
        """``look(hall)``; the hall it sees is on disk."""
        with self._lock:
            self._settle()
            return look(self._hall)

    def catch_up(self) -> bool:
        """Take in what another process wrote (an account added on the command line); whether it did."""
        with self._lock:
            self._settle()
            return self._catch_up()

    def log_of(self, day: date) -> list[Recorded]:
        """All that happened on a service day, in order."""
        with self._lock:
            self._settle()
            return self.ledger.of_day(day)

    def prove(self) -> None:
        """Raises ``StoreError`` if a commit would fail; writes at most once in some seconds."""
        self.ledger.require_answers()
        with self._lock:
            self.ledger.attempt(self.ledger.prove)

    def secret(self, kind: str, name: str) -> str | None:
        """The hash of an account's secret."""
        with self._lock:
            return self._store.secret(kind, name)

    def account_of_hash(self, kind: str, hash_: str) -> str | None:
        """The name of the account whose secret has this hash."""
        with self._lock:
            return self._store.account_of_hash(kind, hash_)

    def tick(self) -> None:
        """Begin the service day if the clock says that it is a new one."""
        self._clock_watch.look()
        now = self._clock.now()
        try:
            day, today = self.read(lambda hall: (hall.day, self._today(now)))
            if day is None or today > day:
                self.do(c.StartDay(SYSTEM, today))
        except (Refusal, Unwritable):  # a command of a citizen was first; or the ledger has said why not
            return
        except StoreError:
            _log.error("day_not_started at=%s", now.isoformat())

    def take_care(self) -> None:
        """What time and absence have ended: parkings with a limit, and waiting for somebody who is gone."""
        now = self._clock.now()
        if self.read(lambda hall: any(until is not None and until <= now for until in hall.parked.values())):
            self.do(c.EndParks(SYSTEM))
        if self.read(lambda hall: any(stranded(hall))):
            self.do(c.ReleaseAimed(SYSTEM))

    # -- the writer ------------------------------------------------------------------------------

    def _order(self, command: c.Command, command_id: str | None, answer: Answer | None) -> Order:
        named = command_id is not None
        return Order(command, command_id or secrets.token_hex(12), named, answer or (lambda _, done: done))

    def _watch(self) -> None:
        if self._stopped:
            return
        try:
            self.tick()
            self.take_care()
        except Unwritable:  # the ledger has said so, once
            pass
        except Exception:  # whatever it was, tomorrow must begin all the same
            _log.exception("day_check_failed")
        self._writer.mailbox.put(Nudge.LOOK)
        self._concurrency.spawn_after(WATCH_S, self._watch)

    def _distrust(self) -> None:
        """A batch ended nobody knows where: the log is read anew before the next one."""
        self._ahead = True

    def _process(self, orders: Sequence[Order]) -> list[Any]:
        """Decide, commit and publish a batch; one verdict an order, never an exception of its own."""
        effects = None
        with self._lock:
            try:
                verdicts, news = self.ledger.attempt(lambda: self._carry_out(orders), len(orders))
                if news:
                    self._told = news[-1].seq
                    effects = what_follows(self._hall, news)
            except Exception as trouble:
                if not isinstance(trouble, StoreError):
                    _log.exception("batch_failed")
                verdicts = [trouble] * len(orders)
            answers = [self._answer(order, verdict) for order, verdict in zip(orders, verdicts, strict=True)]
        if effects is not None:
            self._listeners.publish(effects)
        return answers

    def _answer(self, order: Order, verdict: Done | Exception) -> Any:
        if isinstance(verdict, Exception):
            return verdict
        try:
            return order.answer(self._hall, verdict)
        except Exception as trouble:
            _log.exception("answer_failed command=%s", type(order.command).__name__)
            return trouble

    def _carry_out(self, orders: Sequence[Order]) -> tuple[list[Any], list[Recorded]]:
        self.ledger.require() if orders else self.ledger.look()
        for _ in range(ATTEMPTS):
            self._settle()
            self._catch_up()
            untold = self._untold()
            if not orders:
                return [], untold
            hall, before = self._hall, self._hall.snapshot()
            try:
                batch = self._commit(orders)
            except Exception as trouble:
                # Memory is as the disk is again, and nothing had to be read for it.
                self._hall = hall
                hall.go_back(before)
                if isinstance(trouble, Stale):
                    continue
                raise
            return batch.verdicts, untold + batch.staged
        self._catch_up()
        raise StoreError("another process writes to this hall's database all the time")

    def _commit(self, orders: Sequence[Order]) -> Batch:
        """Decide all and store what follows; if that fails, memory is ahead of the disk."""
        base = self._hall.seq
        batch = self._decide_all(orders)
        if not batch.staged:
            return batch
        batch.project(self._hall)
        self.ledger.append(
            Commit(
                expected_seq=base,
                events=batch.staged,
                outcomes=list(batch.outcomes.values()),
                rows=batch.rows,
                secrets=batch.secrets,
            )
        )
        self._outcomes.remember(batch.outcomes.values())
        return batch

    def _decide_all(self, orders: Sequence[Order]) -> Batch:
        batch = Batch()
        now = self._clock.now()
        for order in orders:
            if isinstance(order.command, c.AcceptClock):
                believe(self._clock)
                now = self._clock.now()
            try:
                batch.verdicts.append(self._decide(order, now, batch))
            except (Refusal, Undecided) as refusal:
                batch.verdicts.append(refusal)
        return batch

    def _decide(self, order: Order, now: datetime, batch: Batch) -> Done:
        try:
            fingerprint = fingerprint_of(order.command)
        except TypeError as trouble:  # text that no file can hold: half of a pair of UTF-16
            raise Undecided(str(trouble)) from trouble
        if order.named:
            known = batch.outcomes.get(order.id) or self._outcomes.known(order.id)
            if known is not None:
                if known.fingerprint != fingerprint:
                    raise CommandIdReused(command_id=order.id)
                return Done(known.result, repeated=True)
        hall = self._hall
        today = self._today(now)
        if (hall.day is None or today > hall.day) and not isinstance(order.command, _DAYLESS):
            day = dated(c.StartDay(SYSTEM, today), self._store)
            self._stage(decide(hall, day, now), (SYSTEM, f"day-{today.isoformat()}"), now, batch)
        try:
            events = decide(hall, dated(order.command, self._store), now)
        except Refusal:
            raise
        except Exception as trouble:  # a fault of ours in one command must not take the others along
            _log.exception("decide_failed command=%s", type(order.command).__name__)
            raise Undecided(type(order.command).__name__) from trouble
        self._stage(events, (order.command.actor, order.id), now, batch)
        batch.keep_secret(order.command)
        done = Done(result_of(events))
        if order.named:
            batch.outcomes[order.id] = Outcome(order.id, fingerprint, done.result)
        return done

    def _stage(
        self, events: Sequence[e.Event], source: tuple[Actor, str], now: datetime, batch: Batch
    ) -> None:
        hall = self._hall
        at, seq = hall.moment(now), hall.seq
        for event in events:
            if isinstance(event, DATED):
                batch.project(hall)  # the day's tickets are gone from memory after this
            if isinstance(event, e.ClockAccepted):
                at = now
                if event.day != hall.day:
                    hall = self._hall = gone_back_to(self._plan, self._store, event.day, batch.staged)
            day = event.day if isinstance(event, DATED) else hall.day or self._today(at)
            seq += 1
            recorded = Recorded(seq, day, at, *source, event)
            evolve(hall, recorded)
            batch.staged.append(recorded)

    def _today(self, now: datetime) -> date:
        return self._hall.moment(now).astimezone(self._plan.timezone).date()

    # -- memory and disk -------------------------------------------------------------------------

    def _reload(self) -> None:
        self._hall = replay(self._plan, self._store.load())
        self._ahead = False
        if self._told is None:
            self._told = self._hall.seq

    def _settle(self) -> None:
        """Read the log if memory is not what it says. Raises ``StoreError``."""
        if self._ahead:
            self._reload()

    def _catch_up(self) -> bool:
        if self._store.last_seq() == self._hall.seq:
            return False
        news = self._store.since(self._hall.seq)
        self._ahead = True  # until all of it is taken in
        if is_accepted(news):  # the hall may be on an earlier day now
            believe(self._clock)
            self._reload()
        else:
            for recorded in news:
                evolve(self._hall, recorded)
            self._ahead = False
        return True

    def _untold(self) -> list[Recorded]:
        """What another process wrote and no listener has heard of."""
        if self._told is None or self._told >= self._hall.seq:
            return []
        return self._store.since(self._told)
