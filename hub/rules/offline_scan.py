"""Offline scans: whether one is a conflict, by what the scanner did and what the hub decides when it is synced."""

from datetime import datetime, timedelta
from typing import Literal

from hub.rules.entry_decision import Result
from hub.rules.reasons import Reason

OLDEST = timedelta(days=31)
"""Maximum age of an offline scan. An older timestamp comes from a clock that was never set."""

ConflictKind = Literal[
    "already_verified", "cancelled", "unknown", "wrong_date", "wrong_venue", "too_early", "expired", "not_activated",
    "no_reservation", "not_confirmed", "party_too_large", "wrong_gate", "not_asked", "question_denied",
]  # fmt: skip

_KINDS: dict[Reason, ConflictKind] = {
    Reason.ALREADY_VERIFIED: "already_verified",
    Reason.TICKET_CANCELLED: "cancelled",
    Reason.TICKET_NOT_FOUND: "unknown",
    Reason.WRONG_DATE: "wrong_date",
    Reason.WRONG_VENUE: "wrong_venue",
    Reason.WRONG_GATE: "wrong_gate",
    Reason.QUESTION_UNANSWERED: "not_asked",
    Reason.QUESTION_DENIED: "question_denied",
    Reason.TOO_EARLY: "too_early",
    Reason.TICKET_EXPIRED: "expired",
    Reason.TICKET_NOT_ACTIVATED: "not_activated",
    Reason.NO_RESERVATION: "no_reservation",
    Reason.BOOKING_NOT_CONFIRMED: "not_confirmed",
    Reason.PARTY_TOO_LARGE: "party_too_large",
}


def was_admitted(mode: str, offline_result: Result, admitted: bool | None) -> bool:
    """Return whether the scanner let the holder in: `admitted` if given, else True for an entry that was not RED."""
    if mode != "verify":
        return False
    return offline_result != "RED" if admitted is None else admitted


def conflict_kind(offline_result: Result, admitted: bool | None, reason: Reason) -> ConflictKind | None:
    """Return the kind of conflict if the scanner admitted a holder whom the hub does not record; None if there is none.

    There is none if the scanner showed YELLOW for an already verified ticket and does not say that it admitted the holder.
    """
    if reason is Reason.ALREADY_VERIFIED and offline_result == "YELLOW" and admitted is None:
        return None
    return _KINDS.get(reason)


def surplus_of(count: int | None, people: int, *, entered: bool) -> int:
    """Return how many people whom the scanner let in the hub does not count.

    `count` is how many the scanner let in, and None if it did not say. `people` of them were recorded if `entered`. If not,
    `people` is how many of the party could have come in.
    """
    if entered:
        return 0 if count is None else max(0, count - people)
    return max(1, people) if count is None else count


def moment_of_scan(scanned_at: datetime, skew: timedelta, now: datetime) -> datetime:
    """Return the scan's time by the hub's clock: the device's time minus its clock's skew, but never in the future."""
    bounded = max(now - 3 * OLDEST, min(now + 3 * OLDEST, scanned_at))
    return max(now - OLDEST, min(now, bounded - skew))
