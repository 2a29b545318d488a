"""The rules of a one-time code: what it looks like, how long it is good, how often it may be sent and guessed at."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.rules.reasons import Reason

DIGITS = 6
LIFETIME = timedelta(minutes=5)
TRIES = 3
BETWEEN = timedelta(seconds=60)
"""The least time between two codes for one address."""
MOST = 5
SPAN = timedelta(hours=1)
"""At most `MOST` codes for one address within any `SPAN`."""


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """What is known of a code when somebody types it in."""

    tries: int
    expires_at: datetime
    voided: bool
    confirmed: bool


def new_code(below: Callable[[int], int]) -> str:
    """Six digits, each as likely as any other; `below(n)` draws a number from 0 to n-1."""
    return f"{below(10**DIGITS):0{DIGITS}}"


def tidy_code(typed: str) -> str | None:
    """The six digits of what was typed or pasted, or None. Spaces, dashes and full-width digits (１２３) are forgiven."""
    digits = "".join(one for one in unicodedata.normalize("NFKC", typed) if not one.isspace() and one not in "-–—·.")
    return digits if len(digits) == DIGITS and digits.isascii() and digits.isdecimal() else None


def may_send(sent: Sequence[datetime], now: datetime) -> tuple[Reason, float] | None:
    """None where one more code may go to an address that got some at `sent` (newest first); else why not, and for how
    many seconds."""
    lately = [moment for moment in sent if moment > now - SPAN]
    if len(lately) >= MOST:
        return Reason.CODE_TOO_MANY, (lately[MOST - 1] + SPAN - now).total_seconds()
    if lately and lately[0] > now - BETWEEN:
        return Reason.CODE_TOO_SOON, (lately[0] + BETWEEN - now).total_seconds()
    return None


def may_look(code: CodeFacts, now: datetime) -> Reason | None:
    """None where a guess at this code may be compared with it; else why not."""
    if code.confirmed:
        return Reason.CODE_USED
    if code.voided or now >= code.expires_at:
        return Reason.CODE_EXPIRED
    if code.tries >= TRIES:
        return Reason.CODE_LOCKED
    return None


def needed_channels(contact_check: str) -> tuple[str, ...]:
    """The ways by which a venue with this policy wants an address confirmed."""
    return {"email": ("email",), "sms": ("sms",), "both": ("email", "sms")}.get(contact_check, ())
