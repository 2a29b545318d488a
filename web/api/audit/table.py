"""The endpoint of the audit log: the row of the table."""

from hub.actions.audit.log import KINDS, LOOKED_AT, SOURCES
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from web.api.audit import endpoints
from web.api.audit.responses import AuditPageAnswer
from web.api.endpoint import Endpoint, Parameter
from web.api.parameters import CURSOR_SCHEMA, DAY_SCHEMA, ID_SCHEMA, LIMIT, VENUE_ID_SCHEMA
from web.api.refusal_groups import STAFF_REFUSALS
from web.limits import LONGEST_LABEL, LONGEST_SEARCH

AUDIT_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/admin/audit", endpoints.show_audit_log, "List changes, newest first", "Audit log", "operator", AuditPageAnswer,
        parameters=(
            Parameter("q", "query", {"type": "string", "maxLength": LONGEST_SEARCH},
                      f"A part of a name, an id, an address or a value. A page looks through {LOOKED_AT:,} changes; `next` goes on."),
            Parameter("date", "query", DAY_SCHEMA, "One day of the venue, instead of `from` and `to`."),
            Parameter("from", "query", DAY_SCHEMA, "First day."), Parameter("to", "query", DAY_SCHEMA, "Last day, included."),
            Parameter("staff_id", "query", ID_SCHEMA, "Changes by this person."),
            Parameter("kind", "query", {"enum": list(KINDS)}, "Changes of this kind of thing."),
            Parameter("action", "query", {"enum": [action.value for action in AuditAction]}, "Changes of exactly this kind."),
            Parameter("subject_id", "query", {"type": "string", "minLength": 1, "maxLength": LONGEST_LABEL}, "Changes of what has this id."),
            Parameter("source", "query", {"enum": list(SOURCES)}, "Changes from here."),
            Parameter("venue_id", "query", VENUE_ID_SCHEMA, "Changes of this venue."),
            LIMIT, Parameter("before", "query", CURSOR_SCHEMA, "The `next` of the previous page."),
            Parameter("format", "query", {"enum": ["json", "csv"], "default": "json"},
                      "`csv` returns all matching changes as one `text/csv` file, sent while it is read."),
        ),
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS),
        about="For administrators; those of some venues get the changes of these alone. The log holds no visitor's data, and nobody can change it: not even the hub's own database role.",
    ),
)  # fmt: skip
