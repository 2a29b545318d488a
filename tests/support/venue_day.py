"""A venue day in the scan log: visitors at their slots, unknown codes, repeated scans, gates of different speed."""

from __future__ import annotations

import random
from datetime import datetime, time, timedelta
from uuid import UUID, uuid4

from tests.support.portal_steps import add_refusals
from tests.support.world import NOON, TODAY, World

GATES = ("North", "South", "Garden")
_REFUSED = [("RED", "WRONG_DATE", 5), ("RED", "TICKET_NOT_FOUND", 4), ("RED", "NO_RESERVATION", 2), ("RED", "TICKET_CANCELLED", 1),
            ("YELLOW", "ALREADY_VERIFIED", 6)]  # fmt: skip

_REFUSED_ONLINE = [("ticket", "TICKET_NOT_FOUND", 9), ("ticket", "TICKET_ALREADY_RESERVED", 6), ("ticket", "TICKET_NOT_ACTIVATED", 4),
                   ("contact", "INVALID_CONTACT", 7), ("booking", "SLOT_FULL", 12), ("booking", "SLOT_PAST", 3)]  # fmt: skip


async def live_through(
    world: World, *, until: datetime, plan: tuple[tuple[str, str, int, int], ...], seed: int = 4
) -> list[int]:
    """Write the day up to a given time. `plan` has slots as (start, end, capacity, booked). Return the slots' ids."""
    dice, database = random.Random(seed), world.hub.database
    for gate in GATES:
        await database.execute(
            "INSERT INTO gates (org_id, venue_id, name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            world.org_id, world.venue_id, gate,
        )  # fmt: skip
    slots, scans = [], []
    for start, end, capacity, booked in plan:
        slot_id = await world.slot(TODAY, start, end, capacity)
        slots.append(slot_id)
        tickets = await world.fill(slot_id, booked)
        begins = await database.fetchval("SELECT starts_at FROM reservation_slots WHERE id = $1", slot_id)
        came = []
        for ticket in tickets:
            at = begins + timedelta(minutes=dice.gauss(8, 16))
            if at >= until or dice.random() < 0.06:
                continue
            gate = dice.choices(GATES, (5, 3, 2))[0]
            came.append((ticket.id, at, gate))
            scan_id = UUID(int=dice.getrandbits(128), version=4)
            took = timedelta(seconds=min(40, dice.expovariate(1 / (2 + 2 * GATES.index(gate)))))
            scans.append(
                (scan_id, "validate", gate, ticket.code, ticket.id, slot_id, "GREEN", "VALID", False, at - took)
            )
            scans.append((scan_id, "verify", gate, ticket.code, ticket.id, slot_id, "GREEN", "VERIFIED", True, at))
            if dice.random() < 0.11:
                result, reason, _ = dice.choices(_REFUSED, [weight for *_, weight in _REFUSED])[0]
                later = at + timedelta(seconds=dice.randrange(5, 90))
                if later < until:
                    scans.append((UUID(int=dice.getrandbits(128), version=4), "validate", dice.choices(GATES, (2, 3, 5))[0],
                                  f"X-{len(scans)}", None, None, result, reason, False, later))  # fmt: skip
        await admit(world, slot_id, came)
    await database.execute(
        "INSERT INTO scans (org_id, scan_id, venue_id, operator_id, mode, source, gate, code, ticket_id, slot_id, result,"
        " reason, entered, scanned_at, logged_at) SELECT $1, s.id, $2, 1, s.mode, 'socket', s.gate, s.code, s.ticket, s.slot,"
        " s.result, s.reason, s.entered, s.at, s.at FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::bigint[],"
        " $8::bigint[], $9::text[], $10::text[], $11::boolean[], $12::timestamptz[])"
        " AS s (id, mode, gate, code, ticket, slot, result, reason, entered, at)",
        world.org_id, world.venue_id, *(list(column) for column in zip(*scans, strict=True)),
    )  # fmt: skip
    return slots


