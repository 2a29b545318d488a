"""The request ring: the only middleware, around every request.

It gives the request an id, finds its language and identity, and turns every exception into a response of the contract. There
is one middleware and not many, because each one costs every request a call and a coroutine.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from functools import partial
from time import perf_counter

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from db.anonymous import stop_anonymous, work_anonymously
from db.organisation import stop_working, work_for
from db.patience import have_patience
from db.pool import DatabaseDown
from hub.access.api_keys import PREFIX as API_KEY
from hub.access.api_keys import ApiKey
from hub.access.cookies import read_cookie, read_lasting_cookie
from hub.access.randomness import random_name
from hub.access.scanners import SCANNER_COOKIE, SCANNER_HEADER
from hub.access.tokens import SESSION_COOKIE, Identity
from hub.actions.staff.enrol_scanner import check_scanner
from hub.actions.staff.new_session import address_refused
from hub.observability import telemetry
from hub.observability.logs import request_id
from hub.rules.address_list import allows
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused, Unavailable
from hub.text.languages import N_, best_language, html_lang, known_language, spoken
from web.json_responses import refusal_response, refused_response
from web.keys import SERVICES
from web.limits import LONGEST_SESSION_TOKEN
from web.middleware.client_address import client_address, client_ip
from web.middleware.error_page import error_page, wants_page
from web.middleware.origins import refuse_foreign_origin
from web.request_fields import of_unknown_key

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = logging.getLogger(__name__)
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,100}", re.ASCII)
KIOSK_PATHS = frozenset({
    "/operator/scan", "/ws", "/venue/scan", "/api/operator/validate-ticket", "/api/operator/verify-ticket", "/api/operator/exit",
    "/api/check-in", "/api/operator/sync", "/api/operator/manifest", "/api/operator/manifest/changes", "/api/operator/device-key",
})  # fmt: skip
"""All that a kiosk may call: it is unattended, and so shows no records and takes nothing back."""
_BEARER = "bearer "
LANGUAGE_COOKIE = "hub_language"
SOCKET, FILES = "/ws", "/static/"
_A_YEAR = 31_536_000
STAFF_PAGES = ("/account", "/admin", "/manager")
"""Pages that only staff may open. All of such a request works for the organisation of its session."""
STAFF_PATHS = (*STAFF_PAGES, "/operator/", "/api/operator/", "/api/operators/", "/api/admin/", "/venue/")
"""Paths at which who is not signed in is a member of the staff who signs in, or is refused without a query."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_HTTP_ERRORS = {
    404: Reason.NOT_FOUND,
    405: Reason.METHOD_NOT_ALLOWED,
    408: Reason.REQUEST_TIMEOUT,
    413: Reason.PAYLOAD_TOO_LARGE,
    415: Reason.UNSUPPORTED_MEDIA_TYPE,
    429: Reason.RATE_LIMITED,
    401: Reason.UNAUTHENTICATED,
    403: Reason.FORBIDDEN,
    503: Reason.SERVICE_UNAVAILABLE,
}


@web.middleware
async def request_ring(request: web.Request, handler: Handler) -> web.StreamResponse:
    started = perf_counter()
    given = request.headers.get("X-Request-ID")
    name = given if given and _REQUEST_ID.fullmatch(given) else random_name()
    request["request_id"] = name
    request_id.set(name)
    have_patience()
    status = 499  # the client has closed the connection
    chosen = None
    before, anonymous_before = work_for(None), work_anonymously(None)
    try:
        try:
            chosen = _find_language(request)
            identity = request["identity"] = _identity(request)
            if identity is not None:
                identity = await _check_venue(request, identity)
            headers = request.headers
            if SCANNER_HEADER in headers or SCANNER_COOKIE in headers.get("Cookie", ""):
                identity = await _find_scanner(request)
            elif identity is not None and identity.scanner_id is not None:
                identity = request["identity"] = None
            key = await _find_api_key(request) if identity is None and "Authorization" in headers else None
            if key is not None:
                work_for(key.org_id)
            elif identity is None:
                if not request.path.startswith(STAFF_PATHS) and request.path != SOCKET:
                    work_anonymously(partial(client_ip, request))
            elif request.path.startswith(STAFF_PAGES):
                work_for(identity.org_id)
            response = await handler(request)
            _remember_language(request, response, chosen)
        except asyncio.CancelledError:
            raise
        except web.HTTPException as error:
            if error.status < 400:
                status = error.status
                raise
            # A template that is missing is such an error too, and a fault of ours.
            crashed = error.status >= 500
            response = _as_page(request, _response_to(error, request) if crashed else _http_error(error))
            _remember_language(request, response, chosen)
        except Exception as trouble:  # noqa: BLE001  the last resort: every exception becomes a response
            response = _as_page(request, _response_to(trouble, request))
        status = response.status
        return response
    finally:
        stop_working(before)
        stop_anonymous(anonymous_before)
        _count(request, status, perf_counter() - started)


