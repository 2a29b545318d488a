"""The venues of the organisation, and the page of each one with its gates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from aiohttp import web

from hub.access.tokens import Identity
from hub.actions.audit.actor import Actor
from hub.actions.venues.gates import add_gate, change_gate, delete_gate, list_gates, read_gate
from hub.actions.venues.logo_image import MOST_BYTES
from hub.actions.venues.logos import set_logo
from hub.actions.venues.venue_records import (
    VenueChange,
    VenueDraft,
    VenueRecord,
    add_venue_record,
    change_venue_record,
    delete_venue_record,
    list_venue_records,
    read_venue_record,
)
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.text.languages import LANGUAGES, N_, OWN_NAMES
from hub.text.phone_countries import countries
from web.keys import SERVICES
from web.middleware.client_address import client_ip
from web.pages.admin.admin_page import admin_page, see_other
from web.pages.admin.image_upload import read_image
from web.pages.admin.time_zone_field import country_of_zone, find_time_zone, zones_with_cities
from web.pages.forms import Form, read_form
from web.pages.staff import administrator_of
from web.request_fields import path_id

VENUES = "/admin/venues"
PAGE = 50
MOST_GATES = 200
_FIELDS = ("name", "address", "timezone", "country", "language")


async def show_venues(request: web.Request) -> web.Response:
    return await _list_page(request, administrator_of(request))


async def add(request: web.Request) -> web.Response:
    administrator = administrator_of(request)
    form = await read_form(request)
    try:
        draft = VenueDraft(**_fields(form))
        venue = await add_venue_record(request.app[SERVICES], _by(request, administrator), draft)
    except Refused as no:
        return await _list_page(request, administrator, no, typed=form)
    return see_other(f"{VENUES}/{venue.venue_id}", done="venue-added")


async def show_venue(request: web.Request) -> web.Response:
    return await _venue_page(request, administrator_of(request))


async def change(request: web.Request) -> web.Response:
    """Store the form. A stale one is shown again, with what somebody else has saved meanwhile beside each field."""
    administrator, venue_id = administrator_of(request), path_id(request, "venue_id")
    form = await read_form(request)
    try:
        changes = VenueChange(**_fields(form))
        await change_venue_record(
            request.app[SERVICES], _by(request, administrator), venue_id, changes, version=form.number("version")
        )
    except Refused as no:
        return await _venue_page(request, administrator, no, typed=form)
    return see_other(f"{VENUES}/{venue_id}", done="venue-changed")


async def change_logo(request: web.Request) -> web.Response:
    """Store the uploaded logo, or take the logo away. The form is `multipart/form-data`."""
    administrator, venue_id = administrator_of(request), path_id(request, "venue_id")
    try:
        image = await read_image(request, MOST_BYTES, N_("A logo has at most 2 MB"))
        await set_logo(request.app[SERVICES], _by(request, administrator), venue_id, image)
    except Refused as no:
        return await _venue_page(request, administrator, no)
    return see_other(f"{VENUES}/{venue_id}", done="logo-changed" if image else "logo-removed")


async def delete(request: web.Request) -> web.Response:
    administrator, venue_id = administrator_of(request), path_id(request, "venue_id")
    form = await read_form(request)
    try:
        await delete_venue_record(
            request.app[SERVICES], _by(request, administrator), venue_id, version=form.number("version")
        )
    except Refused as no:
        return await _venue_page(request, administrator, no)
    return see_other(VENUES, done="venue-deleted")


async def add_one_gate(request: web.Request) -> web.Response:
    administrator, venue_id = administrator_of(request), path_id(request, "venue_id")
    form = await read_form(request)
    try:
        await add_gate(request.app[SERVICES], _by(request, administrator), form.get("name"), venue_id=venue_id)
    except Refused as no:
        return await _venue_page(request, administrator, no, typed_gate=form.get("name"))
    return see_other(f"{VENUES}/{venue_id}", done="gate-added")


async def change_one_gate(request: web.Request) -> web.Response:
    """Rename a gate, retire it, open it again or delete it, by the button that was pressed."""
    administrator, services = administrator_of(request), request.app[SERVICES]
    form = await read_form(request)
    by, gate_id, version = _by(request, administrator), path_id(request, "gate_id"), form.number("version")
    gate = await read_gate(services, by.org_id, gate_id)
    action = form.get("action")
    try:
        if action == "delete":
            await delete_gate(services, by, gate_id, version=version)
        elif action in ("retire", "open"):
            await change_gate(services, by, gate_id, retired=action == "retire", version=version)
        else:
            await change_gate(services, by, gate_id, name=form.get("name"), version=version)
    except Refused as no:
        return await _venue_page(
            request, administrator, no, venue_id=gate.venue_id, gate_id=gate_id, typed_gate=form.get("name")
        )
    done = {"delete": "gate-deleted", "retire": "gate-retired", "open": "gate-opened"}.get(action, "gate-changed")
    return see_other(f"{VENUES}/{gate.venue_id}", done=done)


async def _list_page(
    request: web.Request, administrator: Identity, refused: Refused | None = None, *, typed: Form | None = None
) -> web.Response:
    """Show the venues, and the form of a new one with what was typed. It begins where the first venue is."""
    before = request.query.get("before", "")
    found = await list_venue_records(
        request.app[SERVICES],
        administrator.org_id,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None,
        limit=PAGE,
    )
    first = await request.app[SERVICES].venues.first(administrator.org_id)
    usual = {
        "name": "", "address": "", "timezone": first.timezone if first else "", "country": "",
        "language": first.language if first else request["language"],
    }  # fmt: skip
    return admin_page(
        request,
        "venues.html",
        status=200 if refused is None else 409,
        refused=refused,
        venues=found.venues,
        older=f"?before={found.next}" if found.next else "",
        values=usual if typed is None else _typed(typed),
        **_choices(request),
    )


async def _venue_page(
    request: web.Request, administrator: Identity, refused: Refused | None = None, *, venue_id: int | None = None,
    typed: Form | None = None, gate_id: int = 0, typed_gate: str = "",
) -> web.Response:  # fmt: skip
    """Show one venue with its gates. After a refusal the form that was sent has what was typed."""
    services = request.app[SERVICES]
    venue = await read_venue_record(services, administrator.org_id, venue_id or path_id(request, "venue_id"))
    gates = (await list_gates(services, administrator.org_id, venue_id=venue.venue_id, limit=MOST_GATES)).gates
    stored = _stored(venue)
    values = stored if typed is None else _typed(typed)
    is_stale = refused is not None and refused.reason is Reason.VERSION_MISMATCH
    newest = {name: stored[name] for name in _FIELDS if stored[name] != values[name]} if is_stale and typed else {}
    return admin_page(
        request,
        "venue.html",
        status=200 if refused is None else 412 if is_stale else 409,
        refused=refused,
        venue=venue,
        gates=sorted(gates, key=lambda gate: (gate.retired_at is not None, gate.name)),
        values=values,
        newest=newest,
        opened=gate_id,
        typed_gate=typed_gate,
        is_gate_form=bool(typed_gate or gate_id),
        **_choices(request),
    )


def _by(request: web.Request, administrator: Identity) -> Actor:
    return Actor.of(administrator, client_ip=client_ip(request))


def _choices(request: web.Request) -> Mapping[str, object]:
    return {
        "zones": zones_with_cities(request["language"]),
        "countries": countries(request["language"]),
        "tongues": [(language, OWN_NAMES[language]) for language in LANGUAGES],
    }


def _stored(venue: VenueRecord) -> dict[str, str]:
    record = asdict(venue)
    return {name: str(record[name]) for name in _FIELDS}


def _typed(form: Form) -> dict[str, str]:
    return {name: form.get(name) for name in _FIELDS}


def _fields(form: Form) -> dict[str, str]:
    """Return what the actions take. A time zone may be typed by its city, and decides the country if none is chosen."""
    typed = _typed(form)
    zone = find_time_zone(typed["timezone"])
    return {**typed, "timezone": zone, "country": typed["country"] or country_of_zone(zone)}
