"""The manifest: what a scanner needs to decide offline, which is the day's slots, policy and tickets.

It holds no person and no code. A code is stored as 16 hex digits of its HMAC-SHA256 under the venue's salt of the day: a scanner
finds a code that it reads, and a lost manifest reveals none. An edition is the hash of the whole manifest, so equal states have
the same edition in every process. A process that knows an edition sends the changes since it; any other sends the whole list.
"""

import asyncio
import gzip
import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from typing import Any

import orjson

from db.statements import load
from hub.rules.entry_decision import ReservationFacts, entry_window
from hub.rules.product_at_gate import ProductsAtGate
from hub.rules.slot_shares import shares_of
from hub.rules.ticket_code import normalise
from hub.rules.timestamps import rfc3339
from hub.rules.venue import Venue
from hub.rules.venue_day import day_bounds
from hub.services import Services

MANIFEST = load("scanning/manifest")
FRESH_SECONDS = 2.0
"""Seconds for which a list serves other scanners: twenty scanners that reconnect at once cause one reading."""
READING_SHARE = 0.05
"""Share of the time in which the list of a large day may be read. 55,000 tickets take a second of hub and Postgres, and in a rush some
scanner asks every moment: read every two seconds, they cost the gates a third of their scans. Meanwhile scanners know by the news what changes."""
STALEST_SECONDS = 30.0
NAMES_KEPT = 1000
"""Editions kept of one list: at one per second, a scanner gets only the changes after 15 minutes offline."""
IDLE_SECONDS = 1800.0
READ_AT_ONCE = 10_000
"""People whose tickets one statement reads: about 0.08 s of work. A day with more is read in shares, each with a time limit of its own."""

Key = tuple[int, int, date]
TicketRow = list[Any]
"""`[hash, status, slot_id, verified, valid_until, channel, verified_at, gate, left_at]`.

A ticket for several people also has `places, admitted`, and one that was booked together with others `places, admitted, party`. If
its product has something to say, a ticket has `places, admitted, party, product_id`, with null for no party.
"""


