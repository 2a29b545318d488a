"""The cookies of a sign-in: the session, the device that is known from then on, and the challenge of its second step."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web

from hub.access.cookies import cookie_name, read_lasting_cookie
from hub.access.tokens import SESSION_COOKIE
from hub.actions.staff.new_session import SignedIn, SignInClient
from hub.services import Services
from hub.settings import Settings
from web.keys import SERVICES
from web.middleware.client_address import client_address, client_ip

DEVICE_COOKIE = "hub_device"
CHALLENGE_COOKIE = "hub_challenge"
CHALLENGE_PATH = "/operator/login"
A_YEAR = 365 * 24 * 3600


def device_cookie(request: web.Request) -> str | None:
    """Return what identifies the browser or scanner at a sign-in."""
    return read_lasting_cookie(request.cookies, DEVICE_COOKIE, request.app[SERVICES].settings)


def sign_in_client(request: web.Request) -> SignInClient:
    """Return what a sign-in knows of the browser or scanner."""
    return SignInClient(
        device_cookie(request), client_ip(request), client_address(request),
        request.headers.get("User-Agent", ""),
    )  # fmt: skip


def remember_session(response: web.StreamResponse, services: Services, signed_in: SignedIn) -> None:
    """Set the cookies of a new session."""
    set_session(response, services, signed_in.token, signed_in.expires_at)
    set_host_cookie(response, services.settings, DEVICE_COOKIE, signed_in.device_cookie, A_YEAR)


def set_session(response: web.StreamResponse, services: Services, token: str, expires_at: datetime) -> None:
    """Set the cookie of a session, for as long as the session lasts."""
    set_host_cookie(response, services.settings, SESSION_COOKIE, token, _seconds_until(services, expires_at))


def set_host_cookie(response: web.StreamResponse, settings: Settings, name: str, value: str, seconds: int) -> None:
    """Set a cookie for this host and all its paths, under the name that read_cookie knows."""
    response.set_cookie(
        cookie_name(name, settings), value, max_age=seconds, path="/", httponly=True, samesite="Lax",
        secure=settings.is_https,
    )  # fmt: skip


def delete_host_cookie(response: web.StreamResponse, settings: Settings, name: str) -> None:
    """Delete a cookie of set_host_cookie, and the one that an earlier version set. Without `Secure` a browser keeps the first."""
    for known in {cookie_name(name, settings), name}:
        response.del_cookie(known, path="/", httponly=True, samesite="Lax", secure=settings.is_https)


def forget_challenge(response: web.StreamResponse) -> None:
    response.del_cookie(CHALLENGE_COOKIE, path=CHALLENGE_PATH, httponly=True, samesite="Lax")


def remember_challenge(response: web.StreamResponse, services: Services, challenge: str, until: datetime) -> None:
    """Keep the challenge for the page of the second step."""
    set_cookie(response, services, CHALLENGE_COOKIE, challenge, until=until, path=CHALLENGE_PATH)


def set_cookie(
    response: web.StreamResponse, services: Services, name: str, value: str, *, until: datetime, path: str = "/"
) -> None:
    """Set a cookie that no script reads and no other site's form sends."""
    response.set_cookie(
        name, value, max_age=_seconds_until(services, until), path=path, httponly=True, samesite="Lax",
        secure=services.settings.is_https,
    )  # fmt: skip


def _seconds_until(services: Services, until: datetime) -> int:
    return max(0, int((until - services.clock.now()).total_seconds()))
