"""The enrolment of scanners, for the API and the pages: its address, its rate limit, and the cookie of the token."""

from aiohttp import web

from hub.access.scanners import SCANNER_COOKIE
from hub.access.tokens import SESSION_COOKIE
from hub.actions.staff.enrol_scanner import EnrolledScanner, enrol_scanner
from hub.rules.scanners import shown_enrolment_code
from hub.settings import Rate, Settings
from web.keys import SERVICES
from web.middleware.client_address import client_ip
from web.rate_limits import enforce_rate_limit
from web.session_cookies import A_YEAR, delete_host_cookie, set_host_cookie

ENROL = "/operator/enrol"
WIPED = "/operator/wiped"
RATE_ENROL = Rate(20, 60)
"""Tries of one address. Of 2^50 codes a few are open for 15 minutes, so that guessing one is hopeless."""


def enrolment_url(settings: Settings, code: str) -> str:
    """Return the address for a phone's camera. A browser never sends what stands behind `#`, so no log has the code."""
    return f"{settings.public_url.rstrip('/')}{ENROL}#{shown_enrolment_code(code)}"


async def enrol(request: web.Request, code: str) -> EnrolledScanner:
    """Exchange the code within the rate limit of the client's address."""
    services = request.app[SERVICES]
    await enforce_rate_limit(request, "enrol", RATE_ENROL if services.settings.rate_codes is not None else None)
    return await enrol_scanner(services, code, client_ip=client_ip(request))


def remember_scanner(response: web.StreamResponse, enrolled: EnrolledScanner, settings: Settings) -> None:
    """Set the cookie of the token. No script can read it."""
    set_host_cookie(response, settings, SCANNER_COOKIE, enrolled.token, A_YEAR)


def forget_scanner(response: web.StreamResponse, settings: Settings) -> None:
    """Take the token and the session from the browser."""
    for name in (SCANNER_COOKIE, SESSION_COOKIE):
        delete_host_cookie(response, settings, name)
