"""The manifest endpoints: the day's list, by which a scanner decides while it is offline."""

import asyncio
import gzip
import re
from datetime import date, timedelta

from aiohttp import web

from hub.access.tokens import Identity
from hub.actions.venues.venues import read_venue
from hub.rules.venue import Venue
from hub.rules.venue_day import today
from web.etags import client_has
from web.json_body import invalid
from web.json_responses import json_response, success_response
from web.keys import MANIFESTS, SERVICES
from web.request_fields import query_text, staff_of

DAYS_AROUND = 31


async def show_manifest(request: web.Request) -> web.Response:
    venue, day = await _venue_and_day(request, staff_of(request))
    edition = await request.app[MANIFESTS].edition(venue, day)
    headers = {"ETag": f'"{edition}"', "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
    if client_has(request, headers["ETag"]):
        return web.Response(status=304, headers=headers)
    return await _whole_manifest(request, venue, day)


async def show_manifest_changes(request: web.Request) -> web.Response:
    venue, day = await _venue_and_day(request, staff_of(request))
    since = query_text(request, "since")
    if not since:
        raise invalid(("since", "Give the edition you have"))
    changed = await request.app[MANIFESTS].changes(venue, day, since)
    return success_response(changed) if changed is not None else await _whole_manifest(request, venue, day)


async def _whole_manifest(request: web.Request, venue: Venue, day: date) -> web.Response:
    edition, packed = await request.app[MANIFESTS].whole(venue, day)
    headers = {"ETag": f'"{edition}"', "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("Accept-Encoding", "").lower():
        return json_response(packed, headers={**headers, "Content-Encoding": "gzip"})
    return json_response(await asyncio.to_thread(gzip.decompress, packed), headers=headers)


async def _venue_and_day(request: web.Request, staff: Identity) -> tuple[Venue, date]:
    """Return the venue of the login, and the day of the query or today at that venue."""
    services = request.app[SERVICES]
    venue = await read_venue(services, staff.org_id, staff.venue_id)
    this_day = today(services.clock.now(), venue.zone)
    text = request.query.get("date")
    if text is None:
        return venue, this_day
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text, re.ASCII):
            raise ValueError(text)
        day = date.fromisoformat(text)
    except ValueError:
        raise invalid(("date", "Give a day as YYYY-MM-DD")) from None
    if abs(day - this_day) > timedelta(days=DAYS_AROUND):
        raise invalid(("date", f"Give a day within {DAYS_AROUND} days of today"))
    return venue, day
