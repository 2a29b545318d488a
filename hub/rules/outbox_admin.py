"""The upkeep of mail: which messages staff may send again, and which they may discard."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.rules.reasons import Reason

OVERDUE_AFTER = timedelta(minutes=5)
"""What has waited this long and failed, or was not even tried, deserves a look."""

NEEDS_ITS_KEY = frozenset({"waitlist.offer", "contact.code"})
"""Kinds that say nothing without the link or the code they carried, which is not kept once they are given up."""


@dataclass(frozen=True, slots=True)
class MailStanding:
    """`leased_until`: some hub holds the message until then, and may be handing it over now."""

    kind: str
    status: str
    not_after: datetime | None
    leased_until: datetime | None


def why_not_discard(mail: MailStanding, now: datetime) -> Reason | None:
    if mail.status not in ("PENDING", "DEAD"):
        return Reason.MAIL_SETTLED
    if mail.leased_until is not None and mail.leased_until > now:
        return Reason.MAIL_ON_ITS_WAY
    return None


def why_not_retry(mail: MailStanding, now: datetime) -> Reason | None:
    if refusal := why_not_discard(mail, now):
        return refusal
    too_late = mail.not_after is not None and mail.not_after <= now
    keyless = mail.status == "DEAD" and mail.kind in NEEDS_ITS_KEY
    return Reason.MAIL_NOT_RETRYABLE if too_late or keyless else None