async def checked_before(world: World, days: int = 13, seed: int = 4) -> None:
    """Write checks of the last days: by the holders of all reservations, and by others who did not book."""
    dice = random.Random(seed)
    booked = [
        row["ticket_id"] for row in await world.hub.database.fetch("SELECT DISTINCT ticket_id FROM ticket_reservations")
    ]
    tickets = booked + [dice.randrange(2**48) for _ in range(len(booked) // 3)]
    before = [min(days, int(dice.expovariate(0.25))) for _ in tickets]
    await world.hub.database.execute(
        "INSERT INTO ticket_checks (org_id, ticket_id, date, venue_id, checked_at)"
        " SELECT $1, c.ticket, c.day, $2, 'epoch' FROM unnest($3::bigint[], $4::date[]) AS c (ticket, day)",
        world.org_id, world.venue_id, tickets, [TODAY - timedelta(days=number) for number in before],
    )  # fmt: skip


async def booked_online(world: World, seed: int = 4) -> None:
    """Give the checks and their reservations moments as of real visitors, and add what else the booking page counts."""
    dice, database = random.Random(seed), world.hub.database
    moments = []
    for row in await database.fetch("SELECT ticket_id, date FROM ticket_checks"):
        hour = min(22.5, max(7.0, dice.gauss(*dice.choice([(11, 1.5), (19, 1.6)]))))
        checked_at = datetime.combine(row["date"], time(), NOON.tzinfo) + timedelta(hours=hour - 1)
        moments.append((row["ticket_id"], checked_at, checked_at + timedelta(seconds=dice.lognormvariate(4.6, 0.9))))
    columns = [list(column) for column in zip(*moments, strict=True)]
    await database.execute(
        "WITH m AS (SELECT * FROM unnest($2::bigint[], $3::timestamptz[], $4::timestamptz[]) AS m (ticket_id, checked_at, reserved_at)),"
        " c AS (UPDATE ticket_checks c SET checked_at = m.checked_at FROM m WHERE c.org_id = $1 AND c.ticket_id = m.ticket_id),"
        " d AS (INSERT INTO contact_checks (org_id, ticket_id, date, venue_id, checked_at)"
        "       SELECT c.org_id, c.ticket_id, c.date, c.venue_id, m.checked_at + interval '20 s'"
        "         FROM ticket_checks c JOIN m USING (ticket_id) WHERE c.org_id = $1 AND extract(minute FROM m.checked_at)::integer % 5 > 0)"
        " UPDATE ticket_reservations r SET reserved_at = m.reserved_at FROM m WHERE r.org_id = $1 AND r.ticket_id = m.ticket_id",
        world.org_id, *columns,
    )  # fmt: skip
    for days in range(13):
        for step, reason, most in _REFUSED_ONLINE:
            day = TODAY - timedelta(days=days)
            await add_refusals(world, day, uuid4(), dice.randrange(1, most), step=step, reason=reason)
    later = {"activation_mode": "deferred", "created_at": NOON - timedelta(days=33)}
    await world.tickets(41, "ACTIVATED", activated_at=NOON - timedelta(days=29), **later)
    await world.tickets(8, "INACTIVE", **later)
    await database.execute("UPDATE orders SET paid_at = $2 WHERE org_id = $1", world.org_id, NOON - timedelta(days=33))
    await database.execute(
        "UPDATE tickets t SET activated_at = r.reserved_at - (extract(minute FROM r.reserved_at)::integer % 10) * interval '1 day' FROM ticket_reservations r"
        " WHERE t.org_id = $1 AND r.org_id = t.org_id AND r.ticket_id = t.id",
        world.org_id,
    )  # fmt: skip


async def admit(world: World, slot_id: int, came: list[tuple[int, datetime, str]]) -> None:
    """Write the entries of a slot, as (ticket, time, gate), into its tickets, reservations and counts.

    The tickets are locked first and the slot after them, as in the hub: the expiry of this slot may run beside it.
    """
    await world.hub.database.execute(
        "WITH c AS (SELECT * FROM unnest($2::bigint[], $3::timestamptz[], $4::text[]) AS c (id, at, gate)),"
        " held AS MATERIALIZED (SELECT id FROM tickets WHERE id = ANY ($2) ORDER BY id FOR NO KEY UPDATE),"
        " t AS (UPDATE tickets t SET status = 'VERIFIED', verified_at = c.at, verified_by = 1, verified_gate = c.gate"
        " FROM c WHERE t.id = c.id),"
        " r AS (UPDATE ticket_reservations r SET status = 'VERIFIED', admitted = 1, verified_at = c.at FROM c WHERE r.ticket_id = c.id)"
        " UPDATE reservation_slots SET verified_count = n.came, revision = revision + 1"
        " FROM (SELECT count(*) AS came FROM held) n WHERE id = $1",
        slot_id, *([list(column) for column in zip(*came, strict=True)] or [[], [], []]),
    )  # fmt: skip


PLAN = (
    ("09:00", "10:30", 200, 140),
    ("10:30", "12:00", 200, 187),
    ("12:00", "13:30", 200, 200),
    ("13:30", "15:00", 200, 164),
    ("15:00", "16:30", 150, 96),
    ("16:30", "18:00", 150, 22),
)
