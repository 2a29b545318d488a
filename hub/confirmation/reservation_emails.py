"""E-mails about reservations and guests: confirmed, invited, moved, cancelled, reminder, closed slots, and own messages.

Each describes the state at the time of writing, which may be later than the change. They raise Obsolete if there is nothing
left to say.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from hub.confirmation.booked_party import Party, Place, by_slot, calendar_entries
from hub.confirmation.calendar_file import CalendarEntry
from hub.confirmation.calendar_links import calendar_links
from hub.confirmation.contact_links import map_url
from hub.confirmation.email_content import (
    EmailContent,
    Link,
    Obsolete,
    TicketBlock,
    Unsendable,
    VisitBlock,
    contacts_of,
)
from hub.confirmation.outbox_message import OutboxMessage, Sender, slot_of
from hub.text.change_promise import change_promise
from hub.text.languages import format_day, format_span, format_time, translator

_LATE_ENOUGH = timedelta(hours=1)
"""Tolerance of a reminder's time. A reminder that is earlier than this belongs to a slot the visit was moved out of."""


def confirmed(message: OutboxMessage, sender: Sender) -> EmailContent:
    _ = translator(message.language).gettext
    party = _party(message)
    places = _standing(party, message)
    return _visit_email(
        message,
        sender,
        places,
        subject=_("Your visit to {venue} on {day}").format(
            venue=party.venue.name, day=format_day(places[0].date, message.language)
        ),
        heading=_("Your visit is booked"),
        paragraphs=(_how_to_enter(message.language, len(places)),),
    )


def moved(message: OutboxMessage, sender: Sender) -> EmailContent:
    translation = translator(message.language)
    _ = translation.gettext
    party = _party(message)
    places = _standing(party, message)
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
    return _visit_email(
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
            *_own_words(message),
        ),
        was=was,
    )


def invited(message: OutboxMessage, sender: Sender) -> EmailContent:
    """Return the e-mail with a guest's code, which admits the whole party."""
    translation = translator(message.language)
    _ = translation.gettext
    party = _party(message)
    (place, *_others) = _standing(party, message)
    people = message.number("places")
    how = translation.ngettext(
        "Show this QR code at the entrance, or just give your name.",
        "This one QR code is for all {count} of you. Show it at the entrance, or just give your name.",
        people,
    )
    day = format_day(place.date, message.language)
    whole_day = message.payload.get("whole_day") is True
    hours = _("All day") if whole_day else format_span(place.start_time, place.end_time, message.language)
    return EmailContent(
        sender_name=party.venue.name,
        subject=_("You're on the guest list: {venue}, {day}").format(venue=party.venue.name, day=day),
        preview=f"{day}, {hours}",
        greeting=_greeting(message.language, [place]),
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
        entries=() if whole_day else tuple(_entries(party, message, sender, "")),
    )


def own_message(message: OutboxMessage, sender: Sender) -> EmailContent:
    """Return the e-mail with the organiser's own words to everybody of a slot."""
    _ = translator(message.language).gettext
    party = _party(message)
    places = _standing(party, message)
    words = tuple(line.strip() for line in message.text("message").split("\n") if line.strip())
    if not words:
        raise Unsendable("no words")
    if places[0].ends_at <= message.now:
        raise Obsolete("too late")
    return _visit_email(
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
    party = _party(message)
    places = _standing(party, message)
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
            _("You did not ask for this? Please contact the venue."),
        ),
        visits=tuple(_visit_block(party, group, message.language, pictures=False) for group in by_slot(places)),
    )


def choose_again(message: OutboxMessage, sender: Sender) -> EmailContent:
    """Ask for another time: the slot is closed, and the reservation waits in it to be moved."""
    _ = translator(message.language).gettext
    party = _party(message)
    places = [place for place in _standing(party, message) if place.status == "RESERVED"]
    if not places:
        raise Obsolete("used")
    first = places[0]
    if first.starts_at <= message.now:
        raise Obsolete("over")
    manage_url = message.manage_url(sender)
    day = format_day(first.date, message.language)
    hours = format_span(first.start_time, first.end_time, message.language)
    return EmailContent(
        sender_name=party.venue.name,
        subject=_("Please choose another time: your visit to {venue} on {day}").format(venue=party.venue.name, day=day),
        preview=f"{day}, {hours}",
        greeting=_greeting(message.language, places),
        heading=_("Your time is closed"),
        paragraphs=(
            _(
                "The venue has closed the time of your visit. Please choose another one: your place stays yours until then."
            ),
            *_own_words(message),
        ),
        visits=tuple(_visit_block(party, group, message.language, struck=True) for group in by_slot(places)),
        action=Link(_("Choose another time"), manage_url) if manage_url else None,
        notes=(_("You can choose until your visit would have begun."),),
        contacts=_contacts(party),
    )


