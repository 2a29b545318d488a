"""Waiting list entries: reads one, and has the steps that several actions share (refusals, facts for e-mails)."""

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from typing import Any

import orjson

from db.statements import load
from hub.access.randomness import token_hash
from hub.rules.booking_decision import BookingSlot, BookingTicket, refuse_pair, refuse_slot
from hub.rules.performance_booking import BookingState, BookingTimes, booking_state
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.ticket_code import looks_mistyped
from hub.rules.venue import Venue
from hub.rules.waitlist_order import offer_stands
from hub.services import Services

WAITLIST = load("waitlist/entries")


@dataclass(frozen=True, slots=True)
class WaitlistView:
    """An entry as its holder sees it. `status` is the current one: an expired offer is LAPSED."""

    org_id: int
    entry_id: int
    slot_id: int
    venue_id: int
    places: int
    status: str
    position: int | None
    """Place in the list, 1 is next; None if the entry does not wait."""
    offer_ends_at: datetime | None
    end_cause: str | None
    had_offer: bool
    """Whether the entry ever had an offer."""
    email: str
    phone: str
    language: str
    date: date
    start_time: time
    end_time: time
    starts_at: datetime
    ends_at: datetime
    venue_name: str
    timezone: str
    ticket_codes: tuple[str, ...]
    """Empty for a booking."""
    booking_id: int | None
    """The booking that waits for seats of a performance; None if tickets wait for a slot."""
    show_id: int | None
    show_title: str | None
    room_name: str | None


async def read_waitlist(services: Services, token: str) -> WaitlistView:
    """Return the entry of a link. Refuses WAITLIST_NOT_FOUND, RATE_LIMITED. Changes nothing."""
    row = await services.links.look_up(token_hash(token), partial(services.database.fetchrow, WAITLIST.entry_of_token))
    if row is None:
        raise Refused(Reason.WAITLIST_NOT_FOUND)
    status = row["status"]
    if status == "OFFERED" and not offer_stands(row["offer_ends_at"], services.clock.now()):
        status = "LAPSED"
    return WaitlistView(
        row["org_id"], row["id"], row["slot_id"], row["venue_id"], row["places"], status,
        row["turn"] if status == "WAITING" else None, row["offer_ends_at"] if status == "OFFERED" else None,
        row["end_cause"], row["had_offer"], row["customer_email"], row["customer_phone"], row["language"], row["date"], row["start_time"],
        row["end_time"], row["starts_at"], row["ends_at"], row["venue_name"], row["timezone"],
        tuple(row["ticket_codes"] or ()), row["booking_id"], row["show_id"], row["show_title"], row["room_name"],
    )  # fmt: skip


def refusal_of(ticket: Any, slot: Any, now: datetime) -> Reason | None:
    """Return why this ticket could not book this slot even if places were free; None if it could.

    `ticket` and `slot` are rows of db/queries/waitlist/entries.sql.
    """
    found = None
    if ticket["ticket_id"] is not None:
        found = BookingTicket(ticket["ticket_id"], slot["org_id"], ticket["status"], ticket["valid_until"],
                              ticket["product_venue_id"], ticket["reservation_id"] is not None)  # fmt: skip
    roomy = BookingSlot(slot["id"], slot["org_id"], slot["venue_id"], slot["status"], slot["starts_at"], slot["ends_at"],
                        total_capacity=1, booked_count=0)  # fmt: skip
    return refuse_slot(roomy, now) or refuse_pair(found, roomy, now)


def refuse_party(tickets: list[Any], slot: Any, now: datetime) -> None:
    """Refuse with the reason of the first ticket that cannot be booked. The refusal lists all of them in `tickets`."""
    bad: list[tuple[Reason, dict[str, Any]]] = []
    for ticket in tickets:
        reason = refusal_of(ticket, slot, now)
        if reason is None:
            continue
        day = ticket["reserved_date"]
        details: dict[str, Any] = {}
        if reason is Reason.TICKET_ALREADY_RESERVED:
            details["reserved_date"] = day.isoformat() if day else None
        elif ticket["status"] == "INACTIVE":
            details |= {"can_activate": True, "ticket_id": ticket["ticket_id"]}
        elif ticket["ticket_id"] is None and looks_mistyped(ticket["asked"]):
            details["likely_mistyped"] = True
        bad.append((reason, {"ticket_code": ticket["code"] or ticket["asked"], **details}))
    if bad:
        reason, first = bad[0]
        beside = {name: value for name, value in first.items() if name != "ticket_code"}
        raise Refused(reason, tickets=[{"code": why, **facts} for why, facts in bad], **beside)


def refuse_wait(slot: Any, venue: Venue, places: int) -> None:
    """Refuse if a party of `places` need not wait for this locked slot, or would wait in vain."""
    if venue.waitlist_offer_minutes is None:
        raise Refused(Reason.WAITLIST_CLOSED)
    if places > slot["total_capacity"]:
        raise Refused(Reason.WAITLIST_CLOSED, total_capacity=slot["total_capacity"])
    free = slot["total_capacity"] - slot["booked_count"] - slot["held_count"]
    if places <= free:
        raise Refused(Reason.SLOT_NOT_FULL, free=free)


def why_closed(slot: Any, now: datetime, minutes: int | None) -> str | None:
    """Return why the list of this slot is closed; None if it is open. `minutes` None: the venue keeps no lists.

    Nobody can be booked into a performance that is not open for booking, so nobody waits for it either.
    """
    times = BookingTimes(
        slot["status"], slot["ends_at"], slot["booking_opens_at"], slot["booking_closes_at"], slot["booking_closed"]
    )
    state = booking_state(times, now)
    if slot["ends_at"] <= now:
        return "slot_over"
    if state is not BookingState.OPEN or slot["show_status"] in ("DRAFT", "ARCHIVED"):
        return "slot_closed"
    return "no_waitlist" if minutes is None else None


def slot_facts(slot: Any, venue: Venue, **more: Any) -> str:
    """Return the slot's facts for an e-mail about the waiting list, as JSON for the payload of an outbox row."""
    facts = {
        "slot": {"slot_id": slot["id"], "venue_id": slot["venue_id"], "date": slot["date"],
                 "start_time": slot["start_time"], "end_time": slot["end_time"]},
        "venue_name": venue.name, "timezone": venue.timezone, **more,
    }  # fmt: skip
    return orjson.dumps(facts).decode()
