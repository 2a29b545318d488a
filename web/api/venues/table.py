"""The endpoints of venues and gates: the rows of the table."""

from hub.rules.reasons import Reason
from web.api.endpoint import Endpoint, Parameter
from web.api.parameters import BEFORE, CHANGE, DRY_RUN, IF_MATCH, IF_NONE_MATCH, LIMIT, VENUE_ID_SCHEMA
from web.api.refusal_groups import BODY_REFUSALS, STAFF_REFUSALS
from web.api.shows.admin_responses import DeletedAnswer
from web.api.venues import gate_endpoints as gates
from web.api.venues import requests, responses
from web.api.venues import venue_endpoints as venues

_TAG = "Venues and gates"
_ONE = (*STAFF_REFUSALS, Reason.INVALID_REQUEST, Reason.NOT_FOUND)
_CHANGED = (*BODY_REFUSALS, *STAFF_REFUSALS, Reason.NOT_FOUND, Reason.VERSION_MISMATCH)
_VENUE = "/api/admin/venues/{venue_id:[0-9]+}"
_GATE = "/api/admin/gates/{gate_id:[0-9]+}"

VENUE_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/admin/venues", venues.list_venues, "List venues", _TAG, "operator", responses.VenuePageAnswer,
        parameters=(LIMIT, BEFORE), refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS),
        about="For managers, within their own organisation. The newest comes first.",
    ),
    Endpoint(
        "POST", "/api/admin/venues", venues.add_venue, "Add a venue", _TAG, "operator", responses.VenueAnswer,
        body=requests.NewVenue, parameters=(DRY_RUN,), refusals=(*BODY_REFUSALS, *STAFF_REFUSALS), status=201,
        about="For administrators, as every change of venues and gates.",
    ),
    Endpoint("GET", _VENUE, venues.show_venue, "Show a venue", _TAG, "operator", responses.VenueAnswer, refusals=_ONE),
    Endpoint(
        "PATCH", _VENUE, venues.change_venue, "Change a venue", _TAG, "operator", responses.VenueAnswer, body=requests.ChangedVenue,
        parameters=CHANGE, refusals=_CHANGED, about="Another time zone is refused once the venue has slots.",
    ),
    Endpoint(
        "DELETE", _VENUE, venues.delete_venue, "Delete a venue", _TAG, "operator", DeletedAnswer, parameters=CHANGE,
        refusals=(*_ONE, Reason.VERSION_MISMATCH, Reason.VENUE_IN_USE), about="Only one that nothing belongs to.",
    ),
    Endpoint(
        "PUT", f"{_VENUE}/logo", venues.put_logo, "Upload the logo of a venue", _TAG, "operator", responses.VenueAnswer,
        parameters=(IF_MATCH,), upload=("image/png", "image/jpeg", "image/webp"), refusals=_CHANGED,
        about="The body is the image, of at most 2 MB and 32 to 3000 pixels on each side. It is encoded again as a PNG of at most 480 by"
        " 144 pixels, which the venue's pages and mails show.",
    ),
    Endpoint(
        "DELETE", f"{_VENUE}/logo", venues.delete_logo, "Take the logo of a venue away", _TAG, "operator", responses.VenueAnswer,
        parameters=(IF_MATCH,), refusals=(*_ONE, Reason.VERSION_MISMATCH),
    ),
    Endpoint(
        "GET", "/logos/{hash:[0-9a-f]+}", venues.send_logo, "Get a logo", _TAG, "anyone", ("image/png",),
        parameters=(IF_NONE_MATCH,), refusals=(Reason.INVALID_REQUEST, Reason.NOT_FOUND), not_modified=True,
        about="The address has the hash of the image, so it may be kept for ever.",
    ),
    Endpoint(
        "GET", "/api/admin/gates", gates.list_gates, "List gates", _TAG, "operator", responses.GatePageAnswer,
        parameters=(Parameter("venue_id", "query", VENUE_ID_SCHEMA, "Only those of this venue."), LIMIT, BEFORE),
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS), about="For managers. The newest comes first.",
    ),
    Endpoint(
        "POST", "/api/admin/gates", gates.add_gate, "Add a gate", _TAG, "operator", responses.GateAnswer, body=requests.NewGate,
        parameters=(DRY_RUN,), refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.NOT_FOUND), status=201,
    ),
    Endpoint("GET", _GATE, gates.show_gate, "Show a gate", _TAG, "operator", responses.GateAnswer, refusals=_ONE),
    Endpoint(
        "PATCH", _GATE, gates.change_gate, "Rename or retire a gate", _TAG, "operator", responses.GateAnswer,
        body=requests.ChangedGate, parameters=CHANGE, refusals=_CHANGED,
        about="Scanners no longer offer a retired gate. Scans keep the name that the gate had.",
    ),
    Endpoint(
        "DELETE", _GATE, gates.delete_gate, "Delete a gate", _TAG, "operator", DeletedAnswer, parameters=CHANGE,
        refusals=(*_ONE, Reason.VERSION_MISMATCH, Reason.GATE_IN_USE), about="Only one that no scan names. Others are retired.",
    ),
)  # fmt: skip