def _find_language(request: web.Request) -> str | None:
    """Set `request["language"]` from `?lang=`, else the cookie, else `Accept-Language`. Return the one of `?lang=`."""
    headers = request.headers
    # Search the raw URL first, because this runs for every request and parsing the query costs more than the rest.
    chosen = known_language(request.query.get("lang", "")) if "lang=" in request.raw_path else None
    cookies = headers.get("Cookie")
    remembered = None
    if chosen is None and cookies is not None and LANGUAGE_COOKIE in cookies:
        remembered = known_language(request.cookies.get(LANGUAGE_COOKIE, ""))
    language = chosen or remembered or best_language(headers.get("Accept-Language"))
    request["language"] = language
    spoken.set(language)
    return chosen


def _remember_language(request: web.Request, response: web.StreamResponse, language: str | None) -> None:
    """Set the cookie of the language that a link of a page has chosen."""
    if language is None or request.method != "GET" or response.prepared:
        return
    secure = request.app[SERVICES].settings.public_url.startswith("https:")
    response.set_cookie(
        LANGUAGE_COOKIE, html_lang(language), max_age=_A_YEAR, secure=secure, httponly=True, samesite="Lax"
    )


def _count(request: web.Request, status: int, seconds: float) -> None:
    resource = request.match_info.route.resource
    route = resource.canonical if resource is not None else "unmatched"
    method = request.method if request.method in _METHODS else "OTHER"
    telemetry.request_answered(method, route, status, seconds)


async def _check_venue(request: web.Request, identity: Identity) -> Identity | None:
    """Return the identity. Whoever is not where their venue lets them work from is nobody, and `not_from_here` says why.

    The socket checks the address itself, because its token may come in a frame.
    """
    if not identity.venue_id or request.path == SOCKET or request.path.startswith(FILES):
        return identity
    venues = request.app[SERVICES].venues
    venue = venues.remembered(identity.org_id, identity.venue_id)
    try:
        venue = venue or await venues.read(identity.org_id, identity.venue_id)
    except DatabaseDown:
        venue = venues.last_known(identity.org_id, identity.venue_id)
    except Refused:
        return identity  # the venue is gone, and with it its list
    if venue is None:
        request["identity"] = None
        request["not_from_here"] = Unavailable("the database")
    elif venue.ip_allow_list and not allows(venue.ip_allow_list, address := client_address(request)):
        request["identity"] = None
        request["not_from_here"] = address_refused(address)
    found: Identity | None = request["identity"]
    return found


def _identity(request: web.Request) -> Identity | None:
    """Return the identity of the session, or None if there is no valid token. The endpoint decides if it needs one."""
    headers = request.headers
    cookies = headers.get("Cookie")
    token = ""
    if cookies is not None and SESSION_COOKIE in cookies:
        token = read_cookie(request.cookies, SESSION_COOKIE, request.app[SERVICES].settings) or ""
        if token:
            refuse_foreign_origin(request)
    authorization = headers.get("Authorization")
    if authorization is not None and authorization[:7].lower() == _BEARER:
        token = authorization[7:].strip()
    if not token or len(token) > LONGEST_SESSION_TOKEN or not token.isascii():
        return None
    try:
        return request.app[SERVICES].sessions.read(token)
    except Refused:
        return None


