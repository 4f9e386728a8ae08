"""Refusals: one root, one class a refusal, each with a stable code.

``code`` is what programs rely on; the words for people are in the catalogues under
``problem.CODE.title`` and ``problem.CODE.detail``, filled with ``facts``. ``status`` is the
HTTP status that fits, kept here so that every surface says the same.
"""

from __future__ import annotations

from typing import ClassVar

Fact = str | int | None


class Refusal(Exception):
    """A command that the hall does not carry out; nothing has changed."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409

    def __init__(self, **facts: Fact) -> None:
        super().__init__(self.code, facts)
        self.facts = facts

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code}({told})"


class Unknown(Refusal):
    """Something that was named is not in this hall."""

    status = 404


class ServiceUnknown(Unknown):
    """Facts: ``service``."""

    code = "service_unknown"


class ClassUnknown(Unknown):
    """Facts: ``class``, ``allowed``."""

    code = "class_unknown"
    status = 422


class KioskUnknown(Unknown):
    """Facts: ``kiosk``."""

    code = "kiosk_unknown"


class BoardUnknown(Unknown):
    """Facts: ``board``."""

    code = "board_unknown"


class CounterUnknown(Unknown):
    """Facts: ``counter``."""

    code = "counter_unknown"


class TicketUnknown(Unknown):
    """Facts: ``ticket`` (what was asked for)."""

    code = "ticket_unknown"


class JobUnknown(Unknown):
    """Facts: ``job``."""

    code = "job_unknown"


class AccountUnknown(Unknown):
    """Facts: ``name``."""

    code = "account_unknown"


class ServiceClosed(Refusal):
    """Facts: ``service``, ``reason`` (see ``opening.Reason``), ``opens_at`` (ISO, or None)."""

    code = "service_closed"


class ServicePausedNow(Refusal):
    """Facts: ``service``, ``reason``."""

    code = "service_paused"


class QuotaUsedUp(Refusal):
    """Facts: ``service``, ``quota``, ``opens_at``."""

    code = "quota_used_up"


class ServiceNotOffered(Refusal):
    """This kiosk does not offer that agency. Facts: ``service``, ``kiosk``."""

    code = "service_not_offered"


class WrongState(Refusal):
    """The table of transitions forbids it. Facts: ``action``, ``state`` (found), ``number``."""

    code = "wrong_state"


class NothingCalled(Refusal):
    """The counter holds no ticket. Facts: ``counter``, ``action``, ``state`` (of the counter)."""

    code = "no_current_ticket"


class TicketChanged(Refusal):
    """The counter holds another ticket than the one that was meant, or none; or did something else last.

    Facts: ``counter``, ``asked`` (the id that was sent), ``asked_number``, and what was found: ``ticket``
    (id), ``number``, ``state`` (of the ticket; of the counter where it holds none), ``reason``:
    ``other`` (another ticket), ``came`` (one where none was meant), ``gone`` (none), ``undo`` (another
    action was the last one).
    """

    code = "ticket_changed"


class CounterBusy(Refusal):
    """The counter already holds a ticket. Facts: ``counter``, ``number``, ``state`` (of the ticket)."""

    code = "counter_busy"


class CounterNotOpen(Refusal):
    """Facts: ``counter``, ``state`` (closed or paused)."""

    code = "counter_not_open"


class CounterTaken(Refusal):
    """Another officer is there. Facts: ``counter``, ``officer``, ``state``."""

    code = "counter_taken"


class CounterAlreadyOpen(Refusal):
    """Facts: ``counter``, ``state``."""

    code = "counter_already_open"


class OfficerElsewhere(Refusal):
    """One officer, one counter. Facts: ``counter`` (where the officer is), ``officer``."""

    code = "officer_elsewhere"


class NobodyWaiting(Refusal):
    """Facts: ``counter``, ``state`` (of the counter)."""

    code = "nobody_waiting"


class NotServedHere(Refusal):
    """The ticket waits for a service of other counters. Facts: ``number``, ``counter``, ``state``."""

    code = "not_served_here"


class ReasonRequired(Refusal):
    """Facts: ``action``."""

    code = "reason_required"
    status = 422


class RecallLimit(Refusal):
    """Facts: ``limit``, ``number``, ``state``."""

    code = "recall_limit"


class RecallTooSoon(Refusal):
    """Facts: ``seconds`` (to wait), ``number``, ``state``."""

    code = "recall_too_soon"


class Forbidden(Refusal):
    """The actor's role does not allow it. Facts: ``role``, ``action``."""

    code = "forbidden"
    status = 403


