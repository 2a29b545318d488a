"""A foreign organisation: one row of everything, each with a word that no answer to another organisation may hold."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

from hub.access.roles import Role
from hub.access.tokens import Staff
from hub.actions.audit.actor import Actor
from hub.actions.guests.add_guests import GuestPlace, add_guests
from hub.actions.integration.api_keys import ApiKeyFields, add_key
from hub.actions.shows.rooms import RoomDraft, add_room
from hub.actions.webhooks.subscriptions import WebhookFields, add_webhook
from hub.rules.guest_lists import GuestDraft
from tests.support.hub import Hub
from tests.support.imports import checked
from tests.support.offline_queue import queued, sync
from tests.support.owner import as_owner
from tests.support.rows import add_row, change_rows, read_rows
from tests.support.theatre import Theatre
from tests.support.world import NOON, TODAY, World

SECRET = "Zwinger"
"""In the name of everything that belongs to the foreign organisation. Searches of the tests ask for `Zwing`."""

TABLES = {
    "reservation_id": "ticket_reservations",
    "ticket_id": "tickets",
    "performance_id": "reservation_slots",
    "slot_id": "reservation_slots",
    "mail_id": "mail_outbox",
    "conflict_id": "scan_conflicts",
    "operator_id": "staff",
    "staff_id": "staff",
    "organisation_id": "organisations",
    "message_id": "slot_messages",
    "session_id": "staff_sessions",
    "device_id": "scanners",
    "subject_id": "audit_log",
}
"""The table of an id, by the name that paths, queries and bodies give it. Other names are that of the table without its `s`."""

PLACES = re.compile(r"\{(\w+)(?::(?:[^{}]|\{[^{}]*\})*)?\}")
"""The places for ids in a path of aiohttp's, with their patterns."""

OWN_CLOCKWORK = {"alert_looks", "alert_states", "alerts", "scan_tallies"}
"""Tables that background jobs write for every organisation meanwhile."""


