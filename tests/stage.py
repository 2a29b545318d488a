"""The stage: a hub with real servers and real sockets, and short words for setting it up."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import aiohttp
import aiohttp_jinja2
from aiohttp import web
from jinja2.bccache import Bucket, BytecodeCache

from hub.access.roles import Role
from hub.access.tokens import Staff
from hub.actions.booking.reserve import ReserveRequest
from hub.actions.staff.accounts import STAFF
from hub.actions.venues.venue_cache import VENUES
from hub.app import build_app
from hub.clock import Clock
from hub.rules.ticket_code import new_code
from hub.services import Services
from hub.settings import Settings
from web import keys

NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
"""The moment every test starts at: noon in Rome."""
TODAY = date(2026, 11, 20)
ZONE = "Europe/Rome"
PASSWORD = "correct horse"
HASHES: dict[str, str] = {}
COMPILED_TEMPLATES: dict[str, bytes] = {}


@dataclass(frozen=True)
class Ticket:
    id: int
    code: str
    token: str = ""
    reservation_id: int = 0


def settings_for(database_url: str, redis_url: str, data_dir: Path, port: int, **changes: Any) -> Settings:
    """Settings as from an environment, with every rate limit off unless a test names one."""
    env = {
        "HUB_DATABASE_URL": database_url,
        "HUB_REDIS_URL": redis_url,
        "HUB_DATA_DIR": str(data_dir),
        "HUB_PORT": str(port),
        "HUB_RATE_RESERVATIONS": "off",
        "HUB_RATE_VALIDATE": "off",
        "HUB_RATE_CODES": "off",
        "HUB_RATE_OPERATOR": "off",
        "HUB_RATE_SYNC": "off",
        "HUB_SOCKETS_PER_OPERATOR": "off",
        "HUB_SECRET_KEY": "a test's secret of at least thirty-two bytes",
    }
    return replace(Settings.from_environment(env, development=True), **changes)


class CompiledTemplates(BytecodeCache):
    """Every hub compiles its templates; those of one process need not do so again."""

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in COMPILED_TEMPLATES:
            bucket.bytecode_from_string(COMPILED_TEMPLATES[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        COMPILED_TEMPLATES[bucket.key] = bucket.bytecode_to_string()


class Hub:
    """One running hub process-in-a-test, listening on a port of its own."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.url = settings.public_url
        self.app = build_app(settings, clock=clock)
        aiohttp_jinja2.get_env(self.app).bytecode_cache = CompiledTemplates()
        self._runner = web.AppRunner(self.app, access_log=None, keepalive_timeout=15, shutdown_timeout=2)

    async def open(self) -> Hub:
        await self._runner.setup()
        await web.TCPSite(self._runner, self.settings.host, self.settings.port, reuse_port=True).start()
        # As many sockets as a test asks for: by itself the client would wait after the hundredth.
        self.client = aiohttp.ClientSession(
            self.url, cookie_jar=aiohttp.DummyCookieJar(), connector=aiohttp.TCPConnector(limit=0)
        )
        return self

    async def close(self) -> None:
        await self.client.close()
        await self._runner.cleanup()

    @property
    def services(self) -> Services:
        return self.app[keys.SERVICES]

    @property
    def database(self) -> Any:
        return self.services.database

    async def post(self, path: str, body: Any, *, token: str | None = None, **headers: str) -> tuple[int, Any]:
        """POST JSON; returns (status, decoded body). Header names with underscores for dashes."""
        async with self.client.post(path, json=body, headers=_headers(token, headers)) as response:
            return response.status, await response.json()

    async def get(self, path: str, *, token: str | None = None, **headers: str) -> tuple[int, Any]:
        async with self.client.get(path, headers=_headers(token, headers)) as response:
            return response.status, await response.json()

    async def delete(self, path: str, *, token: str | None = None, **headers: str) -> tuple[int, Any]:
        async with self.client.delete(path, headers=_headers(token, headers)) as response:
            return response.status, await response.json()

    async def socket(self, token: str, *, gate: str | None = None) -> Socket:
        """A signed-in scanner or dashboard."""
        ws = await self.client.ws_connect("/ws", headers={"Authorization": f"Bearer {token}"}, compress=0)
        socket = Socket(ws)
        assert (await socket.receive())["type"] == "hello"
        socket.ready = await socket.receive()
        assert socket.ready["type"] == "ready"
        if gate is not None:
            await ws.send_json(
                {"type": "device", "device": {"id": f"gate-{gate}", "name": f"Gate {gate}", "gate": gate}}
            )
        return socket


