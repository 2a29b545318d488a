"""What an endpoint may ask of a request before it acts: who is there, how fast, and what stands in path, query and headers."""

import re

from aiohttp import web

from hub.access.roles import Role, at_least
from hub.access.tokens import Identity
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.settings import Rate
from web.api.requests import LARGEST_ID
from web.json_body import invalid
from web.keys import SERVICES
from web.middleware.client_address import client_ip

_VISIBLE = re.compile(r"[\x21-\x7e]{1,200}")
_PLAIN = re.compile(r"[\x20-\x7e]{1,200}")
_HEADER_TEXT = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{1,200}")


def identity_of(request: web.Request) -> Identity | None:
    identity: Identity | None = request.get("identity")
    return identity


def staff_of(request: web.Request, least: Role = Role.OPERATOR) -> Identity:
    """The member of staff who asks; refuses UNAUTHENTICATED, or FORBIDDEN below role `least`."""
    identity = identity_of(request)
    if identity is None:
        raise Refused(Reason.UNAUTHENTICATED)
    if not at_least(identity.role, least):
        raise Refused(Reason.FORBIDDEN)
    return identity


async def enforce_rate_limit(request: web.Request, kind: str, rate: Rate | None, who: str | None = None) -> None:
    """Refuse RATE_LIMITED where `who` (the client's address, unless named) does `kind` faster than `rate`."""
    if rate is None:
        return
    wait = await request.app[SERVICES].rate_limit.admit(f"{kind}:{who or client_ip(request)}", rate)
    if wait > 0:
        raise Refused(Reason.RATE_LIMITED, retry_after=max(1, round(wait + 0.499)))


async def operator_of(request: web.Request) -> Identity:
    """The operator who asks, within the pace of one operator."""
    operator = staff_of(request)
    rate = request.app[SERVICES].settings.rate_operator
    await enforce_rate_limit(request, "operator", rate, f"{operator.org_id}:{operator.staff_id}")
    return operator


def path_id(request: web.Request, name: str) -> int:
    """The id in the path. The route's pattern admits digits only; a number no id can be is not found."""
    text = request.match_info[name]
    if len(text) > 16 or not 0 < int(text) <= LARGEST_ID:
        raise Refused(Reason.NOT_FOUND)
    return int(text)


def manage_token(request: web.Request) -> str | None:
    """The reservation's token, from the query or the header; one that no token can be is none."""
    token = request.query.get("token") or request.headers.get("X-Reservation-Token")
    return token if token and _VISIBLE.fullmatch(token) else None


def ticket_code(request: web.Request) -> str | None:
    code = request.headers.get("X-Ticket-Code")
    return code if code and _HEADER_TEXT.fullmatch(code) else None


def idempotency_key(request: web.Request) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not _VISIBLE.fullmatch(key):
        raise invalid(("Idempotency-Key", "Give 1 to 200 visible ASCII characters"))
    return key


def query_int(request: web.Request, name: str, least: int, most: int) -> int | None:
    text = request.query.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,16}", text) or not least <= int(text) <= most:
        raise invalid((name, f"Give a whole number from {least} to {most}"))
    return int(text)


def query_flag(request: web.Request, name: str) -> bool:
    """A switch in the query: 1 or true, 0 or false; off where it is not named."""
    text = request.query.get(name, "0")
    if text not in ("0", "1", "true", "false"):
        raise invalid((name, "Give 1 or 0"))
    return text in ("1", "true")


def organisation(request: web.Request, named: int | None = None) -> int | None:
    """The organisation a public request names: in its body, or as `orq` in the query."""
    return named if named is not None else query_int(request, "orq", 1, LARGEST_ID)


def query_text(request: web.Request, name: str) -> str | None:
    """A short text from the query, such as a cursor."""
    text = request.query.get(name)
    if text is None:
        return None
    if not _PLAIN.fullmatch(text):
        raise invalid((name, "Give 1 to 200 plain characters"))
    return text
