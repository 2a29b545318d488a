"""Reminder times: which of a venue's reminders of a visit is due now, if any."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class DueReminder:
    """A reminder due from `since` until `until`. A customer who booked or moved after `since` needs none."""

    hours: int
    since: datetime
    until: datetime


def due_reminder(starts_at: datetime, hours_before: Sequence[int], now: datetime) -> DueReminder | None:
    """Return the due reminder nearest to the visit; None if there is none, or half of its notice time is over.

    Only the nearest is returned, so that a hub that was down sends one late reminder and not every missed one.
    """
    come = [hours for hours in hours_before if hours > 0 and starts_at - timedelta(hours=hours) <= now]
    if not come:
        return None
    hours = min(come)
    since, until = starts_at - timedelta(hours=hours), starts_at - timedelta(hours=hours) / 2
    return DueReminder(hours, since, until) if now < until else None
