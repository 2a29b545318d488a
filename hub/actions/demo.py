"""The deed of setting up a demo venue: staff to sign in as, tickets to book, some of them booked for today."""

import logging
from datetime import date, time, timedelta
from typing import Any

from db.statements import load
from hub.access.roles import Role
from hub.actions.availability import Availability
from hub.actions.generate_slots import OpeningHours, generate_slots
from hub.actions.issue_tickets import TicketBatch, issue_tickets
from hub.actions.reserve_ticket import BookingDesk, ReserveRequest
from hub.actions.staff import add_staff
from hub.house import House
from hub.refusals import Refused

DEMO = load("demo")
TIMEZONE = "Europe/Rome"
DAYS = 91
CAPACITY = 200

LOGINS: list[dict[str, Any]] = [
    {"username": "operator", "pin": "246810", "role": Role.OPERATOR, "name": "Jane Smith"},
    {"username": "manager", "password": "demo-manager", "role": Role.MANAGER, "name": "Marco Bianchi"},
    {"username": "admin", "password": "demo-admin", "role": Role.ADMIN, "name": "Ada Rossi"},
]

log = logging.getLogger(__name__)


async def fill_demo(house: House) -> bool:
    """Make the demo venue where there is no organisation yet; returns whether it was made."""
    async with house.database.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock(7351002)")
        if await connection.fetchval(DEMO.organisation_count):
            return False
        org_id = await connection.fetchval(DEMO.add_organisation, "Demo Venues")
        venue_id = await connection.fetchval(DEMO.add_venue, org_id, "Teatro Aurora", TIMEZONE)
        for gate in ("A", "B", "C"):
            await connection.fetchval(DEMO.add_gate, org_id, venue_id, gate)
    house.venues.forget()
    for login in LOGINS:
        await add_staff(house, org_id=org_id, venue_id=venue_id, **login)
    today = house.clock.now().astimezone((await house.venues.read(org_id, venue_id)).zone).date()
    # Slots round the clock today, so that whoever tries it at midnight can still book for today and walk in.
    await generate_slots(house, OpeningHours(today, 1, time(0), time(0), 120, CAPACITY), venue_id=venue_id)
    await generate_slots(
        house, OpeningHours(today + timedelta(days=1), DAYS, time(10), time(20), 120, CAPACITY), venue_id=venue_id
    )
    await issue_tickets(house, TicketBatch(count=40), org_id=org_id)
    await issue_tickets(house, TicketBatch(count=2, status="PENDING_PAYMENT"), org_id=org_id)
    await issue_tickets(house, TicketBatch(count=2, status="INACTIVE"), org_id=org_id)
    await _book_some(house, org_id, today)
    return True


async def _book_some(house: House, org_id: int, today: date) -> None:
    """Book six tickets for what is left of today and one for tomorrow, as customers would."""
    desk = BookingDesk(house, Availability(house))
    issued = await issue_tickets(house, TicketBatch(count=7, customer_name="Demo Customer"), org_id=org_id)
    slots = await house.database.fetch(DEMO.slots_from, org_id, house.clock.now())
    now_on = [slot["id"] for slot in slots if slot["date"] == today][:3] or [slots[0]["id"]]
    later = [slot["id"] for slot in slots if slot["date"] > today][:1]
    wanted = [now_on[n % len(now_on)] for n in range(6)] + later
    for ticket, slot_id in zip(issued["tickets"], wanted, strict=False):
        try:
            await desk.reserve(
                ReserveRequest(org_id, ticket["ticket_id"], slot_id, "visitor@example.org", "+12025550123")
            )
        except Refused as refused:
            log.warning("demo.not_booked", extra={"reason": refused.reason.value})


async def demo_card(house: House) -> dict[str, Any]:
    """Who may sign in and which tickets to try, for printing. Passwords are the demo's own and stand in this file."""
    org_id = await house.venues.only_organisation()
    rows = await house.database.fetch(DEMO.spare_tickets, org_id, house.clock.now()) if org_id is not None else []
    return {
        "logins": [
            {"username": e["username"], "password": e.get("password"), "pin": e.get("pin"), "role": e["role"].value}
            for e in LOGINS
        ],
        "codes": [f"{row['code']}  {row['standing']}" for row in rows],
    }
