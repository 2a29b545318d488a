"""The entry decision: one function from facts, policy and time to GREEN, RED or YELLOW.

Validity is checked before duplicates: a cancelled ticket that was also used is RED. The time of the scan decides, whether or not
the expiry job has run. The function runs more than 10,000 times per second. So only the verdict that is returned gets its
texts, and common ones are cached. Facts are named tuples, because a frozen dataclass takes eight times as long to make.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Literal, NamedTuple

from hub.rules.parties import Party, people_in
from hub.rules.reasons import Reason
from hub.rules.venue_day import midnight

Result = Literal["GREEN", "RED", "YELLOW"]


class TicketFacts(NamedTuple):
    """The ticket as stored. `venue_id` None: valid at every venue of the organisation."""

    id: int
    code: str
    status: str
    channel: str
    customer_name: str | None
    customer_email: str | None
    customer_phone: str | None
    valid_until: datetime | None
    venue_id: int | None


class ReservationFacts(NamedTuple):
    """The ticket's active reservation with its slot. `date` and times are local; `starts_at` and `ends_at` are aware UTC.

    `admitted` of its `places` people are in. `check_in_opens_minutes` before the start and `check_in_closes_minutes` after it
    are a performance's own window of entry; None: the venue's policy. `booked_together` over 1: a party of tickets.
    """

    id: int
    slot_id: int
    venue_id: int
    date: date
    start_time: time
    end_time: time
    starts_at: datetime
    ends_at: datetime
    booked_count: int
    total_capacity: int
    check_in_opens_minutes: int | None = None
    check_in_closes_minutes: int | None = None
    places: int = 1
    admitted: int = 0
    booked_together: int = 1


class FirstEntry(NamedTuple):
    """The entry that counts: the first one that was not undone."""

    verified_at: datetime
    verified_by: int
    operator_name: str
    gate: str | None


@dataclass(frozen=True, slots=True)
class EntryPolicy:
    """A venue's rules of entry. `early_entry_minutes` None: entry from midnight of the slot's date.

    `re_entry` is for holders who have left (`hub/rules/leaving.py`).
    """

    unreserved_entry: Literal["deny", "allow"]
    late_entry_minutes: int = 0
    early_entry_minutes: int | None = None
    re_entry: Literal["deny", "allow"] = "deny"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict with its texts: `message` is shown large, `detail` below it.

    `days_from_now` is the number of days from today to the reserved date.
    """

    result: Result
    reason: Reason
    can_verify: bool
    message: str
    detail: str
    days_from_now: int | None


UNKNOWN = Verdict("RED", Reason.TICKET_NOT_FOUND, False, "INVALID TICKET", "No ticket has this code", None)
MISTYPED = replace(UNKNOWN, detail="This code was misread or mistyped; try again")
_CANCELLED = Verdict("RED", Reason.TICKET_CANCELLED, False, "TICKET CANCELLED", "This ticket was cancelled", None)
_UNPAID = Verdict("RED", Reason.TICKET_NOT_ACTIVATED, False, "TICKET NOT ACTIVATED", "Payment is not complete", None)
_INACTIVE = replace(_UNPAID, detail="Customer must activate the ticket first")
_UNCONFIRMED = Verdict(
    "RED", Reason.BOOKING_NOT_CONFIRMED, False, "BOOKING NOT CONFIRMED", "The link in the email was not used", None
)
_LAPSED = replace(_UNCONFIRMED, detail="The link in the email was not used in time")
_BOOKING_CANCELLED = replace(_CANCELLED, detail="This booking was cancelled")
_ELSEWHERE = Verdict("RED", Reason.WRONG_VENUE, False, "WRONG VENUE", "This ticket is for another venue", None)
_EXPIRED = Verdict("RED", Reason.TICKET_EXPIRED, False, "TICKET EXPIRED", "This ticket is no longer valid", None)
_DENIED = Verdict("RED", Reason.NO_RESERVATION, False, "NO RESERVATION", "Customer must book a time slot first", None)
_ALREADY = Verdict("YELLOW", Reason.ALREADY_VERIFIED, True, "ALREADY VERIFIED", "Verified before", None)
_TOO_MANY = Verdict("RED", Reason.PARTY_TOO_LARGE, False, "TOO MANY PEOPLE", "This ticket is for one person", None)
ENTERED = Verdict("GREEN", Reason.VERIFIED, True, "ENTRY RECORDED", "", None)
"""The verdict of an entry that a supervisor records, whatever the facts are."""
_ALLOWED = Verdict("YELLOW", Reason.NO_RESERVATION, True, "NO RESERVATION", "No reservation - allowed", None)


