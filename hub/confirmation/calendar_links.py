"""Calendar links: URLs that open Google's or Outlook's calendar with the visit filled in.

The link passes through servers and logs of other companies, so it holds the place and time only. Ticket codes and the manage
link are secrets, and are only in the calendar file.
"""

from datetime import UTC
from urllib.parse import quote, urlencode

from hub.confirmation.calendar_file import CalendarEntry
from hub.text.languages import translator

GOOGLE = "https://calendar.google.com/calendar/render"
OUTLOOK = "https://outlook.live.com/calendar/0/action/compose"


def calendar_links(entry: CalendarEntry) -> dict[str, str]:
    """Return `{"google": url, "outlook": url}`. Times are in UTC, so that no calendar reads them as local time."""
    starts, ends = entry.starts_at.astimezone(UTC), entry.ends_at.astimezone(UTC)
    about = translator(entry.language).gettext("Show your QR code at the entrance. It's in your confirmation email.")
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
    # Outlook shows a plus sign as it is, so spaces are written as %20.
    return {
        "google": f"{GOOGLE}?{urlencode(google, quote_via=quote)}",
        "outlook": f"{OUTLOOK}?{urlencode(outlook, quote_via=quote)}",
    }
