"""The deed of booking: the gate turns the crowd away, one transaction per batch takes the places."""

import asyncio
import hashlib
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from time import monotonic
from typing import Any

import asyncpg

from db.statements import load
from hub import telemetry
from hub.actions.availability import Availability
from hub.announcements import SlotChanged
from hub.guards.seat_gate import GateAnswer, SeatRequest
from hub.house import House
from hub.lane import Lane
from hub.randomness import random_name, secret_token
from hub.refusals import Refused
from hub.rules.booking_decision import BookingSlot, BookingTicket, decide_booking
from hub.rules.reasons import Reason

BOOKING = load("booking")
ROUNDS = 6
"""How often a request is judged anew because its ticket or slot changed between reading and writing."""
CONTENDED_WAIT = 0.02
CONTENDED_TRIES = 25
"""While others hold the last places, ask the gate again this often before letting Postgres decide."""

RUSH = 200
"""Bookings asked of Postgres in a second, from which on mail and the like step back."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReserveRequest:
    """`body_hash` is what a second request with the same key must agree with."""

    org_id: int
    ticket_id: int
    slot_id: int
    email: str
    phone: str
    idempotency_key: str | None = None
    body_hash: bytes = b""


@dataclass(frozen=True, slots=True)
class Reserved:
    reservation_id: int
    ticket_code: str
    slot_id: int
    venue_id: int
    date: date
    start_time: time
    end_time: time
    manage_token: str


@dataclass(slots=True)
class _Asked:
    """A request on its way through one flight; `hold_id` is its name at the gate."""

    request: ReserveRequest
    hold_id: str
    key_hash: bytes | None
    token: str
    answer: Reserved | Refused | None = None
    version: int = 0
    row: Any = None


class BookingDesk:
    """All bookings of this process."""

    def __init__(
        self,
        house: House,
        availability: Availability,
        *,
        observe: Callable[[int, float], None] | None = None,
        booked: Callable[[], None] | None = None,
    ) -> None:
        """`booked` is called after every batch that took places: there is mail to send."""
        self._house = house
        self._booked = booked
        self._availability = availability
        self._lane: Lane[_Asked, Reserved] = Lane("bookings", self._book, key=_same_ticket, observe=observe)
        self.drain = self._lane.drain
        self._second, self._asked_this_second, self._asked_last_second = 0, 0, 0

    @property
    def in_a_rush(self) -> bool:
        """Whether so many ask that everything that can wait should."""
        return max(self._asked_this_second, self._asked_last_second) > RUSH and monotonic() - self._second < 2

    def _count(self, asked: int) -> None:
        second = int(monotonic())
        if second != self._second:
            self._asked_last_second = self._asked_this_second if second == self._second + 1 else 0
            self._second, self._asked_this_second = second, 0
        self._asked_this_second += asked

    async def reserve(self, request: ReserveRequest) -> Reserved:
        """Take one place for one ticket, or raise `Refused`; `Unavailable` where Postgres does not answer.

        With an idempotency key a repeat of the request gets the first answer. Once asked for, the booking is finished
        even if the caller goes away.
        """
        key = request.idempotency_key
        key_hash = hashlib.sha256(f"{request.org_id}:{key}".encode()).digest() if key is not None else None
        # The name at the gate follows from the key: a repeat is recognised there and always reaches Postgres.
        hold_id = key_hash.hex()[:32] if key_hash is not None else random_name()
        asked = _Asked(request, hold_id, key_hash, secret_token())
        seat = SeatRequest(request.org_id, request.slot_id, hold_id)
        try:
            answer = await self._house.gate.ask(seat)
            for _ in range(CONTENDED_TRIES):
                if answer is not GateAnswer.CONTENDED:
                    break
                await asyncio.sleep(CONTENDED_WAIT * random.uniform(0.5, 1.5))  # noqa: S311 - a wait, not a secret
                answer = await self._house.gate.ask(seat)
            telemetry.gate_answered(answer.name.lower())
            if answer is GateAnswer.FULL:
                raise Refused(Reason.SLOT_FULL)
            return await self._lane.submit(asked)
        except Refused as refused:
            if refused.reason in (Reason.SLOT_FULL, Reason.SLOT_CLOSED, Reason.SLOT_PAST):
                refused.details["alternative_slots"] = await self._availability.alternatives(
                    request.org_id, request.slot_id
                )
            elif refused.reason is Reason.SLOT_NOT_FOUND and await self._elsewhere(request.slot_id):
                raise Refused(Reason.ORGANIZATION_MISMATCH) from None
            raise

    async def _elsewhere(self, slot_id: int) -> bool:
        return bool(await self._house.database.bookings.fetchval(BOOKING.slot_anywhere, slot_id))

    async def _book(self, batch: list[_Asked]) -> list[Reserved | BaseException]:
        self._count(len(batch))
        open_ones = batch
        slots: dict[tuple[int, int], tuple[int, int]] = {}
        try:
            async with self._house.database.bookings.connection() as connection:
                for _ in range(ROUNDS):
                    now = self._house.clock.now()
                    await self._read(connection, open_ones, now, slots)
                    open_ones = [a for a in open_ones if a.answer is None]
                    if not open_ones:
                        break
                    await self._write(connection, open_ones, now, slots)
                    open_ones = [a for a in open_ones if a.answer is None]
                    if not open_ones:
                        break
            for a in open_ones:
                log.warning("booking.raced_too_often")
                a.answer = Refused(Reason.BUSY)
        finally:
            self._settle(batch, slots)
        return [a.answer for a in batch]  # type: ignore[misc]

    async def _read(
        self, connection: Any, batch: list[_Asked], now: datetime, slots: dict[tuple[int, int], tuple[int, int]]
    ) -> None:
        rows = await connection.fetch(
            BOOKING.read_asked,
            [a.request.org_id for a in batch],
            [a.request.ticket_id for a in batch],
            [a.request.slot_id for a in batch],
            [a.key_hash for a in batch],
            now,
        )
        for a, row in zip(batch, rows, strict=True):
            _decide(a, row, now)
            if row["slot_id"] is not None:
                closed = row["slot_status"] != "ACTIVE" or row["ends_at"] <= now
                free = 0 if closed else row["total_capacity"] - row["booked_count"] - row["held_count"]
                _remember(slots, (a.request.org_id, row["slot_id"]), free, row["revision"])

    async def _write(
        self, connection: Any, batch: list[_Asked], now: datetime, slots: dict[tuple[int, int], tuple[int, int]]
    ) -> None:
        columns = list(zip(*(_ask_row(n, a) for n, a in enumerate(batch)), strict=True))
        try:
            rows = await connection.fetch(BOOKING.take_places, *columns, now)
        except (asyncpg.DeadlockDetectedError, asyncpg.CheckViolationError, asyncpg.UniqueViolationError) as trouble:
            # Nothing was done. The last line of the tables held where two statements passed each other: judge again.
            log.warning("booking.refused_by_table", extra={"error": type(trouble).__name__})
            return
        told = []
        if rows and self._booked is not None:
            self._booked()
        for row in rows:
            if row["kind"] == "taken":
                a = batch[row["n"]]
                a.answer = _reserved(a, row["reservation_id"])
                continue
            changed = SlotChanged.of(row)
            slot = changed.slot
            told.append(changed)
            _remember(slots, (changed.org_id, slot.slot_id), slot.free, slot.revision)
        self._house.announcer.tell(told)

    def _settle(self, batch: list[_Asked], slots: dict[tuple[int, int], tuple[int, int]]) -> None:
        """Tell the gate what Postgres said; a slot Postgres did not speak of keeps its holds until they run out."""
        for (org_id, slot_id), (free, revision) in slots.items():
            booked: list[str] = []
            released: list[str] = []
            for a in batch:
                if a.request.slot_id == slot_id and a.request.org_id == org_id and a.answer is not None:
                    (booked if isinstance(a.answer, Reserved) else released).append(a.hold_id)
            self._house.gate.settle(org_id, slot_id, free=free, revision=revision, booked=booked, released=released)


def _same_ticket(asked: _Asked) -> tuple[int, int]:
    return asked.request.org_id, asked.request.ticket_id


def _remember(slots: dict[tuple[int, int], tuple[int, int]], key: tuple[int, int], free: int, revision: int) -> None:
    known = slots.get(key)
    if known is None or revision >= known[1]:
        slots[key] = (free, revision)


def _decide(a: _Asked, row: Any, now: datetime) -> None:
    """Answer what the facts already answer: a repeat of a request, or a refusal."""
    request = a.request
    if row["body_hash"] is not None:
        a.answer = _first_answer(row) if row["body_hash"] == request.body_hash else Refused(
            Reason.IDEMPOTENCY_KEY_REUSED
        )  # fmt: skip
        return
    ticket = slot = None
    if row["ticket_id"] is not None:
        ticket = BookingTicket(row["ticket_id"], request.org_id, row["status"], row["valid_until"],
                               row["product_venue_id"], row["reservation_id"] is not None)  # fmt: skip
    if row["slot_id"] is not None:
        slot = BookingSlot(row["slot_id"], request.org_id, row["venue_id"], row["slot_status"], row["starts_at"],
                           row["ends_at"], row["total_capacity"], row["booked_count"], row["held_count"])  # fmt: skip
    reason = decide_booking(ticket, slot, now)
    a.row, a.version = row, row["version"] or 0
    if reason is Reason.TICKET_ALREADY_RESERVED:
        reserved_date = row["reserved_date"]
        a.answer = Refused(reason, reserved_date=reserved_date.isoformat() if reserved_date else None)
    elif reason is not None:
        a.answer = Refused(reason)


def _first_answer(row: Any) -> Reserved:
    return Reserved(row["first_reservation_id"], row["first_code"], row["first_slot_id"], row["first_venue_id"],
                    row["first_date"], row["first_start_time"], row["first_end_time"], row["manage_token"])  # fmt: skip


def _ask_row(n: int, a: _Asked) -> tuple[Any, ...]:
    r = a.request
    return (n, r.org_id, r.ticket_id, a.version, r.slot_id, r.email, r.phone, a.token, token_hash(a.token), a.key_hash,
            r.body_hash)  # fmt: skip


def _reserved(a: _Asked, reservation_id: int) -> Reserved:
    row = a.row
    return Reserved(reservation_id, row["code"], row["slot_id"], row["venue_id"], row["date"], row["start_time"],
                    row["end_time"], a.token)  # fmt: skip


def token_hash(token: str) -> bytes:
    """What is stored of a manage token; the token itself stands only in the customer's link."""
    return hashlib.sha256(token.encode()).digest()
