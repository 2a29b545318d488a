"""Entity tags of conditional requests."""

from aiohttp import web

from web.json_body import invalid
from web.limits import LONGEST_IF_NONE_MATCH


def client_has(request: web.Request, etag: str) -> bool:
    """Return whether `If-None-Match` lists `etag`. Refuses INVALID_REQUEST for a longer list than the API document allows."""
    known = request.headers.get("If-None-Match")
    if known is None:
        return False
    if len(known) > LONGEST_IF_NONE_MATCH:
        raise invalid(("If-None-Match", f"Give at most {LONGEST_IF_NONE_MATCH:,} characters"))
    return names_etag(known, etag)


def names_etag(if_none_match: str, etag: str) -> bool:
    """Return whether `If-None-Match` lists `etag`. Weak and strong tags compare alike (RFC 9110, 13.1.2)."""
    if if_none_match in (etag, "*"):
        return True
    return any(tag.strip().removeprefix("W/") == etag for tag in if_none_match.split(","))
