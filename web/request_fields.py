"""The fields of a request: who sent it, and what its path, query and headers hold."""

import re
from datetime import date

from aiohttp import web

from hub.access.roles import Role, at_least
from hub.access.tokens import Identity
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.json_body import invalid
from web.limits import LARGEST_ID, LARGEST_VENUE_ID, LONGEST_TOKEN, MOST_ROWS, USUAL_ROWS

_VISIBLE = re.compile(rf"[\x21-\x7e]{{1,{LONGEST_TOKEN}}}")
_PLAIN = re.compile(rf"[\x20-\x7e]{{1,{LONGEST_TOKEN}}}")
_HEADER_TEXT = re.compile(rf"[^\x00-\x1f\x7f\ud800-\udfff]{{1,{LONGEST_TOKEN}}}")
_YEARS = range(2000, 2200)
"""Beyond these lie days that no time zone can place."""


def identity_of(request: web.Request) -> Identity | None:
    """The identity that the middleware found; None for a request without a valid session."""
    identity: Identity | None = request.get("identity")
    return identity


def staff_of(request: web.Request, least: Role = Role.OPERATOR) -> Identity:
    """The identity of a staff member; refuses UNAUTHENTICATED, or FORBIDDEN below role `least`."""
    identity = identity_of(request)
    if identity is None:
        raise Refused(Reason.UNAUTHENTICATED)
    if not at_least(identity.role, least):
        raise Refused(Reason.FORBIDDEN)
    return identity


def path_id(request: web.Request, name: str) -> int:
    """The id in the path. The route's pattern admits digits only; a number that is too large for an id is NOT_FOUND."""
    text = request.match_info[name]
    if len(text) > 16 or not 0 < int(text) <= LARGEST_ID:
        raise Refused(Reason.NOT_FOUND)
    return int(text)


def waitlist_token(request: web.Request) -> str:
    """The token in the path of a waiting list entry; refuses WAITLIST_NOT_FOUND for text that is no token."""
    token = request.match_info["token"]
    if not _VISIBLE.fullmatch(token):
        raise Refused(Reason.WAITLIST_NOT_FOUND)
    return token


def manage_token(request: web.Request) -> str | None:
    """The reservation's token from the query or the header; None for text that is no token."""
    token = request.query.get("token") or request.headers.get("X-Reservation-Token")
    return token if token and _VISIBLE.fullmatch(token) else None


def ticket_code(request: web.Request) -> str | None:
    """The ticket code from the header; None for text that is no code."""
    code = request.headers.get("X-Ticket-Code")
    return code if code and _HEADER_TEXT.fullmatch(code) else None


def idempotency_key(request: web.Request) -> str | None:
    """The idempotency key from the header; refuses INVALID_REQUEST for a key of other characters or length."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not _VISIBLE.fullmatch(key):
        raise invalid(("Idempotency-Key", f"Give 1 to {LONGEST_TOKEN} visible ASCII characters"))
    return key


def query_int(request: web.Request, name: str, least: int, most: int) -> int | None:
    """A whole number from the query."""
    text = request.query.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,16}", text) or not least <= int(text) <= most:
        raise invalid((name, f"Give a whole number from {least} to {most}"))
    return int(text)


def query_flag(request: web.Request, name: str) -> bool:
    """A flag from the query: 1 or true, 0 or false; False if it is missing."""
    text = request.query.get(name, "0")
    if text not in ("0", "1", "true", "false"):
        raise invalid((name, "Give 1 or 0"))
    return text in ("1", "true")


def query_text(request: web.Request, name: str) -> str | None:
    """A short text from the query, such as a cursor."""
    text = request.query.get(name)
    if text is None:
        return None
    if not _PLAIN.fullmatch(text):
        raise invalid((name, f"Give 1 to {LONGEST_TOKEN} plain characters"))
    return text


def query_choice(request: web.Request, name: str, choices: tuple[str, ...]) -> str | None:
    """One of `choices` from the query."""
    choice = request.query.get(name)
    if choice is not None and choice not in choices:
        raise invalid((name, f"Give one of {', '.join(choices)}"))
    return choice


def query_limit(request: web.Request) -> int:
    """How many rows of a list one page holds."""
    return query_int(request, "limit", 1, MOST_ROWS) or USUAL_ROWS


def query_venue_id(request: web.Request) -> int | None:
    return query_int(request, "venue_id", 1, LARGEST_VENUE_ID)


def query_days(request: web.Request) -> tuple[date | None, date | None]:
    """The first and the last day: `date` alone, or `from` and `to`, each of which may be missing."""
    day, first, last = (_query_day(request, name) for name in ("date", "from", "to"))
    if day is not None and (first is not None or last is not None):
        raise invalid(("date", "Give either date, or from and to"))
    first, last = (day, day) if day is not None else (first, last)
    if first is not None and last is not None and last < first:
        raise invalid(("to", "The last day is before the first"))
    return first, last


def _query_day(request: web.Request, name: str) -> date | None:
    text = request.query.get(name)
    if text is None:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.isoformat() != text or found.year not in _YEARS:
        raise invalid((name, "Give a date such as 2026-11-20"))
    return found


def named_organisation(request: web.Request, named: int | None = None) -> int | None:
    """The organisation that a public request names in its body (`named`), or as `orq` in the query."""
    return named if named is not None else query_int(request, "orq", 1, LARGEST_ID)
