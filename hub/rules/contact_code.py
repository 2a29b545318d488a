"""The one-time code: its format, its lifetime, and how often it may be sent and guessed."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.rules.digits import ascii_digits
from hub.rules.reasons import Reason

DIGITS = 6
LIFETIME = timedelta(minutes=5)
TRIES = 3
BETWEEN = timedelta(seconds=60)
"""Minimum time between two codes for one address."""
MOST = 5
SPAN = timedelta(hours=1)
"""At most `MOST` codes for one address within any `SPAN`."""


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """The stored facts of a code when somebody enters it."""

    tries: int
    expires_at: datetime
    voided: bool
    confirmed: bool


def new_code(below: Callable[[int], int]) -> str:
    """Return six random digits; `below(n)` draws a number from 0 to n-1."""
    return f"{below(10**DIGITS):0{DIGITS}}"


def tidy_code(typed: str) -> str | None:
    """Return the six digits of a typed or pasted text, or None. Spaces, dashes and the digits of every script are accepted."""
    digits = "".join(
        one for one in ascii_digits(unicodedata.normalize("NFKC", typed)) if not one.isspace() and one not in "-–—·."
    )
    return digits if len(digits) == DIGITS and digits.isascii() and digits.isdecimal() else None


def may_send(sent: Sequence[datetime], now: datetime) -> tuple[Reason, float] | None:
    """Return None if another code may go to an address that got codes at `sent` (newest first).

    Otherwise return the reason and the seconds to wait.
    """
    lately = [moment for moment in sent if moment > now - SPAN]
    if len(lately) >= MOST:
        return Reason.CODE_TOO_MANY, (lately[MOST - 1] + SPAN - now).total_seconds()
    if lately and lately[0] > now - BETWEEN:
        return Reason.CODE_TOO_SOON, (lately[0] + BETWEEN - now).total_seconds()
    return None


def may_look(code: CodeFacts, now: datetime) -> Reason | None:
    """Return None if a guess may be compared with this code, otherwise the reason."""
    if code.confirmed:
        return Reason.CODE_USED
    if code.voided or now >= code.expires_at:
        return Reason.CODE_EXPIRED
    if code.tries >= TRIES:
        return Reason.CODE_LOCKED
    return None


def needed_channels(contact_check: str) -> tuple[str, ...]:
    """Return the channels by which a venue with this policy confirms a contact address."""
    return {"email": ("email",), "sms": ("sms",), "both": ("email", "sms")}.get(contact_check, ())
