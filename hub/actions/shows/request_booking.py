"""Requests for seats: a pending booking with its ticket and the e-mail with the link that confirms it. It takes no place.

Requests that arrive together are written by one transaction. It first locks the pairs of performance and address, so that no
address gets more pending requests than the venue allows, whoever asks at the same time.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from secrets import randbelow
from time import perf_counter
from typing import Any

import asyncpg
import orjson

from db.statements import load
from hub.access.randomness import random_bytes, secret_token, token_hash
from hub.actions.shows.alternatives import Alternatives
from hub.actions.shows.booking_views import title_in
from hub.actions.shows.visitor import Visitor
from hub.batching.batcher import Batcher
from hub.events.announcements import MessagesWritten
from hub.observability import telemetry
from hub.rules.booking_decision import BookedPerformance, refuse_booking_request
from hub.rules.performance_booking import BookingTimes
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.ticket_code import new_booking_code
from hub.rules.timestamps import rfc3339
from hub.services import Services
from hub.text.languages import N_

BOOKINGS = load("shows/bookings")
_ID_BYTES = 6
"""Ids of tickets are drawn from 2^48, as Postgres draws them."""


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """A request for seats at a performance. `org_id` None: the performance may be of any organisation of this hub.

    `consent` says that the visitor agreed to the show's words. A repeat with the same `idempotency_key` must ask for the same.
    """

    org_id: int | None
    performance_id: int
    visitor: Visitor
    party_size: int
    language: str = "en"
    consent: bool = False
    idempotency_key: str | None = None

    @property
    def body_hash(self) -> bytes:
        visitor = self.visitor
        meant = [self.performance_id, self.party_size, visitor.name, visitor.email, visitor.phone, visitor.notes]
        return hashlib.sha256(orjson.dumps(meant)).digest()


@dataclass(frozen=True, slots=True)
class PerformanceFacts:
    """A performance as a visitor asks for it, with its show, room and venue. Date and times are the venue's local ones."""

    org_id: int
    performance_id: int
    date: date
    start_time: time
    end_time: time
    starts_at: datetime
    ends_at: datetime
    show_id: int
    show_title: str
    translations: str
    room: str
    venue_id: int
    venue_name: str
    timezone: str

    @classmethod
    def of(cls, row: Any) -> "PerformanceFacts":
        """Build the facts from a row of `read_performances`."""
        return cls(**{name: row[name] for name in cls.__slots__})

    def title_in(self, language: str) -> str:
        """Return the show's title in a language of the hub, or as the organiser wrote it first."""
        return title_in(self.show_title, self.translations, language)


@dataclass(frozen=True, slots=True)
class PendingRequest:
    """A request that waits for its confirmation until `expires_at`."""

    booking_id: int
    expires_at: datetime
    performance: PerformanceFacts


@dataclass(slots=True)
class _Asked:
    """A request in a batch. `answer` is None until it is decided, and `row` has the facts of its performance."""

    request: BookingRequest
    answer: PendingRequest | Refused | None = None
    row: Any = None
    token: str = field(default_factory=secret_token)

    @property
    def key_hash(self) -> bytes | None:
        key = self.request.idempotency_key
        return None if key is None else hashlib.sha256(f"booking:{self.row['org_id']}:{key}".encode()).digest()


class BookingRequests:
    """All requests for seats of this process."""

    def __init__(
        self,
        services: Services,
        alternatives: Alternatives,
        *,
        observe: Callable[[int, float], None] | None = None,
    ) -> None:
        self._services = services
        self._alternatives = alternatives
        self._batcher: Batcher[_Asked, PendingRequest] = Batcher(
            "booking requests", self._run_batch, key=_same_address, observe=observe
        )

    async def drain(self) -> None:
        await self._batcher.drain()

    async def request(self, request: BookingRequest) -> PendingRequest:
        """Write a pending booking and the e-mail with its link. A repeat with the same idempotency key gets the first answer.

        Refuses PERFORMANCE_NOT_FOUND, BOOKING_CLOSED and NO_CAPACITY (`available_count`), the latter two with `alternatives`, and
        TOO_MANY_PENDING with `limit` and `pending_until`. Refuses INVALID_REQUEST for a party above the performance's limit and
        for a missing consent.
        """
        started = perf_counter()
        asked = _Asked(request)
        try:
            pending = await self._batcher.submit(asked)
        except Refused as refused:
            await self._explain(asked, refused)
            telemetry.event(
                telemetry.BOOKING_REFUSED,
                slot_id=request.performance_id,
                reason=refused.reason,
                places=request.party_size,
                step="request",
                seconds=perf_counter() - started,
            )
            raise
        telemetry.event(
            telemetry.BOOKING_CREATED,
            booking_id=pending.booking_id,
            slot_id=pending.performance.performance_id,
            slot_date=pending.performance.date,
            places=request.party_size,
            seconds=perf_counter() - started,
        )
        return pending

    async def _explain(self, asked: _Asked, refused: Refused) -> None:
        if refused.reason in (Reason.NO_CAPACITY, Reason.BOOKING_CLOSED) and asked.row is not None:
            request, row = asked.request, asked.row
            refused.details["alternatives"] = await self._alternatives.to(
                row["org_id"], request.performance_id, request.party_size
            )

    async def _run_batch(self, batch: list[_Asked]) -> list[PendingRequest | BaseException]:
        pool = self._services.database.bookings
        now = self._services.clock.now()
        for asked in batch:
            asked.answer, asked.row = None, None
        rows = await pool.fetch(
            BOOKINGS.read_performances,
            [asked.request.org_id for asked in batch],
            [asked.request.performance_id for asked in batch],
        )
        for row in rows:
            batch[row["n"] - 1].row = row
        for asked in batch:
            asked.answer = _refuse(asked, now)
        to_write = [
            asked for asked in batch if asked.row is not None and (asked.answer is None or asked.key_hash is not None)
        ]
        if to_write:
            await self._write(to_write, now)
        return [asked.answer for asked in batch]  # type: ignore[misc]

    async def _write(self, batch: list[_Asked], now: datetime) -> None:
        """Write the requests that were not refused. One with a key gets its first answer, even if it would be refused now."""
        columns = [_columns_of(n, asked, now) for n, asked in enumerate(batch)]
        try:
            async with self._services.database.bookings.transaction() as connection:
                await connection.fetch(
                    BOOKINGS.hold_addresses,
                    [asked.request.performance_id for asked in batch],
                    [asked.request.visitor.email for asked in batch],
                )
                rows = await connection.fetch(BOOKINGS.add_requests, *zip(*columns, strict=True), now)
        except asyncpg.UniqueViolationError as taken:
            if len(batch) > 1 or taken.constraint_name != "bookings_key_once":
                raise  # the batcher runs each alone, so that only one of them fails
            # A request with this key came in at the same moment, for another address.
            batch[0].answer = Refused(Reason.IDEMPOTENCY_KEY_REUSED)
            return
        for asked, row in zip(batch, rows, strict=True):
            _take_answer(asked, row)
        if any(row["added"] for row in rows):
            announcer = self._services.announcer
            announcer.publish([MessagesWritten(announcer.origin)])


