"""One job from the queue to its printer: the steps, in the order that never prints a ticket twice.

The hall's own spooler hands over with this, and so does a kiosk computer that prints by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from core.domain.hall import PrinterState, PrintState
from kiosk.printing.port import NotKept, NotWanted, Printer, PrinterTrouble

log = logging.getLogger(__name__)

Tell = Callable[[str, str, bool], None]
"""state (a ``PrintState``), detail (the printer's words), permanent. Returns once the report is kept; raises
``NotKept`` where it cannot be kept now and ``NotWanted`` where it is refused."""

PAUSES = (1.0, 2.0, 4.0)
"""Seconds before each further try of a job of which no byte has gone."""
PAUSES_WHEN_FAILING = (1.0,)
"""The same while the printer has failed the job before: whoever waits must soon hear that there is
no paper, and ten waiting jobs must not each take seven seconds."""
REPORT_PAUSES = (1.0, 5.0, 30.0)
"""Seconds before a report that was not kept is made again; the last one from then on."""


@dataclass(frozen=True, slots=True)
class Handed:
    """How a job ended. ``state`` is ``QUEUED`` where nothing was begun.

    ``wanted`` is false where the hall refused the first step: the job is no longer anybody's.
    """

    state: PrintState
    detail: str = ""
    permanent: bool = False
    wanted: bool = True


def hand_over(  # noqa: PLR0913 - the world of one job
    printer: Printer,
    job: str,
    data: bytes,
    tell: Tell,
    sleep: Callable[[float], None],
    failing: bool = False,
    trouble: Callable[[PrinterTrouble], None] = lambda _: None,
) -> Handed:
    """Print ``data`` as ``job``, reporting each step through ``tell``. Never raises, never prints twice.

    ``sending`` is kept before the first byte goes; if that report is refused or cannot be kept, nothing
    is sent and ``QUEUED`` is the answer. Then ``sent``, then ``confirmed`` where the printer answers;
    ``failed`` only if no byte can have reached the paper, after a few further tries where that may help
    (fewer when ``failing``); else ``doubtful``. ``sent`` is told once and may be lost, as what follows
    says more; the last report is made until it is kept or refused. ``sleep``: seconds. ``trouble``
    hears of every failed try at once.
    """
    try:
        tell(PrintState.SENDING.value, "", False)
    except NotWanted:
        return Handed(PrintState.QUEUED, wanted=False)
    except Exception as error:
        _complain(job, PrintState.SENDING, error)
        return Handed(PrintState.QUEUED)
    handed = _send(printer, job, data, _Steps(job, tell, sleep, failing, trouble))
    if handed.state is not PrintState.SENT:
        tell_until_kept(job, handed, tell, sleep)
    return handed


@dataclass(slots=True)
class _Steps:
    """What goes with one hand-over."""

    job: str
    tell: Tell
    sleep: Callable[[float], None]
    failing: bool
    trouble: Callable[[PrinterTrouble], None]
    gone: bool = False
    """The printer's side has the last byte."""
    told: bool = False

    def sent(self) -> None:
        """Called by the adapter in the middle of its work: it must go on whatever happens here."""
        self.gone = True
        try:
            self.tell(PrintState.SENT.value, "", False)
            self.told = True
        except Exception as error:
            _complain(self.job, PrintState.SENT, error)

    def heard(self, trouble: PrinterTrouble) -> None:
        try:
            self.trouble(trouble)
        except Exception:
            log.exception("print job %s: nobody took its trouble %s", self.job, trouble.words)


def _send(printer: Printer, job: str, data: bytes, steps: _Steps) -> Handed:
    pauses = PAUSES_WHEN_FAILING if steps.failing else PAUSES
    for pause in (*pauses, None):
        try:
            confirmed = printer.send(data, job, steps.sent)
        except PrinterTrouble as trouble:
            steps.heard(trouble)
            if trouble.doubtful or steps.gone:
                return Handed(PrintState.DOUBTFUL, trouble.words, trouble.lasting)
            if trouble.lasting or pause is None:
                return Handed(PrintState.FAILED, trouble.words, trouble.lasting)
        except Exception as error:
            # An adapter's own mistake: nobody knows how far it came.
            log.exception("print job %s broke its printer's adapter", job)
            words = f"{type(error).__name__}: {error}"
            steps.heard(PrinterTrouble(words, lasting=False, doubtful=True, state=PrinterState.ERROR))
            return Handed(PrintState.DOUBTFUL, words)
        else:
            if confirmed:
                return Handed(PrintState.CONFIRMED)
            if not steps.told:  # the end of such a job: it must not stay ``sending``
                tell_until_kept(job, Handed(PrintState.SENT), steps.tell, steps.sleep)
            return Handed(PrintState.SENT)
        steps.sleep(pause)
    raise AssertionError("the last try returns")


def tell_until_kept(job: str, handed: Handed, tell: Tell, sleep: Callable[[float], None]) -> None:
    """Paper may be out and must not come twice: this is told for as long as it takes.

    The printer's next job waits meanwhile. It could not be kept either.
    """
    tries = 0
    while True:
        try:
            tell(handed.state.value, handed.detail, handed.permanent)
        except NotWanted:
            return
        except Exception as error:
            if tries == 0:
                _complain(job, handed.state, error)
        else:
            return
        sleep(REPORT_PAUSES[min(tries, len(REPORT_PAUSES) - 1)])
        tries += 1


def _complain(job: str, state: PrintState, error: Exception) -> None:
    # What is known to happen is told in a line; only a mistake of the program needs a traceback.
    traced = None if isinstance(error, NotKept | NotWanted) else error
    log.error("print job %s: report %s was not taken: %s", job, state.value, error, exc_info=traced)
