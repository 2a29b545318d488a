"""Imports of tickets: the upload, what the columns mean, what would change, the run, and the history."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hub.actions.audit.actor import Actor
from hub.actions.imports.records import ImportLine, ImportRecord, list_imports, list_lines, read_import
from hub.actions.imports.start import MOST_BYTES, begin_run, change_reading, delete_import, start_import
from hub.rules.refusals import Refused
from hub.rules.ticket_lines import COLUMNS
from web.keys import SERVICES
from web.limits import LARGEST_ID
from web.middleware.client_address import client_ip
from web.pages.admin.admin_page import admin_page, see_other
from web.pages.admin.field_words import said_of_field
from web.pages.admin.import_upload import open_upload
from web.pages.forms import Form, read_form
from web.pages.staff import administrator_of
from web.request_fields import path_id

LIST = "/admin/imports"
SHOWN = 20
"""Errors and changes that the page shows. All of them can be downloaded."""
_PAGE = 20
_FORM_BYTES, _FORM_FIELDS = 64 * 1024, 300


async def show_imports(request: web.Request) -> web.Response:
    return await _list(request, _actor(request))


async def upload(request: web.Request) -> web.Response:
    """Store the file as it arrives, and show the import that checks it."""
    by = _actor(request)
    try:
        name, content = await open_upload(request)
        record = await start_import(request.app[SERVICES], by, name, content)
    except Refused as no:
        return await _list(request, by, refused=no)
    return see_other(f"{LIST}/{record.import_id}")


async def show_import(request: web.Request) -> web.Response:
    return await _page(request, _actor(request))


async def change(request: web.Request) -> web.Response:
    """Read the file with another encoding, sheet or mapping."""
    by, import_id = _actor(request), path_id(request, "import_id")
    form = await read_form(request, _FORM_BYTES, _FORM_FIELDS)
    try:
        await change_reading(
            request.app[SERVICES], by, import_id, encoding=form.get("encoding") or None, sheet=form.get("sheet") or None,
            mapping=_mapping(form),
        )  # fmt: skip
    except Refused as no:
        return await _page(request, by, refused=no)
    return see_other(f"{LIST}/{import_id}")


async def run(request: web.Request) -> web.Response:
    """Begin to store the file as it was checked."""
    by, import_id = _actor(request), path_id(request, "import_id")
    form = await read_form(request)
    try:
        await begin_run(
            request.app[SERVICES], by, import_id, skip_errors=form.has("skip_errors"), version=form.number("version")
        )
    except Refused as no:
        return await _page(request, by, refused=no)
    return see_other(f"{LIST}/{import_id}")


async def delete(request: web.Request) -> web.Response:
    by, import_id = _actor(request), path_id(request, "import_id")
    await read_form(request)
    try:
        await delete_import(request.app[SERVICES], by, import_id)
    except Refused as no:
        return await _page(request, by, refused=no)
    return see_other(LIST, done="import-deleted")


def _actor(request: web.Request) -> Actor:
    return Actor.of(administrator_of(request), client_ip=client_ip(request))


def _mapping(form: Form) -> list[str] | None:
    """Return the choices for all columns, in their order; None if the form has none."""
    count = form.number("columns")
    return None if count is None else [form.get(f"column-{n}") for n in range(min(count, _FORM_FIELDS))]


async def _list(request: web.Request, by: Actor, *, refused: Refused | None = None) -> web.Response:
    before = request.query.get("before", "")
    at = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None
    found, following = await list_imports(
        request.app[SERVICES], by, before=min(at, LARGEST_ID) if at is not None else None, limit=_PAGE
    )
    return admin_page(
        request,
        "imports.html",
        status=200 if refused is None else 409,
        refused=refused,
        imports=found,
        later=at is not None,
        older=f"{LIST}?before={following}" if following else "",
        most_megabytes=MOST_BYTES // 1024 // 1024,
        zone=await _zone(request, by),
    )


async def _page(request: web.Request, by: Actor, *, refused: Refused | None = None) -> web.Response:
    services, import_id = request.app[SERVICES], path_id(request, "import_id")
    record = await read_import(services, by, import_id)
    resting = record.status in ("READY", "DONE")
    errors = await list_lines(services, by, import_id, ("error",), limit=SHOWN) if resting and record.refused else []
    changed = record.changed + record.cancelled
    changes = (
        await list_lines(services, by, import_id, ("change", "cancel"), limit=SHOWN) if resting and changed else []
    )
    return admin_page(
        request,
        "import.html",
        status=200 if refused is None else 409,
        refused=refused,
        one=record,
        problem=said_of_field(record.problem or ""),
        notes=[said_of_field(note) for note in record.notes],
        errors=[_said(line) for line in errors],
        changes=changes,
        columns=COLUMNS,
        zone=await _zone(request, by),
        **_progress(record),
    )


def _said(line: ImportLine) -> dict[str, Any]:
    return {"line": line.line, "field": line.field, "message": said_of_field(line.message)}


def _progress(record: ImportRecord) -> dict[str, Any]:
    """Return what the bar shows: lines that are done, of all; the check does not know how many there are."""
    return {"done_lines": record.lines_done, "all_lines": max(record.lines, record.lines_done, 1)}


async def _zone(request: web.Request, by: Actor) -> str:
    venue = await request.app[SERVICES].venues.first(by.org_id)
    return "UTC" if venue is None else venue.timezone
