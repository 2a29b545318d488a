"""Outbox rows: writes messages as the actions would."""

import hashlib
import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.support.rows import add_row, change_rows, count_rows, delete_rows, read_row, read_rows

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
ROME = ZoneInfo("Europe/Rome")
STARTS = NOW + timedelta(hours=26)
SLOT = {"date": "2026-11-21", "start_time": "12:00:00", "end_time": "14:00:00", "venue_id": 1}
PUBLIC_URL = "https://hub.example.org"


class OutboxRows:
    """Writes reservations and outbox rows as bookings, moves and waiting lists do. `org` has one venue."""

    def __init__(self, database):
        self.database = database
        self.org = self.venue = self._product = self._order = None
        self._tickets = 0

    async def open(self, name="Museo", address="Via Roma 1, Roma"):
        one = self.database.fetchval
        self.org = await one("INSERT INTO organisations (name) VALUES ('Arte Spa') RETURNING id")
        self.venue = await one(
            "INSERT INTO venues (org_id, name, timezone, address) VALUES ($1, $2, 'Europe/Rome', $3) RETURNING id",
            self.org, name, address,
        )  # fmt: skip
        self._product = await one("INSERT INTO products (org_id, name) VALUES ($1, 'Visit') RETURNING id", self.org)
        self._order = await one("INSERT INTO orders (org_id) VALUES ($1) RETURNING id", self.org)
        return self

    async def slot(self, starts=STARTS, start=time(12), end=time(14), day=date(2026, 11, 21)):
        return await self.database.fetchval(
            "INSERT INTO reservation_slots (org_id, venue_id, date, start_time, end_time, starts_at, ends_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
            self.org, self.venue, day, start, end, starts, starts + timedelta(hours=2),
        )  # fmt: skip

    async def party(
        self, size=1, *, slot=None, status="RESERVED", ticket_status="RESERVED", name="John", token="secret"
    ):
        """Add reservations that share one token, and return their ids."""
        slot = slot or await self.slot()
        ids = []
        for _ in range(size):
            self._tickets += 1
            ticket = await self.database.fetchval(
                "INSERT INTO tickets (org_id, code, order_id, product_id, status, customer_name)"
                " VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
                self.org, f"TKT-2026-ABC234-DEF{self._tickets:03}", self._order, self._product, ticket_status, name,
            )  # fmt: skip
            reservation = await self.database.fetchval(
                "INSERT INTO ticket_reservations (org_id, ticket_id, slot_id, venue_id, status, customer_email,"
                " customer_phone, manage_token_hash, reserved_at, admitted)"
                " VALUES ($1, $2, $3, $4, $5, 'j@example.org', '+12025551234', $6, $7, $8) RETURNING id",
                self.org, ticket, slot, self.venue, status, hashlib.sha256(token.encode()).digest(), NOW,
                int(status == "VERIFIED"),
            )  # fmt: skip
            ids.append(reservation)
        return ids

    async def show(self, title="The Tempest", **translations):
        """Add a show and a room for it, and return their ids."""
        show = await add_row(
            self.database, "shows", org_id=self.org, venue_id=self.venue, title=title, status="PUBLISHED",
            translations=json.dumps({name: {"title": text} for name, text in translations.items()}),
        )  # fmt: skip
        room = await add_row(
            self.database, "rooms", org_id=self.org, venue_id=self.venue, name=f"Room of {title}", capacity=40
        )
        return show["id"], room["id"]

    async def performance(self, show, starts=STARTS, *, capacity=40, **columns):
        """Add a performance of a show and its room, of two hours."""
        local = starts.astimezone(ROME)
        slot = await add_row(
            self.database, "reservation_slots", org_id=self.org, venue_id=self.venue, date=local.date(),
            start_time=local.time(), end_time=(local + timedelta(hours=2)).time(), starts_at=starts,
            ends_at=starts + timedelta(hours=2), total_capacity=capacity, show_id=show[0], room_id=show[1], **columns,
        )  # fmt: skip
        return slot["id"]

    async def booking(
        self, performance, *, people=3, status="CONFIRMED", name="Ada", admitted=0, token="secret", **columns
    ):
        """Add a booking with its ticket, and with its reservation if it was ever confirmed. Return both ids."""
        self._tickets += 1
        pending = status in ("PENDING", "EXPIRED")
        ticket = await add_row(
            self.database, "tickets", org_id=self.org, code=f"BKG-{'7' * 24}{self._tickets:03}", channel="booking",
            status={"CONFIRMED": "RESERVED", "CANCELLED": "CANCELLED"}.get(status, "INACTIVE"), customer_name=name,
        )  # fmt: skip
        if status not in ("PENDING", "CONFIRMED"):
            columns["ended_at"] = NOW
        await add_row(
            self.database, "bookings", org_id=self.org, id=ticket["id"], slot_id=performance, venue_id=self.venue,
            status=status, name=name, email="j@example.org", party_size=people, requested_at=NOW,
            confirm_hash=hashlib.sha256(f"confirm {ticket['id']}".encode()).digest(),
            confirmed_at=None if pending else NOW, **{"expires_at": NOW + timedelta(days=1), **columns},
        )  # fmt: skip
        if pending:
            return ticket["id"], None
        standing = "VERIFIED" if admitted else "RESERVED"
        reservation = await add_row(
            self.database, "ticket_reservations", org_id=self.org, ticket_id=ticket["id"], slot_id=performance,
            venue_id=self.venue, status=status if status == "CANCELLED" else standing, customer_email="j@example.org",
            customer_phone="", manage_token_hash=hashlib.sha256(token.encode()).digest(), reserved_at=NOW, places=people,
            admitted=admitted,
        )  # fmt: skip
        return ticket["id"], reservation["id"]

    async def cancel_request(self, booking):
        """End a request as the cancellation of its performance does."""
        ended = {"status": "CANCELLED", "ended_at": NOW, "end_cause": "performance"}
        await change_rows(self.database, "bookings", {"id": booking}, **ended)

    async def queue(
        self, kind, payload, reservation=None, *, to="j@example.org", language="en", channel="mail", not_after=None
    ):
        return await self.database.fetchval(
            "INSERT INTO mail_outbox (org_id, kind, reservation_id, recipient, payload, next_attempt_at, language, channel,"
            " not_after, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $6) RETURNING id",
            self.org, kind, reservation, to, json.dumps(payload), NOW, language, channel, not_after,
        )  # fmt: skip

    async def confirmations(self, count=1, *, to="j@example.org", **how):
        """Add bookings of one ticket each with their e-mails, and return the reservations' ids."""
        slot = await self.slot(
            STARTS + timedelta(days=self._tickets), day=date(2026, 11, 21) + timedelta(days=self._tickets)
        )
        ids = []
        for number in range(count):
            (reservation,) = await self.party(slot=slot, token=f"secret-{self._tickets}", **how)
            ids.append(reservation)
            recipient = to.format(number)
            await self.queue("reservation.confirmed", {"manage_token": f"secret-{number}"}, reservation, to=recipient)
        return ids

    async def rows(self):
        return await self.database.fetch("SELECT * FROM mail_outbox ORDER BY id")

    async def states(self):
        return [(row["status"], row["last_error"]) for row in await self.rows()]


