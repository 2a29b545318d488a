"""The endpoints of venues: list, add, show, change and delete them, and their logos."""

from dataclasses import asdict

from aiohttp import web

from hub.access.roles import Role
from hub.actions.venues import venue_records as venues
from hub.actions.venues.logo_image import MOST_BYTES
from hub.actions.venues.logos import set_logo
from web.api.administration import actor_of, answer, is_dry_run
from web.api.venues.requests import ChangedVenue, NewVenue
from web.etags import client_has
from web.json_body import read_body, read_json
from web.keys import LOGOS, SERVICES
from web.limits import LARGEST_ID, POSTER_SECONDS
from web.request_fields import expected_version, path_id, query_int, query_limit

_A_YEAR = 31_536_000


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


async def put_logo(request: web.Request) -> web.Response:
    """Read the image from the body. Its media type is found in its bytes, so the header may name any."""
    by, version, venue_id = actor_of(request), expected_version(request), path_id(request, "venue_id")
    image = await read_body(request, MOST_BYTES, POSTER_SECONDS)
    venue = await set_logo(request.app[SERVICES], by, venue_id, image, version=version)
    return answer(asdict(venue), version=venue.version)


async def delete_logo(request: web.Request) -> web.Response:
    by, version = actor_of(request), expected_version(request)
    venue = await set_logo(request.app[SERVICES], by, path_id(request, "venue_id"), None, version=version)
    return answer(asdict(venue), version=venue.version)


async def send_logo(request: web.Request) -> web.Response:
    """Send an image by its hash. Whoever has it keeps it, because its address never gets another content."""
    name = request.match_info["hash"]
    etag = f'"{name}"'
    headers = {"ETag": etag, "Cache-Control": f"public, max-age={_A_YEAR}, immutable"}
    if client_has(request, etag):
        return web.Response(status=304, headers=headers)
    image = await request.app[LOGOS].read(name)
    return web.Response(body=image, headers={**headers, "Content-Type": "image/png"})
