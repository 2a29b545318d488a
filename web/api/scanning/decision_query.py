"""How lists of what waits for decisions are asked for: conflicts and disputes."""

from typing import TypedDict

from aiohttp import web

from web.api.endpoint import Parameter
from web.api.requests import LARGEST_ID
from web.json_body import invalid
from web.request_fields import query_int

WHICH = ("all", "open", "decided")
DECISION_PARAMETERS = (
    Parameter("status", "query", {"enum": list(WHICH), "default": "all"}, "Decided or not."),
    Parameter("venue_id", "query", {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}, "Of one venue."),
    Parameter("limit", "query", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}, "How many."),
    Parameter(
        "before", "query", {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}, "The `next` of the page before."
    ),
)


class Which(TypedDict):
    """`undecided` None: both kinds."""

    venue_id: int | None
    undecided: bool | None
    before: int | None
    limit: int


def which_decisions(request: web.Request) -> Which:
    """What the query asks for; refuses INVALID_REQUEST."""
    status = request.query.get("status", "all")
    if status not in WHICH:
        raise invalid(("status", "Give one of all, open, decided"))
    return Which(
        venue_id=query_int(request, "venue_id", 1, LARGEST_ID),
        undecided=None if status == "all" else status == "open",
        before=query_int(request, "before", 1, LARGEST_ID),
        limit=query_int(request, "limit", 1, 200) or 50,
    )
