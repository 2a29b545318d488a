"""The scan log endpoint: scans by filter, as pages of JSON or as one CSV file."""

import re

from aiohttp import web

from hub.access.roles import Role, at_least
from hub.access.tokens import Identity
from hub.actions.reporting.scan_log import MODES, ScanFilter, every_scan, only_own, read_scans, venue_of_records
from hub.observability import telemetry
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.api.reporting.csv_files import wants_csv
from web.api.reporting.scan_log_csv import send_table
from web.json_body import invalid
from web.json_responses import success_response
from web.keys import SERVICES
from web.limits import LARGEST_ID, LONGEST_LABEL
from web.request_fields import query_choice, query_days, query_int, query_limit, query_text, query_venue_id, staff_of

RESULTS = ("GREEN", "YELLOW", "RED")
_LABEL = re.compile(rf"[^\x00-\x1f\x7f\ud800-\udfff]{{1,{LONGEST_LABEL}}}")


async def show_scan_log(request: web.Request) -> web.StreamResponse:
    staff = staff_of(request)
    services = request.app[SERVICES]
    filters = _query_filters(request)
    limit = query_limit(request)
    before = query_text(request, "before")
    as_csv = wants_csv(request)
    venue_id = query_venue_id(request)
    if not at_least(staff.role, Role.MANAGER):
        filters, venue_id = _only_own(staff, filters, venue_id), staff.venue_id
    venue = await venue_of_records(services, staff.org_id, venue_id or staff.venue_id)
    if not as_csv:
        return success_response(await read_scans(services, venue, filters, limit=limit, before=before))
    telemetry.event(telemetry.SCANS_EXPORTED, operator_id=staff.staff_id, venue_id=venue.id)
    name = f"scans-{venue.id}-{filters.first or 'all'}-{filters.last or 'all'}.csv"
    return await send_table(request, every_scan(services, venue, filters), venue, name)


def _only_own(staff: Identity, filters: ScanFilter, venue_id: int | None) -> ScanFilter:
    """Return the filter for an operator, who sees only their own scans. Refuses FORBIDDEN for another operator or venue."""
    if filters.operator_id not in (None, staff.staff_id) or venue_id not in (None, staff.venue_id):
        raise Refused(Reason.FORBIDDEN)
    return only_own(filters, staff.staff_id)


def _query_filters(request: web.Request) -> ScanFilter:
    first, last = query_days(request)
    reason = request.query.get("reason")
    if reason is not None and reason not in Reason.__members__:
        raise invalid(("reason", "Give a reason such as WRONG_DATE"))
    return ScanFilter(
        first=first,
        last=last,
        operator_id=query_int(request, "operator_id", 1, LARGEST_ID),
        gate=_query_label(request, "gate"),
        result=query_choice(request, "result", RESULTS),
        reason=reason,
        mode=query_choice(request, "mode", MODES),
        code=_query_label(request, "code"),
    )


def _query_label(request: web.Request, name: str) -> str | None:
    text = request.query.get(name)
    if text is not None and not _LABEL.fullmatch(text):
        raise invalid((name, f"Give 1 to {LONGEST_LABEL} characters"))
    return text