class ForeignOrganisation:
    """The organisation, its ids by their name on the wire, and what must stay secret."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.world = World(hub)
        self.ids: dict[str, int] = {}
        self.code = ""
        self.scan_id = ""
        self.secrets: list[str] = [SECRET]
        self.staff_id = 0
        self._hashes = ""

    async def found(self) -> ForeignOrganisation:
        world, database = self.world, self.hub.database
        await world.found()
        await change_rows(database, "organisations", {"id": world.org_id}, name=f"{SECRET} Museums")
        await self.name_venue(f"{SECRET} Gallery")
        await change_rows(database, "products", {"org_id": world.org_id}, name=f"{SECRET} Pass")
        await world.policy(door_sales="operators")
        theatre = Theatre(world)
        by = Actor(world.org_id, world.venue_id, 7, f"{SECRET} Director")
        room = await add_room(self.hub.services, by, RoomDraft(f"{SECRET} Stage", 40))
        theatre.room_id = room.room_id
        theatre.show_id = (await Theatre(world).found(title=f"{SECRET} Opera")).show_id
        performance_id = await theatre.performance()
        await self._add_set_up()
        booking = await theatre.booking(performance_id, f"{SECRET} Visitor", email="zwinger@example.org")
        slot_id = await world.slot()
        code, *others = [await world.reserved(slot_id, customer_name=f"{SECRET} Guest {n}") for n in range(4)]
        self.code = code.code
        self.secrets += [*(one.code for one in others), booking.code]
        self.staff_id = await self._scan(others[0].code, others[1].code)
        await add_guests(
            self.hub.services, by, GuestPlace(slot_id), [GuestDraft(f"{SECRET} Patron", email="zwinger@example.org")]
        )
        await add_row(
            database,
            "slot_messages",
            org_id=world.org_id,
            slot_id=slot_id,
            key=uuid4(),
            message=f"{SECRET} closes",
            created_at=NOON,
            finished_at=NOON,
        )
        await add_row(database, "staff_sessions", org_id=world.org_id, staff_id=self.staff_id, jti=f"{SECRET} session", issued_at=NOON,
                      expires_at=NOON + timedelta(hours=8), last_seen_at=NOON, device=f"{SECRET} handheld")  # fmt: skip
        await add_key(self.hub.services, by, ApiKeyFields(f"{SECRET} shop", ("orders",), ()))
        webhook = WebhookFields(f"{SECRET} shop", "https://zwinger.example/hook", ("order.paid",), paused=True)
        await add_webhook(self.hub.services, by, webhook)
        file = f"code,name\nDT-ZWINGER-1,{SECRET} Visitor\n"
        await checked(self.hub, world.org_id, file, file_name=f"{SECRET}.csv")
        await change_rows(database, "orders", {"org_id": world.org_id}, customer_name=f"{SECRET} Visitor")
        mails = await read_rows(database, "mail_outbox", "id", org_id=world.org_id, status="PENDING")
        self.ids = {
            "reservation_id": code.reservation_id, "ticket_id": code.id, "performance_id": performance_id, "slot_id": slot_id,
            "show_id": theatre.show_id, "room_id": theatre.room_id, "booking_id": booking.id, "mail_id": mails[0]["id"],
            "operator_id": self.staff_id, "staff_id": self.staff_id, "venue_id": world.venue_id,
        }  # fmt: skip
        return self

    async def name_venue(self, name: str) -> None:
        await change_rows(self.hub.database, "venues", {"org_id": self.world.org_id}, name=name)

    async def _add_set_up(self) -> None:
        database, here = self.hub.database, {"org_id": self.world.org_id, "venue_id": self.world.venue_id}
        gate = await add_row(database, "gates", **here, name=f"{SECRET} Gate")
        product = {"org_id": self.world.org_id, "product_id": self.world.product_id}
        await add_row(database, "product_gates", **product, gate_id=gate["id"])
        scanner = {**here, "gate_id": gate["id"], "name": f"{SECRET} handheld", "mode": "entry"}
        await add_row(database, "scanners", **scanner, created_at=NOON, changed_at=NOON)
        await add_row(database, "closed_days", **here, date=TODAY, name=f"{SECRET} holiday", created_at=NOON)

    async def _scan(self, entered: str, twice: str) -> int:
        """Let visitors in, one of them twice by an offline scanner, and ask a supervisor about a refused one."""
        token = await self.world.staff(name=f"{SECRET} Operator")
        gate = await self.hub.socket(token, gate=f"{SECRET} Gate")
        await gate.verify(entered)
        await gate.verify(twice)
        await sync(gate, queued(twice, -10))
        refused = str(uuid4())
        await gate.verify("TKT-2026-ZZZ999-ZZZ999", refused)
        asked = await gate.command("ask_supervisor", scan_id=refused, note=f"{SECRET} note")
        assert asked["success"], asked
        self.scan_id = refused
        room = await self.hub.socket(await self.world.staff("MANAGER", name=f"{SECRET} Manager"))
        sent = await room.command("send_message", text=f"{SECRET} message")
        assert sent["success"], sent
        await room.close()
        await gate.close()
        return self.hub.services.sessions.read(token).staff_id

    async def goes_on(self) -> None:
        """Do something that every topic of this organisation tells: a booking, an entry, a refusal and its question."""
        ticket = await self.world.reserved(self.ids["slot_id"], customer_name=f"{SECRET} Guest")
        another = await self.world.reserved(self.ids["slot_id"], customer_name=f"{SECRET} Guest")
        self.secrets += [ticket.code, another.code]
        await self._scan(ticket.code, another.code)

    def token(self) -> str:
        """Return the token of a new session of an administrator."""
        staff = Staff(self.staff_id, self.world.org_id, self.world.venue_id, "Jane Smith", Role.ADMIN)
        return self.hub.services.sessions.issue(staff)

    async def id_of(self, name: str) -> int:
        """Return the id of a row of this organisation, by the name of the id on the wire."""
        if name not in self.ids:
            table = TABLES.get(name) or f"{name.removesuffix('_id')}s"
            async with as_owner(self.hub.database) as owner:
                key = "id" if table == "organisations" else "org_id"
                rows = await read_rows(owner, table, "id", **{key: self.world.org_id})
            assert rows, f"{table} has no row of the foreign organisation: add one, so that `{name}` can be tried"
            self.ids[name] = rows[0]["id"]
        return self.ids[name]

    async def fill_path(self, path: str) -> str:
        """Return a path of aiohttp's with this organisation's ids. Tokens and hashes are nobody's."""
        for name in PLACES.findall(path):
            value = str(await self.id_of(name)) if name.endswith("_id") else "0" * 64
            path = PLACES.sub(value, path, count=1)
        return path

    async def fill_body(self, value: Any, name: str = "") -> Any:
        """Return a body with this organisation's ids and code in every field that takes one."""
        if isinstance(value, dict):
            return {key: await self.fill_body(inner, key) for key, inner in value.items()}
        if isinstance(value, list):
            return [await self.fill_body(inner, name.removesuffix("s")) for inner in value]
        if name == "scan_id":
            return self.scan_id
        if name in ("code", "ticket_code"):
            return self.code
        return await self.id_of(name) if name.endswith("_id") and name in {*self.ids, *TABLES} else value

    async def fingerprint(self) -> dict[str, Any]:
        """Return a hash of this organisation's rows in each table."""
        if not self._hashes:
            tables = await self.hub.database.fetch(
                "SELECT table_name::text AS name FROM information_schema.columns WHERE column_name = 'org_id' AND table_schema = 'public'"
            )
            self._hashes = " UNION ALL ".join(
                f"SELECT '{row['name']}' AS name, sum(hashtextextended(t::text, 0)) AS hash FROM {row['name']} t WHERE org_id = $1"
                for row in tables
                if row["name"] not in OWN_CLOCKWORK
            )
        return {row["name"]: row["hash"] for row in await self.hub.database.fetch(self._hashes, self.world.org_id)}

    def found_in(self, text: str) -> list[str]:
        """Return the secrets that a text holds."""
        lowered = text.lower()
        return [secret for secret in self.secrets if secret.lower() in lowered]
