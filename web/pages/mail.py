"""The page for mail that does not go out. Managers only; without the right session it leads to sign-in."""

from __future__ import annotations

from aiohttp import web

from hub.access.roles import Role, at_least
from web.pages.render import page
from web.pages.staff import sign_in_first

ADDRESS = "/admin/mail"


async def mail_desk(request: web.Request) -> web.Response:
    identity = request.get("identity")
    if identity is None:
        raise sign_in_first(ADDRESS)
    if not at_least(identity.role, Role.MANAGER):
        raise sign_in_first(ADDRESS, need="manager")
    return page(request, "admin_mail.html")
