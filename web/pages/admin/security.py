"""How the staff of the organisation sign in: the second factor, the sign-in service, and who has what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from hub.access.tokens import Identity
from hub.actions.audit.actor import Actor
from hub.actions.staff.provider_sign_in import check_provider, disconnect_account, redirect_uri
from hub.actions.staff.sign_in_security import list_people, reset_second_factor
from hub.actions.staff.sign_in_settings import SignInChange, change_settings, read_settings
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.text.languages import N_
from web.keys import PROVIDERS, SERVICES
from web.limits import LARGEST_ID
from web.middleware.client_address import client_ip
from web.pages.admin.admin_page import admin_page, see_other
from web.pages.forms import Form, read_form
from web.pages.staff import administrator_of
from web.request_fields import path_id, query_int
from web.statuses import status_of

SECURITY = "/admin/security"
SHOWN = 50
SETTINGS = ("require_second_factor", "issuer", "client_id", "label", "match", "passwords")
PROBLEMS: Mapping[str, str] = {
    "timeout": N_("It did not answer within five seconds."),
    "no_connection": N_("No connection to it was possible. Check the address, and whether this hub may reach it."),
    "address_forbidden": N_(
        "Its address is in a private network. Whoever runs the hub can allow it with HUB_OIDC_NETWORKS."
    ),
    "issuer_differs": N_("It says that it is another issuer. Copy the issuer exactly as it shows it."),
    "bad_document": N_("Its answer is not that of an OpenID Connect provider. Check the address."),
    "no_keys": N_("It shows no key to check its answers with."),
    "status_404": N_("There is no OpenID Connect provider at this address."),
}
"""What the page says about a provider that did not pass the check."""


async def show(request: web.Request) -> web.Response:
    return await _page(request, administrator_of(request))


async def change(request: web.Request) -> web.Response:
    admin = administrator_of(request)
    form = await read_form(request)
    secret = form.text("client_secret") or None
    if form.has("forget_secret"):
        secret = ""
    fields = {name: form.get(name) for name in SETTINGS if form.has(name)}
    try:
        await change_settings(
            request.app[SERVICES], _actor(request, admin), SignInChange(**fields, client_secret=secret),
            version=form.number("version"),
        )  # fmt: skip
    except Refused as no:
        return await _page(request, admin, no, typed=_typed(form))
    return see_other(SECURITY, done="sign-in-changed")


async def check(request: web.Request) -> web.Response:
    admin = administrator_of(request)
    await read_form(request)
    try:
        await check_provider(request.app[SERVICES], request.app[PROVIDERS], _actor(request, admin))
    except Refused as no:
        return await _page(request, admin, no)
    return see_other(SECURITY, done="provider-answers")


async def reset(request: web.Request) -> web.Response:
    admin = administrator_of(request)
    await read_form(request)
    try:
        await reset_second_factor(
            request.app[SERVICES], _actor(request, admin), path_id(request, "staff_id"), role=admin.role
        )
    except Refused as no:
        return await _page(request, admin, no)
    return see_other(SECURITY, done="second-factor-reset")


async def disconnect(request: web.Request) -> web.Response:
    admin = administrator_of(request)
    await read_form(request)
    try:
        await disconnect_account(
            request.app[SERVICES], _actor(request, admin), path_id(request, "staff_id"), role=admin.role
        )
    except Refused as no:
        return await _page(request, admin, no)
    return see_other(SECURITY, done="account-disconnected")


def _actor(request: web.Request, admin: Identity) -> Actor:
    return Actor.of(admin, client_ip=client_ip(request))


async def _page(
    request: web.Request, admin: Identity, refused: Refused | None = None, *, typed: Mapping[str, str] | None = None
) -> web.Response:
    """Show the settings, or after a refusal what was typed. Of a 412 the newest values stand beside the fields."""
    services, by = request.app[SERVICES], Actor.of(admin)
    settings = await read_settings(services, by)
    with_one = {"0": False, "1": True}.get(request.query.get("second_factor", ""))
    before = query_int(request, "before", 1, LARGEST_ID) if request.method == "GET" else None
    people = await list_people(services, by, has_second_factor=with_one, before=before, limit=SHOWN)
    stale = refused is not None and refused.reason is Reason.VERSION_MISMATCH
    problem = PROBLEMS.get(str(refused.details.get("problem", "")), "") if refused is not None else ""
    values: dict[str, Any] = {name: str(getattr(settings, name)) for name in SETTINGS} | dict(typed or {})
    return admin_page(
        request, "security.html", status=200 if refused is None else status_of(refused.reason), refused=refused,
        settings=settings, values=values, stale=stale, problem=problem, people=people, with_one=with_one,
        redirect_uri=redirect_uri(services), start_path=f"/operator/oidc/{admin.org_id}", own_role=admin.role,
    )  # fmt: skip


def _typed(form: Form) -> dict[str, str]:
    return {name: form.get(name) for name in SETTINGS if form.has(name)}