async def _find_api_key(request: web.Request) -> ApiKey | None:
    """Set `request["api_key"]` to the key that the request has, and return it. Who asks with it is nobody but at what its scopes allow
    (web/api/endpoint.py). Refuses RATE_LIMITED for a key that asks faster than it may. A refusal names a key that is none.
    """
    authorization = request.headers.get("Authorization", "")
    if authorization[:7].lower() != _BEARER or not (token := authorization[7:].strip()).startswith(API_KEY):
        return None
    services = request.app[SERVICES]
    key = await services.api_keys.find(token)
    if key is None:
        request["unknown_key"] = True
    else:
        request["api_key"] = key
        request["not_from_here"] = Refused(Reason.FORBIDDEN, message=N_("This API key is not for this."))
        wait = await services.rate_limit.admit(f"api-key:{key.org_id}:{key.id}", key.rate)
        if wait > 0:
            raise Refused(Reason.RATE_LIMITED, retry_after=max(1, round(wait + 0.499)))
    return key


async def _find_scanner(request: web.Request) -> Identity | None:
    """Set `request["scanner"]` to the enrolled scanner that sends the request, and return the identity that is good on it.

    The session on a revoked scanner is not good, and `not_from_here` says why. A kiosk is nobody but at what it needs.
    """
    services = request.app[SERVICES]
    token = request.headers.get(SCANNER_HEADER) or read_lasting_cookie(
        request.cookies, SCANNER_COOKIE, services.settings
    )
    scanner = request["scanner"] = await services.scanners.find((token or "").strip())
    identity: Identity | None = request["identity"]
    try:
        check_scanner(identity, scanner)
    except Refused as refused:
        identity, request["not_from_here"] = None, refused
    if identity is not None and identity.scanner_id is not None and request.path not in KIOSK_PATHS:
        identity = None
    request["identity"] = identity
    return identity


def _response_to(trouble: Exception, request: web.Request) -> web.Response:
    match trouble:
        case Refused():
            response = refused_response(of_unknown_key(request, trouble))
            if trouble.reason is Reason.REQUEST_TIMEOUT:
                response.force_close()
            return response
        case Unavailable():
            return refusal_response(Reason.SERVICE_UNAVAILABLE, headers={"Retry-After": str(trouble.retry_after)})
        case DatabaseDown():
            return refusal_response(Reason.SERVICE_UNAVAILABLE, headers={"Retry-After": "1"})
        case web.RequestPayloadError() | HttpProcessingError():
            return refusal_response(
                Reason.INVALID_REQUEST, {"errors": [{"field": "body", "message": "The body is damaged"}]}
            )
        case ConnectionError():
            # The client closed the connection in the middle of its request, so nobody reads this response.
            return refusal_response(Reason.REQUEST_TIMEOUT)
    incident = request["request_id"]
    # The route and not the URL, because URLs can hold tokens and codes.
    resource = request.match_info.route.resource
    route = resource.canonical if resource is not None else "unmatched"
    log.error(
        telemetry.REQUEST_CRASHED,
        extra={"incident": incident, "method": request.method, "route": route},
        exc_info=trouble,
    )
    return refusal_response(Reason.INTERNAL, {"incident": incident})


def _http_error(error: web.HTTPException) -> web.Response:
    """Return aiohttp's own errors (no route, no such method, too large) as refusals of the contract."""
    reason = _HTTP_ERRORS.get(error.status, Reason.INVALID_REQUEST if error.status < 500 else Reason.INTERNAL)
    kept = {name: error.headers[name] for name in ("Allow", "Retry-After") if name in error.headers}
    response = refusal_response(reason, headers=kept)
    if reason is Reason.INVALID_REQUEST:
        response.set_status(error.status)
    return response


def _as_page(request: web.Request, response: web.Response) -> web.Response:
    return error_page(response) if wants_page(request) else response