@dataclass(slots=True)
class DayList:
    """One venue's day as it was last read.

    `changes` holds the hashes that each reading found changed, removed ones too, as far back as an edition is known. `readings`
    holds the number of the reading of each edition.
    """

    salt: bytes
    read_at: float = 0.0
    fresh_until: float = 0.0
    """When the list must be read again for the next scanner (loop time, as `read_at`)."""
    edition: str = ""
    head: dict[str, Any] = field(default_factory=dict)
    tickets: dict[str, TicketRow] = field(default_factory=dict)
    changes: OrderedDict[int, list[str]] = field(default_factory=OrderedDict)
    readings: OrderedDict[str, int] = field(default_factory=OrderedDict)
    reading: int = 0
    seen: dict[str, tuple[Any, TicketRow]] = field(default_factory=dict)
    """By code: the row as it was read, and its row on the wire."""
    saying: frozenset[int] = frozenset()
    """The products with something to say, whose tickets name them."""
    packed: tuple[str, bytes] = ("", b"")
    """An edition, and its whole response in gzip."""
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a thread changes the list. After its release, the list may be read until the next await."""

    def update(self, head: dict[str, Any], rows: Sequence[Any], generated_at: str) -> None:
        """Update the list to the state of the rows."""
        self.reading += 1
        saying = frozenset(product["product_id"] for product in head["products"])
        same, self.saying = saying == self.saying, saying
        seen: dict[str, tuple[Any, TicketRow]] = {}
        tickets: dict[str, TicketRow] = {}
        changed: list[str] = []
        for row in rows:
            code = row["code"]
            known = self.seen.get(code)
            if known is None or not same or known[0] != row:
                listed = _ticket(self.salt, known[1][0] if known else hash_of(self.salt, code), row, saying)
                if known is None or known[1] != listed:
                    changed.append(listed[0])
                known = row, listed
            seen[code] = known
            tickets[known[1][0]] = known[1]
        self.changes[self.reading] = [*changed, *(self.tickets.keys() - tickets.keys())]
        self.edition = hashlib.sha256(orjson.dumps([head, list(tickets.values())])).hexdigest()[:24]
        self.head = {**head, "edition": self.edition, "generated_at": generated_at}
        self.tickets, self.seen = tickets, seen
        self.readings[self.edition] = self.reading
        self.readings.move_to_end(self.edition)
        while len(self.readings) > NAMES_KEPT:
            self.readings.popitem(last=False)
        # Only what came after the oldest known edition is ever asked for.
        oldest = next(iter(self.readings.values()))
        while len(self.changes) > 1 and next(iter(self.changes)) <= oldest:
            self.changes.popitem(last=False)

    def since(self, edition: str) -> dict[str, Any] | None:
        """Return the changes since an edition; None for an unknown edition."""
        known = self.readings.get(edition)
        if known is None:
            return None
        changed = list(
            dict.fromkeys(name for reading in range(known + 1, self.reading + 1) for name in self.changes[reading])
        )
        rows = [self.tickets[name] for name in changed if name in self.tickets]
        return {"whole": False, **self.head, "tickets": rows, "gone": [n for n in changed if n not in self.tickets]}

    def pack(self) -> None:
        whole = {"whole": True, **self.head, "tickets": list(self.tickets.values()), "gone": []}
        self.packed = self.edition, gzip.compress(orjson.dumps({"success": True, "data": whole}), 5, mtime=0)


class Manifests:
    """The manifests of this process; one object per hub."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lists: dict[Key, DayList] = {}

    async def edition(self, venue: Venue, day: date) -> str:
        """Return the edition of the list's current state."""
        return (await self._fresh(venue, day)).edition

    async def whole(self, venue: Venue, day: date) -> tuple[str, bytes]:
        """Return the edition and the whole response in gzip."""
        listed = await self._fresh(venue, day)
        async with listed.busy:
            if listed.packed[0] != listed.edition:
                await asyncio.to_thread(listed.pack)
            return listed.packed

    async def changes(self, venue: Venue, day: date, since: str) -> dict[str, Any] | None:
        """Return the changes since the edition `since`; None if this process does not know it."""
        return (await self._fresh(venue, day)).since(since)

    async def _fresh(self, venue: Venue, day: date) -> DayList:
        key, clock = (venue.org_id, venue.id, day), asyncio.get_running_loop().time
        listed = self._lists.get(key)
        if listed is None:
            self._forget_idle(clock() - IDLE_SECONDS)
            listed = self._lists[key] = DayList(day_salt(self._services.settings.secret_key, *key))
        async with listed.busy:
            if listed.edition and clock() <= listed.fresh_until:
                return listed
            read_at, now = clock(), rfc3339(self._services.clock.now())
            around = await self._services.database.fetch(MANIFEST.manifest_slots, venue.org_id, venue.id, day)
            slots = _slots_open(venue, day, around)
            booked = {row["id"]: row["booked_count"] for row in around}
            rows = await self._read_tickets(venue.org_id, [(one["slot_id"], booked[one["slot_id"]]) for one in slots])
            products = await self._services.products.at_gates(venue.org_id, venue.id)
            # Hashing 20,000 codes takes too long for the event loop, which also serves scans.
            await asyncio.to_thread(listed.update, _head(venue, day, listed.salt, slots, products), rows, now)
            listed.read_at, listed.fresh_until = read_at, read_at + seconds_fresh(clock() - read_at)
        return listed

    async def _read_tickets(self, org_id: int, slots: list[tuple[int, int]]) -> list[Any]:
        """Return the tickets of the slots, given by id and people, in order of code and as they were at one moment."""
        database, shares = self._services.database, shares_of(slots, READ_AT_ONCE)
        if len(shares) < 2:
            return await database.fetch(MANIFEST.manifest_tickets, org_id, [slot_id for slot_id, _ in slots], 1, 0)
        rows: list[Any] = []
        async with database.transaction() as connection:
            # Whoever moves between two slots meanwhile must not be in both shares, or in none.
            await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            for share in shares:
                rows += await connection.fetch(MANIFEST.manifest_tickets, org_id, *share)
        return await asyncio.to_thread(_in_order, rows)

    def _forget_idle(self, before: float) -> None:
        self._lists = {key: one for key, one in self._lists.items() if one.read_at >= before or one.busy.locked()}


