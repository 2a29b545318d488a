"""The deed of booking: the gate turns the crowd away, one transaction per batch takes the places."""

import asyncio
import logging
import random
from collections.abc import Callable
from time import monotonic
from typing import Any

from db.statements import load
from hub.access.randomness import random_name, secret_token
from hub.actions.booking.availability import Availability
from hub.actions.booking.take_places import Asked, Reserved, ReserveRequest, Standings, read_asked, take, token_hash
from hub.batching.batcher import Batcher
from hub.guards.seat_admission import Admission, SeatRequest
from hub.observability import telemetry
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

__all__ = ["Bookings", "ReserveRequest", "Reserved", "token_hash"]

BOOKING = load("booking/reservations")
MAX_ATTEMPTS = 6
"""How often a request is judged anew because its ticket or slot changed between reading and writing."""
CONTENDED_WAIT = 0.02
CONTENDED_TRIES = 25
"""While others hold the last places, ask the gate again this often before letting Postgres decide."""

RUSH = 200
"""Bookings asked of Postgres in a second, from which on mail and the like step back."""

log = logging.getLogger(__name__)


class Bookings:
    """All bookings of this process."""

    def __init__(
        self,
        services: Services,
        availability: Availability,
        *,
        observe: Callable[[int, float], None] | None = None,
        booked: Callable[[], None] | None = None,
    ) -> None:
        """`booked` is called after every batch that took places: there is mail to send."""
        self._services = services
        self._booked = booked
        self._availability = availability
        self._batcher: Batcher[Asked, tuple[Reserved, ...]] = Batcher(
            "bookings", self._book, key=_same_ticket, observe=observe
        )
        self._names: Batcher[tuple[int, str], int | None] = Batcher("ticket names", self._find)
        self._second, self._asked_this_second, self._asked_last_second = 0, 0, 0

    async def drain(self) -> None:
        await self._names.drain()
        await self._batcher.drain()

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

    def is_full(self, org_id: int, slot_id: int) -> bool:
        """Whether the gate has just said that this slot is full: a crowd need not have its contacts read to be told so.

        Not to be asked about a request with an idempotency key, which may have its place already.
        """
        return self._services.seat_admission.was_full(org_id, slot_id)

    async def refuse_full(self, org_id: int, slot_id: int) -> Refused:
        """The refusal of a slot that `is_full`."""
        telemetry.seat_admission_answered("full")
        return Refused(Reason.SLOT_FULL, alternative_slots=await self._availability.alternatives(org_id, slot_id))

    async def reserve(self, request: ReserveRequest) -> Reserved:
        """Take one place for one ticket, or raise `Refused`; `Unavailable` where Postgres does not answer.

        With an idempotency key a repeat of the request gets the first answer. Once asked for, the booking is finished
        even if the caller goes away.
        """
        return (await self.reserve_together(request))[0]

    async def reserve_together(self, request: ReserveRequest) -> tuple[Reserved, ...]:
        """Take a place for the ticket and one for each of its party, all in one slot or none; else as `reserve`.

        `SLOT_FULL` names alternatives with room for all of them.
        """
        key_hash = request.key_hash
        # The name at the gate follows from the key: a repeat is recognised there and always reaches Postgres.
        hold_id = key_hash.hex()[:32] if key_hash is not None else random_name()
        asked = Asked(request, request.tickets, hold_id, key_hash, secret_token())
        places = len(asked.tickets)
        seat = SeatRequest(request.org_id, request.slot_id, hold_id, places)
        try:
            answer = await self._services.seat_admission.ask(seat)
            for _ in range(CONTENDED_TRIES):
                if answer is not Admission.CONTENDED:
                    break
                await asyncio.sleep(CONTENDED_WAIT * random.uniform(0.5, 1.5))  # noqa: S311 - a wait, not a secret
                answer = await self._services.seat_admission.ask(seat)
            telemetry.seat_admission_answered(answer.name.lower())
            if answer is Admission.FULL:
                raise Refused(Reason.SLOT_FULL, **({} if request.party is None else {"free": 0}))
            return await self._batcher.submit(asked)
        except Refused as refused:
            if refused.reason in (Reason.SLOT_FULL, Reason.SLOT_CLOSED, Reason.SLOT_PAST):
                refused.details["alternative_slots"] = await self._availability.alternatives(
                    request.org_id, request.slot_id, places
                )
            elif refused.reason is Reason.SLOT_NOT_FOUND and await self._elsewhere(request.slot_id):
                raise Refused(Reason.ORGANIZATION_MISMATCH) from None
            raise

    async def ticket_ids(self, org_id: int, codes: tuple[str, ...]) -> list[int | None]:
        """The ids of tickets named by their normalised codes, None where there is none; many callers' in one statement."""
        return list(await asyncio.gather(*(self._names.submit((org_id, code)) for code in codes)))

    async def _find(self, asked: list[tuple[int, str]]) -> list[int | BaseException | None]:
        rows = await self._services.database.bookings.fetch(
            BOOKING.ticket_ids, [org_id for org_id, _ in asked], [code for _, code in asked]
        )
        return [row["id"] for row in rows]

    async def _elsewhere(self, slot_id: int) -> bool:
        return bool(await self._services.database.bookings.fetchval(BOOKING.slot_anywhere, slot_id))

    async def _book(self, batch: list[Asked]) -> list[tuple[Reserved, ...] | BaseException]:
        self._count(len(batch))
        open_ones = batch
        slots: Standings = {}
        try:
            async with self._services.database.bookings.connection() as connection:
                for _ in range(MAX_ATTEMPTS):
                    now = self._services.clock.now()
                    await read_asked(connection, open_ones, now, slots)
                    open_ones = [a for a in open_ones if a.answer is None]
                    if not open_ones:
                        break
                    told = await take(connection, open_ones, now, slots)
                    if told and self._booked is not None:
                        self._booked()
                    self._services.announcer.publish(told)
                    open_ones = [a for a in open_ones if a.answer is None]
                    if not open_ones:
                        break
            for a in open_ones:
                log.warning("booking.raced_too_often")
                a.answer = Refused(Reason.BUSY)
        finally:
            self._settle(batch, slots)
        return [a.answer for a in batch]  # type: ignore[misc]

    def _settle(self, batch: list[Asked], slots: Standings) -> None:
        """Tell the gate what Postgres said; a slot Postgres did not speak of keeps its holds until they run out."""
        for (org_id, slot_id), (free, revision) in slots.items():
            booked: list[str] = []
            released: list[str] = []
            for a in batch:
                if a.request.slot_id == slot_id and a.request.org_id == org_id and a.answer is not None:
                    (booked if isinstance(a.answer, tuple) else released).append(a.hold_id)
            self._services.seat_admission.settle(
                org_id, slot_id, free=free, revision=revision, booked=booked, released=released
            )


def _same_ticket(asked: Asked) -> Any:
    """A party is kept apart from others by its first ticket alone; `take` sees to the rest of them."""
    return asked.request.org_id, asked.request.ticket_id
