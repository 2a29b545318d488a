"""One staff member: added or invited, changed, disabled, with a new password or PIN, and their sessions."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.access.roles import Role, at_least
from hub.actions.audit.actor import Actor
from hub.actions.staff.add_people import NewSecret, add_person
from hub.actions.staff.change_people import change_person, set_enabled
from hub.actions.staff.links import invite_again, revoke_invitation, send_reset
from hub.actions.staff.own_account import reset_pin
from hub.actions.staff.people import ROLES, Person, read_person
from hub.actions.staff.scope_choices import ScopeChoices, read_scope_choices
from hub.actions.staff.sessions import end_session, list_sessions
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.staff_scope import Shift
from web.keys import SERVICES
from web.limits import SHIFTS_BODY_BYTES
from web.middleware.client_address import client_ip
from web.pages.admin.admin_page import admin_page, moment_in, see_other
from web.pages.admin.form_fields import FieldReader, local_field
from web.pages.admin.staff import LIST, scope_of
from web.pages.forms import Form, read_form
from web.pages.staff import administrator_of
from web.request_fields import path_id

_LINES = ("username", "name", "role", "email", "valid_from", "valid_until")
_SHIFT = re.compile(r"(\d{4}-\d{2}-\d{2})[\s,;]+(\d{1,2})[:.](\d{2})\s*[-–—]\s*(\d{1,2})[:.](\d{2})", re.ASCII)
_NEW: Mapping[str, Any] = {"role": "OPERATOR", "how": "invite"}


class Asked(NamedTuple):
    """Who asks, and what the form of a scope is made from."""

    by: Actor
    choices: ScopeChoices


async def show_new(request: web.Request) -> web.Response:
    return await _form_page(request, await _ask(request), None, _NEW)


async def add(request: web.Request) -> web.Response:
    asked = await _ask(request)
    form = await read_form(request, SHIFTS_BODY_BYTES)
    how = form.get("how")
    try:
        secret = NewSecret(
            form.text("password") if how == "password" else None,
            form.get("pin") if how == "pin" else None,
            how == "invite",
        )
        person = await add_person(request.app[SERVICES], asked.by, _fields(form, asked.choices), secret)
    except Refused as no:
        return await _form_page(request, asked, None, _typed(form), refused=no)
    return see_other(f"{LIST}/{person.staff_id}", done="staff-invited" if how == "invite" else "staff-added")


async def show_person(request: web.Request) -> web.Response:
    asked = await _ask(request)
    person = await read_person(request.app[SERVICES], asked.by, path_id(request, "staff_id"))
    return await _form_page(request, asked, person, _stored(person, asked.choices))


async def change(request: web.Request) -> web.Response:
    """Store the form. A stale one is shown again, with what somebody else has stored meanwhile beside each field."""
    asked = await _ask(request)
    form = await read_form(request, SHIFTS_BODY_BYTES)
    services, staff_id = request.app[SERVICES], path_id(request, "staff_id")
    try:
        fields = _fields(form, asked.choices)
        await change_person(services, asked.by, staff_id, fields, version=form.number("version"))
    except Refused as no:
        person = await read_person(services, asked.by, staff_id)
        stored = _stored(person, asked.choices)
        typed = {**_typed(form), "version": person.version}
        newest = stored if no.reason is Reason.VERSION_MISMATCH else None
        return await _form_page(request, asked, person, typed, refused=no, newest=newest)
    return see_other(f"{LIST}/{staff_id}", done="staff-changed")


async def disable(request: web.Request) -> web.Response:
    return await _act(request, "staff-disabled", lambda asked, id_, _: _enabled(request, asked, id_, enabled=False))


async def enable(request: web.Request) -> web.Response:
    return await _act(request, "staff-enabled", lambda asked, id_, _: _enabled(request, asked, id_, enabled=True))


async def invite(request: web.Request) -> web.Response:
    return await _act(
        request, "staff-invited", lambda asked, id_, _: invite_again(request.app[SERVICES], asked.by, id_)
    )


async def revoke(request: web.Request) -> web.Response:
    return await _act(
        request, "staff-revoked", lambda asked, id_, _: revoke_invitation(request.app[SERVICES], asked.by, id_)
    )


async def send_link(request: web.Request) -> web.Response:
    return await _act(request, "staff-reset", lambda asked, id_, _: send_reset(request.app[SERVICES], asked.by, id_))


async def end_one_session(request: web.Request) -> web.Response:
    async def end(asked: Asked, staff_id: int, form: Form) -> None:
        await end_session(request.app[SERVICES], asked.by, staff_id, form.number("session") or 0)

    return await _act(request, "session-ended", end)


async def make_pin(request: web.Request) -> web.Response:
    """Show the operator's new PIN, once: the page is the answer to the form, and no address leads to it."""
    asked = await _ask(request)
    await read_form(request)
    services, staff_id = request.app[SERVICES], path_id(request, "staff_id")
    try:
        person, pin = await reset_pin(services, asked.by, staff_id)
    except Refused as no:
        person = await read_person(services, asked.by, staff_id)
        return await _form_page(request, asked, person, _stored(person, asked.choices), refused=no)
    return await _form_page(request, asked, person, _stored(person, asked.choices), pin=pin)


