"""The reference of an order: the shop's own name for it, which stands in addresses and is not changed. An order without one has its number
as its name, in e-mails and lists.
"""

import re

from hub.rules.digits import ascii_digits

LONGEST_REFERENCE = 64
LONGEST_NUMBER = 16
"""Digits of the number of an order: every such number fits in 64 bits."""
REFERENCE = r"^[A-Za-z0-9][A-Za-z0-9._:-]*$"
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*", re.ASCII)


def is_reference(text: str) -> bool:
    """Return whether a new order may have this reference. Imports have others, as their files have them."""
    return len(text) <= LONGEST_REFERENCE and _REFERENCE.fullmatch(text) is not None


def order_number(text: str) -> int | None:
    """Return the number in `218` and `#218`, as an order without a reference is named; None for other texts."""
    number = ascii_digits(text).removeprefix("#")
    return int(number) if number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER else None
