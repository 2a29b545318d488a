"""Confirmation of bookings: the link of the first e-mail takes the party's seats, all of them or none.

The link is read first, many links in one statement, because it alone says which performance is meant. Then the confirmation
goes the way of every booking: seat admission, and a batch that takes places (hub/actions/booking/reserve.py).
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import orjson

from db.pool import DatabaseDown
from db.statements import load
from hub.access.randomness import token_hash
from hub.actions.booking.booking_request import Confirmation, ReserveRequest
from hub.actions.booking.reserve import Bookings
from hub.actions.shows.alternatives import Alternatives
from hub.actions.shows.booking_views import BookingView
from hub.actions.shows.confirm_waiting import confirm_waiting
from hub.batching.batcher import Batcher
from hub.observability import telemetry
from hub.rules.limits import MAX_ATTEMPTS
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused, Unavailable
from hub.rules.timestamps import rfc3339
from hub.services import Services

BOOKINGS = load("shows/bookings")
_OF_THE_PERFORMANCE = (Reason.NO_CAPACITY, Reason.BOOKING_CLOSED)


@dataclass(frozen=True, slots=True)
class ConfirmRequest:
    """A request to confirm the booking of a link. `party_size` is a smaller party than was asked for, or None.

    A repeat with the same `idempotency_key` gets the first answer.
    """

    token: str
    party_size: int | None = None
    idempotency_key: str | None = None


class Confirmations:
    """All confirmations of this process."""

    def __init__(
        self,
        services: Services,
        bookings: Bookings,
        alternatives: Alternatives,
        *,
        observe: Callable[[int, float], None] | None = None,
    ) -> None:
        self._services = services
        self._bookings = bookings
        self._alternatives = alternatives
        self._links: Batcher[bytes, BookingView] = Batcher("confirmation links", self._read_links, observe=observe)

    async def drain(self) -> None:
        await self._links.drain()

    async def confirm(self, request: ConfirmRequest) -> BookingView:
        """Take the places of the booking's party, and return the booking as it is then. Its QR code holds `code`.

        Refuses CONFIRMATION_NOT_FOUND, CONFIRMATION_EXPIRED, CONFIRMATION_USED, BOOKING_CANCELLED, BOOKING_CLOSED and NO_CAPACITY
        (`available_count`). The latter two list `alternatives`, and all but the first say which booking and performance it was.
        Refuses INVALID_REQUEST for a larger party than was asked for.
        """
        started = perf_counter()
        hashed = token_hash(request.token)
        for attempt in range(1, MAX_ATTEMPTS + 1):
            view = await self._links.submit(hashed)
            places = _places(request, view)
            try:
                confirmed = await self._take_places(request, hashed, view, places)
            except Refused as refused:
                if refused.reason is Reason.BUSY and attempt < MAX_ATTEMPTS and await self._has_moved(hashed, view):
                    continue
                if refused.reason is Reason.NO_CAPACITY:
                    refused = await self._if_not_over(refused, hashed)
                await self._explain(refused, view, places)
                self._record_refusal(refused, view, places, perf_counter() - started)
                raise refused from None
            except (Unavailable, DatabaseDown):
                seconds = perf_counter() - started
                telemetry.reservation_tried(Reason.SERVICE_UNAVAILABLE, seconds, view.org_id, view.venue_id)
                raise
            if view.stored_status == "PENDING":  # a repeat is not another confirmation
                self._record_success(confirmed, perf_counter() - started)
            return confirmed
        raise Refused(Reason.BUSY)

    async def _take_places(self, request: ConfirmRequest, hashed: bytes, view: BookingView, places: int) -> BookingView:
        """Confirm through the batches of bookings. A link that is over goes no further, unless it may be a repeat."""
        key = request.idempotency_key
        refused = _refuse_link(view)
        if refused is not None and not (refused is Reason.CONFIRMATION_USED and key is not None):
            raise Refused(refused)
        reserve = ReserveRequest(
            org_id=view.org_id,
            ticket_id=view.booking_id,
            slot_id=view.performance_id,
            email=view.email,
            phone=view.phone or "",
            idempotency_key=None if key is None else f"booking {view.booking_id} {key}",
            body_hash=b"" if key is None else hashlib.sha256(orjson.dumps(request.party_size)).digest(),
            confirmation=Confirmation(hashed, places),
        )
        if view.waits and refused is None:
            reserved = await confirm_waiting(self._services, reserve, whole=places == view.party_size)
        else:
            reserved = await self._bookings.confirm(reserve, ask_admission=refused is None)
        if refused is not None:
            return view
        return view._replace(
            stored_status="CONFIRMED",
            status="CONFIRMED",
            party_size=places,
            reservation_id=reserved.reservation_id,
            reservation_status="RESERVED",
            confirmed_at=self._services.clock.now(),
            first_token_hash=token_hash(reserved.manage_token),
            ticket_version=view.ticket_version + 1,
            date=reserved.date,
            start_time=reserved.start_time,
            end_time=reserved.end_time,
        )

    async def _has_moved(self, hashed: bytes, view: BookingView) -> bool:
        """Return whether the request was moved to another performance since it was read."""
        return (await self._links.submit(hashed)).performance_id != view.performance_id

    async def _if_not_over(self, full: Refused, hashed: bytes) -> Refused:
        """Return the refusal, or why the booking is over since it was read: seat admission then says only that nothing is free."""
        view = await self._links.submit(hashed)
        reason = _refuse_link(view)
        if reason is None and view.performance_status != "ACTIVE":
            reason = Reason.BOOKING_CLOSED
        return full if reason in (None, Reason.CONFIRMATION_USED) else Refused(reason)

    async def _read_links(self, hashes: list[bytes]) -> list[BookingView | BaseException]:
        nobody = [None] * len(hashes)
        rows = await self._services.database.bookings.fetch(BOOKINGS.read_bookings, hashes, nobody, nobody)
        now = self._services.clock.now()
        # The token of the later e-mail opens the booking, too, but it confirms nothing.
        views = {row["n"]: BookingView.of(row, now) for row in rows if row["confirms"]}
        return [views.get(n) or Refused(Reason.CONFIRMATION_NOT_FOUND) for n in range(1, len(hashes) + 1)]

    async def _explain(self, refused: Refused, view: BookingView, places: int) -> None:
        """Add to the refusal what its holder may know, so that the page can offer what is left."""
        details = refused.details
        details |= {"booking_id": view.booking_id, "performance_id": view.performance_id, "show_id": view.show_id}
        if refused.reason in _OF_THE_PERFORMANCE:
            details["party_size"] = places
            details["alternatives"] = await self._alternatives.to(view.org_id, view.performance_id, places)
        elif refused.reason is Reason.CONFIRMATION_EXPIRED:
            details["expires_at"] = rfc3339(view.expires_at)

    def _record_success(self, view: BookingView, seconds: float) -> None:
        telemetry.reservation_tried("success", seconds, view.org_id, view.venue_id)
        telemetry.event(
            telemetry.BOOKING_CONFIRMED,
            booking_id=view.booking_id,
            reservation_id=view.reservation_id,
            slot_id=view.performance_id,
            slot_date=view.date,
            places=view.party_size,
            seconds=seconds,
        )

    def _record_refusal(self, refused: Refused, view: BookingView, places: int, seconds: float) -> None:
        if refused.reason in (*_OF_THE_PERFORMANCE, Reason.BUSY):
            telemetry.reservation_tried(refused.reason, seconds, view.org_id, view.venue_id)
        telemetry.event(
            telemetry.BOOKING_REFUSED,
            booking_id=view.booking_id,
            slot_id=view.performance_id,
            reason=refused.reason,
            places=places,
            step="confirmation",
            seconds=seconds,
        )


def _places(request: ConfirmRequest, view: BookingView) -> int:
    """Return the places to take. Refuses INVALID_REQUEST for more than were asked for."""
    if request.party_size is None:
        return view.party_size
    if request.party_size > view.party_size and view.stored_status == "PENDING":
        problem = {"field": "party_size", "message": "The party can only get smaller"}
        raise Refused(Reason.INVALID_REQUEST, errors=[problem], party_size=view.party_size)
    return request.party_size


def _refuse_link(view: BookingView) -> Reason | None:
    """Return why the link of this booking is over."""
    return {
        "CONFIRMED": Reason.CONFIRMATION_USED,
        "CHECKED_IN": Reason.CONFIRMATION_USED,
        "CANCELLED": Reason.BOOKING_CANCELLED,
        "EXPIRED": Reason.CONFIRMATION_EXPIRED,
    }.get(view.status)
