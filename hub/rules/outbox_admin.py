"""Outbox administration: which messages staff may send again, and which they may discard."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.rules.reasons import Reason

OVERDUE_AFTER = timedelta(minutes=5)
"""Age from which an unsent message is listed for staff."""

NEEDS_ITS_KEY = frozenset({"waitlist.offer", "contact.code", "staff.invited", "staff.reset"})
"""Kinds that are useless without their link or code, which is deleted when a message is given up."""


def link_of(kind: str) -> str | None:
    """Return the name of the link in the payload of this kind of message, if it has one that can be made again."""
    if kind == "booking.requested":
        return "confirm_token"
    if kind == "reservation.contact_changed":
        return None
    return "manage_token" if kind.startswith(("reservation.", "booking.")) else None


@dataclass(frozen=True, slots=True)
class MailStanding:
    """The facts of a message. Until `leased_until` a hub process holds it, and may be sending it now."""

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
