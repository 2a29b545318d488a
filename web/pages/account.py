"""One's own account: the name, a new password or PIN, and the open sessions."""

from __future__ import annotations

from aiohttp import web

from hub.access.roles import Role, at_least
from hub.access.tokens import Identity
from hub.actions.reporting.scan_log import venue_of_records
from hub.actions.staff.own_account import change_own_secret, read_own, rename_own
from hub.actions.staff.sessions import end_own_other_sessions, end_own_session, list_own_sessions
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.text.languages import N_
from hub.text.messages import message
from web.keys import SERVICES
from web.middleware.client_address import client_ip
from web.pages.admin.admin_page import Problems, moment_in
from web.pages.admin.field_words import said_of_field
from web.pages.forms import read_form
from web.pages.render import page
from web.pages.staff import member_of
from web.redirects import see_other
from web.session_cookies import device_cookie

ACCOUNT = "/account"
DONE = {
    "name": N_("Your name is saved. The scanner shows it from your next sign-in on."),
    "secret": N_("Saved. All your other sessions have ended."),
    "session": N_("The session has ended."),
    "others": N_("All your other sessions have ended."),
}


async def show_account(request: web.Request) -> web.Response:
    return await _page(request, member_of(request))


async def rename(request: web.Request) -> web.Response:
    identity = member_of(request)
    form = await read_form(request)
    try:
        await rename_own(request.app[SERVICES], identity, form.get("name"), client_ip=client_ip(request))
    except Refused as no:
        return await _page(request, identity, no, name=form.get("name"))
    return _see_other("name")


async def change_secret(request: web.Request) -> web.Response:
    identity = member_of(request)
    form = await read_form(request)
    kind, new = form.get("kind"), form.text("new")
    try:
        if new != form.text("again"):
            raise Refused(
                Reason.INVALID_REQUEST, errors=[{"field": "again", "message": N_("This is not the same as above")}]
            )
        await change_own_secret(
            request.app[SERVICES], identity, old=form.text("old"), password=new if kind != "pin" else None,
            pin=new if kind == "pin" else None, device_cookie=device_cookie(request), client_ip=client_ip(request),
        )  # fmt: skip
    except Refused as no:
        return await _page(request, identity, no, kind=kind)
    return _see_other("secret")


async def end_session(request: web.Request) -> web.Response:
    identity = member_of(request)
    form = await read_form(request)
    try:
        await end_own_session(
            request.app[SERVICES], identity, form.number("session") or 0, client_ip=client_ip(request)
        )
    except Refused as no:
        return await _page(request, identity, no)
    return _see_other("session")


async def end_others(request: web.Request) -> web.Response:
    identity = member_of(request)
    await read_form(request)
    await end_own_other_sessions(request.app[SERVICES], identity, client_ip=client_ip(request))
    return _see_other("others")


async def _page(
    request: web.Request, identity: Identity, refused: Refused | None = None, *, name: str | None = None, kind: str = ""
) -> web.Response:
    services = request.app[SERVICES]
    person = await read_own(services, identity)
    sessions = await list_own_sessions(services, identity)
    try:
        zone = (await venue_of_records(services, identity.org_id, identity.venue_id)).zone
    except Refused:
        zone = services.clock.now().tzinfo  # type: ignore[assignment]  # no venue yet: UTC
    problems = Problems()
    if refused is not None:
        entries = refused.details.get("errors", ())
        if refused.reason is Reason.INVALID_CREDENTIALS:
            entries = [{"field": "old", "message": N_("This is not your current password or PIN")}]
        problems = Problems(
            ({"password": "new", "pin": "new"}.get(one["field"], one["field"]), said_of_field(one["message"]))
            for one in entries
        )
    return page(
        request,
        "account.html",
        status=200 if refused is None else 409,
        refusal="" if refused is None else message(refused.reason, refused.details),
        done=DONE.get(request.query.get("done", ""), ""),
        problems=problems,
        person=person,
        name=person.name if name is None else name,
        kind=kind or ("pin" if person.has_pin and not person.has_password else "password"),
        may_use_pin=not at_least(person.role, Role.ADMIN),
        home="/manager" if at_least(identity.role, Role.MANAGER) else "/operator/scan",
        sessions=[(one, moment_in(one.signed_in_at, zone), moment_in(one.last_seen_at, zone)) for one in sessions],
        several=any(not one.is_own for one in sessions),
    )


def _see_other(done: str) -> web.Response:
    return see_other(f"{ACCOUNT}?done={done}")
