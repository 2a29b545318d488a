"""The endpoints of the organiser's bookings: the rows of the table."""

from hub.actions.shows.find_bookings import STATUSES
from hub.rules.reasons import Reason
from web.api.endpoint import Endpoint, Parameter
from web.api.parameters import ID_SCHEMA, LIMIT
from web.api.refusal_groups import BODY_REFUSALS, STAFF_REFUSALS
from web.api.shows import booking_change_endpoints, booking_list_endpoints, booking_list_responses
from web.limits import LONGEST_SEARCH

_BOOKING = "/api/admin/bookings/{booking_id:[0-9]+}"

BOOKING_LIST_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/admin/bookings", booking_list_endpoints.list_bookings, "List or find bookings", "Administration", "operator",
        booking_list_responses.BookingListAnswer,
        parameters=(
            Parameter("performance_id", "query", ID_SCHEMA,
                      "The performance. Without it, `q` is searched for in all of them."),
            Parameter("q", "query", {"type": "string", "maxLength": LONGEST_SEARCH},
                      "A part of a name, an e-mail address or a phone number, or a code or an id. Without `performance_id`: a whole"
                      " e-mail address, a code or an id."),
            Parameter("status", "query", {"enum": list(STATUSES)}, "Bookings with this status."),
            Parameter("sort", "query", {"enum": list(booking_list_endpoints.SORTS), "default": "name"},
                      "The order within a performance: by name, or newest first. A search over all performances is newest first."),
            LIMIT,
            Parameter("before", "query", ID_SCHEMA, "The `next` of the previous page."),
            Parameter("format", "query", {"enum": ["json", "csv"], "default": "json"},
                      "`csv` returns all matching bookings of the performance as one `text/csv` file, by name."),
        ),
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS, Reason.PERFORMANCE_NOT_FOUND),
        about="For managers, within their own organisation.",
    ),
    Endpoint(
        "GET", _BOOKING, booking_list_endpoints.show_booking, "Show a booking", "Administration", "operator",
        booking_list_responses.ListedBookingAnswer,
        refusals=(*STAFF_REFUSALS, Reason.NOT_FOUND, Reason.BOOKING_NOT_FOUND),
        about="For managers, within their own organisation. The booking's code is not shown, because it lets the party in.",
    ),
    Endpoint(
        "POST", f"{_BOOKING}/cancel", booking_change_endpoints.cancel_one_booking, "Cancel a booking", "Administration", "operator",
        booking_list_responses.ListedBookingAnswer,
        refusals=(*STAFF_REFUSALS, Reason.NOT_FOUND, Reason.BOOKING_NOT_FOUND, Reason.ALREADY_CHECKED_IN, Reason.CHANGE_TOO_LATE,
                  Reason.BUSY),
        about="For managers. The seats are free at once, and the visitor gets an e-mail. Repeating it changes nothing.",
    ),
    Endpoint(
        "POST", f"{_BOOKING}/move", booking_change_endpoints.move_one_booking, "Move a booking to another performance", "Administration",
        "operator", booking_list_responses.ListedBookingAnswer, body=booking_change_endpoints.MoveBooking,
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.NOT_FOUND, Reason.BOOKING_NOT_FOUND, Reason.PERFORMANCE_NOT_FOUND,
                  Reason.NO_CAPACITY, Reason.BOOKING_CLOSED, Reason.BOOKING_CANCELLED, Reason.CONFIRMATION_EXPIRED,
                  Reason.ALREADY_CHECKED_IN, Reason.CHANGE_TOO_LATE, Reason.BUSY),
        about="For managers. The performance is one of the same show. The whole party moves, or nobody, and the visitor gets an e-mail."
        " A request that is not confirmed takes no seat; it gets a new link. Repeating it changes nothing.",
    ),
    Endpoint(
        "POST", f"{_BOOKING}/resend", booking_change_endpoints.resend_one_booking, "Send a booking's e-mail again", "Administration",
        "operator", booking_list_responses.ListedBookingAnswer,
        refusals=(*STAFF_REFUSALS, Reason.NOT_FOUND, Reason.BOOKING_NOT_FOUND, Reason.BOOKING_CANCELLED, Reason.CONFIRMATION_EXPIRED,
                  Reason.BUSY),
        about="For managers. A request that is not confirmed is sent with a new link, and the old one is not valid any more; a"
        " confirmation with one more link.",
    ),
)  # fmt: skip
