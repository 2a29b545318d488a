"""Sign-in by an organisation's sign-in service (OpenID Connect): the way there, the way back, and connecting an account.

What goes wrong leads back to the sign-in page with one of a few words in the query, so that nothing a foreign server says is
repeated. Passwords stay usable there whatever the service does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from hub.actions.audit.actor import Actor
from hub.actions.staff.provider_sign_in import (
    ProviderAnswer,
    begin_provider_sign_in,
    connect_account,
    finish_provider_sign_in,
    read_connection,
)
from hub.actions.staff.sign_in_settings import read_provider
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services
from web.keys import PROVIDERS, SERVICES
from web.middleware.client_address import client_ip
from web.pages.account_frame import account_page
from web.pages.admin.admin_page import see_other
from web.pages.forms import read_form
from web.pages.render import page
from web.pages.second_step import home_of
from web.pages.staff import SERVICE_WORDS, member_of, own_path
from web.session_cookies import remember_session, set_cookie, sign_in_client

REQUEST_COOKIE, CONNECTION_COOKIE = "hub_provider", "hub_provider_account"
COOKIE_PATH, CONNECT = "/operator/oidc", "/account/sign-in-service"
LONGEST_ANSWER = 4096


async def begin(request: web.Request) -> web.Response:
    """Send the browser to the service. `organisation` is its short name or id."""
    services = request.app[SERVICES]
    next_path = own_path(request.query.get("next", ""))
    org_id = await _organisation(services, request.match_info["organisation"])
    try:
        url, token, until = await begin_provider_sign_in(services, request.app[PROVIDERS], org_id, next_path)
    except Refused as no:
        if no.reason is Reason.NOT_FOUND:
            raise
        return _back(no, next_path)
    response = see_other(url)
    set_cookie(response, services, REQUEST_COOKIE, token, until=until, path=COOKIE_PATH)
    return response


async def finish(request: web.Request) -> web.Response:
    """Sign in by the service's answer, or say in plain words why not."""
    services = request.app[SERVICES]
    try:
        done = await finish_provider_sign_in(
            services,
            request.app[PROVIDERS],
            request.cookies.get(REQUEST_COOKIE, ""),
            _answer(request),
            sign_in_client(request),
        )
        response: web.Response = see_other(done.next_path or home_of(done.signed_in.identity.role))
        remember_session(response, services, done.signed_in)
    except Refused as no:
        response = _refused(request, services, no)
    response.del_cookie(REQUEST_COOKIE, path=COOKIE_PATH, httponly=True, samesite="Lax")
    return response


async def show_connect(request: web.Request) -> web.Response:
    """Ask whether the account that has just signed in at the service is the signed-in person's."""
    services, identity = request.app[SERVICES], member_of(request)
    try:
        connection = read_connection(services, Actor.of(identity), request.cookies.get(CONNECTION_COOKIE, ""))
    except Refused as no:
        return account_page(request, "connect_account.html", status=410, refused=no, connection=None)
    provider = await read_provider(services, identity.org_id)
    return account_page(
        request, "connect_account.html", connection=connection, person=identity.name,
        label=provider.label if provider else "",
    )  # fmt: skip


async def connect(request: web.Request) -> web.Response:
    services, identity = request.app[SERVICES], member_of(request)
    await read_form(request)
    by = Actor.of(identity, client_ip=client_ip(request))
    try:
        await connect_account(services, by, request.cookies.get(CONNECTION_COOKIE, ""))
        response = see_other("/account/second-factor", done="account-connected")
    except Refused as no:
        response = account_page(request, "connect_account.html", status=409, refused=no, connection=None)
    response.del_cookie(CONNECTION_COOKIE, path="/account", httponly=True, samesite="Lax")
    return response


def _refused(request: web.Request, services: Services, no: Refused) -> web.Response:
    if no.reason is Reason.PROVIDER_ACCOUNT_UNKNOWN:
        connecting = no.details["match"] == "linked"
        response = (
            see_other("/operator/login", next=CONNECT, service="connect")
            if connecting
            else page(request, "no_account.html", status=403, taken=False, **_shown(no.details))
        )
        if connecting:
            set_cookie(response, services, CONNECTION_COOKIE, no.details["connection"], until=no.details["expires_at"],
                       path="/account")  # fmt: skip
        return response
    if no.reason is Reason.PROVIDER_ACCOUNT_TAKEN:
        return page(request, "no_account.html", status=403, taken=True, label="", match="", **_shown(no.details))
    if no.reason is Reason.NOT_FOUND:
        return see_other("/operator/login", service="expired")
    return _back(no, "")


def _shown(details: Mapping[str, Any]) -> dict[str, Any]:
    return {name: details[name] for name in ("shown", "label", "match") if name in details}


def _back(no: Refused, next_path: str) -> web.Response:
    if no.reason is Reason.PROVIDER_UNAVAILABLE:
        word = "unavailable"
    elif no.reason is Reason.PROVIDER_REFUSED:
        problem = str(no.details.get("problem"))
        word = problem if problem in SERVICE_WORDS else "refused"
    else:
        raise no
    return see_other("/operator/login", service=word, next=next_path)


def _answer(request: web.Request) -> ProviderAnswer:
    state, code, error, issuer = (request.query.get(name, "") for name in ("state", "code", "error", "iss"))
    if max(map(len, (state, code, error, issuer))) > LONGEST_ANSWER:
        return ProviderAnswer("", "", "", "")
    return ProviderAnswer(state, code, error, issuer)


async def _organisation(services: Services, named: str) -> int:
    """Return the id of an organisation by its short name or id. Refuses NOT_FOUND."""
    organisation = await services.venues.organisation_named(named)
    if organisation is None:
        raise Refused(Reason.NOT_FOUND)
    return organisation.org_id
