"""The page of unsent messages. Managers of every venue only; whoever is not signed in is redirected to the login page."""

from __future__ import annotations

from aiohttp import web

from hub.access.scope import refuse_other_venue
from web.pages.admin.sections import sections_of
from web.pages.render import page
from web.pages.staff import manager_of

ADDRESS = "/admin/mail"


async def show_mail(request: web.Request) -> web.Response:
    identity = manager_of(request)
    refuse_other_venue(identity, None)
    return page(request, "mail.html", sections=sections_of(identity))
