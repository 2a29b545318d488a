"""The effect of a policy of entry: what a logged scan would have been under another policy, from the log and the slot's times.

Each scan is decided by itself: that an earlier entry of the same ticket would have been refused is not followed up.
"""

from datetime import date, datetime, timedelta, tzinfo
from typing import NamedTuple

from hub.rules.entry_decision import EntryPolicy, ReservationFacts, Result, TicketFacts, Verdict, decide_entry
from hub.rules.leaving import Absence, decide_return
from hub.rules.reasons import Reason

IN_THE_WINDOW = frozenset({Reason.VALID, Reason.VERIFIED})
BY_THE_WINDOW = IN_THE_WINDOW | {Reason.TOO_EARLY, Reason.WRONG_DATE, Reason.TICKET_EXPIRED}
"""The verdicts that the slot's window of entry decides, if the ticket has a slot."""
BY_RE_ENTRY = frozenset({Reason.ALREADY_VERIFIED, Reason.MAY_RETURN, Reason.RE_ENTRY})
DEPENDENT = BY_THE_WINDOW | BY_RE_ENTRY | {Reason.NO_RESERVATION}
"""All verdicts that a policy can change. Every other one was given before any policy was looked at."""


class LoggedScans(NamedTuple):
    """Scans of one minute with the same verdict, the same slot and the same absence, as the log has them.

    `ran_out`: the ticket's own validity had ended, whatever the slot is. `left_on` is the day of the visit that the holder had
    left, and `left_here` whether that was at this venue.
    """

    result: Result
    reason: Reason
    at: datetime | None
    slot_id: int | None
    ran_out: bool
    left_on: date | None
    left_here: bool
    scans: int


class Effect(NamedTuple):
    result: Result
    reason: Reason


def decide_again(
    scans: LoggedScans, slot: ReservationFacts | None, policy: EntryPolicy, venue_id: int, zone: tzinfo
) -> Effect | None:
    """Return what the scans would have been. None if it cannot be told: the slot or the absence is not there any more, or the
    slot has other times than it had then.
    """
    same = Effect(scans.result, scans.reason)
    at = scans.at
    if scans.reason not in DEPENDENT or at is None:
        return same
    if scans.reason in BY_RE_ENTRY:
        return _decide_return_again(scans, slot, policy, venue_id=venue_id, at=at, zone=zone)
    if scans.slot_id is None:
        return _decide_unreserved_again(scans, policy, venue_id=venue_id, at=at, zone=zone)
    if scans.ran_out:
        return same
    if slot is None or not _fits(scans, slot, at, zone):
        return None
    return _effect(same, decide_entry(_ticket("RESERVED"), slot, None, policy, venue_id, at, zone))


def _decide_unreserved_again(
    scans: LoggedScans, policy: EntryPolicy, *, venue_id: int, at: datetime, zone: tzinfo
) -> Effect:
    """Return the verdict on a ticket without a reservation: the policy turns it away, or lets it in on the operator's word."""
    same = Effect(scans.result, scans.reason)
    if scans.reason not in IN_THE_WINDOW | {Reason.NO_RESERVATION}:
        return same
    verdict = decide_entry(_ticket("ACTIVATED"), None, None, policy, venue_id, at, zone)
    if scans.reason is not Reason.NO_RESERVATION and verdict.can_verify:
        return same
    return Effect(verdict.result, verdict.reason)


def _decide_return_again(
    scans: LoggedScans, slot: ReservationFacts | None, policy: EntryPolicy, *, venue_id: int, at: datetime, zone: tzinfo,
) -> Effect | None:  # fmt: skip
    same = Effect(scans.result, scans.reason)
    if scans.left_on is None:
        return same if scans.reason is Reason.ALREADY_VERIFIED else None
    refused = Verdict("YELLOW", Reason.ALREADY_VERIFIED, True, "", "", None)
    absence = Absence(venue_id if scans.left_here else 0, scans.left_on, at - timedelta(minutes=1), None)
    return _effect(same, decide_return(refused, absence, slot, policy, venue_id, at, zone))


def _effect(same: Effect, verdict: Verdict) -> Effect:
    """Return the verdict, where a recorded entry counts as what was shown before it was recorded."""
    shown = {Reason.VERIFIED: Reason.VALID, Reason.RE_ENTRY: Reason.MAY_RETURN}.get(same.reason, same.reason)
    return same if (verdict.result, verdict.reason) == (same.result, shown) else Effect(verdict.result, verdict.reason)


def _fits(scans: LoggedScans, slot: ReservationFacts, at: datetime, zone: tzinfo) -> bool:
    """Return whether the slot's times of now explain the verdict of then, whatever the policy was."""
    match scans.reason:
        case Reason.WRONG_DATE:
            return slot.date > at.astimezone(zone).date()
        case Reason.TOO_EARLY:
            return at < slot.starts_at
        case Reason.TICKET_EXPIRED:
            return at >= slot.starts_at if slot.check_in_closes_minutes is not None else at >= slot.ends_at
    return True


def _ticket(status: str) -> TicketFacts:
    return TicketFacts(0, "", status, "direct", None, None, None, None, None)
