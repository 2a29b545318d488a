"""The deed of reading a reservation, for the holder of its token or for a manager."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from db.statements import load
from hub.access.roles import Role, at_least
from hub.access.tokens import Identity
from hub.actions.reserve_ticket import token_hash
from hub.house import House
from hub.refusals import Refused
from hub.rules.reasons import Reason

BOOKING = load("booking")


@dataclass(frozen=True, slots=True)
class ReservationView:
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


async def reservation_of_token(house: House, token: str) -> ReservationView:
    """The reservation a manage link opens, or RESERVATION_NOT_FOUND."""
    return _view(await house.database.fetchrow(BOOKING.reservation_of_token, token_hash(token)))


async def read_reservation(
    house: House, reservation_id: int, *, token: str | None, identity: Identity | None
) -> ReservationView:
    """The reservation with this id, for who holds its token or manages its organisation.

    A wrong token and an unknown id get the same answer.
    """
    if token:
        view = await reservation_of_token(house, token)
        if view.reservation_id != reservation_id:
            raise Refused(Reason.RESERVATION_NOT_FOUND)
        return view
    if identity is None:
        raise Refused(Reason.UNAUTHENTICATED)
    if not at_least(identity.role, Role.MANAGER):
        raise Refused(Reason.FORBIDDEN)
    return _view(await house.database.fetchrow(BOOKING.read_reservation, identity.org_id, reservation_id))


def _view(row: Any) -> ReservationView:
    if row is None:
        raise Refused(Reason.RESERVATION_NOT_FOUND)
    return ReservationView(*row)
