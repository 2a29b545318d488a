"""E-mails about visits that will not take place as booked: cancelled, or waiting in a closed slot to be moved.

They raise Obsolete if there is nothing left to say.
"""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from hub.confirmation.booked_party import Party, by_slot
from hub.confirmation.email_content import EmailContent, Link, Obsolete
from hub.confirmation.outbox_message import OutboxMessage, Sender, slot_of
from hub.confirmation.visit_email import (
    entries_of,
    greeting,
    own_words,
    party_of,
    standing_places,
    venue_contacts,
    visit_block,
)
from hub.text.languages import format_day, format_span, translator


def choose_again(message: OutboxMessage, sender: Sender) -> EmailContent:
    """Ask for another time: the slot is closed, and the reservation waits in it to be moved."""
    _ = translator(message.language).gettext
    party = party_of(message)
    places = [place for place in standing_places(party, message) if place.status == "RESERVED"]
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
        greeting=greeting(message.language, places),
        heading=_("Your time was closed"),
        paragraphs=(
            _(
                "The venue has closed the time of your visit. Please choose another one. We'll keep your spot until then."
            ),
            *own_words(message),
        ),
        visits=tuple(visit_block(party, group, message.language, struck=True) for group in by_slot(places)),
        action=Link(_("Choose another time"), manage_url) if manage_url else None,
        notes=(_("You can choose until your original start time."),),
        contacts=venue_contacts(party),
    )


def cancelled(message: OutboxMessage, sender: Sender) -> EmailContent:
    translation = translator(message.language)
    _ = translation.gettext
    party = party_of(message)
    places = party.only(message.reservation_ids)
    if not places:
        raise Obsolete("gone")
    rest = [place for place in party.places if not place.cancelled]
    usable = [place for place in places if place.ticket_status == "ACTIVATED"]
    manage_url = message.manage_url(sender) if rest else ""
    day = format_day(places[0].date, message.language)
    heading, *paragraphs = _why_cancelled(message, _)
    paragraphs += own_words(message)
    if usable:
        paragraphs.append(
            translation.ngettext(
                "Your ticket is still valid: you can book another time with it.",
                "Your tickets are still valid: you can book another time with them.",
                len(usable),
            )
        )
    notes = []
    if rest:
        notes.append(
            translation.ngettext(
                "{count} spot of your party is still booked.",
                "{count} spots of your party are still booked.",
                len(rest),
            ).format(count=len(rest))
        )
    page = f"{sender.public_url}/v/{party.venue.slug}/reserve" if party.venue.slug else f"{sender.public_url}/reserve"
    address = f"{page}?ticket={quote(usable[0].ticket_code, safe='')}" if usable else ""
    return EmailContent(
        sender_name=party.venue.name,
        subject=_("Cancelled: your visit to {venue} on {day}").format(venue=party.venue.name, day=day),
        preview=f"{day}, {format_span(places[0].start_time, places[0].end_time, message.language)}",
        greeting=greeting(message.language, places),
        heading=heading,
        paragraphs=tuple(paragraphs),
        visits=tuple(visit_block(party, group, message.language, struck=True) for group in by_slot(places)),
        action=Link(_("Book another time"), address) if address else None,
        also=(
            *_other_times(message, party, address),
            *((Link(_("See what is still booked"), manage_url),) if manage_url else ()),
        ),
        notes=tuple(notes),
        contacts=venue_contacts(party),
        entries=tuple(entries_of(party, message, sender, manage_url)),
    )


def _why_cancelled(message: OutboxMessage, _: Callable[[str], str]) -> list[str]:
    """Return the heading and the first paragraph."""
    match message.text("cause"):
        case "staff":
            return [
                _("We had to cancel your visit"),
                _("The venue has cancelled your visit. We're sorry for the change of plans."),
            ]
        case "performance":
            return [
                _("This performance is cancelled"),
                _("We're sorry: it can't take place, so your place on the guest list is cancelled, too."),
            ]
        case "ticket":
            return [
                _("Your ticket is cancelled"),
                _("The venue has cancelled your ticket and your visit. The ticket can no longer be used."),
            ]
        case "closed":
            return [
                _("We had to cancel your visit"),
                _("The venue has closed the time of your visit. We're sorry for the change of plans."),
            ]
        case "no_show":
            return [
                _("Your spot was released"),
                _("You didn't arrive in time, so others can book your spot now."),
            ]
        case _other:
            return [_("Your visit is cancelled"), _("Your spot has been released.")]


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
