"""E-mails about bookings of performances: requested, confirmed, moved, cancelled, reminder.

Each describes the state at the time of writing, which may be later than the change. They raise Obsolete if there is nothing
left to say.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from hub.confirmation.booked_seats import BookedSeats
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
from hub.confirmation.visit_email import LATE_ENOUGH
from hub.text.change_promise import change_promise
from hub.text.languages import format_day, format_moment, format_span, format_time, translator


def requested(message: OutboxMessage, sender: Sender) -> EmailContent:
    """Return the e-mail with the link that confirms the booking. It says that nothing is reserved yet."""
    _ = translator(message.language).gettext
    booking = _booking(message)
    if booking.status != "PENDING":
        raise Obsolete({"CONFIRMED": "confirmed", "EXPIRED": "too late"}.get(booking.status, "cancelled"))
    if booking.expires_at <= message.now or booking.ends_at <= message.now:
        raise Obsolete("too late")
    token = message.text("confirm_token")
    if not token:
        raise Unsendable("token gone")
    moment = format_moment(booking.expires_at, ZoneInfo(booking.timezone), message.language)
    return EmailContent(
        sender_name=booking.venue_name,
        subject=_("Confirm your booking: {show}, {day}").format(
            show=booking.show.title_in(message.language), day=format_day(booking.date, message.language)
        ),
        preview=_("Confirm by {moment}, or the request expires.").format(moment=moment),
        greeting=_greeting(message.language, booking),
        heading=_("One more step: confirm your booking"),
        paragraphs=(_("Your seats aren't reserved yet. They're yours once you confirm, as long as enough are left."),),
        visits=(_visit(booking, message.language),),
        action=Link(_("Confirm booking"), page_url(sender, token)),
        notes=(
            _("The link is valid until {moment}.").format(moment=moment),
            _("Didn't ask for this? You can ignore this email. Nothing will be booked."),
        ),
    )


def confirmed(message: OutboxMessage, sender: Sender) -> EmailContent:
    _ = translator(message.language).gettext
    booking = _standing(message)
    return _visit_email(
        message,
        sender,
        booking,
        subject=_("Booked: {show}, {day}").format(
            show=booking.show.title_in(message.language), day=format_day(booking.date, message.language)
        ),
        heading=_("Your booking is confirmed"),
        paragraphs=(_how_to_enter(message.language, booking),),
    )


def moved(message: OutboxMessage, sender: Sender) -> EmailContent:
    """Return the e-mail about a new time or room: of the booking alone, or with the cause `performance` of everybody's."""
    _ = translator(message.language).gettext
    booking = _standing(message)
    was: tuple[VisitBlock, ...] = ()
    heading, words = _("Your booking has a new time"), _("Please come at the new time. Your QR code stays the same.")
    if message.text("cause") == "performance":
        heading = _("The performance has a new time")
        words = _("We had to move this performance, and your seats move with it. Your QR code stays the same.")
    if "was" in message.payload:
        day, start, end = message.slot("was")
        if (day, start, end) == (booking.date, booking.start_time, booking.end_time):
            heading = _("The performance is in another room")
        was = (
            VisitBlock(
                booking.venue_name,
                "",
                format_day(day, message.language),
                format_span(start, end, message.language),
                struck=True,
                title=booking.show.title_in(message.language),
                room=message.detail("was", "room"),
            ),
        )
    return _visit_email(
        message,
        sender,
        booking,
        subject=_("Moved: {show} is now on {day}, {time}").format(
            show=booking.show.title_in(message.language),
            day=format_day(booking.date, message.language),
            time=format_time(booking.start_time, message.language),
        ),
        heading=heading,
        paragraphs=(words, *_own_words(message)),
        was=was,
    )


def own_message(message: OutboxMessage, sender: Sender) -> EmailContent:
    """Return the e-mail with the organiser's own words to everybody booked for a performance."""
    _ = translator(message.language).gettext
    booking = _standing(message)
    if booking.ends_at <= message.now:
        raise Obsolete("too late")
    words = _own_words(message)
    if not words:
        raise Unsendable("no words")
    return _visit_email(
        message,
        sender,
        booking,
        subject=_("About your visit: {show}, {day}").format(
            show=booking.show.title_in(message.language), day=format_day(booking.date, message.language)
        ),
        heading=_("A message about your visit"),
        paragraphs=words,
    )