def reminder(message: OutboxMessage, sender: Sender) -> EmailContent:
    _ = translator(message.language).gettext
    party = _party(message)
    places = [place for place in _standing(party, message) if place.status == "RESERVED"]
    if not places:
        raise Obsolete("used")
    first = places[0]
    if first.starts_at - message.now > timedelta(hours=message.number("hours", 24)) + _LATE_ENOUGH:
        raise Obsolete("moved")
    venue, at = party.venue.name, format_time(first.start_time, message.language)
    days = (first.date - message.now.astimezone(ZoneInfo(party.venue.timezone)).date()).days
    if days <= 0:
        subject, heading = _("Today at {time}: your visit to {venue}"), _("See you today")
    elif days == 1:
        subject, heading = _("Tomorrow at {time}: your visit to {venue}"), _("See you tomorrow")
    else:
        subject, heading = _("Soon: your visit to {venue} on {day}"), _("See you soon")
    return _visit_email(
        message,
        sender,
        places,
        subject=subject.format(venue=venue, time=at, day=format_day(first.date, message.language)),
        heading=heading,
        paragraphs=(_how_to_enter(message.language, len(places)),),
    )


def cancelled(message: OutboxMessage, sender: Sender) -> EmailContent:
    translation = translator(message.language)
    _ = translation.gettext
    party = _party(message)
    places = party.only(message.reservation_ids)
    if not places:
        raise Obsolete("gone")
    rest = [place for place in party.places if not place.cancelled]
    usable = [place for place in places if place.ticket_status == "ACTIVATED"]
    manage_url = message.manage_url(sender) if rest else ""
    day = format_day(places[0].date, message.language)
    heading, *paragraphs = _why_cancelled(message, _)
    paragraphs += _own_words(message)
    if usable:
        paragraphs.append(
            translation.ngettext(
                "Your ticket is still good: you can book another time with it.",
                "Your tickets are still good: you can book another time with them.",
                len(usable),
            )
        )
    notes = []
    if rest:
        notes.append(
            translation.ngettext(
                "{count} place of your party stays booked.", "{count} places of your party stay booked.", len(rest)
            ).format(count=len(rest))
        )
    page = f"{sender.public_url}/v/{party.venue.slug}/reserve" if party.venue.slug else f"{sender.public_url}/reserve"
    address = f"{page}?ticket={quote(usable[0].ticket_code, safe='')}" if usable else ""
    return EmailContent(
        sender_name=party.venue.name,
        subject=_("Cancelled: your visit to {venue} on {day}").format(venue=party.venue.name, day=day),
        preview=f"{day}, {format_span(places[0].start_time, places[0].end_time, message.language)}",
        greeting=_greeting(message.language, places),
        heading=heading,
        paragraphs=tuple(paragraphs),
        visits=tuple(_visit_block(party, group, message.language, struck=True) for group in by_slot(places)),
        action=Link(_("Book another time"), address) if address else None,
        also=(
            *_other_times(message, party, address),
            *((Link(_("See what stays booked"), manage_url),) if manage_url else ()),
        ),
        notes=tuple(notes),
        contacts=_contacts(party),
        entries=tuple(_entries(party, message, sender, manage_url)),
    )


def _why_cancelled(message: OutboxMessage, _: Callable[[str], str]) -> list[str]:
    """Return the heading and the first paragraph."""
    match message.text("cause"):
        case "staff":
            return [
                _("We had to cancel your visit"),
                _("The venue has cancelled your reservation. We are sorry that it will not be as planned."),
            ]
        case "performance":
            return [
                _("This performance is cancelled"),
                _("We are sorry: it cannot take place, and your place on the guest list has ended with it."),
            ]
        case "ticket":
            return [
                _("Your ticket is cancelled"),
                _("The venue has cancelled your ticket, and your reservation with it. It no longer opens the door."),
            ]
        case "closed":
            return [
                _("We had to cancel your visit"),
                _("The venue has closed the time of your visit. We are sorry that it will not be as planned."),
            ]
        case "no_show":
            return [
                _("Your reservation has ended"),
                _("Nobody had come in by the time until which places are kept, so yours is free for others now."),
            ]
        case _other:
            return [_("Your visit is cancelled"), _("Your reservation is cancelled, and the place is free for others.")]


