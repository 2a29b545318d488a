"""The venue's day: the current date at the venue, and the bounds of a date in UTC."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

_MIDNIGHT = time(0)


def today(now: datetime, zone: tzinfo) -> date:
    """Return the calendar date at the venue at the aware datetime `now`."""
    return now.astimezone(zone).date()


@lru_cache(maxsize=4096)
def midnight(day: date, zone: tzinfo) -> datetime:
    """Return the first instant of the day, in UTC. Where clocks skip midnight, it is the instant of the change."""
    return datetime.combine(day, _MIDNIGHT, zone).astimezone(UTC)


def day_bounds(day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return the first instants of the day and of the next, in UTC: 23, 24 or 25 hours apart."""
    return midnight(day, zone), midnight(day + timedelta(days=1), zone)
