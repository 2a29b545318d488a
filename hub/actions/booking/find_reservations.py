"""The managers' list of reservations: found by address, phone number, code, order or name, filtered, and read page by page.

Every search has an index, and no page looks at more than a bounded number of rows, so a list holds at a million reservations.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from db.organisation import working_for
from db.statements import load
from db.stored_codes import code_as_stored
from hub.access.scope import refuse_other_venue, venue_within
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import BEYOND
from hub.rules.digits import ascii_digits
from hub.rules.order_reference import order_number
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scan_requests import LONGEST_CODE
from hub.rules.ticket_code import normalise
from hub.services import Services
from hub.text.contact_details import read_phone
from hub.text.search_words import name_query, parted_query

FOUND = load("booking/found_reservations")
MOST = 200
EXPORT_PAGE = 1000
"""Reservations of an export in memory at a time."""
LOOKED_AT = 5_000
"""Reservations that a page without a search looks at. If few of them pass the filters, the page is short, and the next one goes on."""
CANDIDATES = 400
"""Reservations of one kind that a search looks at."""
STATUSES = ("RESERVED", "VERIFIED", "EXPIRED", "CANCELLED")
CHANNELS = ("direct", "mini_program", "ota", "booking", "guest")
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class ReservationQuery:
    """What is looked for. None and "" admit all. With a day or a slot the list is in order of the slots, else newest first."""

    text: str = ""
    status: str | None = None
    day: date | None = None
    slot_id: int | None = None
    venue_id: int | None = None
    product_id: int | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class FoundReservation:
    """A reservation with its ticket, order and slot. `places` people of one code, of whom `admitted` are in.

    `booked_together` over 1: so many were made together and share a link. `whole_day`: a guest of the day.
    """

    reservation_id: int
    status: str
    places: int
    admitted: int
    booked_together: int
    ticket_id: int
    ticket_code: str
    channel: str
    product: str | None
    name: str | None
    email: str
    phone: str
    order_id: int | None
    order_reference: str | None
    language: str
    reserved_at: datetime
    moved_at: datetime | None
    verified_at: datetime | None
    cancelled_at: datetime | None
    cancel_cause: str | None
    slot_id: int
    venue_id: int
    venue: str
    timezone: str
    date: date
    start_time: time
    end_time: time
    starts_at: datetime
    ends_at: datetime
    whole_day: bool
    show_id: int | None
    title: str | None
    version: int

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class ReservationPage:
    """One page. `next` is the `before` of the following page; None at the end. `capped`: more match than a search looks at."""

    reservations: tuple[FoundReservation, ...]
    next: int | None
    capped: bool = False


@dataclass(frozen=True, slots=True)
class SlotChoice:
    """A slot of a day that the list can be filtered by."""

    slot_id: int
    venue_id: int
    start_time: time
    end_time: time
    whole_day: bool
    title: str
    booked: int
    verified: int


@dataclass(frozen=True, slots=True)
class ReservationTarget:
    """A slot that a party may be moved to."""

    slot_id: int
    venue_id: int
    date: date
    start_time: time
    end_time: time
    free: int


async def find_reservations(
    services: Services, by: Actor, query: ReservationQuery, *, before: int | None = None, limit: int = 50
) -> ReservationPage:
    """Return one page of the reservations that match."""
    limit = max(1, min(limit, MOST))
    ids, following, capped = await _page_of_ids(services, by, query, before, limit)
    return ReservationPage(await _lines(services, by, ids), following, capped)


async def every_reservation(
    services: Services, by: Actor, query: ReservationQuery
) -> AsyncIterator[tuple[FoundReservation, ...]]:
    """Yield all reservations that match, in pages. A page is read when the caller asks for it."""
    before: int | None = None
    while True:
        ids, before, _ = await _page_of_ids(services, by, query, before, EXPORT_PAGE)
        if ids:
            yield await _lines(services, by, ids)
        if before is None:
            return


async def read_found_reservation(services: Services, by: Actor, reservation_id: int) -> FoundReservation:
    """Return one reservation. Refuses RESERVATION_NOT_FOUND, and FORBIDDEN for one of a venue outside the scope."""
    lines = await _lines(services, by, [reservation_id])
    if not lines:
        raise Refused(Reason.RESERVATION_NOT_FOUND)
    refuse_other_venue(by, lines[0].venue_id)
    return lines[0]


async def slots_on(services: Services, by: Actor, day: date, venue_id: int | None = None) -> list[SlotChoice]:
    """Return the slots of a day."""
    venue_id = venue_within(by, venue_id, by.venue_id)
    rows = await services.database.records.fetch(FOUND.slots_on, by.org_id, day, venue_id)
    return [SlotChoice(*row) for row in rows]


async def slots_to_move_to(
    services: Services, by: Actor, slot_id: int, places: int, limit: int = 100
) -> list[ReservationTarget]:
    """Return the next slots of the same venue, or performances of the same show, with so many places."""
    rows = await services.database.records.fetch(
        FOUND.slots_to_move_to, by.org_id, slot_id, services.clock.now(), limit, places
    )
    return [ReservationTarget(*row) for row in rows]


async def filter_choices(services: Services, by: Actor) -> dict[str, list[tuple[int, str]]]:
    """Return the products and venues that the list can be filtered by, as `product` and `venue`."""
    choices: dict[str, list[tuple[int, str]]] = {"product": [], "venue": []}
    for row in await services.database.records.fetch(FOUND.products_and_venues, by.org_id):
        if row["kind"] == "product" or not by.venue_ids or row["id"] in by.venue_ids:
            choices[row["kind"]].append((row["id"], row["name"]))
    return choices


async def mails_of_reservations(services: Services, by: Actor, reservation_ids: list[int]) -> list[Any]:
    """Return the messages about these reservations, newest first, as rows of the outbox without their content."""
    rows: list[Any] = await services.database.records.fetch(FOUND.mails_of_reservations, by.org_id, reservation_ids)
    return rows


async def _page_of_ids(
    services: Services, by: Actor, query: ReservationQuery, before: int | None, limit: int
) -> tuple[list[int], int | None, bool]:
    """Return the ids of a page, the `before` of the next one, and whether the search was capped."""
    filters = (query.status, venue_within(by, query.venue_id, by.venue_id), query.product_id, query.channel)
    text = " ".join(unicodedata.normalize("NFC", query.text).replace("\0", " ").split())
    slots = None
    if query.slot_id is not None:
        slots = [query.slot_id]
    elif query.day is not None:
        slots = [one.slot_id for one in await slots_on(services, by, query.day, query.venue_id)]
    if text:
        criteria = await _criteria(services, by, text)
        # Row-level security would hide the index of addresses; it guards the rows of these ids.
        with working_for(None):
            async with services.database.records.transaction() as connection:
                await connection.execute(FOUND.use_word_indexes)
                row = await connection.fetchrow(
                    FOUND.searched_reservations,
                    by.org_id,
                    slots,
                    before or BEYOND,
                    limit + 1,
                    *filters,
                    *criteria,
                    CANDIDATES,
                    parted_query(text),
                )
        ids = list(row["ids"])
        return ids[:limit], ids[limit - 1] if len(ids) > limit else None, row["capped"]
    if slots is not None:
        rows = await services.database.reports.fetch(
            FOUND.reservations_of_slots, by.org_id, slots, before, limit + 1, *filters
        )
        ids = [row["id"] for row in rows]
        return ids[:limit], ids[limit - 1] if len(ids) > limit else None, False
    row = await services.database.reports.fetchrow(
        FOUND.newest_reservations, by.org_id, before or BEYOND, limit + 1, *filters, LOOKED_AT
    )
    ids = list(row["ids"])
    return ids[:limit], ids[limit - 1] if len(ids) > limit else row["lowest"], False


async def _lines(services: Services, by: Actor, ids: list[int]) -> tuple[FoundReservation, ...]:
    rows = await services.database.records.fetch(FOUND.reservation_lines, by.org_id, ids)
    return tuple(FoundReservation(*row) for row in rows)


async def _criteria(services: Services, by: Actor, text: str) -> tuple[Any, ...]:
    """Return what a search text may mean: addresses from and to, phone numbers, code, order, name and number; None for what it cannot."""
    text = ascii_digits(text)
    digits = re.sub(r"\D", "", text)
    is_number = re.fullmatch(r"[-+\d\s()/.]+", text) is not None
    # One word may begin an address. A name in an address (`Ada Smith <ada@...`) is not a search.
    address = text.lower() if " " not in text and not is_number and len(text) > 1 else None
    phones: list[str] = []
    if is_number and len(digits) >= 6:
        phones = [f"+{digits}"]
        venue = await services.venues.first(by.org_id)
        national = read_phone(text, venue.country) if venue is not None else None
        phones += [national] if national and national not in phones else []
    code = await code_as_stored(services.database.records, by.org_id, normalise(text)[:LONGEST_CODE])
    name = None if is_number or parted_query(text) else name_query(text)
    # NULL and not an empty array: Postgres then knows that there is nothing to look for.
    return address, None if address is None else address + _LAST, phones or None, code, text, name, order_number(text)