async def add_outbox_row(database: Any, **columns: Any) -> int:
    """Write one message into the outbox. Return its id."""
    return int((await add_row(database, "mail_outbox", **columns))["id"])


async def read_outbox_row(database: Any, *columns: str, **where: Any) -> Any:
    """Return the message with these values: the named columns, or all."""
    return await read_row(database, "mail_outbox", *columns, **where)


async def read_outbox(database: Any, *columns: str, order_by: str = "", **where: Any) -> list[Any]:
    """Return the messages with these values: the named columns, or all."""
    return await read_rows(database, "mail_outbox", *columns, order_by=order_by, **where)


async def count_outbox(database: Any, **where: Any) -> int:
    """Count the messages with these values, waiting or sent."""
    return await count_rows(database, "mail_outbox", **where)


async def change_outbox_row(database: Any, number: int, **columns: Any) -> None:
    """Set columns of one message."""
    await change_rows(database, "mail_outbox", {"id": number}, **columns)


async def delete_outbox(database: Any, **where: Any) -> None:
    """Delete the messages with these values."""
    await delete_rows(database, "mail_outbox", **where)


async def read_contact_code(database: Any, challenge: str) -> Any:
    """Return what the table stores of a one-time code. `outbox_id` is its message."""
    return await read_row(database, "contact_codes", id=challenge)


async def read_newest_code(database: Any, **where: Any) -> str:
    """Return the newest one-time code in plain text. The outbox must send nothing."""
    messages = await read_outbox(database, "payload", kind="contact.code", **where, order_by="id DESC")
    return str(json.loads(messages[0]["payload"])["code"])


async def change_outbox(database: Any, **columns: Any) -> None:
    """Set columns of all messages."""
    await change_rows(database, "mail_outbox", {}, **columns)
