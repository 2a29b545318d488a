"""What the endpoints below `/api/admin/` share: who asks, dry runs, and answers with the version of a row."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hub.access.roles import Role
from hub.actions.audit.actor import Actor
from web.json_responses import dumps, json_response
from web.middleware.client_address import client_ip
from web.request_fields import query_flag, staff_of


def actor_of(request: web.Request, least: Role = Role.ADMIN) -> Actor:
    """Return who asks. Refuses UNAUTHENTICATED, and FORBIDDEN below `least`."""
    return Actor.of(staff_of(request, least), source="api", client_ip=client_ip(request))


def is_dry_run(request: web.Request) -> bool:
    return query_flag(request, "dry_run")


def answer(data: dict[str, Any], *, version: int | None = None, made: bool = False) -> web.Response:
    """Return the data, with the row's version as its entity tag. Status 201 if something was `made`."""
    headers = {} if version is None else {"ETag": f'"{version}"'}
    return json_response(dumps({"success": True, "data": data}), status=201 if made else 200, headers=headers)
