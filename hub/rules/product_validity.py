"""The validity of a product's tickets: some days from their issue, until a date, or for ever."""

from datetime import date, datetime, timedelta, tzinfo

from hub.rules.venue_day import midnight

LONGEST_DAYS = 3_650
"""Ten years."""


def valid_until(days: int | None, last_day: date | None, now: datetime, zone: tzinfo) -> datetime | None:
    """Return from when on a ticket issued at `now` is no longer valid; None: never. `last_day` is included, in the venue's zone."""
    if last_day is not None:
        return midnight(last_day + timedelta(days=1), zone)
    return None if days is None else now + timedelta(days=days)
