"""The endpoints of the managers' reservations: the rows of the table."""

from hub.actions.booking.find_reservations import CHANNELS, STATUSES
from hub.rules.reasons import Reason
from web.api.booking import admin_endpoints, admin_requests, admin_responses
from web.api.endpoint import Endpoint, Parameter
from web.api.parameters import BEFORE, DAY_SCHEMA, ID_SCHEMA, IF_MATCH, LIMIT
from web.api.refusal_groups import BODY_REFUSALS, STAFF_REFUSALS
from web.limits import LONGEST_SEARCH

_TAG = "Administration"
_ONE = "/api/admin/reservations/{reservation_id:[0-9]+}"
_REFUSALS = (*STAFF_REFUSALS, Reason.NOT_FOUND, Reason.RESERVATION_NOT_FOUND)
_ENDED = (Reason.TICKET_ALREADY_USED, Reason.TICKET_EXPIRED, Reason.TICKET_CANCELLED, Reason.ALREADY_CHECKED_IN, Reason.CHANGE_TOO_LATE,
          Reason.BOOKING_CANCELLED, Reason.BUSY)  # fmt: skip

ADMIN_RESERVATION_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/admin/reservations", admin_endpoints.list_reservations, "List or find reservations", _TAG, "operator",
        admin_responses.ReservationListAnswer,
        parameters=(
            Parameter("q", "query", {"type": "string", "maxLength": LONGEST_SEARCH},
                      "The beginning of an e-mail address, words of a name, or a whole phone number, code, order reference or id."),
            Parameter("date", "query", DAY_SCHEMA, "Reservations of this day."),
            Parameter("slot_id", "query", ID_SCHEMA, "Reservations of this slot or performance."),
            Parameter("venue_id", "query", ID_SCHEMA, "Reservations of this venue."),
            Parameter("status", "query", {"enum": list(STATUSES)}, "Reservations with this status."),
            Parameter("product_id", "query", ID_SCHEMA, "Reservations of tickets of this product."),
            Parameter("channel", "query", {"enum": list(CHANNELS)}, "Reservations of tickets of this channel."),
            LIMIT,
            BEFORE,
            Parameter("format", "query", {"enum": ["json", "csv"], "default": "json"},
                      "`csv` returns all matching reservations as one `text/csv` file."),
        ),
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS),
        about="For managers, within their own organisation. With `date` or `slot_id` in order of the slots, else newest first.",
    ),
    Endpoint(
        "GET", _ONE, admin_endpoints.show_reservation, "Show a reservation to its managers", _TAG, "operator",
        admin_responses.ListedReservationAnswer, refusals=_REFUSALS,
    ),
    Endpoint(
        "PATCH", _ONE, admin_endpoints.correct_one_contact, "Correct the contact of a reservation", _TAG, "operator",
        admin_responses.ListedReservationAnswer, body=admin_requests.CorrectedContact, parameters=(IF_MATCH,),
        refusals=(*BODY_REFUSALS, *_REFUSALS, Reason.VERSION_MISMATCH, Reason.INVALID_CONTACT, Reason.NOT_RESENDABLE, Reason.BUSY),
        about="For those made together with it, too. Checked as at booking. Another address gets the confirmation with a new link, all"
        " older links are void, and the old address is told.",
    ),
    Endpoint(
        "POST", f"{_ONE}/move", admin_endpoints.move_one_reservation, "Move a reservation as staff", _TAG, "operator",
        admin_responses.ListedReservationAnswer, body=admin_requests.MovedReservation,
        refusals=(*BODY_REFUSALS, *_REFUSALS, *_ENDED, Reason.SLOT_NOT_FOUND, Reason.SLOT_FULL, Reason.SLOT_CLOSED, Reason.SLOT_PAST,
                  Reason.PERFORMANCE_NOT_FOUND, Reason.NO_CAPACITY, Reason.BOOKING_CLOSED, Reason.WRONG_VENUE),
        about="The visitor gets an e-mail. Repeating it changes nothing.",
    ),
    Endpoint(
        "POST", f"{_ONE}/cancel", admin_endpoints.cancel_one_reservation, "Cancel a reservation as staff", _TAG, "operator",
        admin_responses.ListedReservationAnswer, refusals=(*_REFUSALS, *_ENDED),
        about="The space is free at once, and the visitor gets an e-mail. Repeating it changes nothing.",
    ),
    Endpoint(
        "POST", f"{_ONE}/resend", admin_endpoints.resend_one_confirmation, "Send the confirmation of a reservation again", _TAG,
        "operator", admin_responses.ListedReservationAnswer, refusals=(*_REFUSALS, Reason.NOT_RESENDABLE),
        about="For the whole party, with one more link. Older links stay valid.",
    ),
)  # fmt: skip
