"""The standing of this process: alive, ready, and its figures."""

import hmac
import ipaddress

from aiohttp import web

from hub.actions.reporting.server_health import read_standing
from hub.observability import telemetry
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.json_responses import dumps, json_response
from web.keys import SERVICES
from web.middleware.client_address import came_through_a_stranger, client_address, within

# Not `is_private`: that counts the documentation ranges in, and what else is set aside.
_PRIVATE = tuple(
    ipaddress.ip_network(network)
    for network in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7", "fe80::/10")
)


async def alive(request: web.Request) -> web.Response:  # noqa: ARG001  every handler gets the request
    return json_response(b'{"status":"ok"}')


async def ready(request: web.Request) -> web.Response:
    """Ready when Postgres answers. Without Redis the hub does its work more slowly: degraded, but ready."""
    there = await read_standing(request.app[SERVICES])
    status = "unavailable" if not there.database else "ok" if there.redis else "degraded"
    servers = {"database": "ok" if there.database else "down", "redis": "ok" if there.redis else "down"}
    body = dumps({"status": status, **servers})
    if there.database:
        return json_response(body)
    return json_response(body, status=503, headers={"Retry-After": "1"})


async def metrics(request: web.Request) -> web.Response:
    _refuse_strangers(request)
    page, kind = telemetry.render()
    return web.Response(body=page, headers={"Content-Type": kind})


def _refuse_strangers(request: web.Request) -> None:
    """Figures are for private networks, or for whoever knows the token."""
    token = request.app[SERVICES].settings.metrics_token
    given = request.headers.get("Authorization", "")
    if token and hmac.compare_digest(given.encode("utf-8", "surrogateescape"), f"Bearer {token}".encode()):
        return
    address = client_address(request)
    if address is None or came_through_a_stranger(request) or not within(address, _PRIVATE):
        raise Refused(Reason.FORBIDDEN, message="Figures are for private networks, or with the metrics token")
