"""The calendar links: addresses that open Google's or Outlook's calendar with the visit filled in.

The link goes through somebody else's servers and logs, so it says where and when and no more: ticket codes and the manage
link, which are keys, stand only in the calendar file.
"""

from datetime import UTC
from urllib.parse import quote, urlencode

from hub.confirmation.calendar_file import CalendarEntry
from hub.text.languages import translator

GOOGLE = "https://calendar.google.com/calendar/render"
OUTLOOK = "https://outlook.live.com/calendar/0/action/compose"


def calendar_links(entry: CalendarEntry) -> dict[str, str]:
    """`{"google": ..., "outlook": ...}`. Times are given in UTC: neither calendar can then take them for its own."""
    starts, ends = entry.starts_at.astimezone(UTC), entry.ends_at.astimezone(UTC)
    about = translator(entry.language).gettext("Show your QR code at the entrance. It is in your confirmation mail.")
    google = {
        "action": "TEMPLATE",
        "text": entry.title,
        "dates": f"{starts:%Y%m%dT%H%M%SZ}/{ends:%Y%m%dT%H%M%SZ}",
        "ctz": entry.venue_timezone,
        "location": entry.location,
        "details": about,
    }
    outlook = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": entry.title,
        "startdt": f"{starts:%Y-%m-%dT%H:%M:%SZ}",
        "enddt": f"{ends:%Y-%m-%dT%H:%M:%SZ}",
        "location": entry.location,
        "body": about,
    }
    # Outlook shows a plus sign as a plus sign, so spaces go as %20.
    return {
        "google": f"{GOOGLE}?{urlencode(google, quote_via=quote)}",
        "outlook": f"{OUTLOOK}?{urlencode(outlook, quote_via=quote)}",
    }
