"""Offers of the waiting list: offers free places in order of joining, and frees for the public what nobody waits for.

It may run at any time and in several processes, because it locks the list and then the slot. Repeating it changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg

from db.statements import load
from hub.access.randomness import secret_token, token_hash
from hub.actions.waitlist.entries import refusal_of, slot_facts, why_closed
from hub.events.announcements import SlotChanged
from hub.observability import telemetry
from hub.rules.booking_decision import BookingTicket, refuse_ticket
from hub.rules.reasons import Reason
from hub.rules.timestamps import rfc3339
from hub.rules.venue import Venue
from hub.rules.waitlist_order import Waiting, notify_until, offer_end, offer_stands, serve
from hub.services import Services

WAITLIST = load("waitlist/entries")
LOOKED_AT = 100
"""Waiting entries read in one turn besides the first. Entries behind them are served in a later turn."""
MOST_TURNS = 50


@dataclass(slots=True)
class Served:
    """The result of serving a list, as ids of entries."""

    offered: list[int] = field(default_factory=list)
    lapsed: list[int] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)

    def add(self, other: "Served") -> None:
        self.offered += other.offered
        self.lapsed += other.lapsed
        self.closed += other.closed

    def __bool__(self) -> bool:
        return bool(self.offered or self.lapsed or self.closed)


async def serve_waitlists(services: Services) -> Served:
    """Serve every list with work to do. An error is raised after the other lists are served."""
    done = Served()
    first_error: asyncpg.PostgresError | None = None
    for row in await services.database.fetch(WAITLIST.lines_to_serve, services.clock.now()):
        try:
            done.add(await serve_waitlist(services, row["org_id"], row["slot_id"]))
        except asyncpg.PostgresError as error:
            first_error = first_error or error
    if first_error is not None:
        raise first_error
    return done


async def serve_waitlist(services: Services, org_id: int, slot_id: int) -> Served:
    """Serve the list of one slot until nothing is left to do. Does nothing if another process serves it."""
    done = Served()
    for _ in range(MOST_TURNS):
        turn = await _serve_once(services, org_id, slot_id)
        done.add(turn)
        if not turn:
            break
    if done:
        telemetry.event(telemetry.WAITLIST_SERVED, slot_id=slot_id, offered=len(done.offered), lapsed=len(done.lapsed),
                        closed=len(done.closed))  # fmt: skip
    return done


async def _serve_once(services: Services, org_id: int, slot_id: int) -> Served:
    """Run one transaction: lock the list, its entries and the slot, then write what the rules decide."""
    now = services.clock.now()
    facts = await services.database.fetchrow(WAITLIST.read_slot, org_id, slot_id)
    if facts is None:
        return Served()
    if facts["show_id"] is not None:
        # In a transaction of its own, because it locks tickets, which come before the list.
        await services.database.execute(WAITLIST.keep_requests, org_id, slot_id)
    venue = await services.venues.read(org_id, facts["venue_id"])
    minutes, done = venue.waitlist_offer_minutes, Served()
    async with services.database.transaction() as connection:
        if await connection.fetchval(WAITLIST.claim_line, org_id, slot_id) is None:
            return done
        entries = list(await connection.fetch(WAITLIST.lock_entries, org_id, slot_id, LOOKED_AT))
        tickets = await connection.fetch(WAITLIST.read_tickets, org_id, [e["id"] for e in entries])
        cause = why_closed(facts, now, minutes)
        if cause is not None:
            everybody = ["WAITING"] if cause == "no_waitlist" else ["WAITING", "OFFERED"]
            ids = [e["id"] for e in await connection.fetch(WAITLIST.open_entries, org_id, slot_id, everybody)]
            done.closed += await _close(connection, facts, venue, ids, cause=cause, now=now)
        slot = await connection.fetchrow(WAITLIST.lock_slot, org_id, slot_id)
        kept = await connection.fetchval(WAITLIST.kept_places, org_id, slot_id)
        over = [e["id"] for e in entries if e["status"] == "OFFERED" and not offer_stands(e["offer_ends_at"], now)
                and e["id"] not in done.closed]  # fmt: skip
        done.lapsed += await _with_links(connection, WAITLIST.lapse, org_id, over, now, slot_facts(slot, venue))
        gone = {t["entry_id"] for t in tickets if refusal_of(t, slot, now) is not None}
        bad = [e["id"] for e in entries if e["id"] in gone and e["id"] not in (*done.closed, *done.lapsed)]
        # The slot may have closed after it was read without a lock. Then that is the cause for all entries.
        why = why_closed(slot, now, 0) or "ticket"
        done.closed += await _close(connection, slot, venue, bad, cause=why, now=now)
        standing = [e for e in entries if e["id"] not in done.lapsed and e["id"] not in done.closed]
        offered = sum(e["places"] for e in standing if e["status"] == "OFFERED")
        end = offer_end(now, minutes or 0, slot["ends_at"])
        serving = serve(
            [Waiting(e["id"], e["places"], e["gathers_until"]) for e in standing if e["status"] == "WAITING"],
            held=slot["held_count"] - kept, offered=offered, now=now, gather_until=min(end, slot["starts_at"]),
            free=slot["total_capacity"] - slot["booked_count"] - slot["held_count"],
        )  # fmt: skip
        ends = slot_facts(slot, venue, ends_at=rfc3339(end))
        done.offered += await _with_links(connection, WAITLIST.offer, org_id, serving.offers, now, end, ends)
        if serving.gathering is not None:
            await connection.execute(WAITLIST.gather, org_id, serving.gathering, min(end, slot["starts_at"]))
        # Never hold more places than the slot has, whatever went wrong before.
        held = min(serving.held + kept, slot["total_capacity"] - slot["booked_count"])
        row = await connection.fetchrow(WAITLIST.set_held, org_id, slot_id, held, now)
        await connection.execute(WAITLIST.drop_line, org_id, slot_id)
    if row is not None and row["revision"] != slot["revision"]:
        changed = SlotChanged.of(row)
        free = changed.slot.free if slot["status"] == "ACTIVE" and now < slot["ends_at"] else 0
        services.seat_admission.settle(org_id, slot_id, free=free, revision=changed.slot.revision)
        services.announcer.publish([changed])
    return done


async def _close(
    connection: Any, slot: Any, venue: Venue, ids: Sequence[int], *, cause: str, now: datetime
) -> list[int]:
    """Close entries that the caller has locked. A holder who does not know yet gets an e-mail."""
    if not ids:
        return []
    org_id, until = slot["org_id"], notify_until(cause, slot["ends_at"])
    mails: dict[int, str] = {}
    if until is not None and now < until:
        parties: dict[int, list[Any]] = {}
        for ticket in await connection.fetch(WAITLIST.read_tickets, org_id, ids):
            parties.setdefault(ticket["entry_id"], []).append(ticket)
        for entry_id, party in parties.items():
            codes = _still_good(party, org_id, now)
            if codes is not None:
                mails[entry_id] = slot_facts(slot, venue, cause=cause, told_until=rfc3339(until), orq=org_id,
                                            good=len(codes), ticket_codes=codes)  # fmt: skip
    messages = [mails.get(one) for one in ids]
    rows = await connection.fetch(WAITLIST.end_entries, org_id, ids, "CLOSED", cause, now, messages)
    return [row["id"] for row in rows]


def _still_good(tickets: list[Any], org_id: int, now: datetime) -> list[str] | None:
    """Return the codes of a party that can still be booked for another time.

    Return None if one of its tickets is booked, used or cancelled, because then its holder knows. A booking has no code to
    book with again: its holder asks for another performance.
    """
    good = []
    for t in tickets:
        ticket = BookingTicket(
            t["ticket_id"],
            org_id,
            t["status"],
            t["valid_until"],
            t["product_venue_id"],
            t["reservation_id"] is not None,
        )
        match refuse_ticket(ticket, now):
            case None:
                if t["channel"] != "booking":
                    good.append(t["code"])
            case Reason.TICKET_EXPIRED:
                pass
            case _:
                return None
    return good


async def _with_links(connection: Any, sql: str, org_id: int, ids: Sequence[int], *rest: Any) -> list[int]:
    """Run `sql` (offer or lapse) for these entries, each with a new link for its e-mail."""
    if not ids:
        return []
    tokens = [secret_token() for _ in ids]
    hashes = [token_hash(token) for token in tokens]
    return [row["id"] for row in await connection.fetch(sql, org_id, ids, tokens, hashes, *rest)]
