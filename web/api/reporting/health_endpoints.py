"""The health endpoints: liveness, readiness and metrics of this process."""

import hmac

from aiohttp import web

from hub.observability import metrics_page
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.json_responses import dumps, json_response
from web.keys import SERVER_HEALTH, SERVICES
from web.middleware.client_address import PRIVATE, came_through_unknown_proxy, client_address, within
from web.middleware.hosts import refuse_foreign_host


async def check_alive(request: web.Request) -> web.Response:  # noqa: ARG001  every handler gets the request
    return json_response(b'{"status":"ok"}')


async def check_ready(request: web.Request) -> web.Response:
    """Return 200 if Postgres answers. Without Redis, a mail server or a process for the jobs it is `degraded` but ready."""
    health, mail = await request.app[SERVER_HEALTH].read(), not request.app[SERVICES].settings.keeps_mail_back
    status = "unavailable" if not health.database else "ok" if health.redis and mail and health.jobs else "degraded"
    servers = {
        "database": "ok" if health.database else "down", "redis": "ok" if health.redis else "down",
        "mail": "ok" if mail else "not_set",
        "jobs": "ok" if health.jobs else "away" if health.jobs is False else "unknown",
    }  # fmt: skip
    body = dumps({"status": status, **servers})
    if health.database:
        return json_response(body)
    return json_response(body, status=503, headers={"Retry-After": "1"})


async def send_metrics(request: web.Request) -> web.Response:
    _refuse_unauthorised(request)
    page, kind = metrics_page.render()
    return web.Response(body=page, headers={"Content-Type": kind})


def _refuse_unauthorised(request: web.Request) -> None:
    """Refuse a request for metrics from outside private networks without the metrics token."""
    token = request.app[SERVICES].settings.metrics_token
    given = request.headers.get("Authorization", "")
    if token and hmac.compare_digest(given.encode("utf-8", "surrogateescape"), f"Bearer {token}".encode()):
        return
    refuse_foreign_host(request)
    address = client_address(request)
    if address is None or came_through_unknown_proxy(request) or not within(address, PRIVATE):
        raise Refused(Reason.FORBIDDEN, message="Figures are for private networks, or with the metrics token")
