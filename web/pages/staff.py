"""The staff's pages: sign-in, the scanner and the control room. Without the right session they lead to sign-in."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web

from hub.access.roles import Role, at_least
from hub.access.tokens import Identity
from web.pages.render import page
from web.pages.static_files import STATIC

SCANNER = "/operator/scan"
CONTROL_ROOM = "/manager"
PANELS = ("feed", "devices", "alerts", "conflicts", "disputes")
"""What the control room shows beside its board, each by the script of that name."""


def own_path(wish: str) -> str:
    """`next=` may name a page of ours and nothing else; `//host` and `/\\host` would leave the site."""
    plain = wish.startswith("/") and not wish.startswith(("//", "/\\"))
    return wish if plain and wish.isprintable() and len(wish) <= 300 else ""


def _identity(request: web.Request) -> Identity | None:
    identity: Identity | None = request.get("identity")
    return identity


def sign_in_first(path: str, *, need: str = "") -> web.HTTPFound:
    note = f"&need={need}" if need else ""
    return web.HTTPFound(f"/operator/login?next={quote(path)}{note}")


async def login(request: web.Request) -> web.Response:
    return page(
        request,
        "login.html",
        next_path=own_path(request.query.get("next", "")),
        needs_manager=request.query.get("need") == "manager",
        ended=request.query.get("ended") == "1",
    )


async def scan(request: web.Request) -> web.Response:
    identity = _identity(request)
    if identity is None:
        raise sign_in_first(SCANNER)
    return page(request, "scan.html", identity=identity, may_manage=at_least(identity.role, Role.MANAGER))


async def control_room(request: web.Request) -> web.Response:
    identity = _identity(request)
    if identity is None:
        raise sign_in_first(CONTROL_ROOM)
    if not at_least(identity.role, Role.MANAGER):
        raise sign_in_first(CONTROL_ROOM, need="manager")
    panels = [name for name in PANELS if STATIC.has(f"js/manager/{name}.js")]
    return page(request, "manager.html", identity=identity, panels=panels)