def reminder(message: OutboxMessage, sender: Sender) -> EmailContent:
    _ = translator(message.language).gettext
    booking = booking_ahead(message)
    days = (booking.date - message.now.astimezone(ZoneInfo(booking.timezone)).date()).days
    if days <= 0:
        subject, heading = _("Today at {time}: {show}"), _("See you today")
    elif days == 1:
        subject, heading = _("Tomorrow at {time}: {show}"), _("See you tomorrow")
    else:
        subject, heading = _("Soon: {show} on {day}"), _("See you soon")
    return _visit_email(
        message,
        sender,
        booking,
        subject=subject.format(
            show=booking.show.title_in(message.language),
            time=format_time(booking.start_time, message.language),
            day=format_day(booking.date, message.language),
        ),
        heading=heading,
        paragraphs=(_how_to_enter(message.language, booking),),
    )


def cancelled(message: OutboxMessage, sender: Sender) -> EmailContent:
    """Return the e-mail with the cause, the organiser's own words if there are any, and other performances if it offers them."""
    _ = translator(message.language).gettext
    booking = _booking(message)
    if booking.status != "CANCELLED":
        raise Obsolete("gone")
    title, day = booking.show.title_in(message.language), format_day(booking.date, message.language)
    heading, paragraph = _why_cancelled(message.text("cause"), _)
    choices = _choices(message, booking, sender)
    entries = (
        ()
        if booking.reservation_id is None
        else (
            booking.calendar_entry(
                host=sender.host, page_url="", language=message.language, organizer=sender.address, cancelled=True
            ),
        )
    )
    return EmailContent(
        sender_name=booking.venue_name,
        subject=_("Cancelled: {show}, {day}").format(show=title, day=day),
        preview=f"{day}, {format_span(booking.start_time, booking.end_time, message.language)}",
        greeting=_greeting(message.language, booking),
        heading=heading,
        paragraphs=(paragraph, *_own_words(message)),
        visits=(_visit(booking, message.language, struck=True),),
        choices_title=_("Other performances with room for you:") if choices else "",
        choices=choices,
        action=Link(_("See all performances"), f"{sender.public_url}/shows/{booking.show.show_id}"),
        entries=entries,
    )


def _why_cancelled(cause: str, _: Callable[[str], str]) -> tuple[str, str]:
    """Return the heading and the paragraph."""
    match cause:
        case "performance":
            return (
                _("This performance is cancelled"),
                _(
                    "We're sorry: it can't take place, so your booking is cancelled, too. You don't need to do anything."
                ),
            )
        case "staff":
            return (
                _("We had to cancel your booking"),
                _("The venue has cancelled your booking. We're sorry for the change of plans."),
            )
        case "no_show":
            return (
                _("Your seats were released"),
                _("Nobody from your party arrived in time, so others can book your seats now."),
            )
    return _("Your booking is cancelled"), _("Your seats have been released.")


def _choices(message: OutboxMessage, booking: BookedSeats, sender: Sender) -> tuple[Link, ...]:
    """Return the performances that the message offers, without those that have begun since it was written."""
    words = translator(message.language).gettext("{day}, {time}, {room}")
    local_now = message.now.astimezone(ZoneInfo(booking.timezone)).replace(tzinfo=None)
    links = []
    for offer in message.objects("alternatives"):
        day, start, end = slot_of(offer, "alternatives")
        if datetime.combine(day, start) > local_now:
            hours = format_span(start, end, message.language)
            label = words.format(day=format_day(day, message.language), time=hours, room=offer.get("room", ""))
            address = f"{sender.public_url}/shows/{booking.show.show_id}/book/{offer.get('performance_id')}"
            links.append(Link(label, address))
    return tuple(links)


