"""One's own second factor: set up, new recovery codes, removed. For everybody who is signed in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from hub.access.tokens import Identity
from hub.actions.audit.actor import Actor
from hub.actions.staff.second_factor import (
    Enrolment,
    SecondFactorAnswer,
    begin_enrolment,
    confirm_enrolment,
    read_standing,
    remove_second_factor,
    renew_recovery_codes,
    resume_enrolment,
)
from hub.actions.staff.second_step import bucket_of_account, counted
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.second_factor import Requirement
from web.keys import SERVICES
from web.middleware.client_address import client_ip
from web.pages.account_frame import account_page
from web.pages.admin.admin_page import see_other
from web.pages.forms import Form, read_form
from web.pages.staff import member_of
from web.statuses import status_of

PAGE = "/account/second-factor"


async def show(request: web.Request) -> web.Response:
    return await _page(request, member_of(request))


async def begin(request: web.Request) -> web.Response:
    """Show a new secret. Nothing is stored until its first code comes back."""
    identity = member_of(request)
    await read_form(request)
    try:
        enrolment = await begin_enrolment(request.app[SERVICES], Actor.of(identity))
    except Refused as no:
        return await _page(request, identity, no)
    return await _page(request, identity, enrolment=enrolment)


async def confirm(request: web.Request) -> web.Response:
    identity = member_of(request)
    form = await read_form(request)
    services, by, token = request.app[SERVICES], _actor(request, identity), form.get("enrolment")
    try:
        codes = await _counted(request, by, lambda: confirm_enrolment(services, by, token, form.get("code")))
    except Refused as no:
        enrolment = None
        if no.reason in (Reason.SECOND_FACTOR_WRONG, Reason.LOCKED_OUT):
            enrolment = await resume_enrolment(services, by, token)
        return await _page(request, identity, no, enrolment=enrolment)
    return await _page(request, identity, codes=codes)


async def renew(request: web.Request) -> web.Response:
    identity = member_of(request)
    form = await read_form(request)
    services, by, answer = request.app[SERVICES], _actor(request, identity), _answer(form)
    try:
        codes = await _counted(request, by, lambda: renew_recovery_codes(services, by, answer))
    except Refused as no:
        return await _page(request, identity, no, opened="renew")
    return await _page(request, identity, codes=codes)


async def remove(request: web.Request) -> web.Response:
    identity = member_of(request)
    form = await read_form(request)
    services, by, answer = request.app[SERVICES], _actor(request, identity), _answer(form)
    try:
        await _counted(request, by, lambda: remove_second_factor(services, by, form.text("password"), answer))
    except Refused as no:
        return await _page(request, identity, no, opened="remove")
    return see_other(PAGE, done="second-factor-removed")


async def _counted(request: web.Request, by: Actor, action: Callable[[], Awaitable[Any]]) -> Any:
    """Run an action that compares a code or a password. Five failures in fifteen minutes lock the page."""
    async with counted(request.app[SERVICES], bucket_of_account(by), by.org_id, client_ip=by.client_ip):
        return await action()


def _actor(request: web.Request, identity: Identity) -> Actor:
    return Actor.of(identity, client_ip=client_ip(request))


def _answer(form: Form) -> SecondFactorAnswer:
    """Return what was typed into the one field: six digits are a code of the app, anything else a recovery code."""
    typed = form.get("code")
    digits = "".join(typed.split())
    if len(digits) == 6 and digits.isdigit():
        return SecondFactorAnswer(digits, None)
    return SecondFactorAnswer(None, typed)


async def _page(
    request: web.Request, identity: Identity, refused: Refused | None = None, *, enrolment: Enrolment | None = None,
    codes: list[str] | None = None, opened: str = "",
) -> web.Response:  # fmt: skip
    standing = await read_standing(request.app[SERVICES], Actor.of(identity))
    return account_page(
        request, "second_factor.html", status=200 if refused is None else status_of(refused.reason), refused=refused,
        standing=standing, enrolment=enrolment, codes=codes or [], opened=opened, name=identity.name,
        required=standing.requirement is not Requirement.NONE,
    )  # fmt: skip
