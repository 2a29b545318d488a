"""The entity tags that a client sends with a conditional request."""


def names_etag(if_none_match: str, etag: str) -> bool:
    """Whether the list of entity tags a client holds names `etag`; weak and strong compare alike (RFC 9110, 13.1.2)."""
    if if_none_match in (etag, "*"):
        return True
    return any(tag.strip().removeprefix("W/") == etag for tag in if_none_match.split(","))
