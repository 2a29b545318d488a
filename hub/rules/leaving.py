"""The exit and return decisions: from the first entry and the absence to a verdict.

A holder who is inside may leave, whatever the ticket's status is by then. A return needs the venue's policy, and is possible
only on the day of the entry. It is decided after `decide_entry` has said ALREADY_VERIFIED, so no invalid ticket returns. A
supervisor may overrule this (`override.py`).
"""

from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
from typing import NamedTuple

from hub.rules.entry_decision import UNKNOWN, EntryPolicy, FirstEntry, ReservationFacts, Verdict, entry_window
from hub.rules.reasons import Reason
from hub.rules.venue_day import midnight


class Absence(NamedTuple):
    """An open absence: a holder has left and not come back. `date` is the day that their entry was counted for.

    `people` of the ticket are out. Of several absences this is the newest.
    """

    venue_id: int
    date: date
    left_at: datetime
    gate: str | None
    people: int = 1


_EXIT = Verdict("GREEN", Reason.EXIT_RECORDED, False, "EXIT RECORDED", "", None)
_GONE = Verdict("YELLOW", Reason.ALREADY_LEFT, False, "ALREADY LEFT", "", None)
_OUTSIDE = Verdict("YELLOW", Reason.NOT_INSIDE, False, "NOT INSIDE", "No entry is recorded for this ticket", None)
_ELSEWHERE = replace(_OUTSIDE, detail="The entry of this ticket was at another venue")
_MAY_RETURN = Verdict("GREEN", Reason.MAY_RETURN, True, "MAY COME BACK IN", "", None)
_TOO_MANY = Verdict("RED", Reason.PARTY_TOO_LARGE, False, "TOO MANY PEOPLE", "", None)
_RETURNED = Verdict("GREEN", Reason.RE_ENTRY, True, "RE-ENTRY RECORDED", "", None)


def decide_exit(  # noqa: PLR0917  the facts come in the order in which they are checked
    known: bool,
    entry: FirstEntry | None,
    entry_venue_id: int,
    left: tuple[datetime, str | None] | None,
    inside_since: datetime | None,
    venue_id: int,
    now: datetime,
    zone: tzinfo,
) -> Verdict:
    """Return the verdict on one exit scan at `venue_id` at the moment `now`.

    `known` says whether there is such a ticket. `left` is when and at which gate its holder left without having come back.
    `inside_since` is when they last came in.
    """
    if not known:
        return UNKNOWN
    if entry is None or inside_since is None:
        return _OUTSIDE
    if entry_venue_id != venue_id:
        return _ELSEWHERE
    if left is not None and left[0] <= now:
        return replace(_GONE, detail=_left_words(*left, now, zone))
    if left is not None or inside_since > now:
        # An offline scan from before the entry or return that the hub has recorded since.
        return replace(_OUTSIDE, detail=f"Came in only at {_when(inside_since, now, zone)}")
    return replace(_EXIT, detail=f"Inside since {_when(inside_since, now, zone)}")


def party_leaves(people: int, inside: int) -> Verdict:
    """Return the verdict when `people` of the party leave, of whom `inside` are inside. If these are fewer, nobody leaves."""
    if people > inside:
        return replace(_TOO_MANY, detail=f"Only {inside} inside")
    return replace(_EXIT, detail=f"{people} out, {inside - people} still inside")


def party_returns(verdict: Verdict, people: int, out: int) -> Verdict:
    """Return the verdict when `people` of the party come back, of whom `out` are out. If these are fewer, nobody returns."""
    if people > out:
        return replace(_TOO_MANY, detail=f"Only {out} out")
    return replace(_RETURNED, detail=f"{people} back, {out - people} still out" if out > 1 else verdict.detail)


def decide_return(  # noqa: PLR0917  as above
    refused: Verdict,
    absence: Absence,
    reservation: ReservationFacts | None,
    policy: EntryPolicy,
    venue_id: int,
    now: datetime,
    zone: tzinfo,
) -> Verdict:
    """Return the verdict on a holder who has left, although `refused` says ALREADY_VERIFIED.

    It is MAY_RETURN, or `refused` with the time at which they left.
    """
    left = _left_words(absence.left_at, absence.gate, now, zone)
    if absence.left_at > now or absence.venue_id != venue_id:
        return refused
    if policy.re_entry != "allow":
        return replace(refused, detail=f"{left}; no re-entry")
    if now >= _last_return(absence.date, reservation, policy, zone):
        return replace(refused, detail=f"{left}; re-entry was until the end of that day")
    return replace(_MAY_RETURN, detail=left)


def returned_by_supervisor(absence: Absence, now: datetime, zone: tzinfo) -> Verdict:
    """Return the verdict that is recorded when a supervisor lets a holder back in, whatever the policy says."""
    return replace(_RETURNED, detail=_left_words(absence.left_at, absence.gate, now, zone))


def _last_return(day: date, reservation: ReservationFacts | None, policy: EntryPolicy, zone: tzinfo) -> datetime:
    """Return the end of the day, or of the slot if that is later: a slot past midnight is one visit."""
    ends = midnight(day + timedelta(days=1), zone)
    return ends if reservation is None else max(ends, entry_window(reservation, policy, zone)[1])


def _left_words(left_at: datetime, gate: str | None, now: datetime, zone: tzinfo) -> str:
    return f"Left at {_when(left_at, now, zone)}" + (f", gate {gate}" if gate else "")


def _when(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """Return `13:05`, with the date if it is not today."""
    there = moment.astimezone(zone)
    return f"{there:%H:%M}" if there.date() == now.astimezone(zone).date() else f"{there:%Y-%m-%d %H:%M}"
