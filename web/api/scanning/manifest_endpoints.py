"""The endpoints of the day's list, by which a scanner decides when its line is gone."""

import asyncio
import gzip
import re
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from hub.access.tokens import Identity
from hub.actions.venues.venue_cache import Venue
from hub.actions.venues.venues import read_venue
from hub.rules.reasons import Reason
from hub.rules.venue_day import today
from web.api.booking.availability_endpoints import names_etag
from web.api.endpoint import Endpoint, Parameter
from web.api.responses import Done, Shape, TicketStatus
from web.json_body import invalid
from web.json_responses import done, json_response
from web.keys import MANIFESTS, SERVICES
from web.request_fields import query_text, staff_of

DAYS_AROUND = 31

Hash = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
Channel = Literal["direct", "mini_program", "ota"]
ListedTicket = tuple[Hash, TicketStatus, int, Literal[0, 1], datetime | None, Channel, datetime | None, str | None,
                     datetime | None]  # fmt: skip


class ListPolicy(Shape):
    unreserved_entry: Literal["deny", "allow"]
    late_entry_minutes: int
    early_entry_minutes: int | None
    re_entry: Literal["deny", "allow"]


class ListedSlot(Shape):
    slot_id: int
    date: date
    start: time
    end: time
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    """From when the door is open to its reservations, by the venue's policy."""
    closes_at: datetime
    """From when it is not any more."""


class DayList(Shape):
    whole: bool
    """True: replace what you have. False: `tickets` are those that are new or changed, and `gone` those that are no more."""
    date: date
    venue_id: int
    timezone: str
    salt: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    """In hex. A ticket's hash is the first 16 hex digits of HMAC-SHA256 under it, of the normalised code."""
    edition: str
    generated_at: datetime
    policy: ListPolicy
    slots: list[ListedSlot]
    """Of the day, and those of the days beside it whose door is open for a part of it."""
    tickets: list[ListedTicket]
    """`[hash, status, slot_id, verified, valid_until, channel, verified_at, gate, left_at]`, of every ticket with a place in
    one of the slots. `verified_at` and `gate` are of the entry, `left_at` is null unless its holder is out again."""
    gone: list[Hash]


class DayListAnswer(Done):
    data: DayList


async def manifest(request: web.Request) -> web.Response:
    venue, day = await _asked(request, staff_of(request))
    edition = await request.app[MANIFESTS].edition(venue, day)
    headers = {"ETag": f'"{edition}"', "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
    known = request.headers.get("If-None-Match")
    if known is not None and names_etag(known, headers["ETag"]):
        return web.Response(status=304, headers=headers)
    return await _whole(request, venue, day)


async def changes(request: web.Request) -> web.Response:
    venue, day = await _asked(request, staff_of(request))
    since = query_text(request, "since")
    if not since:
        raise invalid(("since", "Give the edition you have"))
    changed = await request.app[MANIFESTS].changes(venue, day, since)
    return done(changed) if changed is not None else await _whole(request, venue, day)


async def _whole(request: web.Request, venue: Venue, day: date) -> web.Response:
    edition, packed = await request.app[MANIFESTS].whole(venue, day)
    headers = {"ETag": f'"{edition}"', "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("Accept-Encoding", "").lower():
        return json_response(packed, headers={**headers, "Content-Encoding": "gzip"})
    return json_response(await asyncio.to_thread(gzip.decompress, packed), headers=headers)


async def _asked(request: web.Request, staff: Identity) -> tuple[Venue, date]:
    """The login's venue, and the day asked for: today there, unless named."""
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


_DAY = {"type": "string", "format": "date"}

MANIFEST_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/operator/manifest", manifest, "The day's list for scanners without a line", "Operators",
        "operator", DayListAnswer, not_modified=True,
        parameters=(
            Parameter("date", "query", _DAY, "Within 31 days; today at the login's venue unless given."),
            Parameter("If-None-Match", "header", {"type": "string"}, "The `ETag` of an earlier answer."),
        ),
        refusals=(Reason.INVALID_REQUEST, Reason.UNAUTHENTICATED, Reason.FORBIDDEN, Reason.NOT_FOUND),
        about="Slots with their windows, the venue's policy, and the tickets that have a place, by the hash of their code. No"
        " code and no personal data.",
    ),
    Endpoint(
        "GET", "/api/operator/manifest/changes", changes, "What has changed in the day's list", "Operators",
        "operator", DayListAnswer,
        parameters=(
            Parameter("since", "query", {"type": "string", "minLength": 1, "maxLength": 200}, "The `edition` one has.",
                      required=True),
            Parameter("date", "query", _DAY, "As of the list."),
        ),
        refusals=(Reason.INVALID_REQUEST, Reason.UNAUTHENTICATED, Reason.FORBIDDEN, Reason.NOT_FOUND),
        about="Tickets that are new or changed, whole, and the hashes that are `gone`; slots and policy always whole. Where the"
        " edition is not known any more, all of it, with `whole`.",
    ),
)  # fmt: skip
