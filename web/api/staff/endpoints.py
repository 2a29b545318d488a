"""The staff endpoints: sign in and out."""

from aiohttp import web

from hub.access.tokens import SESSION_COOKIE
from hub.actions.staff.sign_in import sign_in, sign_out
from web.api.staff.requests import Login
from web.json_body import invalid, read_json
from web.json_responses import success_response
from web.keys import SERVICES
from web.middleware.client_address import client_address, client_ip
from web.request_fields import named_organisation, staff_of

DEVICE_COOKIE = "hub_device"
_A_YEAR = 365 * 24 * 3600


async def log_in(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    body = await read_json(request, Login)
    if (body.password is None) == (body.pin is None):
        raise invalid(("password", "Give either password or pin"))
    signed_in = await sign_in(
        services,
        username=body.username,
        password=body.password,
        pin=body.pin,
        device_cookie=request.cookies.get(DEVICE_COOKIE),
        client_ip=client_ip(request),
        organisation=_organisation(request, body.organisation),
        address=client_address(request),
        device_text=request.headers.get("User-Agent", ""),
    )
    identity = signed_in.identity
    response = success_response(
        {
            "token": signed_in.token,
            "expires_at": identity.expires_at,
            "operator": {"id": identity.staff_id, "name": identity.name, "role": identity.role.value},
        }
    )
    secure = services.settings.public_url.startswith("https://")
    seconds = max(0, int((identity.expires_at - services.clock.now()).total_seconds()))
    response.set_cookie(
        SESSION_COOKIE, signed_in.token, max_age=seconds, path="/", httponly=True, samesite="Lax", secure=secure
    )
    response.set_cookie(
        DEVICE_COOKIE, signed_in.device_cookie, max_age=_A_YEAR, path="/", httponly=True, samesite="Lax", secure=secure
    )
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
    response.del_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="Lax")
    return response
