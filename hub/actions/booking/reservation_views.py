"""Reading a reservation and its party, for the holder of its token or for a manager."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from db.statements import load
from hub.access.randomness import token_hash
from hub.access.roles import Role, at_least
from hub.access.scope import refuse_other_venue
from hub.access.tokens import Identity
from hub.actions.audit.actor import Actor
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

CHANGES = load("booking/changes")


@dataclass(frozen=True, slots=True)
class ReservationView:
    """A reservation with its slot. A ticket's has one place; a booking's has as many as its party has people."""

    org_id: int
    reservation_id: int
    ticket_id: int
    ticket_code: str
    status: str
    slot_id: int
    venue_id: int
    venue_name: str
    timezone: str
    date: date
    start_time: time
    end_time: time
    starts_at: datetime
    ends_at: datetime
    customer_email: str
    customer_phone: str
    reserved_at: datetime
    change_cutoff_hours: int
    ticket_version: int
    venue_address: str
    language: str
    calendar_sequence: int
    first_token_hash: bytes
    """Hash of the token that the party was booked with. Tokens made later belong to the same party."""
    places: int
    admitted: int
    """How many of the party are in."""
    verified_at: datetime | None
    booking_id: int | None
    """The booking, which has its ticket's id; None for a ticket. `slot_id` is then a performance of the show `show_id`."""
    show_id: int | None
    show_title: str | None
    """In the language of the booking, if the show has it."""
    room_name: str | None
    slot_closed: bool
    """Nobody books this time any more. Its holder may choose another one."""
    venue_slug: str
    venue_contact_email: str
    venue_contact_phone: str

    @property
    def change_until(self) -> datetime:
        """Return the last time at which the holder may move or cancel."""
        return self.starts_at - timedelta(hours=self.change_cutoff_hours)


@dataclass(frozen=True, slots=True)
class Party:
    """One reservation, and all reservations of the same booking including itself, ordered by id."""

    reservation: ReservationView
    members: tuple[ReservationView, ...]

    def can_change(self, now: datetime) -> bool:
        """Return whether the holder may still move or cancel this reservation."""
        return self.reservation.status == "RESERVED" and now <= self.reservation.change_until


async def party_of_token(services: Services, token: str) -> Party:
    """Return the party of a manage link, with its first uncancelled reservation. Refuses RESERVATION_NOT_FOUND, RATE_LIMITED."""
    members = _views(
        await services.links.look_up(token_hash(token), partial(services.database.fetch, CHANGES.party_of_token))
    )
    return Party(min(members, key=lambda one: (one.status == "CANCELLED", one.reservation_id)), members)


async def read_party(
    services: Services, reservation_id: int, *, token: str | None, identity: Identity | None, by: Actor | None = None
) -> Party:
    """Return this reservation and its party, for the holder of its token or a manager of its organisation.

    `by` is a manager whose right was checked already.

    Refuses RESERVATION_NOT_FOUND alike for a wrong token and an unknown id, and FORBIDDEN for a venue outside the manager's scope.
    """
    if token:
        members = (await party_of_token(services, token)).members
    elif by is not None:
        members = _views(await services.database.fetch(CHANGES.party_of_reservation, by.org_id, reservation_id))
    elif identity is None:
        raise Refused(Reason.UNAUTHENTICATED)
    elif not at_least(identity.role, Role.MANAGER):
        raise Refused(Reason.FORBIDDEN)
    else:
        members = _views(await services.database.fetch(CHANGES.party_of_reservation, identity.org_id, reservation_id))
    for one in members:
        if one.reservation_id == reservation_id:
            manager = None if token else by or identity
            if manager is not None:
                refuse_other_venue(manager, one.venue_id)
            return Party(one, members)
    raise Refused(Reason.RESERVATION_NOT_FOUND)


async def reservation_of_token(services: Services, token: str) -> ReservationView:
    """Return the reservation that a manage link opens first. Refuses RESERVATION_NOT_FOUND."""
    return (await party_of_token(services, token)).reservation


async def read_reservation(
    services: Services, reservation_id: int, *, token: str | None, identity: Identity | None
) -> ReservationView:
    """Return the reservation with this id without its party. Refuses as `read_party` does."""
    return (await read_party(services, reservation_id, token=token, identity=identity)).reservation


def _views(rows: list[Any]) -> tuple[ReservationView, ...]:
    if not rows:
        raise Refused(Reason.RESERVATION_NOT_FOUND)
    return tuple(ReservationView(*row) for row in rows)