def _visit_email(
    message: OutboxMessage,
    sender: Sender,
    booking: BookedSeats,
    *,
    subject: str,
    heading: str,
    paragraphs: tuple[str, ...],
    was: tuple[VisitBlock, ...] = (),
) -> EmailContent:
    """Return an e-mail about a booking that stands."""
    _ = translator(message.language).gettext
    token = message.text("manage_token")
    page = page_url(sender, token) if token else ""
    changeable = page and message.now < booking.change_until
    entry = booking.calendar_entry(host=sender.host, page_url=page, language=message.language, organizer=sender.address)
    links = calendar_links(entry)
    notes = []
    if booking.check_in_from is not None and message.now < booking.starts_at:
        at = booking.check_in_from.astimezone(ZoneInfo(booking.timezone)).time()
        notes.append(_("Doors open at {time}.").format(time=format_time(at, message.language)))
    if page:
        notes.append(change_promise(booking.change_until, message.now, ZoneInfo(booking.timezone), message.language))
    return EmailContent(
        sender_name=booking.venue_name,
        subject=subject,
        preview=f"{format_day(booking.date, message.language)}, "
        f"{format_span(booking.start_time, booking.end_time, message.language)}",
        greeting=_greeting(message.language, booking),
        heading=heading,
        paragraphs=paragraphs,
        visits=(*was, _visit(booking, message.language, picture=True)),
        action=Link(_("View, move or cancel") if changeable else _("View your booking"), page) if page else None,
        also=(Link(_("Print your booking"), f"{page}/print"),) if page else (),
        calendars=(Link(_("Google"), links["google"]), Link(_("Outlook"), links["outlook"])),
        notes=tuple(notes),
        contacts=contacts_of(booking.contact_email, booking.contact_phone),
        entries=(entry,),
    )


def _booking(message: OutboxMessage) -> BookedSeats:
    if message.booking is None:
        raise Obsolete("gone")
    return message.booking


def _standing(message: OutboxMessage) -> BookedSeats:
    booking = _booking(message)
    if booking.status != "CONFIRMED":
        raise Obsolete("cancelled")
    return booking


def booking_ahead(message: OutboxMessage) -> BookedSeats:
    """Return a booking that stands and is not used yet. Raises Obsolete, also if it was moved out of the reminder's time."""
    booking = _standing(message)
    if booking.admitted:
        raise Obsolete("used")
    if (
        message.kind.endswith(".reminder")
        and booking.starts_at - message.now > timedelta(hours=message.number("hours", 24)) + LATE_ENOUGH
    ):
        raise Obsolete("moved")
    return booking


def page_url(sender: Sender, token: str) -> str:
    return f"{sender.public_url}/b/{quote(token, safe='')}"


def _visit(booking: BookedSeats, language: str, *, picture: bool = False, struck: bool = False) -> VisitBlock:
    return VisitBlock(
        venue=booking.venue_name,
        address=booking.address,
        map_url=map_url(booking.venue_name, booking.address),
        day=format_day(booking.date, language),
        hours=format_span(booking.start_time, booking.end_time, language),
        tickets=(TicketBlock(booking.code, booking=True),) if picture else (),
        struck=struck,
        title=booking.show.title_in(language),
        room=booking.show.room,
        party=translator(language)
        .ngettext("For {count} person", "For {count} people", booking.party_size)
        .format(count=booking.party_size),
    )


def _own_words(message: OutboxMessage) -> tuple[str, ...]:
    """Return the organiser's own words, a paragraph for each of their lines."""
    return tuple(line.strip() for line in message.text("message").split("\n") if line.strip())


def _how_to_enter(language: str, booking: BookedSeats) -> str:
    return (
        translator(language)
        .ngettext(
            "Show this QR code at the entrance when you arrive, on your phone or printed.",
            "This one QR code admits {count} people. Show it at the entrance, on your phone or printed. "
            "You need not arrive together.",
            booking.party_size,
        )
        .format(count=booking.party_size)
    )


def _greeting(language: str, booking: BookedSeats) -> str:
    return translator(language).gettext("Hello {name},").format(name=" ".join(booking.name.split()))
