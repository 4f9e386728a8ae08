"""The one thread that changes the hall. It outlives every fault, so that each command has an answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from core.engine.batch import Nudge, Order
from core.ports import Concurrency, Mailbox, Waiter

BATCH_LIMIT = 256
"""How many commands one transaction takes at most."""
AGAIN_S = 1.0
"""Pause after a mailbox that failed, in seconds."""

_log = logging.getLogger(__name__)


class Writer:
    """Takes all orders that wait, in order, has them carried out as one batch, and answers each.

    ``process`` gives one verdict an order. It is not expected to raise. If it does, each order of the batch
    is answered with the error, ``failed`` is called, and the writer goes on: whether the batch was kept is
    then unknown, and the same command id asks for it.
    """

    def __init__(
        self,
        concurrency: Concurrency,
        process: Callable[[Sequence[Order]], Sequence[Any]],
        failed: Callable[[], None],
    ) -> None:
        self.mailbox: Mailbox[Order | Nudge] = concurrency.mailbox()
        self.ended: Waiter[None] = concurrency.waiter()
        """Set after the last batch."""
        self._concurrency = concurrency
        self._process = process
        self._failed = failed

    def start(self) -> None:
        """Take orders from now on, in a thread of its own, until ``Nudge.STOP``."""
        self._concurrency.spawn(self._run)

    def _run(self) -> None:
        stop = False
        while not stop:
            try:
                taken = self.mailbox.take_all(BATCH_LIMIT)
            except Exception:  # a thread that ends here would leave everybody waiting
                _log.exception("writer_mailbox_failed")
                self._concurrency.sleep(AGAIN_S)
                continue
            stop = Nudge.STOP in taken
            try:
                self._batch([item for item in taken if isinstance(item, Order)])
            except BaseException:  # the end of the process, or of this thread alone: another one goes on
                if stop:
                    self.ended.set(None)
                else:
                    self.start()
                raise
        self.ended.set(None)

    def _batch(self, orders: Sequence[Order]) -> None:
        """Carry out and answer. Raises only what is no ``Exception``, after everybody has an answer."""
        verdicts: Sequence[Any] = ()
        trouble: Exception = RuntimeError("the batch has no verdict for this command")
        try:
            verdicts = self._process(orders)
            if len(verdicts) != len(orders):
                raise RuntimeError(f"{len(verdicts)} verdicts for {len(orders)} commands")
        except Exception as unexpected:
            _log.exception("writer_failed commands=%d", len(orders))
            verdicts, trouble = (), unexpected
            self._failed()
        except BaseException:
            self._failed()
            raise
        finally:
            for place, order in enumerate(orders):
                _give(order, verdicts[place] if verdicts else trouble)


def _give(order: Order, verdict: Any) -> None:
    """Answer one order; whoever cannot be answered takes nobody along."""
    if order.waiter is None:
        return
    try:
        order.waiter.set(verdict)
    except Exception:
        _log.exception("answer_not_given command=%s", type(order.command).__name__)
