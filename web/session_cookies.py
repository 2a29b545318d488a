"""The cookies of a sign-in: the session, the device that is known from then on, and the challenge of its second step."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web

from hub.access.tokens import SESSION_COOKIE
from hub.actions.staff.sign_in import SignedIn, SignInClient
from hub.services import Services
from web.middleware.client_address import client_address, client_ip

DEVICE_COOKIE = "hub_device"
CHALLENGE_COOKIE = "hub_challenge"
CHALLENGE_PATH = "/operator/login"
_A_YEAR = 365 * 24 * 3600


def sign_in_client(request: web.Request) -> SignInClient:
    """Return what a sign-in knows of the browser or scanner."""
    return SignInClient(
        request.cookies.get(DEVICE_COOKIE), client_ip(request), client_address(request),
        request.headers.get("User-Agent", ""),
    )  # fmt: skip


def remember_session(response: web.StreamResponse, services: Services, signed_in: SignedIn) -> None:
    """Set the cookies of a new session."""
    set_cookie(response, services, SESSION_COOKIE, signed_in.token, until=signed_in.expires_at)
    response.set_cookie(
        DEVICE_COOKIE, signed_in.device_cookie, max_age=_A_YEAR, path="/", httponly=True, samesite="Lax",
        secure=_is_secure(services),
    )  # fmt: skip


def forget_challenge(response: web.StreamResponse) -> None:
    response.del_cookie(CHALLENGE_COOKIE, path=CHALLENGE_PATH, httponly=True, samesite="Lax")


def remember_challenge(response: web.StreamResponse, services: Services, challenge: str, until: datetime) -> None:
    """Keep the challenge for the page of the second step."""
    set_cookie(response, services, CHALLENGE_COOKIE, challenge, until=until, path=CHALLENGE_PATH)


def set_cookie(
    response: web.StreamResponse, services: Services, name: str, value: str, *, until: datetime, path: str = "/"
) -> None:
    """Set a cookie that no script reads and no other site's form sends."""
    seconds = max(0, int((until - services.clock.now()).total_seconds()))
    response.set_cookie(
        name, value, max_age=seconds, path=path, httponly=True, samesite="Lax", secure=_is_secure(services)
    )


def _is_secure(services: Services) -> bool:
    return services.settings.public_url.startswith("https://")
