"""Sign out by a form: the session ends, and the sign-in page follows."""

from __future__ import annotations

from aiohttp import web

from hub.access.tokens import SESSION_COOKIE
from hub.actions.staff.sign_in import sign_out
from web.keys import SERVICES
from web.redirects import see_other
from web.request_fields import identity_of
from web.session_cookies import delete_host_cookie

SIGN_OUT = "/operator/logout"
LOGIN = "/operator/login"


async def leave(request: web.Request) -> web.Response:
    """End the session of whoever asks. Without one there is nothing to end."""
    services, identity = request.app[SERVICES], identity_of(request)
    if identity is not None:
        await sign_out(services, identity)
    response = see_other(LOGIN)
    delete_host_cookie(response, services.settings, SESSION_COOKIE)
    return response
