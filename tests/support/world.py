"""The world: the data of a test, which is an organisation with a venue, staff, slots and tickets."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.access.roles import Role
from hub.access.tokens import Identity, Staff
from hub.actions.booking.booking_request import ReserveRequest
from hub.actions.staff.accounts import STAFF
from hub.actions.venues.venue_cache import VENUES
from hub.rules.ticket_code import new_code
from tests.support.hub import Hub
from web import keys

NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
"""The time at which every test starts: noon in Rome."""
TODAY = date(2026, 11, 20)
ZONE = "Europe/Rome"
PASSWORD = "correct horse"
HASHES: dict[str, str] = {}


@dataclass(frozen=True)
class Ticket:
    id: int
    code: str
    token: str = ""
    reservation_id: int = 0


class World:
    """An organisation with a venue and gates, and methods to add staff, slots and tickets."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.org_id = 0
        self.venue_id = 0
        self.product_id = 0
        self.order_id = 0

    async def found(self, *, timezone: str = ZONE) -> World:
        database = self.hub.database
        self.org_id = await database.fetchval(VENUES.add_organisation, "Test Organisation")
        self.venue_id = await self.venue(timezone=timezone)
        self.product_id = await database.fetchval(
            "INSERT INTO products (org_id, name) VALUES ($1, 'Admission') RETURNING id", self.org_id
        )
        self.order_id = await database.fetchval(
            "INSERT INTO orders (org_id, status, paid_at) VALUES ($1, 'PAID', now()) RETURNING id", self.org_id
        )
        self.hub.services.venues.forget()
        self.hub.services.products.forget()
        return self

    async def venue(self, *, timezone: str = ZONE) -> int:
        venue_id: int = await self.hub.database.fetchval(VENUES.add_venue, self.org_id, "Test Venue", timezone)
        return venue_id

    async def policy(self, **columns: Any) -> None:
        """Set venue policies, e.g. `policy(unreserved_entry="allow")`."""
        for column, value in columns.items():
            assert column.isidentifier()
            await self.hub.database.execute(
                f"UPDATE venues SET {column} = $3 WHERE org_id = $1 AND id = $2",
                self.org_id, self.venue_id, value,
            )  # fmt: skip
        self.hub.services.venues.forget()

    async def staff(
        self, role: str = "OPERATOR", name: str = "Jane Smith", username: str | None = None, venue_id: int | None = None
    ) -> str:
        """Add a staff member and return a session token. The password is `correct horse`."""
        username = username or f"{role.lower()}-{secrets.token_hex(4)}"
        services, where = self.hub.services, venue_id or self.venue_id
        if PASSWORD not in HASHES:
            HASHES[PASSWORD] = await services.passwords.hash(PASSWORD)
        # The rows are those of adding staff and signing in, without the time for hashing.
        staff_id = await services.database.fetchval(
            STAFF.add_staff, self.org_id, where, username, name, Role(role).value, HASHES[PASSWORD], None
        )
        return services.sessions.issue(Staff(staff_id, self.org_id, where, name, Role(role)))

    def identity(self, role: str = "MANAGER") -> Identity:
        """Return who a staff member is to an action, without a row and a session."""
        return Identity(1, self.org_id, self.venue_id, "Jane Smith", Role(role), "session", NOON + timedelta(hours=8))

    async def slot(
        self, day: date = TODAY, start: str = "12:00", end: str = "14:00", capacity: int = 200, *,
        venue_id: int | None = None, booked: int = 0,
    ) -> int:  # fmt: skip
        """Add a slot, with `booked` places taken by reservations."""
        zone = ZoneInfo(ZONE)
        starts = datetime.combine(day, time.fromisoformat(start), zone)
        ends = datetime.combine(day, time.fromisoformat(end), zone)
        if ends <= starts:
            ends += timedelta(days=1)
        slot_id: int = await self.hub.database.fetchval(
            "INSERT INTO reservation_slots (org_id, venue_id, date, start_time, end_time, starts_at, ends_at,"
            " total_capacity) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
            self.org_id, venue_id or self.venue_id, day, starts.time(), ends.time(), starts, ends, capacity,
        )  # fmt: skip
        if booked:
            await self.fill(slot_id, booked)
        return slot_id

    async def fill(self, slot_id: int, places: int) -> list[Ticket]:
        """Take places in one statement, as bookings leave them. Seat admission and calendars are not updated."""
        tickets = await self.tickets(places)
        rows = await self.hub.database.fetch(
            "WITH r AS (INSERT INTO ticket_reservations (org_id, ticket_id, slot_id, venue_id, customer_email,"
            " customer_phone, manage_token_hash, reserved_at) SELECT $1, t, $2, s.venue_id, 'john@example.com',"
            " '+12025551234', sha256(t::text::bytea), now() FROM unnest($3::bigint[]) t, reservation_slots s"
            " WHERE s.id = $2 RETURNING id, ticket_id),"
            " m AS (INSERT INTO mail_outbox (org_id, kind, reservation_id, recipient, status, next_attempt_at)"
            " SELECT $1, 'reservation.confirmed', id, 'john@example.com', 'SENT', now() FROM r),"
            " t AS (UPDATE tickets SET status = 'RESERVED', version = version + 1, customer_email = 'john@example.com',"
            " customer_phone = '+12025551234', reserved_at = now() WHERE org_id = $1 AND id = ANY ($3)),"
            " s AS (UPDATE reservation_slots SET booked_count = booked_count + $4, revision = revision + 1 WHERE id = $2)"
            " SELECT id, ticket_id FROM r",
            self.org_id, slot_id, [ticket.id for ticket in tickets], places,
        )  # fmt: skip
        reservation_of = {row["ticket_id"]: row["id"] for row in rows}
        return [Ticket(t.id, t.code, "", reservation_of[t.id]) for t in tickets]

    async def ticket(self, status: str = "ACTIVATED", **columns: Any) -> Ticket:
        return (await self.tickets(1, status, **columns))[0]

    async def tickets(self, count: int, status: str = "ACTIVATED", **columns: Any) -> list[Ticket]:
        """Insert tickets into the table. `columns` are further columns by name."""
        codes = (
            [columns.pop("code")] if "code" in columns else [new_code(2026, secrets.randbelow) for _ in range(count)]
        )
        names = "".join(f", {name}" for name in columns)
        places = "".join(f", ${n}" for n in range(6, 6 + len(columns)))
        rows = await self.hub.database.fetch(
            f"INSERT INTO tickets (org_id, code, order_id, product_id, status{names})"
            f" SELECT $1, code, $3, $4, $5{places} FROM unnest($2::text[]) AS c (code) RETURNING id, code",
            self.org_id, codes, self.order_id, self.product_id, status, *columns.values(),
        )  # fmt: skip
        return [Ticket(row["id"], row["code"]) for row in rows]

    async def ticket_of(self, ticket_id: int) -> Ticket:
        """Return a ticket that is in the table."""
        code = await self.hub.database.fetchval(
            "SELECT code FROM tickets WHERE org_id = $1 AND id = $2", self.org_id, ticket_id
        )
        return Ticket(ticket_id, code)

    async def reserve(self, ticket: Ticket, slot_id: int) -> Ticket:
        """Book through `Bookings`, as the API does."""
        request = ReserveRequest(self.org_id, ticket.id, slot_id, "john@example.com", "+12025551234")
        reserved = await self.hub.app[keys.BOOKINGS].reserve(request)
        return Ticket(ticket.id, ticket.code, reserved.manage_token, reserved.reservation_id)

    async def reserved(self, slot_id: int, **columns: Any) -> Ticket:
        return await self.reserve(await self.ticket(**columns), slot_id)

    async def booked_count(self, slot_id: int) -> int:
        count: int = await self.hub.database.fetchval(
            "SELECT booked_count FROM reservation_slots WHERE id = $1", slot_id
        )
        return count


async def many_slots(world: World, count: int, capacity: int) -> list[int]:
    """Add slots of 15 minutes, forty a day from tomorrow on, and one large slot on each day for alternatives."""
    rows = await world.hub.database.fetch(
        "INSERT INTO reservation_slots (org_id, venue_id, date, start_time, end_time, starts_at, ends_at, total_capacity)"
        " SELECT $1, $2, at::date, at::time, (at + '15 min')::time, at AT TIME ZONE 'Europe/Rome',"
        "        (at + '15 min') AT TIME ZONE 'Europe/Rome', $5"
        "   FROM generate_series(0, $4 - 1) n, LATERAL (SELECT $3::timestamp + (n / 40) * interval '1 day'"
        "                                                      + (n % 40) * interval '15 min' AS at) a"
        " ORDER BY n RETURNING id",
        world.org_id, world.venue_id, TODAY + timedelta(days=1), count, capacity,
    )  # fmt: skip
    for day in range(-(-count // 40)):
        await world.slot(TODAY + timedelta(days=1 + day), "18:00", "20:00", capacity=100_000)
    return [row["id"] for row in rows]
