"""Scanners for the administrator: the list with their presence now, the enrolment with its QR code, and one scanner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from markupsafe import Markup

from hub.actions.audit.actor import Actor
from hub.actions.staff import scanners
from hub.actions.staff.scanners import OpenEnrolment, ScannerChange, ScannerDraft, ScannerRecord
from hub.confirmation import qr_code
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scanners import MODES, Wipe, shown_enrolment_code
from web.enrolment import ENROL, enrolment_url
from web.keys import SERVICES
from web.limits import LONGEST_SEARCH
from web.middleware.client_address import client_ip
from web.pages.admin.admin_page import admin_page, see_other
from web.pages.forms import Form, read_form
from web.pages.staff import administrator_of
from web.request_fields import path_id

LIST = "/admin/devices"
_SHOWN = {"current": False, "ended": True}


async def show_devices(request: web.Request) -> web.Response:
    """Show the scanners in use, or the revoked ones (`?show=ended`), with those that match `?q=`."""
    by, services = _by(request), request.app[SERVICES]
    query, before = request.query, request.query.get("before", "")
    show = query.get("show", "") if query.get("show", "") in _SHOWN else "current"
    text = " ".join(query.get("q", "").replace("\0", " ").split())[:LONGEST_SEARCH]
    found = await scanners.list_scanners(
        services, by, ended=_SHOWN[show], search=text,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None,
    )  # fmt: skip
    older = {"show": show, "q": text, "before": found.next} if found.next else {}
    return admin_page(
        request,
        "devices.html",
        scanners=found.scanners,
        show=show,
        text=text,
        first=not before,
        several_venues=len({one.venue_id for one in found.scanners}) > 1,
        older=f"?{urlencode({name: value for name, value in older.items() if value})}" if older else "",
    )


async def show_new(request: web.Request) -> web.Response:
    return await _form_page(request, {})


async def add(request: web.Request) -> web.Response:
    """Add the scanner and show its code. The code is shown on this page alone, because the hub keeps only its hash."""
    by, form = _by(request), await read_form(request)
    venue_id, gate = _place(form)
    try:
        draft = ScannerDraft(form.get("name"), gate or None, form.get("mode"), venue_id)
        opened = await scanners.add_scanner(request.app[SERVICES], by, draft)
    except Refused as no:
        return await _form_page(request, _typed(form), no)
    return _code_page(request, opened)


async def show_device(request: web.Request) -> web.Response:
    return await _device_page(request)


async def change(request: web.Request) -> web.Response:
    by, form = _by(request), await read_form(request)
    venue_id, gate = _place(form)
    try:
        changes = ScannerChange(form.get("name"), gate, form.get("mode"), venue_id)
        await scanners.change_scanner(request.app[SERVICES], by, _id(request), changes, version=form.number("version"))
    except Refused as no:
        return await _device_page(request, no, typed=_typed(form))
    return see_other(f"{LIST}/{_id(request)}", done="scanner-changed")


async def renew(request: web.Request) -> web.Response:
    by, form = _by(request), await read_form(request)
    try:
        opened = await scanners.renew_code(request.app[SERVICES], by, _id(request), version=form.number("version"))
    except Refused as no:
        return await _device_page(request, no)
    return _code_page(request, opened)


async def revoke(request: web.Request) -> web.Response:
    by, form = _by(request), await read_form(request)
    try:
        await scanners.revoke_scanner(request.app[SERVICES], by, _id(request), version=form.number("version"))
    except Refused as no:
        return await _device_page(request, no)
    return see_other(f"{LIST}/{_id(request)}", done="scanner-revoked")


async def wipe(request: web.Request) -> web.Response:
    by, form = _by(request), await read_form(request)
    how: Wipe = "now" if form.get("wipe") == "now" else "after_sync"
    try:
        await scanners.wipe_scanner(request.app[SERVICES], by, _id(request), wipe=how, version=form.number("version"))
    except Refused as no:
        return await _device_page(request, no)
    return see_other(f"{LIST}/{_id(request)}", done="wipe-asked")


async def _form_page(request: web.Request, typed: Mapping[str, str], refused: Refused | None = None) -> web.Response:
    by = _by(request)
    return admin_page(
        request,
        "device_new.html",
        status=200 if refused is None else 400,
        refused=refused,
        typed={"name": "", "place": "", "mode": "both", **typed},
        places=await scanners.read_places(request.app[SERVICES], by),
        modes=MODES,
    )


async def _device_page(
    request: web.Request, refused: Refused | None = None, *, typed: Mapping[str, Any] | None = None
) -> web.Response:
    """Show one scanner. A stale form keeps what was typed, beside what somebody else has stored."""
    by = _by(request)
    scanner = await scanners.read_scanner(request.app[SERVICES], by, _id(request))
    stale = refused is not None and refused.reason is Reason.VERSION_MISMATCH
    return admin_page(
        request,
        "device.html",
        status=200 if refused is None else 412 if stale else 409,
        refused=refused,
        scanner=scanner,
        stored=_stored(scanner),
        values=typed or _stored(scanner),
        stale=stale,
        places=await scanners.read_places(request.app[SERVICES], by),
        modes=MODES,
    )


def _code_page(request: web.Request, opened: OpenEnrolment) -> web.Response:
    services, ends = request.app[SERVICES], opened.scanner.code_expires_at
    url = enrolment_url(services.settings, opened.code)
    return admin_page(
        request,
        "device_code.html",
        scanner=opened.scanner,
        left=int((ends - services.clock.now()).total_seconds()) if ends else 0,
        code=shown_enrolment_code(opened.code),
        address=url.partition("#")[0],
        picture=Markup(qr_code.svg(url)),  # noqa: S704 - our own picture
        enrol=ENROL,
    )


def _by(request: web.Request) -> Actor:
    return Actor.of(administrator_of(request), client_ip=client_ip(request))


def _id(request: web.Request) -> int:
    return path_id(request, "device_id")


def _place(form: Form) -> tuple[int | None, str]:
    """Return the venue and the gate of the field `place`, which joins them with a slash. The gate may be empty."""
    venue, _, gate = form.get("place").partition("/")
    return int(venue) if venue.isascii() and venue.isdigit() and 0 < len(venue) < 10 else None, gate


def _stored(scanner: ScannerRecord) -> dict[str, str]:
    return {"name": scanner.name, "place": f"{scanner.venue_id}/{scanner.gate or ''}", "mode": scanner.mode}


def _typed(form: Form) -> dict[str, str]:
    return {name: form.get(name) for name in ("name", "place", "mode")}
