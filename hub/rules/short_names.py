"""The short name of an organisation: a label of a host name, so that an address can carry it."""

import re
import unicodedata

LONGEST_SLUG = 40
_SLUG = re.compile(rf"[a-z]([a-z0-9-]{{0,{LONGEST_SLUG - 2}}}[a-z0-9])?")


def is_slug(text: str) -> bool:
    """Return whether this can be a short name. It begins with a letter, because a number is an id."""
    return _SLUG.fullmatch(text) is not None


def slug_of(name: str) -> str | None:
    """Return the short name that a name suggests: `museo-di-roma` for `Museo di Roma`. None if no letter remains."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).lstrip("0123456789-")[:LONGEST_SLUG].strip("-")
    return slug or None
