"""The staff endpoints: sign in and out."""

from aiohttp import web

from hub.access.tokens import SESSION_COOKIE
from hub.actions.staff.new_session import SignedIn
from hub.actions.staff.second_factor import SecondFactorAnswer
from hub.actions.staff.second_step import finish_sign_in
from hub.actions.staff.sign_in import sign_in, sign_out
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.api.staff.requests import Login
from web.json_body import invalid, read_json
from web.json_responses import refused_response, success_response
from web.keys import SERVICES
from web.middleware.client_address import client_address, client_ip
from web.request_fields import named_organisation, staff_of
from web.session_cookies import delete_host_cookie, device_cookie, remember_challenge, remember_session, sign_in_client


async def log_in(request: web.Request) -> web.Response:
    """Sign in by password or PIN, or by the challenge of an earlier one and a code."""
    services = request.app[SERVICES]
    body = await read_json(request, Login)
    try:
        signed_in = await (_first_step(request, body) if body.challenge is None else _second_step(request, body))
    except Refused as no:
        if no.reason is not Reason.SECOND_FACTOR_REQUIRED:
            raise
        response = refused_response(no)
        remember_challenge(response, services, no.details["challenge"], no.details["expires_at"])
        return response
    identity = signed_in.identity
    response = success_response(
        {
            "token": signed_in.token,
            "expires_at": identity.expires_at,
            "operator": {"id": identity.staff_id, "name": identity.name, "role": identity.role.value},
            "recovery_codes": signed_in.recovery_codes,
        }
    )
    remember_session(response, services, signed_in)
    return response


def _organisation(request: web.Request, named: str | None) -> str | None:
    """Return the organisation that the body names, else the `orq` of the query."""
    if named is not None:
        return named
    orq = named_organisation(request)
    return None if orq is None else str(orq)


async def log_out(request: web.Request) -> web.Response:
    identity = staff_of(request)
    await sign_out(request.app[SERVICES], identity)
    response = success_response({"signed_out": True})
    delete_host_cookie(response, request.app[SERVICES].settings, SESSION_COOKIE)
    return response


async def _first_step(request: web.Request, body: Login) -> SignedIn:
    if body.username is None:
        raise invalid(("username", "Give a user name with a password or a PIN, or else a challenge"))
    if (body.password is None) == (body.pin is None):
        raise invalid(("password", "Give either password or pin"))
    return await sign_in(
        request.app[SERVICES],
        username=body.username,
        password=body.password,
        pin=body.pin,
        device_cookie=device_cookie(request),
        client_ip=client_ip(request),
        organisation=_organisation(request, body.organisation),
        address=client_address(request),
        device_text=request.headers.get("User-Agent", ""),
        second_factor=_answer(body),
    )


async def _second_step(request: web.Request, body: Login) -> SignedIn:
    answer = _answer(body)
    if any(one is not None for one in (body.username, body.password, body.pin, body.organisation)):
        raise invalid(("challenge", "Give either a challenge, or a user name with its password or PIN"))
    if answer is None or body.challenge is None:
        raise invalid(("code", "Give a code or a recovery code"))
    return await finish_sign_in(
        request.app[SERVICES],
        body.challenge,
        answer,
        sign_in_client(request),
    )


def _answer(body: Login) -> SecondFactorAnswer | None:
    if body.code is not None and body.recovery_code is not None:
        raise invalid(("code", "Give either a code or a recovery code"))
    if body.code is None and body.recovery_code is None:
        return None
    return SecondFactorAnswer(body.code, body.recovery_code)
