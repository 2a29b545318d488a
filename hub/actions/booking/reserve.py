"""Bookings: seat admission refuses requests for full slots, and one transaction per batch takes the places."""

import asyncio
import logging
import random
from collections.abc import Callable
from datetime import datetime
from time import monotonic
from typing import Any

import asyncpg

from db.statements import load
from hub.access.randomness import random_name, secret_token
from hub.actions.booking.availability import Availability
from hub.actions.booking.booking_facts import decide_bookings
from hub.actions.booking.booking_request import PendingBooking, Reserved, ReserveRequest, SlotKey, SlotStates
from hub.actions.booking.party_tickets import ids_without_case
from hub.actions.booking.take_places import take_places
from hub.batching.batcher import Batcher, Locked
from hub.events.announcements import Announcement, MessagesWritten
from hub.guards.seat_admission import Admission, SeatRequest
from hub.observability import telemetry
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

BOOKING = load("booking/reservations")
BATCH_ATTEMPTS = 6
"""Attempts to read and decide a batch: more than `MAX_ATTEMPTS`, because requests of one batch also race each other."""
LOCK_SECONDS, SHARED_LOCK_SECONDS = 0.15, 0.05
"""Seconds that a batch waits for the lock of its one slot, and of any of several: then all of them wait."""
APART_LOCK_SECONDS = 0.1
"""Seconds that the bookings of one slot wait for its lock, when those of each slot are taken apart."""
SHORT_LOCK_SECONDS, TRIES_ONE_BY_ONE = 0.01, 2
"""Seconds that one booking alone waits for locks, and bookings that may not get them before their slot counts as locked."""
LOCKED_SECONDS = 2.0
"""Seconds for which a slot whose lock was not free is kept out of the batches. Each try that fails begins them again."""

CONTENDED_WAIT = 0.02
CONTENDED_TRIES = 25
"""Times that seat admission is asked again while other requests hold the last places. Then Postgres decides."""

log = logging.getLogger(__name__)


