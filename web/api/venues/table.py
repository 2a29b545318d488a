"""The endpoints of venues and gates: the rows of the table."""

from hub.rules.reasons import Reason
from web.api.endpoint import Endpoint, Parameter
from web.api.parameters import BEFORE, CHANGE, DRY_RUN, LIMIT, VENUE_ID_SCHEMA
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
