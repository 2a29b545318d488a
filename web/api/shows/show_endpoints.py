"""The public endpoints of shows: what is on, and one show. An unchanged body is answered with 304."""

import hashlib

from aiohttp import web

from hub.actions.shows.read_shows import list_shows, read_show
from hub.actions.venues.organisations import resolve_org
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.api.shows.show_fields import show_fields
from web.etags import client_has
from web.json_responses import dumps, json_response
from web.keys import SERVICES
from web.request_fields import named_organisation, path_id


async def send_shows(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    org_id = await resolve_org(services, named_organisation(request))
    shows = await list_shows(services, org_id, request["language"])
    return _response(request, [show_fields(show, services.settings.public_url) for show in shows])


async def send_show(request: web.Request) -> web.Response:
    """Send a published show. Refuses SHOW_NOT_FOUND alike for a draft, an archived show and an unknown number."""
    services = request.app[SERVICES]
    show = await read_show(
        services,
        path_id(request, "show_id"),
        org_id=named_organisation(request),
        language=request["language"],
    )
    if show.status != "PUBLISHED":
        raise Refused(Reason.SHOW_NOT_FOUND)
    return _response(request, show_fields(show, services.settings.public_url))


def _response(request: web.Request, data: object) -> web.Response:
    body = dumps({"success": True, "data": data})
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    # `no-cache` allows a client to keep the body but makes it revalidate. The texts differ by language.
    headers = {"ETag": etag, "Cache-Control": "no-cache", "Vary": "Accept-Language, Cookie"}
    if client_has(request, etag):
        return web.Response(status=304, headers=headers)
    return json_response(body, headers=headers)
