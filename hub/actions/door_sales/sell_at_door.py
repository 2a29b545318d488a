"""The door sale: tickets for people who come without one are made, booked into a slot of today and used, all in one transaction.

The places are taken as in the portal: seat admission is asked first, and the slot's locked row decides. The entry is an entry scan with
the id of the sale, so it counts, shows in the log and is undone like any other. A repeat with the same id changes nothing and returns
the order as it is now; one at the same time waits for the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from hub.access.randomness import secret_token
from hub.access.tokens import Identity
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import refuse_fields
from hub.actions.booking.booking_facts import decide_bookings
from hub.actions.booking.booking_request import PendingBooking, ReserveRequest, SlotStates
from hub.actions.booking.reservation_changes import LOST_RACES
from hub.actions.booking.reserve import Bookings
from hub.actions.booking.take_places import take_places
from hub.actions.door_sales.on_sale import selling_venue
from hub.actions.orders.create_order import add_order, checked_order, log_new_order
from hub.actions.orders.order_records import OrderRecord, order_record, unknown_order
from hub.actions.orders.order_request import Customer, KeyedRequest, NewOrder, OrderItem, claim, first_order, name_order
from hub.actions.scanning.entry_scans import EntryScans
from hub.actions.scanning.entry_within import EntryRaced, EntryWithin, NotAdmitted, admit_within, lock_room
from hub.events.announcements import Announcement
from hub.guards.seat_admission import Admission, SeatRequest
from hub.observability import telemetry
from hub.rules.decisions import Decision
from hub.rules.limits import MAX_ATTEMPTS
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scan_requests import Answer, ScanRequest
from hub.rules.venue import Venue
from hub.services import Services
from hub.text.languages import N_, spoken

MOST_AT_ONCE = 20
"""Tickets of one door sale."""


@dataclass(frozen=True, slots=True)
class DoorSale:
    """What a visitor wants: `count` tickets of a product in a slot of today, to come in now or later.

    `scan_id` is the sale's own, and that of its entry. `answer` is that to the product's question. Name and address are the visitor's,
    who need not give them.
    """

    scan_id: UUID
    slot_id: int
    product_id: int
    count: int = 1
    admit: bool = True
    answer: Answer | None = None
    name: str | None = None
    email: str | None = None


class Seller(NamedTuple):
    """Who sells, and where, as the log keeps it."""

    identity: Identity
    gate: str | None = None
    device: str | None = None
    client_ip: str | None = None


class _Sold(NamedTuple):
    """A sale in its transaction, and what is published after it. A repeat has neither announcements nor entry."""

    order: OrderRecord
    announcements: tuple[Announcement, ...] = ()
    entry: EntryWithin | None = None


async def sell_at_door(
    services: Services, bookings: Bookings, entry_scans: EntryScans, seller: Seller, sale: DoorSale
) -> OrderRecord:
    """Make, book and use the tickets of one sale, and return their order.

    Refuses FORBIDDEN by the venue's policy, wrong fields as `create_order` does, what booking the slot refuses (SLOT_FULL with `free`),
    the reason of an entry that the rules refuse, IDEMPOTENCY_KEY_REUSED for an id with another sale, SCAN_ID_REUSED, BUSY.
    """
    venue = await selling_venue(services, seller.identity)
    by = Actor.of(seller.identity, source="api", client_ip=seller.client_ip)
    customer = Customer(sale.name, sale.email, venue.language)
    wanted = checked_order(NewOrder((OrderItem(sale.product_id, sale.count),), customer, paid=True, mail=False))
    request = _request_of(sale.scan_id, [sale, venue.id])
    seat = SeatRequest(by.org_id, sale.slot_id, request.key_hash(by.org_id).hex()[:32], sale.count)
    if await bookings.ask_admission(seat) is Admission.FULL:
        # After Redis has lost its state, it no longer knows that a repeat has its places.
        first = await first_order(services, by.org_id, request)
        if first is None:
            reason = await bookings.why_full(by.org_id, sale.slot_id, sale.count)
            raise Refused(reason, **({"free": 0} if reason is Reason.SLOT_FULL else {}))
        return await order_record(services.database, by, first)
    slots: SlotStates = {}
    booked = False
    try:
        for _ in range(MAX_ATTEMPTS):
            attempt = _Attempt(services, entry_scans, seller, by, venue, sale, wanted, request, seat.hold_id)
            try:
                sold = await attempt.run(slots)
            except (_Raced, EntryRaced, *LOST_RACES):
                continue
            booked = True
            _publish(services, entry_scans, sale, wanted, sold)
            return sold.order
        raise Refused(Reason.BUSY)
    finally:
        for (org_id, slot_id), (free, revision) in slots.items():
            mine, released = ([seat.hold_id], []) if booked else ([], [seat.hold_id])
            services.seat_admission.settle(
                org_id, slot_id, free=free, revision=revision, booked=mine, released=released
            )


async def read_sale(services: Services, seller: Identity, scan_id: UUID) -> OrderRecord:
    """Return the order of a sale by its id, which only the scanner knows. Refuses FORBIDDEN, and ORDER_NOT_FOUND."""
    await selling_venue(services, seller)
    order_id = await first_order(services, seller.org_id, _request_of(scan_id, None), any_body=True)
    if order_id is None:
        raise unknown_order()
    return await order_record(services.database, Actor.of(seller), order_id)


def _request_of(scan_id: UUID, body: Any) -> KeyedRequest:
    return KeyedRequest("door sale", f"door:{scan_id}", body)


class _Raced(Exception):
    """The slot has changed since it was read. The transaction is rolled back and tried again."""


class _Attempt(NamedTuple):
    """One attempt at a sale: a transaction."""

    services: Services
    entry_scans: EntryScans
    seller: Seller
    by: Actor
    venue: Venue
    sale: DoorSale
    wanted: NewOrder
    request: KeyedRequest
    hold_id: str

    async def run(self, slots: SlotStates) -> _Sold:
        """Sell, and commit. The free places of the slot are put into `slots`, as they are committed."""
        services, by, sale = self.services, self.by, self.sale
        now = services.clock.now()
        async with (
            services.database.bookings.turn([sale.slot_id]),
            services.database.bookings.transaction() as connection,
        ):
            first = await claim(connection, services, by.org_id, self.request)
            if first is not None:
                return _Sold(await order_record(connection, by, first))
            if sale.admit:
                await lock_room(connection, self.venue, now)
            about = {"slot_id": sale.slot_id, "admitted": sale.count if sale.admit else 0}
            order_id = await add_order(connection, services, by, self.wanted, about=about, at_door=True)
            await name_order(connection, by.org_id, self.request, order_id)
            order = await order_record(connection, by, order_id)
            slots.clear()
            announcements, taken = await self._book(connection, order, slots)
            entry = await self._admit(connection, order) if sale.admit else None
            sold = _Sold(await order_record(connection, by, order_id), tuple(announcements), entry)
        slots.update(taken)
        return sold

    async def _book(
        self, connection: Any, order: OrderRecord, slots: SlotStates
    ) -> tuple[list[Announcement], SlotStates]:
        """Take a place in the slot for each ticket, or refuse all. Return the announcements, and the free places after the commit."""
        sale, now = self.sale, self.services.clock.now()
        first, *others = (ticket.ticket_id for ticket in order.tickets)
        reserve = ReserveRequest(
            self.by.org_id, first, sale.slot_id, order.customer_email or "", "", language=self.venue.language, party=tuple(others)
        )  # fmt: skip
        booking = PendingBooking(reserve, reserve.tickets, self.hold_id, None, secret_token())
        await decide_bookings(connection, [booking], now, slots)
        if isinstance(booking.answer, Refused):
            raise _without_tickets(booking.answer)
        slot = booking.rows[0]
        if slot["venue_id"] != self.venue.id:
            raise Refused(Reason.SLOT_NOT_FOUND)
        if slot["date"] != self.venue.business_day(now):
            refuse_fields({"slot_id": N_("Choose a time of today")})
        taken = dict(slots)
        announcements = await take_places(connection, [booking], now, taken)
        if not isinstance(booking.answer, tuple):
            raise _Raced
        return announcements, taken

    async def _admit(self, connection: Any, order: OrderRecord) -> EntryWithin:
        """Let the visitors in with their new tickets, as one scan of their party."""
        sale, several = self.sale, self.sale.count > 1
        scan = ScanRequest.of(
            self.seller.identity, self.venue.id, "verify", order.tickets[0].ticket_code, "http", scan_id=sale.scan_id,
            gate=self.seller.gate, device=self.seller.device, count=sale.count if several else None, party=several, answer=sale.answer,
        )  # fmt: skip
        try:
            return await admit_within(connection, self.entry_scans, scan, self.services.clock.now())
        except NotAdmitted as refusal:
            raise _refused_entry(refusal.decision) from None


def _publish(services: Services, entry_scans: EntryScans, sale: DoorSale, wanted: NewOrder, sold: _Sold) -> None:
    """Announce and log a sale after its commit. A repeat has nothing to announce."""
    if not sold.announcements:
        return
    services.announcer.publish(sold.announcements)
    if sold.entry is not None:
        sold.entry.publish(entry_scans)
    log_new_order(sold.order.order_id, wanted)
    for ticket in sold.order.tickets:
        telemetry.event(
            telemetry.RESERVATION_CREATED,
            ticket_id=ticket.ticket_id,
            slot_id=sale.slot_id,
            slot_date=ticket.reserved_date,
        )


def _refused_entry(decision: Decision) -> Refused:
    """Return the refusal of a sale whose visitors may not come in, with the question of the product that they have to answer."""
    asks = decision.verdict.reason in (Reason.QUESTION_UNANSWERED, Reason.QUESTION_DENIED)
    question = decision.product.as_dict(spoken.get())["question"] if asks and decision.product else None
    return Refused(decision.verdict.reason, **({} if question is None else {"question": question}))


def _without_tickets(refused: Refused) -> Refused:
    """Return the refusal of a booking without its tickets, which are not made after all."""
    return Refused(refused.reason, **{name: refused.details[name] for name in ("free",) if name in refused.details})
