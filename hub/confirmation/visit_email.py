"""The e-mail about a visit, and the parts that all e-mails about reservations share."""

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from hub.confirmation.booked_party import Party, Place, by_slot, calendar_entries
from hub.confirmation.calendar_file import CalendarEntry
from hub.confirmation.calendar_links import calendar_links
from hub.confirmation.contact_links import map_url
from hub.confirmation.email_content import EmailContent, Link, Obsolete, TicketBlock, VisitBlock, contacts_of
from hub.confirmation.outbox_message import OutboxMessage, Sender
from hub.text.change_promise import change_promise
from hub.text.languages import format_day, format_span, translator

LATE_ENOUGH = timedelta(hours=1)
"""Tolerance of a reminder's time. A reminder that is earlier than this belongs to a slot the visit was moved out of."""


def party_of(message: OutboxMessage) -> Party:
    if message.party is None:
        raise Obsolete("gone")
    return message.party


def standing_places(party: Party, message: OutboxMessage) -> list[Place]:
    """Return the message's places that are not cancelled, earliest first. Raises Obsolete if none is left."""
    places = [place for place in party.only(message.reservation_ids) if not place.cancelled]
    if not places:
        raise Obsolete("cancelled" if party.only(message.reservation_ids) else "gone")
    return [place for group in by_slot(places) for place in group]


def places_ahead(party: Party, message: OutboxMessage) -> list[Place]:
    """Return the message's places that are not used yet. Raises Obsolete if none is left, or they were moved out of the reminder's time."""
    places = [place for place in standing_places(party, message) if place.status == "RESERVED"]
    if not places:
        raise Obsolete("used")
    if (
        message.kind.endswith(".reminder")
        and places[0].starts_at - message.now > timedelta(hours=message.number("hours", 24)) + LATE_ENOUGH
    ):
        raise Obsolete("moved")
    return places


def own_words(message: OutboxMessage) -> tuple[str, ...]:
    """Return the administrator's own words, a paragraph for each of their lines."""
    return tuple(line.strip() for line in message.text("message").split("\n") if line.strip())


def visit_email(
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
    party = party_of(message)
    first = places[0]
    manage_url = message.manage_url(sender)
    until = party.change_until(first)
    changeable = manage_url and message.now < until
    entries = entries_of(party, message, sender, manage_url)
    links = calendar_links(next(entry for entry in entries if entry.starts_at == first.starts_at))
    return EmailContent(
        sender_name=party.venue.name,
        subject=subject,
        preview=f"{format_day(first.date, message.language)}, "
        f"{format_span(first.start_time, first.end_time, message.language)}",
        greeting=greeting(message.language, places),
        heading=heading,
        paragraphs=paragraphs,
        visits=(*was, *(visit_block(party, group, message.language) for group in by_slot(places))),
        action=Link(_("View, move or cancel") if changeable else _("View your visit"), manage_url)
        if manage_url
        else None,
        calendars=(Link(_("Google"), links["google"]), Link(_("Outlook"), links["outlook"])),
        notes=(change_promise(until, message.now, ZoneInfo(party.venue.timezone), message.language),)
        if manage_url
        else (),
        contacts=venue_contacts(party),
        entries=tuple(entries),
    )


def entries_of(party: Party, message: OutboxMessage, sender: Sender, manage_url: str) -> list[CalendarEntry]:
    return calendar_entries(
        party,
        message.reservation_ids,
        host=sender.host,
        manage_url=manage_url,
        language=message.language,
        organizer=sender.address,
    )


def visit_block(
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


def venue_contacts(party: Party) -> tuple[Link, ...]:
    return contacts_of(party.venue.contact_email, party.venue.contact_phone)


def how_to_enter(language: str, tickets: int) -> str:
    return (
        translator(language)
        .ngettext(
            "Show this QR code at the entrance, on your phone or printed.",
            "Each of your {count} tickets has its own QR code. Show them all at the entrance, on your phone or printed.",
            tickets,
        )
        .format(count=tickets)
    )


def greeting(language: str, places: Sequence[Place]) -> str:
    _ = translator(language).gettext
    name = " ".join((places[0].customer_name or "").split())
    return _("Hello {name},").format(name=name) if name else _("Hello,")
