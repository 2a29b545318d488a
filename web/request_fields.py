"""Fields of a request: reads and checks its identity, path, query and headers."""

import re
from datetime import date

from aiohttp import web

from db.organisation import work_for
from hub.access.roles import Role, at_least
from hub.access.scanners import Scanner
from hub.access.scope import venue_within
from hub.access.tokens import Identity
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.text.languages import N_
from web.json_body import invalid
from web.keys import SERVICES
from web.limits import LARGEST_ID, LARGEST_VENUE_ID, LONGEST_SEARCH, LONGEST_TOKEN, MOST_ROWS, USUAL_ROWS

_TOKEN = re.compile(rf"[A-Za-z0-9_-]{{1,{LONGEST_TOKEN}}}")
_VISIBLE = re.compile(rf"[\x21-\x7e]{{1,{LONGEST_TOKEN}}}")
_PLAIN = re.compile(rf"[\x20-\x7e]{{1,{LONGEST_TOKEN}}}")
_HEADER_TEXT = re.compile(rf"[^\x00-\x1f\x7f\ud800-\udfff]{{1,{LONGEST_TOKEN}}}")
_VERSION = re.compile(r'(?:W/)?"?([0-9]{1,9})"?', re.ASCII)
_YEARS = range(2000, 2200)
"""Years that a query may name. Far outside of them, time zone arithmetic fails."""


def identity_of(request: web.Request) -> Identity | None:
    """Return the identity that the middleware found; None for a request without a valid session."""
    identity: Identity | None = request.get("identity")
    return identity


def staff_of(request: web.Request, least: Role = Role.OPERATOR) -> Identity:
    """Return the identity of a staff member, for whose organisation the rest of the request works; an owner's for every one.

    Refuses UNAUTHENTICATED, ADDRESS_NOT_ALLOWED, SCANNER_REVOKED or SCANNER_WIPED on such a scanner, RATE_LIMITED for a login
    that asks too fast, or FORBIDDEN below role `least`. A request counts once.
    """
    identity = identity_of(request)
    if identity is None:
        raise request.get("not_from_here") or Refused(Reason.UNAUTHENTICATED)
    enforce_pace(request, identity)
    if not at_least(identity.role, least):
        raise Refused(Reason.FORBIDDEN)
    work_for(None if least is Role.OWNER else identity.org_id)
    return identity


def of_unknown_key(request: web.Request, refused: Refused) -> Refused:
    """Return the refusal; UNAUTHENTICATED names the API key if the request has one that is none. Which of the two nobody learns."""
    if refused.reason is Reason.UNAUTHENTICATED and "unknown_key" in request:
        return Refused(Reason.UNAUTHENTICATED, message=N_("This API key is unknown or was revoked."))
    return refused


def enforce_pace(request: web.Request, identity: Identity | None) -> None:
    """Count this request of a login, once. Refuses RATE_LIMITED for one that asks too fast. Nobody's is not counted."""
    if identity is not None and "paced" not in request:
        request["paced"] = True
        request.app[SERVICES].request_pace.keep((identity.org_id, identity.staff_id, identity.scanner_id))


def holder_identity(request: web.Request) -> Identity | None:
    """Return the identity of staff who ask in place of a holder; None for anybody else. Refuses RATE_LIMITED."""
    identity = identity_of(request)
    enforce_pace(request, identity)
    return identity


def scanner_of(request: web.Request) -> Scanner | None:
    """Return the enrolled scanner that sends the request, also a revoked one; None for any other device."""
    scanner: Scanner | None = request.get("scanner")
    return scanner


def path_id(request: web.Request, name: str) -> int:
    """Return the id in the path, whose pattern admits only digits. Refuses NOT_FOUND for a number above LARGEST_ID."""
    text = request.match_info[name]
    if len(text) > 16 or not 0 < int(text) <= LARGEST_ID:
        raise Refused(Reason.NOT_FOUND)
    return int(text)