async def _act(
    request: web.Request, done: str, action: Callable[[Asked, int, Form], Awaitable[object]]
) -> web.Response:
    """Do one thing to a person, or show the page again with what stands in the way."""
    asked, staff_id = await _ask(request), path_id(request, "staff_id")
    form = await read_form(request)
    try:
        await action(asked, staff_id, form)
    except Refused as no:
        person = await read_person(request.app[SERVICES], asked.by, staff_id)
        return await _form_page(request, asked, person, _stored(person, asked.choices), refused=no)
    return see_other(f"{LIST}/{staff_id}", done=done)


async def _enabled(request: web.Request, asked: Asked, staff_id: int, *, enabled: bool) -> None:
    await set_enabled(request.app[SERVICES], asked.by, staff_id, enabled=enabled)


async def _ask(request: web.Request) -> Asked:
    by = Actor.of(administrator_of(request), client_ip=client_ip(request))
    return Asked(by, await read_scope_choices(request.app[SERVICES], by))


async def _form_page(
    request: web.Request, asked: Asked, person: Person | None, values: Mapping[str, Any], *,
    refused: Refused | None = None, newest: Mapping[str, Any] | None = None, pin: str = "",
) -> web.Response:  # fmt: skip
    """Show the form with these values. `newest` is what somebody else has stored since the form was opened."""
    services = request.app[SERVICES]
    status = 200 if refused is None else 412 if newest is not None else 409
    names = (*_LINES, "shifts", "how", "version")
    filled = {name: values.get(name, "") for name in names}
    zone = asked.choices.zone_of(person.venue_ids if person else ())
    sessions = () if person is None else await list_sessions(services, asked.by, person.staff_id)
    now = services.clock.now()
    return admin_page(
        request,
        "staff_person.html",
        status=status,
        refused=refused,
        person=person,
        scope=None if person is None else scope_of(person, asked.choices),
        values=filled,
        venue_ids=values.get("venue_ids", ()),
        gate_ids=values.get("gate_ids", ()),
        newest={name: text for name, text in (newest or {}).items() if name in _LINES and text != filled[name]},
        venues=asked.choices.venues,
        roles=[role for role in ROLES if asked.by.role is None or at_least(asked.by.role, Role(role))],
        zone=zone.key,
        pin=pin,
        sessions=[(one, moment_in(one.signed_in_at, zone), moment_in(one.last_seen_at, zone)) for one in sessions],
        invited_until=None if person is None else moment_in(person.invited_until, zone),
        invitation_is_good=person is not None and person.invited_until is not None and person.invited_until > now,
        is_self=person is not None and person.staff_id == asked.by.staff_id,
        signed_in=None if person is None else moment_in(person.last_signed_in_at, zone),
        shifts_over=0 if person is None else sum(one.ends_at <= now for one in person.shifts),
    )


def _stored(person: Person, choices: ScopeChoices) -> dict[str, Any]:
    """Return the form's fields as the person has them. Shifts that are over are left out."""
    zone = choices.zone_of(person.venue_ids)
    return {
        "username": person.username,
        "name": person.name,
        "role": person.role,
        "email": person.email or "",
        "valid_from": local_field(person.valid_from, zone),
        "valid_until": local_field(person.valid_until, zone),
        "shifts": "\n".join(f"{one.date} {one.start_time:%H:%M}-{one.end_time:%H:%M}" for one in person.shifts),
        "venue_ids": person.venue_ids,
        "gate_ids": person.gate_ids,
        "version": person.version,
    }


def _typed(form: Form) -> dict[str, Any]:
    lines = {name: form.get(name) for name in (*_LINES, "how", "version")}
    return {
        **lines,
        "shifts": form.text("shifts"),
        "venue_ids": _ids(form, "venue_ids"),
        "gate_ids": _ids(form, "gate_ids"),
    }


def _fields(form: Form, choices: ScopeChoices) -> dict[str, Any]:
    """Return what the action takes. Refuses INVALID_REQUEST for what is no date, time or shift."""
    reader = FieldReader(form)
    venue_ids = _ids(form, "venue_ids")
    zone: ZoneInfo = choices.zone_of(venue_ids)
    fields = {
        "username": form.get("username"), "name": form.get("name"), "role": form.get("role"),
        "email": form.get("email") or None, "venue_ids": list(venue_ids), "gate_ids": list(_ids(form, "gate_ids")),
        "valid_from": reader.moment("valid_from", zone), "valid_until": reader.moment("valid_until", zone),
        "shifts": _shifts(form, reader),
    }  # fmt: skip
    reader.refuse()
    return fields


def _shifts(form: Form, reader: FieldReader) -> list[Shift]:
    """Return the shifts, one in a line, such as `2026-11-20 09:00-18:00`."""
    found = []
    for line in form.text("shifts").splitlines():
        if not line.strip():
            continue
        matched = _SHIFT.fullmatch(line.strip())
        try:
            if matched is None:
                raise ValueError(line)
            day, *hours = matched.groups()
            start_hour, start_minute, end_hour, end_minute = (int(one) for one in hours)
            found.append(Shift(date.fromisoformat(day), time(start_hour, start_minute), time(end_hour, end_minute)))
        except ValueError:
            reader.problems.append(("shifts", "Give one shift in each line, such as 2026-11-20 09:00-18:00"))
            break
    return found


def _ids(form: Form, name: str) -> tuple[int, ...]:
    return tuple(int(one) for one in form.all(name) if one.isascii() and one.isdigit() and len(one) < 16)
