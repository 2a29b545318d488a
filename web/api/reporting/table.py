"""The endpoints of reporting: the rows of the table."""

from hub.actions.reporting.scan_log import MODES
from hub.rules.reasons import Reason
from web.api.endpoint import Endpoint, Parameter
from web.api.parameters import CURSOR_SCHEMA, DAY_SCHEMA, LIMIT
from web.api.refusal_groups import STAFF_REFUSALS
from web.api.reporting import (
    analytics_endpoints,
    health_endpoints,
    replay_endpoints,
    responses,
    scan_log_endpoints,
)
from web.api.reporting.analytics_endpoints import USUAL_DAYS
from web.api.reporting.replay_endpoints import NDJSON
from web.api.reporting.scan_log_endpoints import RESULTS
from web.limits import LONGEST_LABEL, MOST_SPAN_DAYS

_FILTERS = (
    Parameter("date", "query", DAY_SCHEMA, "One day of the venue; or `from` and `to`."),
    Parameter("from", "query", DAY_SCHEMA, "First day."),
    Parameter("to", "query", DAY_SCHEMA, "Last day, included."),
    Parameter("venue_id", "query", {"type": "integer", "minimum": 1}, "The login's venue unless given; managers only."),
    Parameter("operator_id", "query", {"type": "integer", "minimum": 1}, "Whose scans; managers only."),
    Parameter("gate", "query", {"type": "string", "minLength": 1, "maxLength": LONGEST_LABEL}, "At which gate."),
    Parameter("result", "query", {"enum": list(RESULTS)}, "Which colour."),
    Parameter("reason", "query", {"type": "string"}, "A reason such as `WRONG_DATE`."),
    Parameter("mode", "query", {"enum": list(MODES)}, "What was done."),
    Parameter(
        "code",
        "query",
        {"type": "string", "minLength": 1, "maxLength": LONGEST_LABEL},
        "One ticket code, in any spelling.",
    ),
)

REPORT_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/operators/scan-history", scan_log_endpoints.show_scan_log, "The scan log, newest first", "Records", "operator",
        responses.LoggedScanPageAnswer,
        parameters=(
            *_FILTERS,
            LIMIT,
            Parameter("before", "query", CURSOR_SCHEMA, "The `next` of the page before."),
            Parameter("format", "query", {"enum": ["json", "csv"], "default": "json"},
                      "`csv` answers with everything the filters let through as one `text/csv` file, sent as it is read."),
        ),
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS, Reason.NOT_FOUND),
        about="A manager's of the whole venue, an operator's own. A page costs the same however deep it lies.",
    ),
    Endpoint(
        "GET", "/api/analytics", analytics_endpoints.show_analytics, "Figures per slot and day", "Records", "operator", responses.AnalyticsAnswer,
        parameters=(
            Parameter("from", "query", DAY_SCHEMA, f"First day; without it, {USUAL_DAYS} days up to the last."),
            Parameter("to", "query", DAY_SCHEMA, f"Last day, included; without it, today. At most {MOST_SPAN_DAYS} days in all."),
            Parameter("date", "query", DAY_SCHEMA, "One day alone."),
            Parameter("venue_id", "query", {"type": "integer", "minimum": 1}, "The login's venue unless given."),
            Parameter("format", "query", {"enum": ["json", "csv"], "default": "json"},
                      "`csv` answers as `text/csv`: a line per slot, and a line per day, without a slot, for its checks."),
        ),
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS, Reason.NOT_FOUND),
        about="For managers. A day counts every scan, a slot those of its own tickets on its own day. "
        "Reservation conversion (`converted` of `checked`) is a day's alone: a ticket is checked before there is a slot.",
    ),
    Endpoint(
        "GET", "/api/replay", replay_endpoints.send_replay, "A day at the doors, told again", "Records", "operator", (NDJSON,),
        parameters=(
            Parameter("date", "query", {"type": "string", "format": "date"}, "The day; today without it."),
            Parameter("venue_id", "query", {"type": "integer", "minimum": 1}, "The login's venue unless given."),
        ),
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS, Reason.NOT_FOUND),
        about="For managers. The first line says what was planned and names the `columns` of the lines that follow, one per event"
        " in the order in which things happened; the last line is `{\"end\":true}`. Sent as it is read.",
    ),
)  # fmt: skip

HEALTH_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/healthz", health_endpoints.check_alive, "Is the process alive", "Standing", "anyone", responses.Alive),
    Endpoint(
        "GET", "/readyz", health_endpoints.check_ready, "Can it work", "Standing", "anyone", responses.Ready,
        about="200 when Postgres answers; `degraded` without Redis. 503 with the same body otherwise.",
    ),
    Endpoint(
        "GET", "/metrics", health_endpoints.send_metrics, "Figures for Prometheus", "Standing", "monitoring", ("text/plain",),
        refusals=(Reason.FORBIDDEN,),
    ),
)  # fmt: skip
