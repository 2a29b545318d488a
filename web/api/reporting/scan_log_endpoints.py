"""The endpoints of the records: the scan log with filters, page by page or as a table."""

import re
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from aiohttp import web

from hub.access.roles import Role, at_least
from hub.access.tokens import Identity
from hub.actions.reporting.scan_log import MODES, Wish, every_scan, only_own, read_scans, venue_of_records
from hub.observability import telemetry
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.api.endpoint import Endpoint, Parameter
from web.api.reporting.scan_log_csv import send_table
from web.api.requests import LARGEST_ID
from web.api.responses import Done, Shape
from web.json_body import invalid
from web.json_responses import done
from web.keys import SERVICES
from web.request_fields import query_int, query_text, staff_of

RESULTS = ("GREEN", "YELLOW", "RED")
_TEXT = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{1,64}")
_DAY = {"type": "string", "format": "date"}


class LoggedScan(Shape):
    scan_id: UUID
    mode: Literal["validate", "verify", "undo", "exit", "override"]
    ticket_code: str
    ticket_id: int | None
    gate: str | None
    device: str | None
    source: str
    operator_id: int
    operator_name: str | None
    result: Literal["GREEN", "YELLOW", "RED"]
    reason: str
    entered: bool
    undone: bool
    undoes: UUID | None
    note: str | None
    """Why: of an undo, or of a supervisor's override."""
    scanned_at: datetime
    logged_at: datetime


class LoggedScanPage(Shape):
    scans: list[LoggedScan]
    next: str | None
    """The `before` of the next page; null at the end."""


class LoggedScanPageAnswer(Done):
    data: LoggedScanPage


async def scan_history(request: web.Request) -> web.StreamResponse:
    staff = staff_of(request)
    services = request.app[SERVICES]
    wish = _wish(request)
    limit = query_int(request, "limit", 1, 200) or 50
    before = query_text(request, "before")
    form = request.query.get("format", "json")
    if form not in ("json", "csv"):
        raise invalid(("format", "Give json or csv"))
    venue_id = query_int(request, "venue_id", 1, 2**31 - 1)
    if not at_least(staff.role, Role.MANAGER):
        wish, venue_id = _own(staff, wish, venue_id), staff.venue_id
    venue = await venue_of_records(services, staff.org_id, venue_id or staff.venue_id)
    if form == "json":
        return done(await read_scans(services, venue, wish, limit=limit, before=before))
    telemetry.event(telemetry.SCANS_EXPORTED, operator_id=staff.staff_id, venue_id=venue.id)
    name = f"scans-{venue.id}-{wish.first or 'all'}-{wish.last or 'all'}.csv"
    return await send_table(request, every_scan(services, venue, wish), venue, name)


def _own(staff: Identity, wish: Wish, venue_id: int | None) -> Wish:
    """An operator sees own scans; asking for anybody else's, or another venue's, is refused."""
    if wish.operator_id not in (None, staff.staff_id) or venue_id not in (None, staff.venue_id):
        raise Refused(Reason.FORBIDDEN)
    return only_own(wish, staff.staff_id)


def _wish(request: web.Request) -> Wish:
    first, last = query_days(request)
    reason = request.query.get("reason")
    if reason is not None and reason not in Reason.__members__:
        raise invalid(("reason", "Give a reason such as WRONG_DATE"))
    return Wish(
        first=first,
        last=last,
        operator_id=query_int(request, "operator_id", 1, LARGEST_ID),
        gate=_text(request, "gate"),
        result=_one_of(request, "result", RESULTS),
        reason=reason,
        mode=_one_of(request, "mode", MODES),
        code=_text(request, "code"),
    )


def query_days(request: web.Request) -> tuple[date | None, date | None]:
    """`date` alone, or `from` and `to`, each of which may be left out."""
    day, first, last = (_day(request, name) for name in ("date", "from", "to"))
    if day is not None and (first is not None or last is not None):
        raise invalid(("date", "Give either date, or from and to"))
    first, last = (day, day) if day is not None else (first, last)
    if first is not None and last is not None and last < first:
        raise invalid(("to", "The last day is before the first"))
    return first, last


def _day(request: web.Request, name: str) -> date | None:
    text = request.query.get(name)
    if text is None:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    # Far beyond any log lie days a time zone cannot place.
    if found is None or found.isoformat() != text or not 2000 <= found.year < 2200:
        raise invalid((name, "Give a date such as 2026-11-20"))
    return found


def _text(request: web.Request, name: str) -> str | None:
    text = request.query.get(name)
    if text is not None and not _TEXT.fullmatch(text):
        raise invalid((name, "Give 1 to 64 characters"))
    return text


def _one_of(request: web.Request, name: str, words: tuple[str, ...]) -> str | None:
    word = request.query.get(name)
    if word is not None and word not in words:
        raise invalid((name, f"Give one of {', '.join(words)}"))
    return word


_FILTERS = (
    Parameter("date", "query", _DAY, "One day of the venue; or `from` and `to`."),
    Parameter("from", "query", _DAY, "First day."),
    Parameter("to", "query", _DAY, "Last day, included."),
    Parameter("venue_id", "query", {"type": "integer", "minimum": 1}, "The login's venue unless given; managers only."),
    Parameter("operator_id", "query", {"type": "integer", "minimum": 1}, "Whose scans; managers only."),
    Parameter("gate", "query", {"type": "string", "minLength": 1, "maxLength": 64}, "At which gate."),
    Parameter("result", "query", {"enum": list(RESULTS)}, "Which colour."),
    Parameter("reason", "query", {"type": "string"}, "A reason such as `WRONG_DATE`."),
    Parameter("mode", "query", {"enum": list(MODES)}, "What was done."),
    Parameter(
        "code", "query", {"type": "string", "minLength": 1, "maxLength": 64}, "One ticket code, in any spelling."
    ),
)

RECORD_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/operators/scan-history", scan_history, "The scan log, newest first", "Records", "operator",
        LoggedScanPageAnswer,
        parameters=(
            *_FILTERS,
            Parameter("limit", "query", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}, "How many."),
            Parameter("before", "query", {"type": "string", "minLength": 1, "maxLength": 200},
                      "The `next` of the page before."),
            Parameter("format", "query", {"enum": ["json", "csv"], "default": "json"},
                      "`csv` answers with everything the filters let through as one `text/csv` file, sent as it is read."),
        ),
        refusals=(Reason.INVALID_REQUEST, Reason.UNAUTHENTICATED, Reason.FORBIDDEN, Reason.NOT_FOUND),
        about="A manager's of the whole venue, an operator's own. A page costs the same however deep it lies.",
    ),
)  # fmt: skip
