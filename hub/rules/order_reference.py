"""The reference of an order: the shop's own name for it, which stands in addresses and is not changed."""

import re

LONGEST_REFERENCE = 64
REFERENCE = r"^[A-Za-z0-9][A-Za-z0-9._:-]*$"
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*", re.ASCII)


def is_reference(text: str) -> bool:
    """Return whether a new order may have this reference. Imports have others, as their files have them."""
    return len(text) <= LONGEST_REFERENCE and _REFERENCE.fullmatch(text) is not None