def _headers(token: str | None, named: dict[str, str]) -> dict[str, str]:
    headers = {name.replace("_", "-"): value for name, value in named.items()}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return headers


class Socket:
    """A client that keeps replies and events apart."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws
        self.ready: dict[str, Any] = {}
        self.events: list[dict[str, Any]] = []
        self._last_id = 0

    async def receive(self, timeout: float = 10) -> dict[str, Any]:
        frame: dict[str, Any] = await self.ws.receive_json(timeout=timeout)
        return frame

    async def command(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Send a command and return its whole reply; events met on the way are kept."""
        self._last_id += 1
        wanted = self._last_id
        await self.ws.send_json({"id": wanted, "type": kind, **fields})
        while True:
            frame = await self.receive()
            if frame.get("type") == "event":
                self.events.append(frame)
            elif frame.get("id") == wanted:
                return frame

    async def validate(self, code: str) -> dict[str, Any]:
        reply = await self.command("validate", code=code)
        assert reply["success"], reply
        decision: dict[str, Any] = reply["data"]
        return decision

    async def verify(self, code: str, scan_id: str | None = None) -> dict[str, Any]:
        reply = await self.command("verify", code=code, scan_id=scan_id or str(uuid4()))
        assert reply["success"], reply
        decision: dict[str, Any] = reply["data"]
        return decision

    async def leave(self, code: str, scan_id: str | None = None) -> dict[str, Any]:
        reply = await self.command("exit", code=code, scan_id=scan_id or str(uuid4()))
        assert reply["success"], reply
        decision: dict[str, Any] = reply["data"]
        return decision

    async def event(self, timeout: float = 10) -> dict[str, Any]:
        """The next event, a kept one first."""
        if self.events:
            return self.events.pop(0)
        while True:
            frame = await self.receive(timeout)
            if frame.get("type") == "event":
                return frame

    async def close(self) -> None:
        await self.ws.close()


class World:
    """An organisation with a venue and gates, and what a test adds to it."""

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
        """Add a member of staff and return a session token; the password is `correct horse`."""
        username = username or f"{role.lower()}-{secrets.token_hex(4)}"
        services, where = self.hub.services, venue_id or self.venue_id
        if PASSWORD not in HASHES:
            HASHES[PASSWORD] = await services.passwords.hash(PASSWORD)
        # As adding staff and signing in would leave it, without the hashing both make everybody wait for.
        staff_id = await services.database.fetchval(
            STAFF.add_staff, self.org_id, where, username, name, Role(role).value, HASHES[PASSWORD], None
        )
        return services.sessions.issue(Staff(staff_id, self.org_id, where, name, Role(role)))

    async def slot(
        self, day: date = TODAY, start: str = "12:00", end: str = "14:00", capacity: int = 200, *,
        venue_id: int | None = None, booked: int = 0,
    ) -> int:  # fmt: skip
        """Add a slot, with `booked` places taken by reservations of their own."""
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
        """Take places in one statement, as bookings would have left them; nobody's gate or calendar hears of it."""
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
        """Add tickets straight into the table; `columns` are further columns by name."""
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

    async def reserve(self, ticket: Ticket, slot_id: int) -> Ticket:
        """Book through the desk, as the API does."""
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


