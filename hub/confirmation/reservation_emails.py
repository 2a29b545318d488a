"""E-mails about visits that will take place: confirmed, invited, moved, reminder, new contact details, and own messages.

Each describes the state at the time of writing, which may be later than the change. They raise Obsolete if there is nothing
left to say.
"""

from zoneinfo import ZoneInfo

from hub.confirmation.booked_party import by_slot
from hub.confirmation.contact_links import map_url
from hub.confirmation.email_content import EmailContent, Obsolete, TicketBlock, Unsendable, VisitBlock
from hub.confirmation.outbox_message import OutboxMessage, Sender
from hub.confirmation.visit_email import (
    entries_of,
    greeting,
    how_to_enter,
    own_words,
    party_of,
    places_ahead,
    standing_places,
    visit_block,
    visit_email,
)
from hub.text.languages import format_day, format_span, format_time, translator


def confirmed(message: OutboxMessage, sender: Sender) -> EmailContent:
    _ = translator(message.language).gettext
    party = party_of(message)
    places = standing_places(party, message)
    return visit_email(
        message,
        sender,
        places,
        subject=_("Your visit to {venue} on {day}").format(
            venue=party.venue.name, day=format_day(places[0].date, message.language)
        ),
        heading=_("Your visit is booked"),
        paragraphs=(how_to_enter(message.language, len(places)),),
    )


def moved(message: OutboxMessage, sender: Sender) -> EmailContent:
    translation = translator(message.language)
    _ = translation.gettext
    party = party_of(message)
    places = standing_places(party, message)
    was: tuple[VisitBlock, ...] = ()
    if "was" in message.payload:
        day, start, end = message.slot("was")
        was = (
            VisitBlock(
                party.venue.name,
                "",
                format_day(day, message.language),
                format_span(start, end, message.language),
                struck=True,
            ),
        )
    return visit_email(
        message,
        sender,
        places,
        subject=_("Moved: your visit to {venue} is now on {day}, {time}").format(
            venue=party.venue.name,
            day=format_day(places[0].date, message.language),
            time=format_time(places[0].start_time, message.language),
        ),
        heading=_("Your visit has a new time"),
        paragraphs=(
            translation.ngettext(
                "Please come at the new time. Your QR code stays the same.",
                "Please come at the new time. Your QR codes stay the same.",
                len(places),
            ),
            *own_words(message),
        ),
        was=was,
    )


def invited(message: OutboxMessage, sender: Sender) -> EmailContent:
    """Return the e-mail with a guest's code, which admits the whole party."""
    translation = translator(message.language)
    _ = translation.gettext
    party = party_of(message)
    (place, *_others) = standing_places(party, message)
    people = message.number("places")
    how = translation.ngettext(
        "Show this QR code at the entrance, or just give your name.",
        "This one QR code admits {count} people. Show it at the entrance, or just give your name.",
        people,
    )
    day = format_day(place.date, message.language)
    whole_day = message.payload.get("whole_day") is True
    hours = _("All day") if whole_day else format_span(place.start_time, place.end_time, message.language)
    return EmailContent(
        sender_name=party.venue.name,
        subject=_("You're on the guest list: {venue}, {day}").format(venue=party.venue.name, day=day),
        preview=f"{day}, {hours}",
        greeting=greeting(message.language, [place]),
        heading=_("You're on the guest list"),
        paragraphs=(how.format(count=people),),
        visits=(
            VisitBlock(
                venue=party.venue.name,
                address=party.venue.address,
                map_url=map_url(party.venue.name, party.venue.address),
                day=day,
                hours=hours,
                tickets=(TicketBlock(place.ticket_code),),
                party=translation.ngettext("For {count} person", "For {count} people", people).format(count=people),
            ),
        ),
        entries=() if whole_day else tuple(entries_of(party, message, sender, "")),
    )


def own_message(message: OutboxMessage, sender: Sender) -> EmailContent:
    """Return the e-mail with the organiser's own words to everybody of a slot."""
    _ = translator(message.language).gettext
    party = party_of(message)
    places = standing_places(party, message)
    words = own_words(message)
    if not words:
        raise Unsendable("no words")
    if places[0].ends_at <= message.now:
        raise Obsolete("too late")
    return visit_email(
        message,
        sender,
        places,
        subject=_("About your visit: {show}, {day}").format(
            show=party.venue.name, day=format_day(places[0].date, message.language)
        ),
        heading=_("A message about your visit"),
        paragraphs=words,
    )


def contact_changed(message: OutboxMessage, _sender: Sender) -> EmailContent:
    """Return the e-mail to the address that a reservation had until now."""
    _ = translator(message.language).gettext
    party = party_of(message)
    places = standing_places(party, message)
    day = format_day(places[0].date, message.language)
    return EmailContent(
        sender_name=party.venue.name,
        subject=_("Your contact details were changed: {venue}, {day}").format(venue=party.venue.name, day=day),
        preview=f"{day}, {format_span(places[0].start_time, places[0].end_time, message.language)}",
        greeting=_("Hello,"),
        heading=_("Your contact details were changed"),
        paragraphs=(
            _("The contact details of your visit were changed. Emails about it now go to {address}.").format(
                address=message.text("address")
            ),
            _("Didn't ask for this? Please contact the venue."),
        ),
        visits=tuple(visit_block(party, group, message.language, pictures=False) for group in by_slot(places)),
    )


def reminder(message: OutboxMessage, sender: Sender) -> EmailContent:
    _ = translator(message.language).gettext
    party = party_of(message)
    places = places_ahead(party, message)
    first = places[0]
    venue, at = party.venue.name, format_time(first.start_time, message.language)
    days = (first.date - message.now.astimezone(ZoneInfo(party.venue.timezone)).date()).days
    if days <= 0:
        subject, heading = _("Today at {time}: your visit to {venue}"), _("See you today")
    elif days == 1:
        subject, heading = _("Tomorrow at {time}: your visit to {venue}"), _("See you tomorrow")
    else:
        subject, heading = _("Soon: your visit to {venue} on {day}"), _("See you soon")
    return visit_email(
        message,
        sender,
        places,
        subject=subject.format(venue=venue, time=at, day=format_day(first.date, message.language)),
        heading=heading,
        paragraphs=(how_to_enter(message.language, len(places)),),
    )
