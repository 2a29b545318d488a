"""The endpoints of bookings by visitors: the rows of the table."""

from hub.rules.reasons import Reason
from web.api.endpoint import Endpoint
from web.api.parameters import ORQ, idempotency_key_parameter
from web.api.refusal_groups import BODY_REFUSALS
from web.api.shows import booking_endpoints, booking_requests, booking_responses

VISITOR_BOOKING_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "POST", "/api/bookings", booking_endpoints.request_booking,
        "Ask for seats at a performance", "Bookings", "anyone",
        booking_responses.BookingPendingAnswer, body=booking_requests.RequestBooking, status=201,
        parameters=(
            idempotency_key_parameter("A repeat with the same key and body gets the first answer, and no second e-mail."), ORQ,
        ),
        refusals=(*BODY_REFUSALS, Reason.INVALID_CONTACT, Reason.PERFORMANCE_NOT_FOUND, Reason.BOOKING_CLOSED, Reason.NO_CAPACITY,
                  Reason.TOO_MANY_PENDING, Reason.IDEMPOTENCY_KEY_REUSED, Reason.WAITING_ROOM, Reason.RATE_LIMITED, Reason.BUSY),
        about="The request takes no seat. An e-mail brings a link whose token confirms it; no response has the token. `NO_CAPACITY`"
        " says how many seats are left (`available_count`), and with `BOOKING_CLOSED` lists `alternatives`: other performances"
        " of the show with seats for the whole party. `TOO_MANY_PENDING` says how many requests one address may have open for a"
        " performance (`limit`), and until when the first of them stands (`pending_until`).",
    ),
    Endpoint(
        "POST", "/api/bookings/confirm", booking_endpoints.confirm_booking,
        "Confirm a booking", "Bookings", "anyone",
        booking_responses.BookingConfirmedAnswer, body=booking_requests.ConfirmBooking,
        parameters=(
            idempotency_key_parameter("A repeat with the same key and body gets the first answer instead of `CONFIRMATION_USED`."),
        ),
        refusals=(*BODY_REFUSALS, Reason.CONFIRMATION_NOT_FOUND, Reason.CONFIRMATION_EXPIRED, Reason.CONFIRMATION_USED,
                  Reason.BOOKING_CANCELLED, Reason.BOOKING_CLOSED, Reason.NO_CAPACITY, Reason.IDEMPOTENCY_KEY_REUSED, Reason.RATE_LIMITED,
                  Reason.BUSY),
        about="Takes the seats of the whole party, or none. `NO_CAPACITY` says how many are left (`available_count`): the same token"
        " confirms a smaller party with `party_size`. It and `BOOKING_CLOSED` list `alternatives`. `CONFIRMATION_USED` has the"
        " `page_url` of the confirmed booking. Every refusal but `CONFIRMATION_NOT_FOUND` names the `booking_id`, the"
        " `performance_id` and the `show_id`.",
    ),
)  # fmt: skip