def seconds_fresh(reading: float) -> float:
    """Return the seconds for which a list serves scanners from the beginning of its reading, which took so many seconds."""
    return max(FRESH_SECONDS, min(reading / READING_SHARE, STALEST_SECONDS))


def _in_order(rows: list[Any]) -> list[Any]:
    return sorted(rows, key=itemgetter("code"))


def day_salt(secret: bytes, org_id: int, venue_id: int, day: date) -> bytes:
    """Return the venue's salt of the day: the same in every process, and different every day."""
    return hmac.digest(secret, f"manifest:{org_id}:{venue_id}:{day.isoformat()}".encode(), "sha256")[:16]


def hash_of(salt: bytes, code: str) -> str:
    """Return the hash of a code under `salt`: 16 hex digits."""
    return hmac.digest(salt, normalise(code).encode(), "sha256").hex()[:16]


def party_of_day(salt: bytes, together: bytes, slot_id: int) -> str:
    """Return the name of a party of tickets in one slot, under `salt`: 16 hex digits."""
    return hmac.digest(salt, b"party:%d:" % slot_id + together, "sha256").hex()[:16]


def _ticket(salt: bytes, name: str, row: Any, saying: frozenset[int]) -> TicketRow:
    """Return the row on the wire for a row of `manifest_tickets`."""
    _, status, slot_id, valid_until, channel, verified_at, gate, left_at, places, admitted, together, product_id = row
    until, entered, left = (
        None if moment is None else rfc3339(moment) for moment in (valid_until, verified_at, left_at)
    )
    listed = [name, status, slot_id, int(verified_at is not None), until, channel, entered, gate, left]
    party = None if together is None else party_of_day(salt, together, slot_id)
    if product_id in saying:
        listed += [places, admitted, party, product_id]
    elif party is not None:
        listed += [places, admitted, party]
    elif places > 1:
        listed += [places, admitted]
    return listed


def _head(
    venue: Venue, day: date, salt: bytes, slots: list[dict[str, Any]], products: ProductsAtGate
) -> dict[str, Any]:
    policy = venue.policy
    return {
        "date": day.isoformat(),
        "venue_id": venue.id,
        "timezone": venue.timezone,
        "salt": salt.hex(),
        "policy": {
            "unreserved_entry": policy.unreserved_entry,
            "late_entry_minutes": policy.late_entry_minutes,
            "early_entry_minutes": policy.early_entry_minutes,
            "re_entry": policy.re_entry,
        },
        "slots": slots,
        "products": [product.as_listed() for product in products.values()],
    }


def _slots_open(venue: Venue, day: date, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the slots of the day, and those of the days before and after whose entry window overlaps it.

    Each has its entry window in UTC, so that no scanner has to know about time zones.
    """
    first, after = day_bounds(day, venue.zone)
    slots = []
    for row in rows:
        starts_at, ends_at = row["starts_at"], row["ends_at"]
        facts = ReservationFacts(
            0,
            row["id"],
            venue.id,
            row["date"],
            row["start_time"],
            row["end_time"],
            starts_at,
            ends_at,
            0,
            0,
            row["check_in_opens_minutes"],
            row["check_in_closes_minutes"],
        )
        opens, closes = entry_window(facts, venue.policy, venue.zone)
        if row["date"] != day and (closes <= first or opens >= after):
            continue
        slots.append({
            "slot_id": row["id"],
            "date": row["date"].isoformat(),
            "start": row["start_time"].isoformat("seconds"),
            "end": row["end_time"].isoformat("seconds"),
            "starts_at": rfc3339(starts_at),
            "ends_at": rfc3339(ends_at),
            "opens_at": rfc3339(opens),
            "closes_at": rfc3339(closes),
        })  # fmt: skip
    return slots
