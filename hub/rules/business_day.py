"""The business day of a scan: that of its ticket's slot while the slot counts, else that of the moment at the venue."""

from datetime import date, datetime, tzinfo

from hub.rules.entry_decision import EntryPolicy, ReservationFacts, entry_window
from hub.rules.venue_day import midnight, today


def day_of_scan(  # noqa: PLR0917  the facts, as `decide_entry` has them
    reservation: ReservationFacts | None, policy: EntryPolicy, venue_id: int, moment: datetime, zone: tzinfo, current: date
) -> date:  # fmt: skip
    """Return the day to which a scan at this moment belongs. `current` is the venue's business day at the moment.

    A slot over midnight keeps its day until it ends, and until the last moment of entry if that is later.
    """
    if reservation is None or reservation.venue_id != venue_id:
        return current
    if reservation.date == today(moment, zone):
        return reservation.date
    opens, closes = entry_window(reservation, policy, zone)
    if min(opens, midnight(reservation.date, zone)) <= moment < max(closes, reservation.ends_at):
        return reservation.date
    return current


def unless_date_of(moment: datetime, day: date, zone: tzinfo) -> date | None:
    """Return the day as the log keeps it: None if it is the date of the moment at the venue."""
    return None if day == today(moment, zone) else day
