"""Personal data: how long it is kept, and one person's data found, exported or erased. For administrators."""

from __future__ import annotations

import orjson
from aiohttp import web

from hub.actions.audit.actor import Actor
from hub.actions.privacy.persons import FoundPerson, erase_person, export_person, find_person
from hub.actions.privacy.retention import count_due, read_retention, set_retention
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.json_body import invalid
from web.keys import SERVICES
from web.middleware.client_address import client_ip
from web.pages.admin.admin_page import admin_page, see_other
from web.pages.forms import Form, read_form
from web.pages.staff import administrator_of

PRIVACY = "/admin/privacy"


async def show_privacy(request: web.Request) -> web.Response:
    return await _page(request, _actor(request))


async def change_retention(request: web.Request) -> web.Response:
    """Set the days. If that erases somebody's data at once, the page first asks with their number."""
    by, services = _actor(request), request.app[SERVICES]
    form = await read_form(request)
    try:
        days = _days(form)
        due = await count_due(services, by, days)
        if due and form.number("sure") != due:
            await set_retention(services, by, days, dry_run=True)
            return await _page(request, by, form=form, sure=due)
        await set_retention(services, by, days)
    except Refused as no:
        return await _page(request, by, refused=no, form=form)
    return see_other(PRIVACY, done="retention-changed")


async def find(request: web.Request) -> web.Response:
    """Show what is known of a person. A POST, so that no address stands in a log of requests."""
    by = _actor(request)
    form = await read_form(request)
    try:
        person = await find_person(request.app[SERVICES], by, form.get("address"))
    except Refused as no:
        return await _page(request, by, refused=no, form=form)
    return await _page(request, by, form=form, person=person)


async def export(request: web.Request) -> web.Response:
    by = _actor(request)
    form = await read_form(request)
    try:
        data = await export_person(request.app[SERVICES], by, form.get("address"))
    except Refused as no:
        return await _page(request, by, refused=no, form=form)
    return web.Response(
        body=orjson.dumps(data, option=orjson.OPT_INDENT_2),
        headers={
            "Content-Type": "application/json",
            "Content-Disposition": 'attachment; filename="personal-data.json"',
            "Cache-Control": "no-store",
        },
    )


async def erase(request: web.Request) -> web.Response:
    by, services = _actor(request), request.app[SERVICES]
    form = await read_form(request)
    try:
        if not form.has("sure"):
            raise invalid(("sure", "Tick the box first"))
        await erase_person(services, by, form.get("address"), cancel=form.has("cancel"))
    except Refused as no:
        person = None if no.reason is Reason.PERSON_NOT_FOUND else await find_person(services, by, form.get("address"))
        return await _page(request, by, refused=no, form=form, person=person)
    return see_other(PRIVACY, done="person-erased")


async def _page(
    request: web.Request, by: Actor, refused: Refused | None = None, form: Form | None = None, *, person: FoundPerson | None = None,
    sure: int = 0,
) -> web.Response:  # fmt: skip
    retention = await read_retention(request.app[SERVICES], by)
    typed_days = form.get("days") if form and form.has("days") else None
    return admin_page(
        request,
        "privacy.html",
        status=200 if refused is None else 409,
        refused=refused,
        retention=retention,
        days=typed_days if typed_days is not None else (retention.retention_days or ""),
        for_ever=form.has("for_ever") if form and form.has("days") else retention.retention_days is None,
        address=form.get("address") if form else "",
        person=person,
        sure=sure,
    )


def _days(form: Form) -> int | None:
    if form.has("for_ever"):
        return None
    days = form.number("days")
    if days is None:
        raise invalid(("retention_days", "Give a whole number"))
    return days


def _actor(request: web.Request) -> Actor:
    return Actor.of(administrator_of(request), client_ip=client_ip(request))
