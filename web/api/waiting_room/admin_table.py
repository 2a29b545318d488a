"""The endpoints of the waiting rooms for managers: the rows of the table."""

from hub.rules.reasons import Reason
from web.api.endpoint import Endpoint, Parameter
from web.api.parameters import CHANGE, VENUE_ID_SCHEMA
from web.api.refusal_groups import BODY_REFUSALS, STAFF_REFUSALS
from web.api.waiting_room import admin_endpoints, admin_responses

ADMIN_WAITING_ROOM_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/admin/waiting-rooms", admin_endpoints.show_rooms, "Show who waits in the waiting rooms of a venue",
        "Waiting room", "operator", admin_responses.WaitingRoomsAnswer,
        parameters=(Parameter("venue_id", "query", VENUE_ID_SCHEMA, "The default is the login's venue."),),
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS, Reason.NOT_FOUND),
        about="For managers. A room is listed while somebody waits in it or may book.",
    ),
    Endpoint(
        "PATCH", "/api/admin/waiting-rooms/{venue_id:[0-9]+}", admin_endpoints.patch_rooms,
        "Let visitors in faster or slower, or stop", "Waiting room", "operator", admin_responses.ChangedWaitingRoomsAnswer,
        body=admin_endpoints.ChangedWaitingRooms, parameters=CHANGE,
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.NOT_FOUND, Reason.VERSION_MISMATCH),
        about="For managers. It changes the venue's policy `waiting_room_per_minute`, for all its waiting rooms.",
    ),
)  # fmt: skip
