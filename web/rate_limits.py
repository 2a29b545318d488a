"""Rate limits of HTTP requests, by the client's address or by another key."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from hub.access.tokens import Identity
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.settings import Rate
from web.keys import SERVICES
from web.middleware.client_address import client_ip
from web.request_fields import staff_of


async def enforce_rate_limit(
    request: web.Request, kind: str, rate: Rate | None, who: str | None = None, *, weight: int = 1
) -> None:
    """Refuse RATE_LIMITED if `who` (default: the client's address) sends `kind` more often than `rate` allows.

    The request counts `weight` times.
    """
    if rate is None:
        return
    _refuse_early(
        await request.app[SERVICES].rate_limit.admit(f"{kind}:{who or client_ip(request)}", rate, weight=weight)
    )


@asynccontextmanager
async def count_bad_codes(request: web.Request, codes: int) -> AsyncIterator[None]:
    """Count the codes of a party that the answer says something bad of, against the rate of code checks by address.

    All are counted before, so that parallel requests cannot exceed it, and the others are given back. Refuses RATE_LIMITED.
    """
    services = request.app[SERVICES]
    rate, limit, bucket = services.settings.rate_validate, services.rate_limit, f"party:{client_ip(request)}"
    if rate is None:
        yield
        return
    counted = min(codes, rate.count)
    _refuse_early(await limit.admit(bucket, rate, weight=counted, returnable=True))
    bad = 0
    try:
        yield
    except Refused as no:
        bad = len(no.details.get("tickets", ())) or (codes if no.reason.startswith("TICKET_") else 0)
        raise
    finally:
        if bad < counted:
            limit.give_back(bucket, rate, weight=counted - bad)


def _refuse_early(wait: float) -> None:
    if wait > 0:
        raise Refused(Reason.RATE_LIMITED, retry_after=max(1, round(wait + 0.499)))


async def operator_of(request: web.Request) -> Identity:
    """Return the operator's identity after enforcing the rate limit per operator."""
    operator = staff_of(request)
    rate = request.app[SERVICES].settings.rate_operator
    await enforce_rate_limit(request, "operator", rate, f"{operator.org_id}:{operator.staff_id}")
    return operator
