"""The second step of the sign-in, without JavaScript: a code, a recovery code, or setting up the app."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hub.access.roles import Role
from hub.access.sign_in_steps import SignInStep
from hub.actions.staff.new_session import SignedIn
from hub.actions.staff.second_factor import SecondFactorAnswer, enrolment_of, read_step
from hub.actions.staff.second_step import finish_sign_in
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.text.messages import message
from web.keys import SERVICES
from web.pages.forms import read_form
from web.pages.render import page
from web.pages.staff import own_path
from web.redirects import see_other
from web.session_cookies import CHALLENGE_COOKIE, forget_challenge, remember_session, sign_in_client
from web.statuses import status_of

SECOND_STEP = "/operator/login/second-factor"
HOMES = {Role.OPERATOR: "/operator/scan"}


async def show_second_step(request: web.Request) -> web.Response:
    step = _step(request)
    return await _page(request, step)


async def answer_second_step(request: web.Request) -> web.Response:
    """Finish the sign-in, or show what is wrong with the code. Recovery codes of a new app are shown before anything else."""
    form = await read_form(request)
    step, services = _step(request), request.app[SERVICES]
    code, recovery_code = form.get("code"), form.get("recovery_code")
    answer = SecondFactorAnswer(code, None) if code or not recovery_code else SecondFactorAnswer(None, recovery_code)
    try:
        signed_in = await finish_sign_in(services, request.cookies[CHALLENGE_COOKIE], answer, sign_in_client(request))
    except Refused as no:
        if no.reason in (Reason.SIGN_IN_STEP_EXPIRED, Reason.SECOND_FACTOR_EXISTS):
            raise _start_again() from None
        return await _page(request, step, no, by_recovery_code=not code and bool(recovery_code))
    next_path = own_path(request.query.get("next", "")) or home_of(signed_in.identity.role)
    response = _recovery_codes(request, signed_in, next_path) if signed_in.recovery_codes else see_other(next_path)
    remember_session(response, services, signed_in)
    forget_challenge(response)
    return response


def home_of(role: Role) -> str:
    return HOMES.get(role, "/manager")


def _step(request: web.Request) -> SignInStep:
    """Return the step that the browser keeps. Redirects to the sign-in if it is over."""
    token = request.cookies.get(CHALLENGE_COOKIE, "")
    step = read_step(request.app[SERVICES], token) if token else None
    if step is None:
        raise _start_again()
    return step


def _start_again() -> web.HTTPFound:
    return web.HTTPFound("/operator/login?ended=step")


async def _page(
    request: web.Request, step: SignInStep, refused: Refused | None = None, *, by_recovery_code: bool = False
) -> web.Response:
    context: dict[str, Any] = {
        "enrolment": await enrolment_of(request.app[SERVICES], step) if step.new_secret else None,
        "username": step.username,
        "problem": "" if refused is None else message(refused.reason, refused.details),
        "locked": refused is not None and refused.reason is Reason.LOCKED_OUT,
        "by_recovery_code": by_recovery_code,
        "next_path": own_path(request.query.get("next", "")),
    }
    return page(request, "second_step.html", status=200 if refused is None else status_of(refused.reason), **context)


def _recovery_codes(request: web.Request, signed_in: SignedIn, next_path: str) -> web.Response:
    return page(
        request,
        "recovery_codes.html",
        codes=signed_in.recovery_codes,
        next_path=next_path,
        name=signed_in.identity.name,
    )
