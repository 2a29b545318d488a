"""The query parameters of the lists that wait for a manager's decision: conflicts and disputes."""

from typing import TypedDict

from aiohttp import web

from web.api.endpoint import Parameter
from web.api.parameters import ID_SCHEMA, LIMIT
from web.json_body import invalid
from web.limits import LARGEST_ID
from web.request_fields import query_int, query_limit, query_venue_id

STATUSES = ("all", "open", "decided")
DECISION_PARAMETERS = (
    Parameter("status", "query", {"enum": list(STATUSES), "default": "all"}, "Decided or not."),
    Parameter("venue_id", "query", ID_SCHEMA, "Of one venue."),
    LIMIT,
    Parameter("before", "query", ID_SCHEMA, "The `next` of the page before."),
)


class DecisionQuery(TypedDict):
    """The filters of such a list. `undecided` None: decided and undecided ones."""

    venue_id: int | None
    undecided: bool | None
    before: int | None
    limit: int


def query_decisions(request: web.Request) -> DecisionQuery:
    """Return the filters of the query. Refuses INVALID_REQUEST."""
    status = request.query.get("status", "all")
    if status not in STATUSES:
        raise invalid(("status", "Give one of all, open, decided"))
    return DecisionQuery(
        venue_id=query_venue_id(request),
        undecided=None if status == "all" else status == "open",
        before=query_int(request, "before", 1, LARGEST_ID),
        limit=query_limit(request),
    )