def _own_words(message: OutboxMessage) -> tuple[str, ...]:
    """Return the administrator's own words, a paragraph for each of their lines."""
    return tuple(line.strip() for line in message.text("message").split("\n") if line.strip())


def _other_times(message: OutboxMessage, party: Party, address: str) -> tuple[Link, ...]:
    """Return the times that the message offers, without those that have begun since it was written."""
    words = translator(message.language).gettext("{day}, {time}")
    local_now = message.now.astimezone(ZoneInfo(party.venue.timezone)).replace(tzinfo=None)
    links = []
    for offer in message.objects("alternatives") if address else ():
        day, start, end = slot_of(offer, "alternatives")
        if datetime.combine(day, start) > local_now:
            hours = format_span(start, end, message.language)
            links.append(Link(words.format(day=format_day(day, message.language), time=hours), address))
    return tuple(links)


def _visit_email(
    message: OutboxMessage,
    sender: Sender,
    places: Sequence[Place],
    *,
    subject: str,
    heading: str,
    paragraphs: tuple[str, ...],
    was: tuple[VisitBlock, ...] = (),
) -> EmailContent:
    """Return an e-mail about a visit that will take place."""
    _ = translator(message.language).gettext
    party = _party(message)
    first = places[0]
    manage_url = message.manage_url(sender)
    until = party.change_until(first)
    changeable = manage_url and message.now < until
    entries = _entries(party, message, sender, manage_url)
    links = calendar_links(next(entry for entry in entries if entry.starts_at == first.starts_at))
    return EmailContent(
        sender_name=party.venue.name,
        subject=subject,
        preview=f"{format_day(first.date, message.language)}, "
        f"{format_span(first.start_time, first.end_time, message.language)}",
        greeting=_greeting(message.language, places),
        heading=heading,
        paragraphs=paragraphs,
        visits=(*was, *(_visit_block(party, group, message.language) for group in by_slot(places))),
        action=Link(_("View, move or cancel") if changeable else _("View your visit"), manage_url)
        if manage_url
        else None,
        calendars=(Link(_("Google"), links["google"]), Link(_("Outlook"), links["outlook"])),
        notes=(change_promise(until, message.now, ZoneInfo(party.venue.timezone), message.language),)
        if manage_url
        else (),
        contacts=_contacts(party),
        entries=tuple(entries),
    )


def _party(message: OutboxMessage) -> Party:
    if message.party is None:
        raise Obsolete("gone")
    return message.party


def _standing(party: Party, message: OutboxMessage) -> list[Place]:
    """Return the message's places that are not cancelled, earliest first. Raises Obsolete if none is left."""
    places = [place for place in party.only(message.reservation_ids) if not place.cancelled]
    if not places:
        raise Obsolete("cancelled" if party.only(message.reservation_ids) else "gone")
    return [place for group in by_slot(places) for place in group]


def _entries(party: Party, message: OutboxMessage, sender: Sender, manage_url: str) -> list[CalendarEntry]:
    return calendar_entries(
        party,
        message.reservation_ids,
        host=sender.host,
        manage_url=manage_url,
        language=message.language,
        organizer=sender.address,
    )


def _visit_block(
    party: Party, places: Sequence[Place], language: str, *, struck: bool = False, pictures: bool = True
) -> VisitBlock:
    first = places[0]
    return VisitBlock(
        venue=party.venue.name,
        address=party.venue.address,
        map_url=map_url(party.venue.name, party.venue.address),
        day=format_day(first.date, language),
        hours=format_span(first.start_time, first.end_time, language),
        tickets=tuple(TicketBlock(place.ticket_code, picture=not struck) for place in places) if pictures else (),
        struck=struck,
    )


def _contacts(party: Party) -> tuple[Link, ...]:
    return contacts_of(party.venue.contact_email, party.venue.contact_phone)


def _how_to_enter(language: str, tickets: int) -> str:
    return (
        translator(language)
        .ngettext(
            "Show this QR code at the entrance, on your phone or printed.",
            "Each of your {count} tickets has its own QR code. Show them all at the entrance, on your phone or printed.",
            tickets,
        )
        .format(count=tickets)
    )


def _greeting(language: str, places: Sequence[Place]) -> str:
    _ = translator(language).gettext
    name = " ".join((places[0].customer_name or "").split())
    return _("Hello {name},").format(name=name) if name else _("Hello,")
