"""The endpoints of guest lists: the rows of the table."""

from hub.rules.reasons import Reason
from web.api.endpoint import Endpoint, Parameter
from web.api.guests import endpoints, requests, responses
from web.api.parameters import BEFORE, CHANGE, CURSOR_SCHEMA, DAY_SCHEMA, DRY_RUN, ID_SCHEMA, LIMIT
from web.api.refusal_groups import BODY_REFUSALS, STAFF_REFUSALS

_TAG = "Administration"
_ONE = "/api/admin/guests/{guest_id:[0-9]+}"
_REFUSALS = (*STAFF_REFUSALS, Reason.INVALID_REQUEST, Reason.NOT_FOUND, Reason.GUEST_NOT_FOUND)

GUEST_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/admin/guests", endpoints.show_guests, "List guests", _TAG, "operator", responses.GuestListAnswer,
        parameters=(
            Parameter("slot_id", "query", ID_SCHEMA, "The slot or performance. Without it: a day of a venue."),
            Parameter("venue_id", "query", ID_SCHEMA, "The venue of the day."),
            Parameter("date", "query", DAY_SCHEMA, "The day; today without it."),
            Parameter("q", "query", CURSOR_SCHEMA, "A part of a name, or a whole e-mail address."),
            LIMIT, BEFORE,
        ),
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS, Reason.NOT_FOUND),
        about="For managers, within their own organisation. By name.",
    ),
    Endpoint(
        "POST", "/api/admin/guests", endpoints.add_new_guests, "Add guests", _TAG, "operator", responses.AddedGuestsAnswer,
        body=requests.NewGuests, parameters=(DRY_RUN,), status=201,
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.NOT_FOUND, Reason.SLOT_NOT_FOUND, Reason.SLOT_PAST, Reason.SLOT_FULL,
                  Reason.PERFORMANCE_CANCELLED),
        about="All of them or none. They are listed for a slot, or for a whole day of a venue, where they take no spaces.",
    ),
    Endpoint(
        "POST", "/api/admin/guests/import", endpoints.import_guests, "Add a pasted list of guests", _TAG, "operator",
        responses.AddedGuestsAnswer, body=requests.PastedGuests, parameters=(DRY_RUN,), status=201,
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.NOT_FOUND, Reason.SLOT_NOT_FOUND, Reason.SLOT_PAST, Reason.SLOT_FULL,
                  Reason.PERFORMANCE_CANCELLED),
        about="All of them or none. Each wrong line has its `line` and `column` among the `errors`.",
    ),
    Endpoint("GET", _ONE, endpoints.show_guest, "Show a guest", _TAG, "operator", responses.GuestAnswer, refusals=_REFUSALS),
    Endpoint(
        "PATCH", _ONE, endpoints.change_one_guest, "Change a guest", _TAG, "operator", responses.GuestAnswer, body=requests.ChangedGuest,
        parameters=CHANGE, refusals=(*BODY_REFUSALS, *_REFUSALS, Reason.VERSION_MISMATCH, Reason.SLOT_FULL),
        about="A party never has fewer people than are in, and grows only into free spaces.",
    ),
    Endpoint(
        "DELETE", _ONE, endpoints.take_guest_off, "Take a guest off the list", _TAG, "operator", responses.GuestAnswer,
        parameters=CHANGE, refusals=(*_REFUSALS, Reason.VERSION_MISMATCH, Reason.GUEST_IN, Reason.BUSY),
        about="Not once somebody of the party is in. Repeating it changes nothing.",
    ),
)  # fmt: skip
