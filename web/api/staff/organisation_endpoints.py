"""The endpoints of organisations, for whoever runs the installation: list, add, show and change them."""

from dataclasses import asdict

from aiohttp import web

from hub.access.roles import Role
from hub.actions.staff import organisation_records as organisations
from web.api.administration import actor_of, answer, is_dry_run
from web.api.staff.organisation_requests import ChangedOrganisation, NewOrganisation
from web.json_body import read_json
from web.keys import SERVICES
from web.limits import LARGEST_ID
from web.request_fields import expected_version, path_id, query_int, query_limit


async def list_organisations(request: web.Request) -> web.Response:
    actor_of(request, Role.OWNER)
    page = await organisations.list_organisations(
        request.app[SERVICES], before=query_int(request, "before", 1, LARGEST_ID), limit=query_limit(request)
    )
    return answer({"organisations": [asdict(one) for one in page.organisations], "next": page.next})


async def add_organisation(request: web.Request) -> web.Response:
    by, dry_run = actor_of(request, Role.OWNER), is_dry_run(request)
    body = await read_json(request, NewOrganisation)
    first = body.administrator
    draft = organisations.OrganisationDraft(body.name, first.username, first.name, body.slug, first.password)
    added = await organisations.add_organisation(request.app[SERVICES], by, draft, dry_run=dry_run)
    return answer(asdict(added), version=added.organisation.version, made=not dry_run)


async def show_organisation(request: web.Request) -> web.Response:
    actor_of(request, Role.OWNER)
    found = await organisations.read_organisation(request.app[SERVICES], path_id(request, "organisation_id"))
    return answer(asdict(found), version=found.version)


async def change_organisation(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request, Role.OWNER), is_dry_run(request), expected_version(request)
    body = await read_json(request, ChangedOrganisation)
    changed = await organisations.change_organisation(
        request.app[SERVICES], by, path_id(request, "organisation_id"), name=body.name, slug=body.slug, version=version,
        dry_run=dry_run,
    )  # fmt: skip
    return answer(asdict(changed), version=changed.version)
