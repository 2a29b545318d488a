"""The endpoints of venues: list, add, show, change and delete them."""

from dataclasses import asdict

from aiohttp import web

from hub.access.roles import Role
from hub.actions.venues import venue_records as venues
from web.api.administration import actor_of, answer, is_dry_run
from web.api.venues.requests import ChangedVenue, NewVenue
from web.json_body import read_json
from web.keys import SERVICES
from web.limits import LARGEST_ID
from web.request_fields import expected_version, path_id, query_int, query_limit


async def list_venues(request: web.Request) -> web.Response:
    by = actor_of(request, Role.MANAGER)
    page = await venues.list_venue_records(
        request.app[SERVICES], by.org_id, before=query_int(request, "before", 1, LARGEST_ID), limit=query_limit(request)
    )
    return answer({"venues": [asdict(venue) for venue in page.venues], "next": page.next})


async def add_venue(request: web.Request) -> web.Response:
    by, dry_run = actor_of(request), is_dry_run(request)
    body = await read_json(request, NewVenue)
    draft = venues.VenueDraft(body.name, body.timezone, body.address, body.country, body.language)
    venue = await venues.add_venue_record(request.app[SERVICES], by, draft, dry_run=dry_run)
    return answer(asdict(venue), version=venue.version, made=not dry_run)


async def show_venue(request: web.Request) -> web.Response:
    by = actor_of(request, Role.MANAGER)
    venue = await venues.read_venue_record(request.app[SERVICES], by.org_id, path_id(request, "venue_id"))
    return answer(asdict(venue), version=venue.version)


async def change_venue(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request), is_dry_run(request), expected_version(request)
    body = await read_json(request, ChangedVenue)
    changes = venues.VenueChange(body.name, body.timezone, body.address, body.country, body.language)
    venue = await venues.change_venue_record(
        request.app[SERVICES], by, path_id(request, "venue_id"), changes, version=version, dry_run=dry_run
    )
    return answer(asdict(venue), version=venue.version)


async def delete_venue(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request), is_dry_run(request), expected_version(request)
    await venues.delete_venue_record(
        request.app[SERVICES], by, path_id(request, "venue_id"), version=version, dry_run=dry_run
    )
    return answer({"deleted": not dry_run})
