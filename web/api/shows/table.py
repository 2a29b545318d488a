"""The endpoints of shows: the rows of the table."""

from hub.rules.reasons import Reason
from web.api.endpoint import Endpoint
from web.api.parameters import IF_NONE_MATCH, ORQ
from web.api.shows import show_endpoints, show_responses

SHOW_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/shows", show_endpoints.send_shows, "List shows and their performances", "Shows", "anyone",
        show_responses.ShowsAnswer, parameters=(ORQ, IF_NONE_MATCH), refusals=(Reason.INVALID_REQUEST,), not_modified=True, packed=True,
        about="The published shows with a performance that is not over, the next one first.",
    ),
    Endpoint(
        "GET", "/api/shows/{show_id:[0-9]+}", show_endpoints.send_show, "Show one show and its performances", "Shows",
        "anyone", show_responses.ShowAnswer, parameters=(ORQ, IF_NONE_MATCH), refusals=(Reason.INVALID_REQUEST, Reason.NOT_FOUND, Reason.SHOW_NOT_FOUND),
        not_modified=True, packed=True,
        about="The counts are those of the moment and decide nothing. `GET /ws/availability?show=` sends every change of them.",
    ),
)  # fmt: skip
