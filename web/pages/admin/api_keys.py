"""API keys for the administrator: the list, the form of a new one, the key shown once, and one key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from hub.actions.audit.actor import Actor
from hub.actions.integration import api_keys
from hub.actions.integration.api_keys import ApiKeyFields, ApiKeyRecord
from hub.actions.staff.scope_choices import read_scope_choices
from hub.rules.api_keys import HIGHEST_RATE, SCOPES, USUAL_RATE
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.keys import SERVICES
from web.middleware.client_address import client_ip
from web.pages.admin.admin_page import admin_page, see_other
from web.pages.forms import Form, read_form
from web.pages.staff import administrator_of
from web.request_fields import path_id

LIST = "/admin/api-keys"
_NEW: Mapping[str, Any] = {"name": "", "scopes": ("orders",), "venue_ids": (), "requests_per_minute": USUAL_RATE}


async def show_keys(request: web.Request) -> web.Response:
    by, before = _by(request), request.query.get("before", "")
    page = await api_keys.list_keys(
        request.app[SERVICES], by,
        before=int(before) if before.isascii() and before.isdigit() and 0 < len(before) < 16 else None,
    )  # fmt: skip
    return admin_page(
        request, "api_keys.html", keys=page.api_keys, first=not before,
        older=f"{LIST}?before={page.next}" if page.next else "", **await _around(request, by),
    )  # fmt: skip


async def show_new(request: web.Request) -> web.Response:
    return await _form_page(request, None, _NEW)


async def add(request: web.Request) -> web.Response:
    """Make the key and show it. It is on this page alone, because the hub keeps only its hash."""
    by, form = _by(request), await read_form(request)
    try:
        made = await api_keys.add_key(request.app[SERVICES], by, ApiKeyFields(**_fields(form)))
    except Refused as no:
        return await _form_page(request, None, _fields(form), no)
    return admin_page(request, "api_key_made.html", made=made)


async def show_key(request: web.Request) -> web.Response:
    record = await _read(request)
    return await _form_page(request, record, _stored(record))


async def change(request: web.Request) -> web.Response:
    by, form = _by(request), await read_form(request)
    record = await _read(request)
    try:
        await api_keys.change_key(
            request.app[SERVICES], by, record.api_key_id, _fields(form), version=form.number("version")
        )
    except Refused as no:
        return await _form_page(request, await _read(request), _fields(form), no)
    return see_other(f"{LIST}/{record.api_key_id}", done="api-key-changed")


async def revoke(request: web.Request) -> web.Response:
    by, api_key_id = _by(request), path_id(request, "api_key_id")
    await read_form(request)
    await api_keys.revoke_key(request.app[SERVICES], by, api_key_id)
    return see_other(f"{LIST}/{api_key_id}", done="api-key-revoked")


async def _form_page(
    request: web.Request, record: ApiKeyRecord | None, values: Mapping[str, Any], refused: Refused | None = None
) -> web.Response:
    by = _by(request)
    stale = refused is not None and refused.reason is Reason.VERSION_MISMATCH
    return admin_page(
        request,
        "api_key.html",
        status=200 if refused is None else 412 if stale else 409,
        refused=refused,
        record=record,
        values=values,
        scopes=SCOPES,
        highest=HIGHEST_RATE,
        longest=api_keys.LONGEST_NAME,
        **await _around(request, by),
    )


async def _around(request: web.Request, by: Actor) -> dict[str, Any]:
    """Return the venues to choose from, and the time zone of moments."""
    services = request.app[SERVICES]
    venue = await services.venues.first(by.org_id)
    choices = await read_scope_choices(services, by)
    return {"venues": choices.venues, "zone": "UTC" if venue is None else venue.timezone}


async def _read(request: web.Request) -> ApiKeyRecord:
    return await api_keys.read_key(request.app[SERVICES], _by(request), path_id(request, "api_key_id"))


def _stored(record: ApiKeyRecord) -> dict[str, Any]:
    return {name: getattr(record, name) for name in ("name", "scopes", "venue_ids", "requests_per_minute")}


def _fields(form: Form) -> dict[str, Any]:
    return {
        "name": form.get("name"),
        "scopes": tuple(form.all("scopes")),
        "venue_ids": tuple(
            int(one) for one in form.all("venue_ids") if one.isascii() and one.isdigit() and len(one) < 16
        ),
        "requests_per_minute": form.number("requests_per_minute") or 0,
    }


def _by(request: web.Request) -> Actor:
    return Actor.of(administrator_of(request), client_ip=client_ip(request))
