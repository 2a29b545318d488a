"""The search for tickets: by code, order, e-mail address, phone number or name, and at a gate also by a part of the code."""

import re
from datetime import timedelta
from typing import Any

from db.organisation import working_for
from db.statements import load
from db.stored_codes import code_as_stored
from hub.access.tokens import Identity
from hub.actions.tickets.life import contact_shown
from hub.rules.contact_masking import mask_email, mask_phone
from hub.rules.decisions import Contact
from hub.rules.digits import ascii_digits
from hub.rules.order_reference import order_number
from hub.rules.scan_requests import LONGEST_CODE
from hub.rules.slot_shares import shares_of
from hub.rules.ticket_code import normalise
from hub.rules.venue import Venue
from hub.services import Services
from hub.text.contact_details import read_phone
from hub.text.search_words import is_short_name, name_part, name_query, parted_query

LIFE = load("tickets/life")
MOST_FOUND = 50
SEARCHED_AT_ONCE = 5_000
"""People whose tickets one statement looks at. With 5,000 it works for about 0.05 s, and for 1 s on a busy machine with cold caches."""
LEAST_CODE_PART = 4
"""Characters of a code, without dashes, that are looked for inside the codes of the day."""
LEAST_NAME_PART = 2
LEAST_PHONE_END = 7
"""Digits that a visitor's number must end with: so many that nobody finds out a masked number by trying."""


async def find_tickets(
    services: Services, staff: Identity, text: str, country: str, *, everybody: bool = False
) -> list[dict[str, Any]]:
    """Return the tickets within the scope of `staff` among 50 that match `text`: a code, an order's reference, or its number where it has none, an e-mail address,
    a phone number, or the beginnings of words of a name, in any order. With `everybody` bookings and guests too.

    Names are compared without regard to case and accents. Operators see contact details by the venue's policy. A national phone number is read as one of `country` (ISO 3166).
    """
    text = text.strip()
    email = text.lower() if "@" in text else None
    phone = None if email else read_phone(text, country)
    code = await code_as_stored(services.database, staff.org_id, normalise(text)[:LONGEST_CODE])
    # Row-level security would hide the indexes of addresses and names; every part of the statement names the organisation.
    with working_for(None):
        rows = await services.database.fetch(
            LIFE.find_tickets,
            staff.org_id,
            code,
            text,
            email,
            phone,
            MOST_FOUND,
            list(staff.venue_ids),
            name_query(text),
            everybody,
            None if everybody else parted_query(text),
            order_number(text),
        )
    return [await _found(services, staff, row) for row in rows]


async def find_visitors(services: Services, staff: Identity, text: str, venue: Venue) -> list[dict[str, Any]]:
    """Return what `find_tickets` finds, with bookings and guests; else the tickets of the venue's business day by a part of
    their code or name, or by the end of a phone number. Names in Chinese are not parted into words, and foreign visitors say
    their numbers without a country code.

    By two letters of a name those who come at this time are found first: so few letters fit very many people.
    """
    near = await _near(services, staff, text, venue) if is_short_name(text) else []
    if len(near) == MOST_FOUND:
        return near
    known = {one["ticket_id"] for one in near}
    everywhere = await find_tickets(services, staff, text, venue.country, everybody=True)
    found = [*near, *(one for one in everywhere if one["ticket_id"] not in known)][:MOST_FOUND]
    if found:
        return found
    code = re.sub(r"[^0-9A-Z]", "", text.upper())
    name = name_part(text)
    phone = ascii_digits(text) if "@" not in text else ""
    phone = "" if re.search(r"[^\W\d_]", phone) else re.sub(r"\D", "", phone).lstrip("0")
    wanted = (
        code if len(code) >= LEAST_CODE_PART else None,
        name if len(name) >= LEAST_NAME_PART else None,
        phone if len(phone) >= LEAST_PHONE_END else None,
    )
    if not any(wanted):
        return []
    rows = await _by_part(services, venue, wanted)
    return [await _found(services, staff, row) for row in rows]


async def _near(services: Services, staff: Identity, text: str, venue: Venue) -> list[dict[str, Any]]:
    """Return the tickets by a name among the people of the slots that are nearest to now, or running: one share of them, or one slot."""
    now, near, people = services.clock.now(), list[Any](), 0
    slots = await services.database.fetch(LIFE.slots_to_search, venue.org_id, venue.id, venue.business_day(now))
    for slot in sorted(slots, key=lambda slot: max(slot["starts_at"] - now, now - slot["ends_at"], timedelta())):
        people += slot["booked_count"]
        if near and people > SEARCHED_AT_ONCE:
            break
        near.append(slot)
    rows, query = list[Any](), name_query(text)
    for share in shares_of(((slot["id"], slot["booked_count"]) for slot in near), SEARCHED_AT_ONCE):
        left = MOST_FOUND - len(rows)
        if left:
            rows += await services.database.fetch(
                LIFE.find_near, venue.org_id, share.slot_ids, query, left, share.parts, share.part
            )
    rows.sort(key=lambda row: (row["start_time"], row["code"]))
    return [await _found(services, staff, row) for row in rows]


async def _by_part(services: Services, venue: Venue, wanted: tuple[str | None, ...]) -> list[Any]:
    """Return the tickets of the business day with what is wanted. All of its tickets are looked at, so a statement has a share of them."""
    day, rows = venue.business_day(services.clock.now()), list[Any]()
    slots = await services.database.fetch(LIFE.slots_to_search, venue.org_id, venue.id, day)
    for share in shares_of(((slot["id"], slot["booked_count"]) for slot in slots), SEARCHED_AT_ONCE):
        left = MOST_FOUND - len(rows)
        if not left:
            break
        rows += await services.database.fetch(
            LIFE.find_by_part, venue.org_id, share.slot_ids, *wanted, left, share.parts, share.part
        )
    return rows


async def _found(services: Services, staff: Identity, row: Any) -> dict[str, Any]:
    contact: Contact = await contact_shown(services, staff, {row["venue_id"] or staff.venue_id} - {0})
    full = contact == "full"
    return {
        "ticket_id": row["id"],
        "ticket_code": row["code"],
        "status": row["status"],
        "customer_name": row["customer_name"],
        "customer_email": row["customer_email"] if full else mask_email(row["customer_email"]),
        "customer_phone": row["customer_phone"] if full else mask_phone(row["customer_phone"]),
        "order_reference": row["reference"],
        "date": row["date"],
        "start_time": row["start_time"],
        "end_time": row["end_time"],
        "verified_at": row["verified_at"],
    }
