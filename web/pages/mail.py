"""The page of unsent messages. Managers only; everybody else is redirected to the login page."""

from __future__ import annotations

from aiohttp import web

from web.pages.render import page
from web.pages.staff import manager_of

ADDRESS = "/admin/mail"


async def show_mail(request: web.Request) -> web.Response:
    manager_of(request)
    return page(request, "mail.html")
