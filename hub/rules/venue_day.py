"""The venue's day: which date it is there, and when that date begins and ends in universal time."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

_MIDNIGHT = time(0)


def today(now: datetime, zone: tzinfo) -> date:
    """The calendar date at the venue at this moment (an aware one)."""
    return now.astimezone(zone).date()


@lru_cache(maxsize=4096)
def midnight(day: date, zone: tzinfo) -> datetime:
    """The first instant of the day, in UTC. Where clocks skip midnight it is the instant of the jump."""
    return datetime.combine(day, _MIDNIGHT, zone).astimezone(UTC)


def day_bounds(day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """First instant of the day and first instant of the next, in UTC: 23, 24 or 25 hours apart."""
    return midnight(day, zone), midnight(day + timedelta(days=1), zone)