def path_token(request: web.Request, unknown: Reason = Reason.NOT_FOUND) -> str:
    """Return the token in the path. Refuses `unknown` for text that no token of ours has, so nothing else reaches a header."""
    token = request.match_info["token"]
    if not _TOKEN.fullmatch(token):
        raise Refused(unknown)
    return token


def manage_token(request: web.Request) -> str | None:
    """Return the reservation's token from the query or the header; None for malformed text."""
    token = request.query.get("token") or request.headers.get("X-Reservation-Token")
    return token if token and _VISIBLE.fullmatch(token) else None


def ticket_code(request: web.Request) -> str | None:
    """Return the ticket code from the header; None for malformed text."""
    code = request.headers.get("X-Ticket-Code")
    return code if code and _HEADER_TEXT.fullmatch(code) else None


def idempotency_key(request: web.Request) -> str | None:
    """Return the idempotency key from the header. Refuses INVALID_REQUEST for other characters or another length."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not _VISIBLE.fullmatch(key):
        raise invalid(("Idempotency-Key", f"Give 1 to {LONGEST_TOKEN} visible ASCII characters"))
    return key


def expected_version(request: web.Request) -> int | None:
    """Return the version in `If-Match` (`"3"`), which a change must find; None without it or for `*`. Refuses INVALID_REQUEST."""
    given = request.headers.get("If-Match")
    if given is None or given == "*":
        return None
    found = _VERSION.fullmatch(given)
    if found is None:
        raise invalid(("If-Match", 'Give the version of the row, such as "3"'))
    return int(found[1])


def query_int(request: web.Request, name: str, least: int, most: int) -> int | None:
    """Return a whole number from the query; None if it is missing. Refuses INVALID_REQUEST, as all functions below."""
    text = request.query.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,16}", text) or not least <= int(text) <= most:
        raise invalid((name, f"Give a whole number from {least} to {most}"))
    return int(text)


def query_flag(request: web.Request, name: str) -> bool:
    """Return a flag from the query (1, true, 0 or false); False if it is missing."""
    text = request.query.get(name, "0")
    if text not in ("0", "1", "true", "false"):
        raise invalid((name, "Give 1 or 0"))
    return text in ("1", "true")


def query_text(request: web.Request, name: str) -> str | None:
    """Return a short text from the query, such as a cursor; None if it is missing."""
    text = request.query.get(name)
    if text is None:
        return None
    if not _PLAIN.fullmatch(text):
        raise invalid((name, f"Give 1 to {LONGEST_TOKEN} plain characters"))
    return text


def query_search(request: web.Request, name: str) -> str:
    """Return a search of at most LONGEST_SEARCH printable characters from the query, without blanks around it; "" if missing."""
    text = request.query.get(name, "").strip()
    if len(text) > LONGEST_SEARCH or not text.isprintable():
        raise invalid((name, f"Give at most {LONGEST_SEARCH} printable characters"))
    return text


def query_choice(request: web.Request, name: str, choices: tuple[str, ...]) -> str | None:
    """Return one of `choices` from the query; None if it is missing."""
    choice = request.query.get(name)
    if choice is not None and choice not in choices:
        raise invalid((name, f"Give one of {', '.join(choices)}"))
    return choice


def query_limit(request: web.Request) -> int:
    """Return the number of rows for one page of a list."""
    return query_int(request, "limit", 1, MOST_ROWS) or USUAL_ROWS


def query_venue_id(request: web.Request) -> int | None:
    """Return the venue of the query. Staff of some venues may name one of these, and get their own if they name none."""
    venue_id = query_int(request, "venue_id", 1, LARGEST_VENUE_ID)
    identity = identity_of(request)
    return venue_id if identity is None else venue_within(identity, venue_id, identity.venue_id)


def query_days(request: web.Request) -> tuple[date | None, date | None]:
    """Return the first and the last day: `date` for both, or `from` and `to`, each of which may be missing."""
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
    """Return the organisation that a public request names in its body (`named`), or as `orq` in the query."""
    if named is not None or not request.rel_url.raw_query_string:
        return named
    return query_int(request, "orq", 1, LARGEST_ID)
