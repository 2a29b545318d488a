"""When a visit is remembered: which of the venue's reminders is due now, if any."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class DueReminder:
    """Due `since`; after `until` it would mislead. Whoever booked or moved after `since` has just had a mail and needs none."""

    hours: int
    since: datetime
    until: datetime


def due_reminder(starts_at: datetime, hours_before: Sequence[int], now: datetime) -> DueReminder | None:
    """The reminder nearest to the visit whose time has come; None when there is none, or half of its notice is over.

    Only the nearest: a hub that was away sends one late reminder and not all it missed.
    """
    come = [hours for hours in hours_before if hours > 0 and starts_at - timedelta(hours=hours) <= now]
    if not come:
        return None
    hours = min(come)
    since, until = starts_at - timedelta(hours=hours), starts_at - timedelta(hours=hours) / 2
    return DueReminder(hours, since, until) if now < until else None
