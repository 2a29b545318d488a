"""Parameters that several endpoints share, and the JSON schemas of their values."""

from hub.rules.order_reference import REFERENCE
from web.api.endpoint import Parameter
from web.limits import (
    LARGEST_ID,
    LARGEST_VENUE_ID,
    LONGEST_IF_NONE_MATCH,
    LONGEST_REFERENCE,
    LONGEST_TOKEN,
    MOST_ROWS,
    MOST_SPAN_DAYS,
    USUAL_ROWS,
)

ID_SCHEMA = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
VENUE_ID_SCHEMA = {**ID_SCHEMA, "maximum": LARGEST_VENUE_ID}
TOKEN_SCHEMA = {"type": "string", "minLength": 1, "maxLength": LONGEST_TOKEN, "pattern": "^[!-~]+$"}
CURSOR_SCHEMA = {"type": "string", "minLength": 1, "maxLength": LONGEST_TOKEN}
REFERENCE_SCHEMA = {"type": "string", "minLength": 1, "maxLength": LONGEST_REFERENCE, "pattern": REFERENCE}
DAY_SCHEMA = {"type": "string", "format": "date"}
ORQ = Parameter(
    "orq", "query", ID_SCHEMA,
    "The number of the organisation whose tickets and slots are meant. Needed only on a hub that serves several.",
)  # fmt: skip
SPAN = (
    Parameter("from", "query", DAY_SCHEMA, f"First day. With `to`, the span has at most {MOST_SPAN_DAYS} days."),
    Parameter("to", "query", DAY_SCHEMA, "Last day, included."),
)
LIMIT = Parameter(
    "limit", "query", {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": USUAL_ROWS}, "How many."
)
IF_NONE_MATCH = Parameter(
    "If-None-Match",
    "header",
    {"type": "string", "maxLength": LONGEST_IF_NONE_MATCH},
    "The `ETag` of an earlier response.",
)
BEFORE = Parameter("before", "query", ID_SCHEMA, "The `next` of the previous page.")
FLAG_SCHEMA = {"type": "string", "enum": ["0", "1", "true", "false"], "default": "0"}
DRY_RUN = Parameter(
    "dry_run", "query", FLAG_SCHEMA,
    "1 answers, or refuses, as the request would, and changes nothing.",
)  # fmt: skip
IF_MATCH = Parameter(
    "If-Match", "header", {"type": "string", "pattern": '^(\\*|(W/)?"?[0-9]{1,9}"?)$', "maxLength": 13, "examples": ['"3"']},
    'The `version` that was read, as in the `ETag` (`"3"`). The request is refused if it is not the newest. Without it any is changed.',
)  # fmt: skip
CHANGE = (DRY_RUN, IF_MATCH)


SAME_STATUS = "A repeat has the status of the first answer, such as 201."
"""The one rule for whatever is safe to repeat: a client that lost an answer handles the next one as if it were the first."""


def idempotency_key_parameter(about: str, *, required: bool = False) -> Parameter:
    schema = {"type": "string", "minLength": 1, "maxLength": LONGEST_TOKEN, "pattern": "^[!-~]+$"}
    return Parameter("Idempotency-Key", "header", schema, f"{about} {SAME_STATUS}", required)
