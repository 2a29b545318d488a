"""What the audit log calls the fields that changed, on screen. A field without a name here is shown as it is stored."""

from collections.abc import Mapping

from hub.text.languages import N_

AUDIT_FIELDS: Mapping[str, str] = {
    "name": N_("Name"),
    "title": N_("Title"),
    "subtitle": N_("Subtitle"),
    "description": N_("Description"),
    "translations": N_("Translations"),
    "accessibility": N_("Accessibility"),
    "consent": N_("Consent"),
    "spoken_language": N_("Language"),
    "duration_minutes": N_("Minutes"),
    "minimum_age": N_("Minimum age"),
    "largest_party": N_("Largest party"),
    "status": N_("Status"),
    "poster": N_("Poster"),
    "capacity": N_("Capacity"),
    "room": N_("Room"),
    "date": N_("Date"),
    "start_time": N_("Start"),
    "end_time": N_("End"),
    "first": N_("First"),
    "last": N_("Last"),
    "performances": N_("Performances"),
    "bookings": N_("Bookings"),
    "requests": N_("Requests"),
    "message": N_("Message"),
    "additional_seats": N_("Additional seats"),
    "occupied_seats": N_("Occupied seats"),
    "booking_opens_at": N_("Booking opens"),
    "booking_closes_at": N_("Booking closes"),
    "booking_closed": N_("Booking closed"),
    "check_in_opens_minutes": N_("Check-in opens, minutes before"),
    "check_in_closes_minutes": N_("Check-in closes, minutes after"),
    "booked_count": N_("Booked"),
    "verified_count": N_("Admitted"),
    "exited": N_("Exited"),
    "reentered": N_("Re-entered"),
    "tickets": N_("Tickets"),
    "unchanged": N_("Unchanged"),
    "refused": N_("Refused"),
    "kind": N_("Kind"),
    "new_link": N_("New link"),
    "party_size": N_("People"),
    "performance_id": N_("Performance"),
    "timezone": N_("Time zone"),
    "address": N_("Address"),
    "role": N_("Role"),
    "username": N_("User name"),
}

AUDIT_SUBJECTS: Mapping[str, str] = {
    "booking": N_("Bookings"),
    "import": N_("Imports"),
    "mail": N_("Mail"),
    "performance": N_("Performances"),
    "room": N_("Rooms"),
    "show": N_("Shows"),
    "slot": N_("Slots"),
    "venue": N_("Venues"),
}
"""What the filter calls each kind of thing."""

AUDIT_SOURCES: Mapping[str, str] = {
    "page": N_("These pages"),
    "api": N_("API"),
    "command": N_("Command line"),
    "setup": N_("First set-up"),
    "job": N_("The hub itself"),
}
"""Where a change came from."""
