"""The endpoints of shows for their organiser: list, add, show, change and delete them, and their posters."""

from typing import Any, cast

from aiohttp import web

from hub.access.roles import Role
from hub.actions.shows import shows
from hub.actions.shows.posters import MOST_BYTES, set_poster
from web.api.administration import actor_of, answer, is_dry_run
from web.api.shows.admin_fields import show_fields
from web.api.shows.admin_requests import ChangedShowFields, NewShow
from web.etags import client_has
from web.json_body import read_body, read_json
from web.keys import POSTERS, SERVICES
from web.limits import LARGEST_ID, POSTER_SECONDS, SHOW_BODY_BYTES
from web.request_fields import expected_version, path_id, query_choice, query_int, query_limit, query_venue_id

_A_YEAR = 31_536_000


async def list_shows(request: web.Request) -> web.Response:
    by = actor_of(request, Role.MANAGER)
    status = cast("shows.ShowStatus | None", query_choice(request, "status", shows.STATUSES))
    page = await shows.list_shows(
        request.app[SERVICES], by, venue_id=query_venue_id(request), status=status,
        before=query_int(request, "before", 1, LARGEST_ID), limit=query_limit(request),
    )  # fmt: skip
    return answer({"shows": [show_fields(show) for show in page.shows], "next": page.next})


async def add_show(request: web.Request) -> web.Response:
    by, dry_run = actor_of(request, Role.MANAGER), is_dry_run(request)
    body = await read_json(request, NewShow, SHOW_BODY_BYTES)
    show = await shows.add_show(request.app[SERVICES], by, shows.ShowDraft(**dict(body)), dry_run=dry_run)
    return answer(show_fields(show), version=show.version, made=not dry_run)


async def show_show(request: web.Request) -> web.Response:
    by = actor_of(request, Role.MANAGER)
    show = await shows.read_show(request.app[SERVICES], by, path_id(request, "show_id"))
    return answer(show_fields(show), version=show.version)


async def change_show(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request, Role.MANAGER), is_dry_run(request), expected_version(request)
    body = await read_json(request, ChangedShowFields, SHOW_BODY_BYTES)
    changes: dict[str, Any] = {name: getattr(body, name) for name in body.model_fields_set}
    show = await shows.change_show(
        request.app[SERVICES], by, path_id(request, "show_id"), changes, version=version, dry_run=dry_run
    )
    return answer(show_fields(show), version=show.version)


async def delete_show(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request, Role.MANAGER), is_dry_run(request), expected_version(request)
    await shows.delete_show(request.app[SERVICES], by, path_id(request, "show_id"), version=version, dry_run=dry_run)
    return answer({"deleted": not dry_run})


async def put_poster(request: web.Request) -> web.Response:
    """Read the image from the body. Its media type is found in its bytes, so the header may name any."""
    by, version, show_id = actor_of(request, Role.MANAGER), expected_version(request), path_id(request, "show_id")
    image = await read_body(request, MOST_BYTES, POSTER_SECONDS)
    show = await set_poster(request.app[SERVICES], by, show_id, image, version=version)
    return answer(show_fields(show), version=show.version)


async def delete_poster(request: web.Request) -> web.Response:
    by, version = actor_of(request, Role.MANAGER), expected_version(request)
    show = await set_poster(request.app[SERVICES], by, path_id(request, "show_id"), None, version=version)
    return answer(show_fields(show), version=show.version)


async def send_poster(request: web.Request) -> web.Response:
    """Send an image by its hash. Whoever has it keeps it, because its address never gets another content."""
    name = request.match_info["hash"]
    etag = f'"{name}"'
    headers = {"ETag": etag, "Cache-Control": f"public, max-age={_A_YEAR}, immutable"}
    if client_has(request, etag):
        return web.Response(status=304, headers=headers)
    poster = await request.app[POSTERS].read(name)
    return web.Response(body=poster.image, headers={**headers, "Content-Type": poster.media_type})
