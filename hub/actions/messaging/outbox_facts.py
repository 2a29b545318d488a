"""Outbox facts: reads what a batch of messages is about, with one statement for each kind of thing."""

from collections.abc import Sequence
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
    venue_id_of,
)

OUTBOX = load("messaging/outbox")


async def read_about(pool: Pool, rows: Sequence[Any]) -> list[About]:
    """Return what each row of `outbox.claim` is about, in the order of the rows."""
    places, bookings, slots, venues, ordered = [], [], [], [], []
    for number, row in enumerate(rows):
        payload = payload_of(row)
        named = reservation_ids_of(payload, row["reservation_id"])
        if row["kind"].startswith("booking."):
            bookings.append((number, row["org_id"], booking_id_of(row, payload), next(iter(named), None)))
        else:
            places += [(number, row["org_id"], reservation) for reservation in named]
        if (slot := slot_id_of(row, payload)) is not None:
            slots.append((number, row["org_id"], slot))
        if row["channel"] == "mail":
            venues.append(
                (
                    number,
                    row["org_id"],
                    next(iter(named), None),
                    booking_id_of(row, payload),
                    slot,
                    venue_id_of(payload),
                )
            )
        if (order := order_id_of(row, payload)) is not None:
            ordered.append((number, row["org_id"], order))
    parties: dict[int, list[Any]] = {}
    for place in await _read(pool, OUTBOX.parties, places):
        parties.setdefault(place["n"], []).append(place)
    booked = by_number(await _read(pool, OUTBOX.bookings, bookings))
    shows = by_number(await _read(pool, OUTBOX.shows, slots))
    logos = _logos(await _read(pool, OUTBOX.logos, venues))
    orders: dict[int, list[Any]] = {}
    for ticket in await _read(pool, OUTBOX.orders, ordered, MOST_NAMED):
        orders.setdefault(ticket["n"], []).append(ticket)
    return [
        About(parties.get(n, ()), booked.get(n), shows.get(n), logos.get(n), orders.get(n, ()))
        for n in range(len(rows))
    ]


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
