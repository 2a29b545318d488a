"""Rate limits of HTTP requests, by the client's address or by another key."""

from aiohttp import web

from hub.access.tokens import Identity
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.settings import Rate
from web.keys import SERVICES
from web.middleware.client_address import client_ip
from web.request_fields import staff_of


async def enforce_rate_limit(request: web.Request, kind: str, rate: Rate | None, who: str | None = None) -> None:
    """Refuse RATE_LIMITED if `who` (default: the client's address) sends `kind` more often than `rate` allows."""
    if rate is None:
        return
    wait = await request.app[SERVICES].rate_limit.admit(f"{kind}:{who or client_ip(request)}", rate)
    if wait > 0:
        raise Refused(Reason.RATE_LIMITED, retry_after=max(1, round(wait + 0.499)))


async def operator_of(request: web.Request) -> Identity:
    """Return the operator's identity after enforcing the rate limit per operator."""
    operator = staff_of(request)
    rate = request.app[SERVICES].settings.rate_operator
    await enforce_rate_limit(request, "operator", rate, f"{operator.org_id}:{operator.staff_id}")
    return operator