class Bookings:
    """All bookings of this process."""

    def __init__(
        self,
        services: Services,
        availability: Availability,
        *,
        observe: Callable[[int, float], None] | None = None,
    ) -> None:
        self._services = services
        self._availability = availability
        self._batcher: Batcher[PendingBooking, tuple[Reserved, ...]] = Batcher(
            "bookings", self._book, key=_same_ticket, run_apart=self._book_slot_by_slot, observe=observe
        )
        self._locked: dict[SlotKey, float] = {}
        """The slots whose lock was not free, with the time until which they are kept out of the batches."""
        self._ticket_ids: Batcher[tuple[int, str], int | None] = Batcher("ticket names", self._read_ticket_ids)
        self._second, self._this_second, self._last_second = 0, 0, 0

    async def drain(self) -> None:
        await self._ticket_ids.drain()
        await self._batcher.drain()

    def _count(self, requests: int) -> None:
        second = int(monotonic())
        if second != self._second:
            self._last_second = self._this_second if second == self._second + 1 else 0
            self._second, self._this_second = second, 0
        self._this_second += requests

    def is_full(self, org_id: int, slot_id: int) -> bool:
        """Return whether seat admission has just said that this slot is full, so that the request need not be read further.

        Do not use this for a request with an idempotency key, which may have its place already.
        """
        return self._services.seat_admission.was_full(org_id, slot_id)

    async def refuse_full(self, org_id: int, slot_id: int) -> Refused:
        """Return the refusal for a slot that `is_full`, with alternatives. A closed slot, or one that is over, says so."""
        telemetry.seat_admission_answered("full")
        reason, slots = await self._availability.without_places(org_id, slot_id)
        return Refused(reason, alternative_slots=slots)

    async def why_full(self, org_id: int, slot_id: int, places: int) -> Reason:
        """Return why a slot in which seat admission refuses `places` has none: SLOT_FULL, SLOT_CLOSED or SLOT_PAST."""
        return (await self._availability.without_places(org_id, slot_id, places)).reason

    async def reserve(self, request: ReserveRequest) -> Reserved:
        """Take one place for one ticket. Raises Refused, and Unavailable if Postgres does not answer.

        A repeat with the same idempotency key gets the first answer. A submitted booking is completed even if the caller
        goes away.
        """
        return (await self.reserve_together(request))[0]

    async def reserve_together(self, request: ReserveRequest) -> tuple[Reserved, ...]:
        """Take places for the ticket and all of its party in one slot, or none. Otherwise as `reserve`.

        SLOT_FULL, SLOT_CLOSED and SLOT_PAST list alternatives with places for all of them.
        """
        key_hash = request.key_hash
        # The hold id is derived from the idempotency key, so a repeat has the same one and always reaches Postgres.
        hold_id = key_hash.hex()[:32] if key_hash is not None else random_name()
        booking = PendingBooking(request, request.tickets, hold_id, key_hash, secret_token())
        places, since = request.places, asyncio.get_running_loop().time()
        seat = SeatRequest(request.org_id, request.slot_id, hold_id, places)
        try:
            if await self.ask_admission(seat) is Admission.FULL:
                reason = await self.why_full(request.org_id, request.slot_id, places)
                raise Refused(
                    reason, **({"free": 0} if request.party is not None and reason is Reason.SLOT_FULL else {})
                )
            return await self._batcher.submit(booking, since=since)
        except Refused as refused:
            if refused.reason in (Reason.SLOT_FULL, Reason.SLOT_CLOSED, Reason.SLOT_PAST):
                refused.details["alternative_slots"] = await self._availability.alternatives(
                    request.org_id, request.slot_id, places
                )
            elif refused.reason is Reason.SLOT_NOT_FOUND and await self._exists_elsewhere(request.slot_id):
                raise Refused(Reason.ORGANIZATION_MISMATCH) from None
            raise

    async def confirm(self, request: ReserveRequest, *, ask_admission: bool = True) -> Reserved:
        """Confirm a booking of seats: take the places of its party, all of them or none.

        Refuses as `refuse_confirmation`, and NO_CAPACITY with `available_count`. Refuses BUSY if the booking has left the slot of the
        request. A repeat with the same idempotency key gets the first answer, for which `ask_admission` is False: it has its places.
        """
        assert request.confirmation is not None
        # The hold id is derived from the link, so both devices that opened it have the same one, and always reach Postgres.
        hold_id = request.confirmation.token_hash.hex()[:32]
        booking = PendingBooking(request, request.tickets, hold_id, request.key_hash, secret_token())
        since = asyncio.get_running_loop().time()
        if ask_admission:
            seat = SeatRequest(request.org_id, request.slot_id, hold_id, request.places)
            if await self.ask_admission(seat) is Admission.FULL:
                raise Refused(Reason.NO_CAPACITY, available_count=0)
        (reserved,) = await self._batcher.submit(booking, since=since)
        return reserved

    async def ask_admission(self, seat: SeatRequest) -> Admission:
        """Return the answer of seat admission, asked again for a while where other requests hold the last places."""
        answer = await self._services.seat_admission.ask(seat)
        for _ in range(CONTENDED_TRIES):
            if answer is not Admission.CONTENDED or (seat.org_id, seat.slot_id) in self._locked:
                break
            await asyncio.sleep(CONTENDED_WAIT * random.uniform(0.5, 1.5))  # noqa: S311 - a wait, not a secret
            answer = await self._services.seat_admission.ask(seat)
        telemetry.seat_admission_answered(answer.name.lower())
        return answer

    async def ticket_ids(self, org_id: int, codes: tuple[str, ...]) -> list[int | None]:
        """Return the ticket ids of normalised codes, None for an unknown one. Many callers share one statement."""
        return list(await asyncio.gather(*(self._ticket_ids.submit((org_id, code)) for code in codes)))

    async def _read_ticket_ids(self, codes: list[tuple[int, str]]) -> list[int | BaseException | None]:
        rows = await self._services.database.bookings.fetch(
            BOOKING.ticket_ids, [org_id for org_id, _ in codes], [code for _, code in codes]
        )
        return list(await ids_without_case(self._services.database.bookings, codes, [row["id"] for row in rows]))

    async def _exists_elsewhere(self, slot_id: int) -> bool:
        return bool(await self._services.database.bookings.fetchval(BOOKING.slot_anywhere, slot_id))

    async def _book(self, batch: list[PendingBooking]) -> list[tuple[Reserved, ...] | BaseException]:
        self._count(len(batch))
        if self._locked:
            now = monotonic()
            self._locked = {slot: until for slot, until in self._locked.items() if until > now}
        for booking in batch:
            booking.answer = Locked() if booking.request.slot in self._locked else None
        await self._decide_and_take([booking for booking in batch if booking.answer is None], together=True)
        return [booking.answer for booking in batch]  # type: ignore[misc]

    async def _book_slot_by_slot(self, batch: list[PendingBooking]) -> list[tuple[Reserved, ...] | BaseException]:
        for booking in batch:
            booking.answer = None
        await self._decide_and_take(batch, together=False)
        return [booking.answer for booking in batch]  # type: ignore[misc]

    async def _decide_and_take(self, batch: list[PendingBooking], *, together: bool) -> None:
        """Answer all bookings of a batch. Those whose slot another transaction holds are answered Locked."""
        open_ones = batch
        slots: SlotStates = {}
        if not batch:
            return
        try:
            async with self._services.database.bookings.connection() as connection:
                for _ in range(BATCH_ATTEMPTS):
                    now = self._services.clock.now()
                    await decide_bookings(connection, open_ones, now, slots)
                    open_ones = [booking for booking in open_ones if booking.answer is None]
                    if not open_ones:
                        break
                    await self._take(connection, open_ones, now, slots, together=together)
                    open_ones = [booking for booking in open_ones if booking.answer is None]
                    if not open_ones:
                        break
            for booking in open_ones:
                log.warning("booking.raced_too_often")
                booking.answer = Refused(Reason.BUSY)
        finally:
            self._settle(batch, slots)

    async def _take(
        self, connection: Any, batch: list[PendingBooking], now: datetime, slots: SlotStates, *, together: bool
    ) -> None:
        """Take places for all at once; if a lock is not free, for those of the free slots, and the others are answered Locked.

        Not `together`, or if it is a ticket's lock, it goes slot by slot.
        """
        by_slot: dict[SlotKey, list[PendingBooking]] = {}
        for booking in batch:
            by_slot.setdefault(booking.request.slot, []).append(booking)
        if together:
            wait = LOCK_SECONDS if len(by_slot) == 1 else SHARED_LOCK_SECONDS
            try:
                self._publish(await take_places(connection, batch, now, slots, lock_seconds=wait))
                return
            except asyncpg.LockNotAvailableError:
                log.warning("booking.slot_locked", extra={"slots": len(by_slot)})
            free = {tuple(row) for row in await connection.fetch(BOOKING.slots_not_locked, *zip(*by_slot, strict=True))}
            for slot in by_slot.keys() - free:
                # They are tried again beside the batches. No booking of another slot waits for that here.
                self._locked[slot] = monotonic() + LOCKED_SECONDS
                for booking in by_slot.pop(slot):
                    booking.answer = Locked()
            bookings = [booking for of_slot in by_slot.values() for booking in of_slot]
            try:
                self._publish(await take_places(connection, bookings, now, slots, lock_seconds=APART_LOCK_SECONDS))
                return
            except asyncpg.LockNotAvailableError:
                pass  # the lock that is not free is a ticket's
        for slot, bookings in by_slot.items():
            try:
                self._publish(await take_places(connection, bookings, now, slots, lock_seconds=APART_LOCK_SECONDS))
                self._locked.pop(slot, None)
            except asyncpg.LockNotAvailableError:
                self._locked[slot] = monotonic() + LOCKED_SECONDS
                await self._take_one_by_one(connection, bookings, now, slots)

    async def _take_one_by_one(
        self, connection: Any, bookings: list[PendingBooking], now: datetime, slots: SlotStates
    ) -> None:
        """Take places for each booking alone, because one of their tickets may be locked, and not their slot.

        After two that are not free, in an order of chance, it is the slot.
        """
        for booking in bookings:
            booking.answer = Locked()
        not_free = 0
        for booking in random.sample(bookings, len(bookings)):
            if not_free == TRIES_ONE_BY_ONE or len(bookings) == 1:
                break
            try:
                booking.answer = None
                self._publish(await take_places(connection, [booking], now, slots, lock_seconds=SHORT_LOCK_SECONDS))
            except asyncpg.LockNotAvailableError:
                booking.answer, not_free = Locked(), not_free + 1

    def _publish(self, announcements: list[Announcement]) -> None:
        if announcements:
            per_second = max(self._this_second, self._last_second)
            announcer = self._services.announcer
            announcer.publish([*announcements, MessagesWritten(announcer.origin, per_second)])

    def _settle(self, batch: list[PendingBooking], slots: SlotStates) -> None:
        """Pass the results in Postgres to seat admission. A slot that was not read keeps its holds until they expire."""
        for (org_id, slot_id), (free, revision) in slots.items():
            booked: list[str] = []
            released: list[str] = []
            for booking in batch:
                if (
                    booking.request.slot_id == slot_id
                    and booking.request.org_id == org_id
                    and booking.answer is not None
                    and not isinstance(booking.answer, Locked)
                ):
                    (booked if _has_its_places(booking.answer) else released).append(booking.hold_id)
            self._services.seat_admission.settle(
                org_id, slot_id, free=free, revision=revision, booked=booked, released=released
            )


def _has_its_places(answer: tuple[Reserved, ...] | Refused) -> bool:
    """Return whether the request has its places, by this answer or an earlier one. Then its hold id must reach Postgres again."""
    return isinstance(answer, tuple) or answer.reason is Reason.CONFIRMATION_USED


def _same_ticket(booking: PendingBooking) -> Any:
    """Return the batch key: bookings of one ticket never share a batch. Of a party only the first ticket counts.

    `take_places` checks the other tickets of a party.
    """
    return booking.request.org_id, booking.request.ticket_id
