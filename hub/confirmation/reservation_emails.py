"""The reservation letters: confirmed, moved, cancelled, reminded. Each says what is true when it is written, which may be
later than what it tells of; what is no longer worth saying is Obsolete."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from hub.confirmation.booked_party import Party, Place, by_slot, calendar_entries
from hub.confirmation.calendar_file import CalendarEntry
from hub.confirmation.calendar_links import calendar_links
from hub.confirmation.email_content import Admission, Letter, Link, Obsolete, VisitLines
from hub.confirmation.outbox_message import Outgoing, Sender
from hub.text.languages import format_day, format_moment, format_span, format_time, translator

_LATE_ENOUGH = timedelta(hours=1)
"""A reminder that comes due this much too early belongs to a slot the visit has been moved out of."""


def confirmed(outgoing: Outgoing, sender: Sender) -> Letter:
    _ = translator(outgoing.language).gettext
    party = _party(outgoing)
    places = _standing(party, outgoing)
    return _letter(
        outgoing,
        sender,
        places,
        subject=_("Your visit to {venue} on {day}").format(
            venue=party.venue.name, day=format_day(places[0].date, outgoing.language)
        ),
        heading=_("Your visit is booked"),
        paragraphs=(_how_to_enter(outgoing.language, len(places)),),
    )


def moved(outgoing: Outgoing, sender: Sender) -> Letter:
    translation = translator(outgoing.language)
    _ = translation.gettext
    party = _party(outgoing)
    places = _standing(party, outgoing)
    was: tuple[VisitLines, ...] = ()
    if "was" in outgoing.payload:
        day, start, end = outgoing.slot("was")
        was = (
            VisitLines(
                party.venue.name,
                "",
                format_day(day, outgoing.language),
                format_span(start, end, outgoing.language),
                struck=True,
            ),
        )
    return _letter(
        outgoing,
        sender,
        places,
        subject=_("Moved: your visit to {venue} is now on {day}, {time}").format(
            venue=party.venue.name,
            day=format_day(places[0].date, outgoing.language),
            time=format_time(places[0].start_time, outgoing.language),
        ),
        heading=_("Your visit has a new time"),
        paragraphs=(
            translation.ngettext(
                "Please come at the new time. Your QR code stays the same.",
                "Please come at the new time. Your QR codes stay the same.",
                len(places),
            ),
        ),
        was=was,
    )


def reminder(outgoing: Outgoing, sender: Sender) -> Letter:
    _ = translator(outgoing.language).gettext
    party = _party(outgoing)
    places = [place for place in _standing(party, outgoing) if place.status == "RESERVED"]
    if not places:
        raise Obsolete("used")
    first = places[0]
    if first.starts_at - outgoing.now > timedelta(hours=outgoing.number("hours", 24)) + _LATE_ENOUGH:
        raise Obsolete("moved")
    venue, at = party.venue.name, format_time(first.start_time, outgoing.language)
    days = (first.date - outgoing.now.astimezone(ZoneInfo(party.venue.timezone)).date()).days
    if days <= 0:
        subject, heading = _("Today at {time}: your visit to {venue}"), _("See you today")
    elif days == 1:
        subject, heading = _("Tomorrow at {time}: your visit to {venue}"), _("See you tomorrow")
    else:
        subject, heading = _("Soon: your visit to {venue} on {day}"), _("See you soon")
    return _letter(
        outgoing,
        sender,
        places,
        subject=subject.format(venue=venue, time=at, day=format_day(first.date, outgoing.language)),
        heading=heading,
        paragraphs=(_how_to_enter(outgoing.language, len(places)),),
    )


def cancelled(outgoing: Outgoing, sender: Sender) -> Letter:
    translation = translator(outgoing.language)
    _ = translation.gettext
    party = _party(outgoing)
    places = party.only(outgoing.reservation_ids)
    if not places:
        raise Obsolete("gone")
    rest = [place for place in party.places if not place.cancelled]
    usable = [place for place in places if place.ticket_status == "ACTIVATED"]
    manage_url = outgoing.manage_url(sender) if rest else ""
    day = format_day(places[0].date, outgoing.language)
    heading, *paragraphs = _why_cancelled(outgoing, _)
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
    address = f"{sender.public_url}/reserve?ticket={quote(usable[0].ticket_code, safe='')}" if usable else ""
    return Letter(
        sender_name=party.venue.name,
        subject=_("Cancelled: your visit to {venue} on {day}").format(venue=party.venue.name, day=day),
        preview=f"{day}, {format_span(places[0].start_time, places[0].end_time, outgoing.language)}",
        greeting=_greeting(outgoing.language, places),
        heading=heading,
        paragraphs=tuple(paragraphs),
        visits=tuple(_visit(party, group, outgoing.language, struck=True) for group in by_slot(places)),
        action=Link(_("Book another time"), address) if address else None,
        also=(Link(_("See what stays booked"), manage_url),) if manage_url else (),
        notes=tuple(notes),
        entries=tuple(_entries(party, outgoing, sender, manage_url)),
    )


def _why_cancelled(outgoing: Outgoing, _: Callable[[str], str]) -> list[str]:
    """Heading and first paragraph."""
    match outgoing.text("cause"):
        case "staff":
            return [
                _("We had to cancel your visit"),
                _("The venue has cancelled your reservation. We are sorry that it will not be as planned."),
            ]
        case "no_show":
            return [
                _("Your reservation has ended"),
                _("Nobody had come in by the time until which places are kept, so yours is free for others now."),
            ]
        case _other:
            return [_("Your visit is cancelled"), _("Your reservation is cancelled, and the place is free for others.")]


def _letter(
    outgoing: Outgoing,
    sender: Sender,
    places: Sequence[Place],
    *,
    subject: str,
    heading: str,
    paragraphs: tuple[str, ...],
    was: tuple[VisitLines, ...] = (),
) -> Letter:
    """What the letters about a visit that will take place have in common."""
    _ = translator(outgoing.language).gettext
    party = _party(outgoing)
    first = places[0]
    manage_url = outgoing.manage_url(sender)
    until = party.change_until(first)
    changeable = manage_url and outgoing.now < until
    moment = format_moment(until, ZoneInfo(party.venue.timezone), outgoing.language)
    entries = _entries(party, outgoing, sender, manage_url)
    links = calendar_links(next(entry for entry in entries if entry.starts_at == first.starts_at))
    return Letter(
        sender_name=party.venue.name,
        subject=subject,
        preview=f"{format_day(first.date, outgoing.language)}, "
        f"{format_span(first.start_time, first.end_time, outgoing.language)}",
        greeting=_greeting(outgoing.language, places),
        heading=heading,
        paragraphs=paragraphs,
        visits=(*was, *(_visit(party, group, outgoing.language) for group in by_slot(places))),
        action=Link(_("View, move or cancel") if changeable else _("View your visit"), manage_url)
        if manage_url
        else None,
        calendars=(Link(_("Google"), links["google"]), Link(_("Outlook"), links["outlook"])),
        notes=(_("You can move or cancel your visit until {moment}.").format(moment=moment),) if changeable else (),
        entries=tuple(entries),
    )


def _party(outgoing: Outgoing) -> Party:
    if outgoing.party is None:
        raise Obsolete("gone")
    return outgoing.party


def _standing(party: Party, outgoing: Outgoing) -> list[Place]:
    """What the message is about and still holds its place, the earliest first."""
    places = [place for place in party.only(outgoing.reservation_ids) if not place.cancelled]
    if not places:
        raise Obsolete("cancelled" if party.only(outgoing.reservation_ids) else "gone")
    return [place for group in by_slot(places) for place in group]


def _entries(party: Party, outgoing: Outgoing, sender: Sender, manage_url: str) -> list[CalendarEntry]:
    return calendar_entries(
        party,
        outgoing.reservation_ids,
        host=sender.host,
        manage_url=manage_url,
        language=outgoing.language,
        organizer=sender.address,
    )


def _visit(party: Party, places: Sequence[Place], language: str, *, struck: bool = False) -> VisitLines:
    first = places[0]
    return VisitLines(
        venue=party.venue.name,
        address=party.venue.address,
        day=format_day(first.date, language),
        hours=format_span(first.start_time, first.end_time, language),
        admissions=tuple(Admission(place.ticket_code, picture=not struck) for place in places),
        struck=struck,
    )


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