def _same_address(asked: _Asked) -> Any:
    """Return the batch key: requests of one address for one performance never share a batch."""
    return asked.request.performance_id, asked.request.visitor.email.lower()


def _refuse(asked: _Asked, now: datetime) -> Refused | None:
    """Return why the performance, its limit or a missing consent refuses this request."""
    request, row = asked.request, asked.row
    performance = None
    if row is not None:
        times = BookingTimes(
            row["slot_status"], row["ends_at"], row["booking_opens_at"], row["booking_closes_at"], row["booking_closed"]
        )
        performance = BookedPerformance(row["show_status"], times, row["free"])
    reason = refuse_booking_request(performance, now, request.party_size)
    if reason is Reason.PERFORMANCE_NOT_FOUND:
        return Refused(reason)
    if request.party_size > row["largest_party"]:
        problem = {"field": "party_size", "message": N_("This is more than one booking may have at this performance")}
        return Refused(Reason.INVALID_REQUEST, errors=[problem], largest_party=row["largest_party"])
    if reason is Reason.NO_CAPACITY:
        return Refused(reason, available_count=max(row["free"], 0))
    if reason is not None:
        return Refused(reason)
    if _consent_of(row, request.language) and not request.consent:
        problem = {"field": "consent", "message": N_("Please agree to this before you book")}
        return Refused(Reason.INVALID_REQUEST, errors=[problem])
    return None


def _consent_of(row: Any, language: str) -> str:
    """Return the words that a visitor agrees to, in their language if the organiser has translated them."""
    translated = orjson.loads(row["translations"]).get(language) or {}
    return str(translated.get("consent") or row["consent"])


def _columns_of(n: int, asked: _Asked, now: datetime) -> tuple[Any, ...]:
    request, row, visitor = asked.request, asked.row, asked.request.visitor
    # The link is good for the venue's hours, but never longer than booking is open.
    until = now.replace(microsecond=0) + timedelta(hours=row["booking_expiry_hours"])
    expires_at = min(until, row["booking_closes_at"] or row["ends_at"], row["ends_at"])
    most_pending = 0 if asked.answer is not None else row["pending_per_address"]
    return (n, row["org_id"], int.from_bytes(random_bytes(_ID_BYTES)), row["performance_id"], row["venue_id"],
            new_booking_code(randbelow), visitor.name, visitor.email, visitor.phone, visitor.notes, request.party_size,
            request.language, _consent_of(row, request.language) if request.consent else "", asked.token,
            token_hash(asked.token), expires_at, asked.key_hash, request.body_hash, most_pending)  # fmt: skip


def _take_answer(asked: _Asked, row: Any) -> None:
    """Answer a request from its row of `add_requests`. One that was refused before keeps that answer unless it is a repeat."""
    facts = PerformanceFacts.of(asked.row)
    if row["first_id"] is not None:
        same = row["first_body_hash"] == asked.request.body_hash
        first = PendingRequest(row["first_id"], row["first_expires_at"], facts)
        asked.answer = first if same else Refused(Reason.IDEMPOTENCY_KEY_REUSED)
    elif row["added"]:
        asked.answer = PendingRequest(row["id"], row["expires_at"], facts)
    elif asked.answer is None:
        until = rfc3339(row["pending_until"]) if row["pending_until"] is not None else None
        asked.answer = Refused(Reason.TOO_MANY_PENDING, limit=asked.row["pending_per_address"], pending_until=until)
