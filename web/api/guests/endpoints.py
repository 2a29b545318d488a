"""The endpoints of guest lists: list, add, change and take off guests."""

from typing import Any

from aiohttp import web

from hub.access.roles import Role
from hub.actions.audit.actor import Actor
from hub.actions.guests.add_guests import GuestPlace, add_guests, read_guest_list
from hub.actions.guests.change_guest import GuestChange, change_guest, remove_guest
from hub.actions.guests.guest_list import GuestRecord, list_guests, read_guest, slots_of_day
from hub.actions.venues.venues import venue_of
from hub.rules.guest_lists import GuestDraft
from web.api.administration import actor_of, answer, is_dry_run
from web.api.guests.requests import ChangedGuest, NewGuests, PastedGuests
from web.json_body import invalid, read_json
from web.keys import SERVICES
from web.limits import GUEST_LIST_BYTES, LARGEST_ID
from web.request_fields import expected_version, path_id, query_days, query_int, query_limit, query_text, query_venue_id

_FIELDS = (
    "guest_id", "name", "party", "admitted", "note", "email", "status", "reservation_id", "counts", "slot_id", "venue_id", "timezone", "date",
    "start_time", "end_time", "whole_day", "title", "created_at", "version",
)  # fmt: skip
_SLOT_FIELDS = ("slot_id", "date", "start_time", "end_time", "whole_day", "title", "free", "people", "admitted")


async def show_guests(request: web.Request) -> web.Response:
    by, services = actor_of(request, Role.MANAGER), request.app[SERVICES]
    slot_id, venue_id = query_int(request, "slot_id", 1, LARGEST_ID), query_venue_id(request)
    first, last = query_days(request)
    before, limit, text = (
        query_int(request, "before", 1, LARGEST_ID),
        query_limit(request),
        query_text(request, "q") or "",
    )
    if first != last:
        raise invalid(("date", "Give one date"))
    slots: list[Any] = []
    if slot_id is None:
        venue = await services.venues.read(by.org_id, await venue_of(services, by, venue_id))
        slots = await slots_of_day(services, by, venue.id, first or venue.business_day(services.clock.now()))
    ids = [slot_id] if slot_id is not None else [one.slot_id for one in slots]
    page = await list_guests(services, by, ids, text=text, before=before, limit=limit)
    return answer(
        {
            "guests": [guest_fields(one) for one in page.guests],
            "next": page.next,
            "slots": [{name: getattr(one, name) for name in _SLOT_FIELDS} for one in slots],
        }
    )


async def show_guest(request: web.Request) -> web.Response:
    by = actor_of(request, Role.MANAGER)
    guest = await read_guest(request.app[SERVICES], by, path_id(request, "guest_id"))
    return answer(guest_fields(guest), version=guest.version)


async def add_new_guests(request: web.Request) -> web.Response:
    by, dry_run = actor_of(request, Role.MANAGER), is_dry_run(request)
    body = await read_json(request, NewGuests, GUEST_LIST_BYTES)
    drafts = [GuestDraft(one.name, one.party, one.note, one.email) for one in body.guests]
    return await _add(request, by, body, drafts, dry_run=dry_run)


async def import_guests(request: web.Request) -> web.Response:
    by, dry_run = actor_of(request, Role.MANAGER), is_dry_run(request)
    body = await read_json(request, PastedGuests, GUEST_LIST_BYTES)
    return await _add(request, by, body, read_guest_list(body.lines), dry_run=dry_run)


async def _add(
    request: web.Request, by: Actor, body: NewGuests | PastedGuests, drafts: list[GuestDraft], *, dry_run: bool
) -> web.Response:
    added = await add_guests(
        request.app[SERVICES], by, GuestPlace(body.slot_id, body.venue_id, body.date), drafts, counts=body.counts, invite=body.invite,
        language=body.language, again=body.again, dry_run=dry_run,
    )  # fmt: skip
    fields = {
        "slot_id": added.slot_id,
        "guest_ids": [] if dry_run else list(added.guest_ids),
        "people": added.people,
        "skipped": list(added.skipped),
    }
    return answer(fields, made=not dry_run)


async def change_one_guest(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request, Role.MANAGER), is_dry_run(request), expected_version(request)
    body = await read_json(request, ChangedGuest)
    guest = await change_guest(
        request.app[SERVICES], by, path_id(request, "guest_id"), GuestChange(body.name, body.party, body.note, body.email),
        version=version, invite=body.invite, dry_run=dry_run,
    )  # fmt: skip
    return answer(guest_fields(guest), version=guest.version)


async def take_guest_off(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request, Role.MANAGER), is_dry_run(request), expected_version(request)
    guest = await remove_guest(
        request.app[SERVICES], by, path_id(request, "guest_id"), version=version, dry_run=dry_run
    )
    return answer(guest_fields(guest), version=guest.version)


def guest_fields(guest: GuestRecord) -> dict[str, Any]:
    """Return the guest without the code, which lets the party in."""
    return {name: getattr(guest, name) for name in _FIELDS}