def decide_entry(  # noqa: PLR0917  the facts come in the order in which they are checked
    ticket: TicketFacts | None,
    reservation: ReservationFacts | None,
    first_entry: FirstEntry | None,
    policy: EntryPolicy,
    venue_id: int,
    now: datetime,
    zone: tzinfo,
) -> Verdict:
    """Return the verdict on one scan at `venue_id` in time zone `zone` at the aware datetime `now`."""
    if ticket is None:
        return UNKNOWN
    status = ticket.status
    if status == "CANCELLED":
        return _BOOKING_CANCELLED if ticket.channel == "booking" else _CANCELLED
    if status == "PENDING_PAYMENT":
        return _UNPAID
    if status == "INACTIVE":
        return _UNCONFIRMED if ticket.channel == "booking" else _INACTIVE
    if reservation is not None and reservation.venue_id != venue_id:
        return _reserved_elsewhere(reservation, now.astimezone(zone).date())
    if ticket.venue_id is not None and ticket.venue_id != venue_id:
        return _ELSEWHERE
    if first_entry is not None and (reservation is None or not 0 < reservation.admitted < reservation.places):
        return _already(first_entry, reservation, now, zone)
    # The status EXPIRED of an OTA ticket comes from the external system. If it has a reservation, the slot decides.
    if status == "EXPIRED" and (ticket.channel != "ota" or reservation is None):
        if ticket.channel == "booking" and reservation is None:
            return _LAPSED
        ended = reservation is not None and now >= reservation.ends_at
        return _over(reservation, now.astimezone(zone).date()) if reservation and ended else _EXPIRED
    if ticket.valid_until is not None and now >= ticket.valid_until:
        return _EXPIRED
    if status == "VERIFIED" and first_entry is None:
        return _ALREADY
    if reservation is None:
        return _ALLOWED if policy.unreserved_entry == "allow" else _DENIED
    return _decide_moment(reservation, policy, now, zone)


def party_of(ticket: TicketFacts | None, reservation: ReservationFacts | None) -> Party | None:
    """Return the party of a booking, or of any ticket that admits several; None for a ticket of one person."""
    if ticket is None or reservation is None:
        return None
    booking = ticket.channel == "booking"
    if reservation.places == 1 and not booking:
        return None
    return Party(ticket.id if booking else None, reservation.places, reservation.admitted)


