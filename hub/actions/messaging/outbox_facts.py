"""Outbox facts: reads what a batch of messages is about, with one statement for each kind of thing."""

from collections.abc import Mapping, Sequence
from typing import Any

from db.pool import Pool
from db.statements import load
from hub.confirmation.booked_seats import by_number
from hub.confirmation.email_content import EmailLogo
from hub.confirmation.ordered_tickets import MOST_NAMED
from hub.confirmation.outbox_message import (
    About,
    booking_id_of,
    order_id_of,
    payload_of,
    reservation_ids_of,
    slot_id_of,
    ticket_ids_of,
    venue_id_of,
)

OUTBOX = load("messaging/outbox")


async def read_about(pool: Pool, rows: Sequence[Any]) -> list[About]:
    """Return what each row of `outbox.claim` is about, in the order of the rows."""
    payloads = [payload_of(row) for row in rows]
    orders = await _read_orders(pool, rows, payloads)
    places, bookings, slots, venues = [], [], [], []
    for number, (row, payload) in enumerate(zip(rows, payloads, strict=True)):
        named = reservation_ids_of(payload, row["reservation_id"])
        if row["kind"].startswith("booking."):
            bookings.append((number, row["org_id"], booking_id_of(row, payload), next(iter(named), None)))
        else:
            places += [(number, row["org_id"], reservation) for reservation in named]
        if (slot := slot_id_of(row, payload)) is not None:
            slots.append((number, row["org_id"], slot))
        if row["channel"] == "mail":
            booking, venue = booking_id_of(row, payload), venue_id_of(payload) or _only_venue(orders.get(number, ()))
            venues.append((number, row["org_id"], next(iter(named), None), booking, slot, venue))
    parties: dict[int, list[Any]] = {}
    for place in await _read(pool, OUTBOX.parties, places):
        parties.setdefault(place["n"], []).append(place)
    booked = by_number(await _read(pool, OUTBOX.bookings, bookings))
    shows = by_number(await _read(pool, OUTBOX.shows, slots))
    logos = _logos(await _read(pool, OUTBOX.logos, venues))
    return [
        About(parties.get(n, ()), booked.get(n), shows.get(n), logos.get(n), orders.get(n, ()))
        for n in range(len(rows))
    ]


async def _read_orders(pool: Pool, rows: Sequence[Any], payloads: Sequence[Mapping[str, Any]]) -> dict[int, list[Any]]:
    """Return the rows of the orders by the number of their message."""
    wanted = []
    for number, (row, payload) in enumerate(zip(rows, payloads, strict=True)):
        if (order := order_id_of(row, payload)) is not None:
            ids = ",".join(map(str, ticket_ids_of(payload)))
            wanted.append((number, row["org_id"], order, f"{{{ids}}}" if ids else None))
    orders: dict[int, list[Any]] = {}
    for ticket in await _read(pool, OUTBOX.orders, wanted, MOST_NAMED):
        orders.setdefault(ticket["n"], []).append(ticket)
    return orders


def _only_venue(order: Sequence[Any]) -> int | None:
    """Return the venue of all tickets of an order; None if they are of several."""
    venues = {row["venue_id"] for row in order}
    return venues.pop() if len(venues) == 1 else None


def _logos(rows: Sequence[Any]) -> dict[int, EmailLogo]:
    """Return the logos by the number of their message."""
    images = {row["hash"]: row["image"] for row in rows if row["image"] is not None}
    return {row["n"]: EmailLogo(images[row["hash"]], row["width"], row["height"]) for row in rows}


async def _read(pool: Pool, sql: str, wanted: list[tuple[Any, ...]], *more: int) -> list[Any]:
    """Run a statement with one array for each column of `wanted`, and `more` arguments, unless nothing is wanted."""
    if not wanted:
        return []
    columns = [list(column) for column in zip(*wanted, strict=True)]
    rows: list[Any] = await pool.fetch(sql, *columns, *more)
    return rows