INVARIANTS = {
    "no slot is overbooked":
        "SELECT id FROM reservation_slots WHERE booked_count + held_count > total_capacity OR booked_count < 0 OR held_count < 0",
    "booked counts equal the reservations that hold a place":
        "SELECT s.id FROM reservation_slots s LEFT JOIN ticket_reservations r ON r.slot_id = s.id"
        " GROUP BY s.org_id, s.id HAVING s.booked_count <> count(r.id) FILTER (WHERE r.status <> 'CANCELLED')",
    "verified counts equal the reservations verified":
        "SELECT s.id FROM reservation_slots s LEFT JOIN ticket_reservations r ON r.slot_id = s.id"
        " GROUP BY s.org_id, s.id HAVING s.verified_count <> count(r.id) FILTER (WHERE r.status = 'VERIFIED')",
    "a ticket has at most one active reservation":
        "SELECT ticket_id FROM ticket_reservations WHERE status <> 'CANCELLED' GROUP BY ticket_id HAVING count(*) > 1",
    "a ticket was let in at most once more often than it was taken back":
        "SELECT ticket_id FROM scans GROUP BY ticket_id"
        " HAVING count(*) FILTER (WHERE entered) - count(*) FILTER (WHERE mode = 'undo' AND undoes IN"
        " (SELECT scan_id FROM scans WHERE entered)) > 1",
    "nobody has left who is not in, nor twice without coming back":
        "SELECT b.ticket_id FROM ticket_absences b JOIN tickets t ON t.org_id = b.org_id AND t.id = b.ticket_id"
        " WHERE b.returned_at IS NULL GROUP BY b.ticket_id HAVING count(*) > 1 OR bool_or(t.verified_at IS NULL)",
    "movements equal the absences they count":
        "SELECT date FROM venue_movements v FULL JOIN (SELECT org_id, venue_id, date, count(*) AS e, count(returned_at) AS r"
        " FROM ticket_absences GROUP BY 1, 2, 3) b USING (org_id, venue_id, date)"
        " WHERE coalesce(v.exited, 0) <> coalesce(b.e, 0) OR coalesce(v.reentered, 0) <> coalesce(b.r, 0)",
    "movements equal the log":
        "SELECT l.way FROM (SELECT reason AS way, count(*) FILTER (WHERE NOT EXISTS (SELECT 1 FROM scans u"
        " WHERE u.undoes = e.scan_id AND u.org_id = e.org_id)) AS n FROM scans e"
        " WHERE reason IN ('EXIT_RECORDED', 'RE_ENTRY') GROUP BY 1) l"
        " WHERE l.n <> (SELECT coalesce(sum(CASE l.way WHEN 'RE_ENTRY' THEN reentered ELSE exited END), 0)"
        " FROM venue_movements)",
    "no more people leave a venue's day than came":
        "SELECT v.date FROM venue_movements v WHERE exited - reentered > coalesce((SELECT sum(verified_count)"
        " FROM reservation_slots s WHERE s.venue_id = v.venue_id AND s.date = v.date), 0) + coalesce((SELECT entered"
        " FROM walk_ins w WHERE w.venue_id = v.venue_id AND w.date = v.date), 0)",
    "what is offered to the waiting list is held":
        "SELECT s.id FROM reservation_slots s LEFT JOIN waitlist_entries e ON e.slot_id = s.id AND e.status = 'OFFERED'"
        " GROUP BY s.org_id, s.id HAVING s.held_count < coalesce(sum(e.places), 0)",
    "a slot that somebody waits for says so":
        "SELECT s.id FROM reservation_slots s JOIN waitlist_entries e ON e.slot_id = s.id"
        " WHERE e.status = 'WAITING' AND NOT s.has_waitlist",
    "a ticket waits only with an entry that does":
        "SELECT w.ticket_id FROM waitlist_tickets w JOIN waitlist_entries e ON e.org_id = w.org_id AND e.id = w.entry_id"
        " WHERE w.waits <> (e.status IN ('WAITING', 'OFFERED'))",
    "whoever accepted an offer was booked":
        "SELECT e.id FROM waitlist_entries e JOIN waitlist_tickets w ON w.org_id = e.org_id AND w.entry_id = e.id"
        " WHERE e.status = 'ACCEPTED' AND NOT EXISTS (SELECT 1 FROM ticket_reservations r WHERE r.ticket_id = w.ticket_id)",
    "every reservation has its party's mail":
        "SELECT r.id FROM ticket_reservations r WHERE NOT EXISTS (SELECT 1 FROM ticket_reservations p JOIN mail_outbox m"
        " ON m.reservation_id = p.id AND m.kind = 'reservation.confirmed' WHERE p.manage_token_hash = r.manage_token_hash)",
    "a party has one confirmation":
        "SELECT p.manage_token_hash FROM ticket_reservations p JOIN mail_outbox m ON m.reservation_id = p.id"
        " AND m.kind = 'reservation.confirmed' GROUP BY 1 HAVING count(DISTINCT m.id) > 1",
    "ticket and reservation agree":
        "SELECT r.id FROM ticket_reservations r JOIN tickets t ON t.id = r.ticket_id"
        " WHERE t.channel <> 'ota' AND r.status <> 'CANCELLED' AND r.status <> t.status",
}  # fmt: skip


async def broken_invariants(database: Any) -> list[str]:
    """The promises that do not hold in this database, each with the rows that break it."""
    broken = []
    for promise, sql in INVARIANTS.items():
        rows = await database.fetch(sql)
        if rows:
            broken.append(f"{promise}: not for {[row[0] for row in rows[:5]]}")
    return broken
