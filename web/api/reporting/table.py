"""The endpoints of reporting: the rows of the table."""

from hub.actions.reporting.scan_log import MODES
from hub.rules.reasons import Reason
from web.api.endpoint import Endpoint, Parameter
from web.api.parameters import CURSOR_SCHEMA, DAY_SCHEMA, ID_SCHEMA, LIMIT, VENUE_ID_SCHEMA
from web.api.refusal_groups import STAFF_REFUSALS
from web.api.reporting import (
    analytics_endpoints,
    health_endpoints,
    operator_endpoints,
    portal_endpoints,
    replay_endpoints,
    responses,
    scan_log_endpoints,
)
from web.api.reporting.figures_query import USUAL_DAYS
from web.api.reporting.portal_endpoints import TABLES
from web.api.reporting.replay_endpoints import NDJSON
from web.api.reporting.scan_log_endpoints import RESULTS
from web.limits import LONGEST_LABEL, MOST_SPAN_DAYS

_FILTERS = (
    Parameter("date", "query", DAY_SCHEMA, "One day of the venue, instead of `from` and `to`."),
    Parameter("from", "query", DAY_SCHEMA, "First day."),
    Parameter("to", "query", DAY_SCHEMA, "Last day, included."),
    Parameter("venue_id", "query", VENUE_ID_SCHEMA, "The default is the login's venue. Managers only."),
    Parameter("operator_id", "query", ID_SCHEMA, "Scans of this operator. Managers only."),
    Parameter("gate", "query", {"type": "string", "minLength": 1, "maxLength": LONGEST_LABEL}, "Scans at this gate."),
    Parameter("result", "query", {"enum": list(RESULTS)}, "Scans with this colour."),
    Parameter("reason", "query", CURSOR_SCHEMA, "Scans with this reason, such as `WRONG_DATE`."),
    Parameter("mode", "query", {"enum": list(MODES)}, "Scans in this mode."),
    Parameter(
        "code",
        "query",
        {"type": "string", "minLength": 1, "maxLength": LONGEST_LABEL},
        "Scans of this ticket code, in any spelling.",
    ),
)

_DAYS = (
    Parameter("from", "query", DAY_SCHEMA, f"First day. The default is {USUAL_DAYS} days up to the last day."),
    Parameter(
        "to", "query", DAY_SCHEMA, f"Last day, included. The default is today. At most {MOST_SPAN_DAYS} days in all."
    ),
    Parameter("date", "query", DAY_SCHEMA, "One day, instead of `from` and `to`."),
    Parameter("venue_id", "query", VENUE_ID_SCHEMA, "The default is the login's venue."),
)

REPORT_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/operators/scan-history", scan_log_endpoints.show_scan_log, "List the scan log, newest first", "Records", "operator",
        responses.LoggedScanPageAnswer, packed=True, scope="scans:read",
        parameters=(
            *_FILTERS,
            LIMIT,
            Parameter("before", "query", CURSOR_SCHEMA, "The `next` of the previous page."),
            Parameter("format", "query", {"enum": ["json", "csv"], "default": "json"},
                      "`csv` returns all matching scans as one `text/csv` file, sent while it is read."),
        ),
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS, Reason.NOT_FOUND),
        about="Managers see the whole venue, operators their own scans. Every page takes the same time, however far back it is.",
    ),
    Endpoint(
        "GET", "/api/analytics", analytics_endpoints.show_analytics, "Get figures per slot and day", "Records", "operator", responses.AnalyticsAnswer, packed=True,
        parameters=(
            *_DAYS,
            Parameter("format", "query", {"enum": ["json", "csv"], "default": "json"},
                      "`csv` returns `text/csv`: a line per slot, and a line without a slot per day for its checks."),
        ),
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS, Reason.NOT_FOUND),
        about="For managers. A day counts every scan; a slot counts the scans of its own tickets on its own day. "
        "Spaces and visits count people, so a booking for three is three of each. `shows` has the sums of each show. "
        "Only days have a conversion (`converted` of `checked`), because a ticket is checked before a slot is chosen.",
    ),
    Endpoint(
        "GET", "/api/analytics/portal", portal_endpoints.show_portal_figures, "Get figures of the booking page", "Records", "operator",
        responses.PortalFiguresAnswer, packed=True,
        parameters=(
            *_DAYS,
            Parameter("format", "query", {"enum": ["json", "csv"], "default": "json"}, "`csv` returns one of the tables as `text/csv`."),
            Parameter("table", "query", {"enum": list(TABLES), "default": "days"}, "The table of a CSV file."),
        ),
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS, Reason.NOT_FOUND),
        about="For managers. The funnel counts tickets: checked, with contact details that were accepted, booked. Tickets that are valid"
        " at any venue, and unknown ones, count for the organisation's first. A day has the activation rate of the tickets whose 30 days"
        " ended on it, and the reservation rate of those whose 7 days did.",
    ),
    Endpoint(
        "GET", "/api/analytics/operators", operator_endpoints.show_operator_figures, "Get decisions by person and shift", "Records",
        "operator", responses.OperatorFiguresAnswer, packed=True,
        parameters=(
            *_DAYS,
            Parameter("format", "query", {"enum": ["json", "csv"], "default": "json"}, "`csv` returns `text/csv`: a line per shift."),
        ),
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS, Reason.NOT_FOUND),
        about="For managers. Decisions on entry, and how many of them a supervisor overrode or somebody undid. `accuracy` is the share of"
        " the others.",
    ),
    Endpoint(
        "GET", "/api/replay", replay_endpoints.send_replay, "Replay a day at the gates", "Records", "operator", (NDJSON,),
        parameters=(
            Parameter("date", "query", {"type": "string", "format": "date"}, "The day. The default is today."),
            Parameter("venue_id", "query", VENUE_ID_SCHEMA, "The default is the login's venue."),
        ),
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS, Reason.NOT_FOUND),
        about="For managers. The first line has the planned slots and the `columns` of the following lines, one line per event"
        " in order of time. The last line is `{\"end\":true}`. The response is sent while it is read.",
    ),
)  # fmt: skip

HEALTH_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/healthz", health_endpoints.check_alive, "Check whether the process is alive", "Health", "anyone", responses.Alive),
    Endpoint(
        "GET", "/readyz", health_endpoints.check_ready, "Check whether the process is ready", "Health", "anyone", responses.Ready,
        about="200 if Postgres answers, with `degraded` if Redis does not, no mail server is set, or no process runs the jobs. Otherwise 503 with the same body.",
    ),
    Endpoint(
        "GET", "/metrics", health_endpoints.send_metrics, "Get metrics for Prometheus", "Health", "monitoring", ("text/plain",),
        refusals=(Reason.FORBIDDEN,),
    ),
)  # fmt: skip
