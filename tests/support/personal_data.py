"""Personal data in a whole database: the columns of its schema, and the search for a text in every row of every table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import orjson

from hub.access.contact_proofs import ContactProofs
from hub.actions.audit.actor import Actor
from hub.actions.guests.add_guests import GuestPlace, add_guests
from hub.actions.messaging.slot_messages import message_slot
from hub.rules.guest_lists import GuestDraft
from hub.rules.personal_data import PERSONAL
from tests.support.rows import add_row, change_rows, read_rows
from tests.support.shows import add_booking
from tests.support.world import World


async def add_column(database: Any, table: str, column: str) -> None:
    """Add a column of text that nobody has classified."""
    await database.execute(f"ALTER TABLE {table} ADD COLUMN {column} text")


async def columns_of_schema(database: Any) -> list[tuple[str, str]]:
    """Return table and column of every column of the hub's schema."""
    rows = await database.fetch(
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped"
    )
    return [(row["relname"], row["attname"]) for row in rows]


async def tables_with(database: Any, *texts: str) -> dict[str, list[str]]:
    """Return for each text the tables that hold it anywhere, whatever its case, as a dump of the database would show."""
    tables = sorted({table for table, _ in await columns_of_schema(database)})
    found: dict[str, list[str]] = {}
    for table in tables:
        rows = await database.fetch(f"SELECT t::text AS line FROM {table} t")
        dump = "\n".join(row["line"] for row in rows).lower()
        for text in texts:
            if text.lower() in dump:
                found.setdefault(text, []).append(table)
    return found


@dataclass(frozen=True)
class Person:
    """A visitor with everything that a row may hold of one."""

    name: str
    email: str
    phone: str

    @property
    def texts(self) -> tuple[str, ...]:
        return self.name, self.email, self.phone


ZAPHIRA = Person("Zaphira Quux", "Zaphira.Quux@Example.org", "+393331234567")
BYSTANDER = Person("Ben Stay", "ben@example.org", "+393337654321")


async def leave_traces(world: World, who: Person, slot_id: int, performance_id: int) -> None:
    """Write rows of this person into every table with personal data, and their name, address or number into every personal column."""
    hub, database, org = world.hub, world.hub.database, world.org_id
    (ticket,) = await world.fill(slot_id, 1)
    booking = await add_booking(world, performance_id, 2, email=who.email, name=who.name)
    by = Actor(org, world.venue_id)
    added = await add_guests(
        hub.services, by, GuestPlace(slot_id), [GuestDraft(who.name, email=who.email)], invite=True
    )
    await message_slot(hub.services, by, performance_id, "We open later.", uuid4())
    now = hub.clock.now()
    order_id = await database.fetchval(
        "INSERT INTO orders (org_id, status, created_at) VALUES ($1, 'PAID', $2) RETURNING id", org, now
    )
    await change_rows(database, "tickets", {"id": ticket.id}, order_id=order_id)
    await add_row(
        database, "waitlist_entries", org_id=org, slot_id=slot_id, venue_id=world.venue_id, places=1, status="LEFT",
        customer_email=who.email, customer_phone=who.phone, joined_at=now, ended_at=now,
    )  # fmt: skip
    await add_row(
        database, "idempotency_keys", org_id=org, key_hash=who.name.encode(), body_hash=b"x", slot_id=slot_id,
        reservation_id=ticket.reservation_id, manage_token="m", created_at=now, expires_at=now + timedelta(days=900),
    )  # fmt: skip
    books = ContactProofs(hub.services.settings, hub.services.clock)
    await add_row(
        database, "contact_codes", org_id=org, id=uuid4(), channel="email", address_hash=books.address_hash("email", who.email),
        code_hash=b"x", created_at=now + timedelta(days=900), expires_at=now, outbox_id=1,
    )  # fmt: skip
    scan = {"org_id": org, "scan_id": uuid4(), "venue_id": world.venue_id, "operator_id": 1, "code": ticket.code, "ticket_id": ticket.id,
            "result": "RED", "reason": "WRONG_DATE", "scanned_at": now}  # fmt: skip
    await add_row(database, "scans", **scan, mode="validate", source="socket", logged_at=now)
    await add_row(database, "disputes", **scan, asked_at=now)
    await add_row(database, "scan_conflicts", **scan, kind="other", offline_result="GREEN", logged_at=now)
    await add_row(
        database, "notices", org_id=org, venue_id=world.venue_id, gate="A", kind="alarm", told_at=now + timedelta(days=900),
        data=orjson.dumps({"ticket_code": ticket.code, "note": who.name}).decode(),
    )  # fmt: skip
    own: dict[str, dict[str, Any]] = {
        "tickets": {"id": [ticket.id, booking.id, *added.guest_ids]}, "bookings": {"id": booking.id}, "guests": {"id": list(added.guest_ids)},
        "waitlist_entries": {"customer_email": who.email},
        "ticket_reservations": {"ticket_id": [ticket.id, booking.id, *added.guest_ids]}, "orders": {"id": order_id},
        "scans": {"code": ticket.code}, "scan_conflicts": {"code": ticket.code}, "disputes": {"code": ticket.code},
        "mail_outbox": {"reservation_id": [row["id"] for row in await read_rows(
            database, "ticket_reservations", "id", ticket_id=[ticket.id, booking.id, *added.guest_ids])]},
    }  # fmt: skip
    types = {
        (row["table_name"], row["column_name"]): row["data_type"]
        for row in await database.fetch(
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"
        )
    }
    for table, where in own.items():
        values = {column: _value(who, column, types[table, column]) for column in PERSONAL[table]}
        await change_rows(
            database, table, where, **{name: value for name, value in values.items() if value is not None}
        )


def _value(who: Person, column: str, data_type: str) -> Any:
    """Return what a personal column holds of this person; None for a hash, which shows nothing."""
    if data_type == "bytea":
        return None
    if data_type == "jsonb":
        return orjson.dumps({"name": who.name, "address": who.email}).decode()
    if "email" in column or column == "recipient":
        return who.email
    return who.phone if "phone" in column else f"{who.name}: {column}"