class CounterForeign(Forbidden):
    """The counter belongs to another agency. Facts: ``counter``, ``agency``."""

    code = "counter_foreign"


class ServiceNotPaused(Refusal):
    """Facts: ``service``."""

    code = "service_not_paused"


class NameTaken(Refusal):
    """Facts: ``name``."""

    code = "name_taken"


class NameInvalid(Refusal):
    """An account's name is empty, too long, or has signs that cannot be printed. Facts: ``limit``."""

    code = "name_invalid"
    status = 422


class LastAdministrator(Refusal):
    """A hall keeps at least one administrator. Facts: ``name``."""

    code = "last_administrator"


class JobState(Refusal):
    """A print job does not go from ``state`` to ``wanted``. Facts: ``job``, ``state``, ``wanted``."""

    code = "job_state"


class ReprintLimit(Refusal):
    """Facts: ``number``, ``limit``."""

    code = "reprint_limit"


class KioskWithoutPrinter(Refusal):
    """Facts: ``kiosk``."""

    code = "kiosk_without_printer"


class DayNotAfter(Refusal):
    """A service day only follows an earlier one. Facts: ``day``, ``current``."""

    code = "day_not_after"


class TokenWeak(Refusal):
    """A ticket's token must carry 128 bits and be new."""

    code = "token_refused"


class CommandIdReused(Refusal):
    """The same command id came with another body. Facts: ``command_id``."""

    code = "command_id_reused"


class AgencyUnknown(Unknown):
    """Facts: ``agency``, ``allowed``."""

    code = "agency_unknown"


class NumberGiven(Refusal):
    """The number was given today by another series: its prefix was changed. Facts: ``number``, ``series``."""

    code = "number_given"


class OfficerUnknown(Unknown):
    """Facts: ``officer``."""

    code = "officer_unknown"


class OutcomeRequired(Refusal):
    """The service asks how it ended. Facts: ``service``, ``allowed``."""

    code = "outcome_required"
    status = 422


class OutcomeUnknown(Refusal):
    """Facts: ``outcome``, ``allowed``."""

    code = "outcome_unknown"
    status = 422


class TargetRequired(Refusal):
    """A transfer names a service, a counter or an officer: one of them."""

    code = "target_required"
    status = 422


class TransferToItself(Refusal):
    """Facts: ``counter``."""

    code = "transfer_to_itself"


class TargetAway(Refusal):
    """Nobody is at the counter, or the officer is at none. Facts: ``target``, ``state``."""

    code = "target_away"


class NoSender(Refusal):
    """The ticket was not sent here by another counter. Facts: ``number``, ``state``."""

    code = "no_sender"


class RestoreLimit(Refusal):
    """Facts: ``limit``, ``number``, ``state``."""

    code = "restore_limit"


class PostponeLimit(Refusal):
    """Facts: ``limit``, ``number``, ``state``."""

    code = "postpone_limit"


class NobodyBehind(Refusal):
    """Nobody waits behind who could pass. Facts: ``number``, ``state``."""

    code = "nobody_behind"


class NothingToUndo(Refusal):
    """Facts: ``counter``, ``state``."""

    code = "nothing_to_undo"


class UndoTooLate(Refusal):
    """Facts: ``seconds`` (how long an action can be undone), ``state``."""

    code = "undo_too_late"


class UndoOvertaken(Refusal):
    """The ticket or the counter has gone on since. Facts: ``number``, ``state``."""

    code = "undo_overtaken"


class ServiceAlreadyHere(Refusal):
    """The ticket is for that service already. Facts: ``service``, ``number``."""

    code = "service_already_here"
