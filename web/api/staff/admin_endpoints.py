"""The endpoints of staff: list, add, show and change people, and end their sessions."""

from dataclasses import asdict
from typing import Any

from aiohttp import web

from hub.actions.staff import add_people, change_people, links, people, sessions
from hub.actions.staff.own_account import reset_pin
from hub.rules.contact_masking import mask_email
from web.api.administration import actor_of, answer, is_dry_run
from web.api.staff.admin_requests import ChangedStaffMember, NewStaffMember, ResetStaffSecret
from web.json_body import invalid, read_json
from web.json_responses import success_response
from web.keys import SERVICES
from web.limits import LARGEST_ID, LONGEST_SEARCH, SHIFTS_BODY_BYTES
from web.request_fields import expected_version, path_id, query_choice, query_int, query_limit, query_venue_id


async def list_people(request: web.Request) -> web.Response:
    by = actor_of(request)
    text = request.query.get("q", "")
    if len(text) > LONGEST_SEARCH or "\0" in text or any("\ud800" <= one <= "\udfff" for one in text):
        raise invalid(("q", f"Give at most {LONGEST_SEARCH} characters"))
    wanted = people.PeopleFilter(
        text, query_choice(request, "role", tuple(people.ROLES)), query_venue_id(request), _status(request)
    )
    page = await people.list_people(
        request.app[SERVICES],
        by,
        wanted,
        before=query_int(request, "before", 1, LARGEST_ID),
        limit=query_limit(request),
    )
    return answer({"staff": [asdict(one) for one in page.people], "next": page.next})


async def add_person(request: web.Request) -> web.Response:
    by, dry_run = actor_of(request), is_dry_run(request)
    body = await read_json(request, NewStaffMember, SHIFTS_BODY_BYTES)
    fields = {name: getattr(body, name) for name in change_people.FIELDS}
    secret = add_people.NewSecret(body.password, body.pin, body.invite)
    person = await add_people.add_person(request.app[SERVICES], by, fields, secret, dry_run=dry_run)
    return answer(asdict(person), version=person.version, made=not dry_run)


async def show_person(request: web.Request) -> web.Response:
    person = await people.read_person(request.app[SERVICES], actor_of(request), path_id(request, "staff_id"))
    return answer(asdict(person), version=person.version)


async def change_person(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request), is_dry_run(request), expected_version(request)
    body = await read_json(request, ChangedStaffMember, SHIFTS_BODY_BYTES)
    changes: dict[str, Any] = {name: getattr(body, name) for name in body.model_fields_set}
    person = await change_people.change_person(
        request.app[SERVICES], by, path_id(request, "staff_id"), changes, version=version, dry_run=dry_run
    )
    return answer(asdict(person), version=person.version)


async def disable_person(request: web.Request) -> web.Response:
    return await _set_enabled(request, enabled=False)


async def enable_person(request: web.Request) -> web.Response:
    return await _set_enabled(request, enabled=True)


async def _set_enabled(request: web.Request, *, enabled: bool) -> web.Response:
    person = await change_people.set_enabled(
        request.app[SERVICES], actor_of(request), path_id(request, "staff_id"), enabled=enabled,
        version=expected_version(request), dry_run=is_dry_run(request),
    )  # fmt: skip
    return answer(asdict(person), version=person.version)


async def invite_again(request: web.Request) -> web.Response:
    person = await links.invite_again(
        request.app[SERVICES], actor_of(request), path_id(request, "staff_id"), dry_run=is_dry_run(request)
    )
    return success_response({"staff_id": person.staff_id, "sent_to": mask_email(person.email), "pin": None})


async def revoke_invitation(request: web.Request) -> web.Response:
    by, staff_id = actor_of(request), path_id(request, "staff_id")
    await links.revoke_invitation(request.app[SERVICES], by, staff_id, dry_run=is_dry_run(request))
    person = await people.read_person(request.app[SERVICES], by, staff_id)
    return answer(asdict(person), version=person.version)


async def reset_secret(request: web.Request) -> web.Response:
    by, staff_id = actor_of(request), path_id(request, "staff_id")
    services, body = request.app[SERVICES], await read_json(request, ResetStaffSecret)
    if body.how == "pin":
        person, pin = await reset_pin(services, by, staff_id)
        return success_response({"staff_id": person.staff_id, "sent_to": None, "pin": pin})
    person = await links.send_reset(services, by, staff_id)
    return success_response({"staff_id": person.staff_id, "sent_to": mask_email(person.email), "pin": None})


async def list_sessions(request: web.Request) -> web.Response:
    found = await sessions.list_sessions(request.app[SERVICES], actor_of(request), path_id(request, "staff_id"))
    return success_response({"sessions": [asdict(one) for one in found]})


async def end_session(request: web.Request) -> web.Response:
    await sessions.end_session(
        request.app[SERVICES], actor_of(request), path_id(request, "staff_id"), path_id(request, "session_id")
    )
    return success_response({"ended": 1})


def _status(request: web.Request) -> people.PersonStatus | None:
    found = query_choice(request, "status", people.STATUSES)
    return next((one for one in people.STATUSES if one == found), None)
