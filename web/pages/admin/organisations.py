"""The organisations of this hub, for its owner: listed, renamed, and added with a first administrator."""

from __future__ import annotations

from aiohttp import web

from hub.actions.audit.actor import Actor
from hub.actions.staff.organisation_records import (
    AddedOrganisation,
    OrganisationDraft,
    add_organisation,
    change_organisation,
    list_organisations,
)
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.keys import SERVICES
from web.middleware.client_address import client_ip
from web.pages.admin.admin_page import admin_page, see_other
from web.pages.forms import Form, read_form
from web.pages.staff import owner_of
from web.request_fields import path_id

ORGANISATIONS = "/admin/organisations"
PAGE = 50
_FIELDS = ("name", "slug", "administrator", "username")


async def show_organisations(request: web.Request) -> web.Response:
    owner_of(request)
    return await _page(request)


async def add(request: web.Request) -> web.Response:
    """Add an organisation and show the password of its administrator, which no other page shows again."""
    owner = owner_of(request)
    form = await read_form(request)
    draft = OrganisationDraft(
        form.get("name"), form.get("username"), form.get("administrator"), form.get("slug").lower() or None
    )
    try:
        added = await add_organisation(request.app[SERVICES], Actor.of(owner, client_ip=client_ip(request)), draft)
    except Refused as no:
        return await _page(request, no, typed=form)
    return await _page(request, added=added)


async def change(request: web.Request) -> web.Response:
    owner, org_id = owner_of(request), path_id(request, "organisation_id")
    form = await read_form(request)
    try:
        await change_organisation(
            request.app[SERVICES], Actor.of(owner, client_ip=client_ip(request)), org_id, name=form.get("name"),
            slug=form.get("slug"), version=form.number("version"),
        )  # fmt: skip
    except Refused as no:
        return await _page(request, no, typed=form, org_id=org_id)
    return see_other(ORGANISATIONS, done="organisation-changed")


async def _page(
    request: web.Request, refused: Refused | None = None, *, typed: Form | None = None, org_id: int = 0,
    added: AddedOrganisation | None = None,
) -> web.Response:  # fmt: skip
    """Show the organisations. The form of the refused one, or of the new one (`org_id` 0), has what was typed."""
    before = request.query.get("before", "")
    found = await list_organisations(
        request.app[SERVICES],
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None,
        limit=PAGE,
    )
    is_stale = refused is not None and refused.reason is Reason.VERSION_MISMATCH
    return admin_page(
        request,
        "organisations.html",
        status=200 if refused is None else 412 if is_stale else 409,
        refused=refused,
        organisations=found.organisations,
        older=f"?before={found.next}" if found.next else "",
        opened=org_id,
        is_stale=is_stale,
        typed=None if typed is None else {name: typed.get(name) for name in _FIELDS},
        added=added,
        login_url=f"{request.app[SERVICES].settings.public_url}/operator/login?organisation=",
    )
