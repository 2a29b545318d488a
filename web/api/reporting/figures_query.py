"""The query of figures: which venue and days a manager asks for, and the CSV file of the answer."""

from dataclasses import dataclass
from datetime import date, timedelta

from aiohttp import web

from hub.access.roles import Role
from hub.actions.reporting.scan_log import venue_of_records
from hub.rules.venue import Venue
from web.api.reporting.csv_files import BYTE_ORDER_MARK, wants_csv
from web.json_body import invalid
from web.keys import SERVICES
from web.limits import MOST_SPAN_DAYS
from web.request_fields import query_days, query_venue_id, staff_of

USUAL_DAYS = 30


@dataclass(frozen=True, slots=True)
class FiguresQuery:
    """What a manager asks for. Both days are included."""

    venue: Venue
    first: date
    last: date
    as_csv: bool


async def read_figures_query(request: web.Request) -> FiguresQuery:
    """Return the venue and the days of a manager's query. Refuses INVALID_REQUEST for more than `MOST_SPAN_DAYS`."""
    staff = staff_of(request, Role.MANAGER)
    services = request.app[SERVICES]
    as_csv = wants_csv(request)
    venue_id = query_venue_id(request)
    venue = await venue_of_records(services, staff.org_id, venue_id or staff.venue_id)
    first, last = query_days(request)
    last = last or (first + timedelta(days=USUAL_DAYS - 1) if first else venue.business_day(services.clock.now()))
    first = first or last - timedelta(days=USUAL_DAYS - 1)
    if (last - first).days >= MOST_SPAN_DAYS:
        raise invalid(("to", f"At most {MOST_SPAN_DAYS} days"))
    return FiguresQuery(venue, first, last, as_csv)


def csv_file(asked: FiguresQuery, name: str, lines: str) -> web.Response:
    """Return the lines as a file that is named by `name`, venue and days."""
    return web.Response(
        body=(BYTE_ORDER_MARK + lines).encode(),
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{name}-{asked.venue.id}-{asked.first}-{asked.last}.csv"',
            "Cache-Control": "no-store",
        },
    )
