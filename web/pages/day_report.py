"""The report of a day on paper (/manager/report). Managers only."""

from __future__ import annotations

from aiohttp import web

from hub.actions.reporting import day_report
from hub.actions.reporting.scan_log import venue_of_records
from hub.text.scan_words import CONFLICT_DECISIONS, CONFLICT_KINDS, DISPUTE_DECISIONS, REASONS
from web.keys import SERVICES
from web.pages.admin.sections import sections_of
from web.pages.render import page
from web.pages.staff import manager_of
from web.request_fields import query_days

DAY_REPORT = "/manager/report"


async def show_day_report(request: web.Request) -> web.Response:
    """Show the report of `?date=`, or of the day that runs. It holds no names of visitors, and of a code its last four characters."""
    identity, services = manager_of(request), request.app[SERVICES]
    venue = await venue_of_records(services, identity.org_id, identity.venue_id)
    now = services.clock.now()
    today = venue.business_day(now)
    day, _ = query_days(request)
    day = day or today
    return page(
        request,
        "day_report.html",
        sections=sections_of(identity),
        venue=venue,
        day=day,
        runs=day >= today,
        now=now,
        report=await day_report.read_day_report(services, venue, day),
        most=day_report.MOST_ROWS,
        reasons=REASONS,
        kinds=CONFLICT_KINDS,
        conflict_decisions=CONFLICT_DECISIONS,
        dispute_decisions=DISPUTE_DECISIONS,
    )
