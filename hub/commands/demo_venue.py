"""The demo venue: staff logins, tickets to book with, some reservations for today, and the theatre's shows."""

import logging
from datetime import time
from typing import Any

from db.statements import load
from hub.access.roles import Role
from hub.actions.audit.actor import Actor
from hub.actions.booking.availability import Availability
from hub.actions.booking.booking_request import ReserveRequest
from hub.actions.booking.reserve import Bookings
from hub.actions.staff.accounts import add_staff
from hub.actions.tickets.issue import TicketBatch, issue_tickets
from hub.actions.tickets.products import ProductFields, add_product, list_products
from hub.actions.venues.generate_slots import OpeningHours, generate_slots
from hub.commands.demo_theatre import fill_theatre
from hub.rules.refusals import Refused
from hub.services import Services

DEMO = load("venues/demo")
VENUES = load("venues/venues")
ORGANISATION = "Demo Venues"
VENUE = "Teatro Aurora"
TIMEZONE = "Europe/Rome"
COUNTRY = "IT"
"""ISO 3166 code of the country whose phone numbers may be typed without a country code."""
DAYS = 91
CAPACITY = 200
FAMILY = "family@example.org"

LOGINS: list[dict[str, Any]] = [
    {"username": "operator", "pin": "246810", "role": Role.OPERATOR, "name": "Jane Smith"},
    {"username": "manager", "password": "demo-manager", "role": Role.MANAGER, "name": "Marco Bianchi"},
    {"username": "admin", "password": "demo-admin", "role": Role.ADMIN, "name": "Ada Rossi"},
]

PRODUCTS: list[dict[str, Any]] = [
    {
        "name": "Student", "name_zh": "学生票", "question": "Is the student card shown?", "question_zh": "是否出示学生证？",
    },
    {
        "name": "With audio guide", "name_zh": "含语音导览", "note": "Give them an audio guide", "note_zh": "请发放语音导览器",
        "attention": True,
    },
]  # fmt: skip
"""Kinds of tickets that have something to say at the gate. One ticket of each is booked for today."""

log = logging.getLogger(__name__)


async def fill_demo(services: Services) -> bool:
    """Create the demo venue in an empty hub, its shows, and slots and reservations for today.

    Return whether this hub holds the demo. A hub with other data is left as it is.
    """
    org_id = await _demo_organisation(services)
    if org_id is None:
        venue = await _found(services)
        if venue is None:
            return False
        org_id, venue_id = venue
        for login in LOGINS:
            await add_staff(services, org_id=org_id, venue_id=venue_id, **login)
        await issue_tickets(services, TicketBatch(count=40), org_id=org_id)
        await issue_tickets(services, TicketBatch(count=2, status="PENDING_PAYMENT"), org_id=org_id)
        await issue_tickets(services, TicketBatch(count=2, status="INACTIVE"), org_id=org_id)
        # One family order with several tickets, to try booking them together.
        await issue_tickets(services, TicketBatch(count=4, customer_email=FAMILY), org_id=org_id)
        for product in PRODUCTS:
            await add_product(services, Actor(org_id), ProductFields(**product))
    await _prepare_day(services, org_id)
    await fill_theatre(services, org_id, await services.database.fetchval(VENUES.first_venue, org_id))
    return True


async def _demo_organisation(services: Services) -> int | None:
    found: int | None = await services.database.fetchval(DEMO.demo_organisation, ORGANISATION, LOGINS[0]["username"])
    return found


async def _found(services: Services) -> tuple[int, int] | None:
    """Return (organisation id, venue id) of the demo, or None if the hub has other data. Empty first ones are reused."""
    async with services.database.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock(7351002)")
        if await connection.fetchval(DEMO.anything_made):
            return None
        org_id = await connection.fetchval(DEMO.name_organisation, ORGANISATION)
        if org_id is None:
            org_id = await connection.fetchval(VENUES.add_organisation, ORGANISATION)
        named = (org_id, VENUE, TIMEZONE, COUNTRY)
        venue_id = await connection.fetchval(DEMO.name_venue, *named)
        if venue_id is None:
            await connection.fetchval(VENUES.add_venue, org_id, VENUE, TIMEZONE)
            venue_id = await connection.fetchval(DEMO.name_venue, *named)
        for gate in ("A", "B", "C"):
            await connection.fetchval(VENUES.add_gate, org_id, venue_id, gate)
    services.venues.forget()
    return org_id, venue_id


async def _prepare_day(services: Services, org_id: int) -> None:
    """Create slots for the coming months and some reservations for today. Today has slots all day, to try it at any hour."""
    venue_id = await services.database.fetchval(VENUES.first_venue, org_id)
    today = services.clock.now().astimezone((await services.venues.read(org_id, venue_id)).zone).date()
    await generate_slots(services, OpeningHours(today, 1, time(0), time(0), 120, CAPACITY), venue_id=venue_id)
    await generate_slots(services, OpeningHours(today, DAYS, time(10), time(20), 120, CAPACITY), venue_id=venue_id)
    slots = await services.database.fetch(DEMO.slots_from, org_id, services.clock.now())
    if any(slot["date"] == today and slot["waiting"] for slot in slots):
        return
    now_on = [slot["id"] for slot in slots if slot["date"] == today][:3]
    later = [slot["id"] for slot in slots if slot["date"] > today][:1]
    wanted = [now_on[n % len(now_on)] for n in range(6 if now_on else 0)] + later
    bookings = Bookings(services, Availability(services))
    named = {one["name"] for one in PRODUCTS}
    products = (await list_products(services, Actor(org_id))).products
    special = [one.product_id for one in products if one.name in named][: max(0, len(wanted) - 1)]
    tickets: list[dict[str, Any]] = []
    for product_id, count in (*((one, 1) for one in special), (None, len(wanted) - len(special))):
        batch = TicketBatch(count=count, customer_name="Demo Customer", product_id=product_id)
        tickets += (await issue_tickets(services, batch, org_id=org_id))["tickets"]
    for ticket, slot_id in zip(tickets, wanted, strict=True):
        try:
            await bookings.reserve(
                ReserveRequest(org_id, ticket["ticket_id"], slot_id, "visitor@example.org", "+12025550123")
            )
        except Refused as refused:
            log.warning("demo.not_booked", extra={"reason": refused.reason.value})


async def demo_card(services: Services) -> dict[str, Any]:
    """Return logins, ticket codes and bookings for the demo card. The passwords are constants of this file, for the demo only."""
    org_id = await _demo_organisation(services)
    if org_id is None:
        return {"logins": [], "codes": [], "bookings": []}
    booked = await services.database.fetch(DEMO.demo_bookings, org_id, services.clock.now())
    rows = await services.database.fetch(DEMO.spare_tickets, org_id, services.clock.now(), FAMILY)
    return {
        "logins": [
            {"username": e["username"], "password": e.get("password"), "pin": e.get("pin"), "role": e["role"].value}
            for e in LOGINS
        ],
        "codes": [f"{row['code']}  {row['standing']}" for row in rows],
        "bookings": [f"{row['code']}  {_booking_words(row)}" for row in booked],
    }


def _booking_words(row: Any) -> str:
    people = "1 person" if row["places"] == 1 else f"{row['places']} people"
    came = f", {row['admitted']} of them in" if row["admitted"] else ""
    return f"{row['title']}, {row['date']} {row['start_time']:%H:%M}, {people}{came}"
