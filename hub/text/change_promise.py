"""The one sentence about changes of a visit, computed from the slot and the venue's policy. `features/reserve/summary.js` says the same."""

from datetime import datetime
from zoneinfo import ZoneInfo

from hub.text.languages import format_day, format_time, translator


def change_promise(until: datetime, now: datetime, zone: ZoneInfo, locale: str, language: str | None = None) -> str:
    """Return until when the visit may be moved or cancelled, or that it is too late for that. `until` itself is in time."""
    _ = translator(language or locale).gettext
    if now > until:
        return _("This visit can no longer be changed online.")
    there = until.astimezone(zone)
    return _("Free changes until {time} on {day}.").format(
        time=format_time(there.time(), locale), day=format_day(there.date(), locale)
    )
