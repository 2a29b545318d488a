"""Entity tags of conditional requests."""


def names_etag(if_none_match: str, etag: str) -> bool:
    """Return whether `If-None-Match` lists `etag`. Weak and strong tags compare alike (RFC 9110, 13.1.2)."""
    if if_none_match in (etag, "*"):
        return True
    return any(tag.strip().removeprefix("W/") == etag for tag in if_none_match.split(","))