def entry_window(reservation: ReservationFacts, policy: EntryPolicy, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return from when (included) until when (excluded) the reservation allows entry, in UTC."""
    if reservation.check_in_opens_minutes is not None:
        opens = reservation.starts_at - timedelta(minutes=reservation.check_in_opens_minutes)
    elif policy.early_entry_minutes is None:
        opens = midnight(reservation.date, zone)
    else:
        opens = reservation.starts_at - timedelta(minutes=policy.early_entry_minutes)
    if reservation.check_in_closes_minutes is not None:
        return opens, reservation.starts_at + timedelta(minutes=reservation.check_in_closes_minutes)
    closes = reservation.ends_at
    if policy.late_entry_minutes:
        closes += timedelta(minutes=policy.late_entry_minutes)
    return opens, closes


def entry_recorded(verdict: Verdict, party: Party | None = None) -> Verdict:
    """Return what the scanner shows when the entry that `verdict` permitted is stored. `party`: as it is afterwards."""
    if party is not None and party.size > 1:
        return party_recorded(party, verdict.days_from_now)
    return _recorded(verdict.detail, verdict.days_from_now)


def party_recorded(party: Party, days_from_now: int | None) -> Verdict:
    """Return what the scanner shows when people of a party have come in. `party`: as it is afterwards."""
    return _recorded(people_in(party.admitted, party.size), days_from_now)


def too_many(party: Party) -> Verdict:
    """Return the verdict on a scan that wants to admit more people than remain. It admits nobody."""
    if party.size == 1:
        return _TOO_MANY
    return replace(_TOO_MANY, detail=f"{party.remaining} of {party.size} can still come in")


def _decide_moment(reservation: ReservationFacts, policy: EntryPolicy, now: datetime, zone: tzinfo) -> Verdict:
    opens, closes = entry_window(reservation, policy, zone)
    today = now.astimezone(zone).date()
    if now >= closes:
        return _over(reservation, today) if now >= reservation.ends_at else _closed(reservation, closes, today, zone)
    if now >= opens:
        if reservation.places > 1:
            return _valid_party(reservation, today)
        return _valid(reservation.date, reservation.start_time, reservation.end_time, today)
    if reservation.date > today:
        return _wrong_date(reservation.date, today)
    detail = f"Reserved for {_slot_words(reservation, today)}, entry from {opens.astimezone(zone):%H:%M}"
    return Verdict("RED", Reason.TOO_EARLY, False, "TOO EARLY", detail, (reservation.date - today).days)


@lru_cache(maxsize=4096)
def _valid(day: date, start: time, end: time, today: date) -> Verdict:
    detail = f"Reserved for {_when(day, start, end, today)}"
    return Verdict("GREEN", Reason.VALID, True, "VALID TICKET", detail, (day - today).days)


def _valid_party(reservation: ReservationFacts, today: date) -> Verdict:
    if reservation.admitted:
        detail = people_in(reservation.admitted, reservation.places)
    else:
        detail = f"Reserved for {_slot_words(reservation, today)}, party of {reservation.places}"
    return Verdict("GREEN", Reason.VALID, True, "VALID TICKET", detail, (reservation.date - today).days)


@lru_cache(maxsize=4096)
def _recorded(detail: str, days_from_now: int | None) -> Verdict:
    return Verdict("GREEN", Reason.VERIFIED, True, "ENTRY RECORDED", detail, days_from_now)


@lru_cache(maxsize=4096)
def _wrong_date(day: date, today: date) -> Verdict:
    days = (day - today).days
    detail = f"Reserved for {day.isoformat()} ({days} {'day' if days == 1 else 'days'} from now)"
    return Verdict("RED", Reason.WRONG_DATE, False, "WRONG DATE", detail, days)


def _over(reservation: ReservationFacts, today: date) -> Verdict:
    detail = f"Reservation for {_slot_words(reservation, today)} has ended"
    return replace(_EXPIRED, detail=detail, days_from_now=(reservation.date - today).days)


def _closed(reservation: ReservationFacts, closes: datetime, today: date, zone: tzinfo) -> Verdict:
    detail = f"Reserved for {_slot_words(reservation, today)}, entry was until {closes.astimezone(zone):%H:%M}"
    return replace(_EXPIRED, detail=detail, days_from_now=(reservation.date - today).days)


def _reserved_elsewhere(reservation: ReservationFacts, today: date) -> Verdict:
    detail = f"Reserved at another venue for {_slot_words(reservation, today)}"
    return replace(_ELSEWHERE, detail=detail, days_from_now=(reservation.date - today).days)


def _already(entry: FirstEntry, reservation: ReservationFacts | None, now: datetime, zone: tzinfo) -> Verdict:
    when = entry.verified_at.astimezone(zone)
    day = "" if when.date() == now.astimezone(zone).date() else f"{when:%Y-%m-%d} "
    # An offline scanner knows the time and the gate but not the operator, because its manifest names no person.
    by = f" by {entry.operator_name}" if entry.operator_name else ""
    gate = f", gate {entry.gate}" if entry.gate else ""
    detail = f"Verified at {day}{when:%H:%M}{by}{gate}"
    if reservation is not None and reservation.admitted > 1:
        detail = f"{people_in(reservation.admitted, reservation.places)}, first at {day}{when:%H:%M}{by}{gate}"
    return replace(_ALREADY, detail=detail)


def _slot_words(reservation: ReservationFacts, today: date) -> str:
    return _when(reservation.date, reservation.start_time, reservation.end_time, today)


def _when(day: date, start: time, end: time, today: date) -> str:
    """Return `today 12:00-14:00`, or the same with the date if it is not today."""
    return f"{'today' if day == today else day.isoformat()} {start:%H:%M}-{end:%H:%M}"
