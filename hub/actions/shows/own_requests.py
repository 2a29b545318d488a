"""What visitors do with their own requests for seats, by the link that confirms them: move them, and see what they wait for.

Moving is for a party that does not fit any more: nothing has to be typed again. A request takes no places, so only the
confirmation that follows can be refused for want of them.
"""

from datetime import datetime

from db.statements import load
from hub.access.randomness import token_hash
from hub.actions.shows.booking_views import BookingView, booking_of_token
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

OWN_REQUESTS = load("shows/own_requests")


async def move_own_request(services: Services, token: str, performance_id: int) -> None:
    """Move the request. To the performance that it has already it moves without a change.

    Refuses BOOKING_NOT_FOUND for an unknown link, CONFIRMATION_USED, BOOKING_CANCELLED and CONFIRMATION_EXPIRED for one that is
    over, and PERFORMANCE_NOT_FOUND if the show has no such performance.
    """
    now = services.clock.now()
    moved = await services.database.fetchval(OWN_REQUESTS.move_own_request, token_hash(token), performance_id, now)
    if moved is not None:
        return
    view = await booking_of_token(services, token)
    over = {
        "PENDING": Reason.PERFORMANCE_NOT_FOUND,
        "EXPIRED": Reason.CONFIRMATION_EXPIRED,
        "CANCELLED": Reason.BOOKING_CANCELLED,
    }
    raise Refused(over.get(view.status, Reason.CONFIRMATION_USED))


async def seats_held_until(services: Services, view: BookingView) -> datetime | None:
    """Return how long the waiting list holds seats for this request, or None if it holds none now."""
    if not view.waits:
        return None
    until: datetime | None = await services.database.fetchval(
        OWN_REQUESTS.wait_of_request, view.org_id, view.booking_id
    )
    return until if until is not None and services.clock.now() < until else None
