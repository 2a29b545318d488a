"""E-mails of the waiting list: joined, offer, offer lapsed, list closed."""

from collections.abc import Callable
from urllib.parse import quote

from hub.confirmation.email_content import EmailContent, Link, Obsolete, Unsendable, VisitBlock
from hub.confirmation.outbox_message import OutboxMessage, Sender
from hub.text.languages import format_day, format_moment, format_span, translator


def waitlist_joined(message: OutboxMessage, sender: Sender) -> EmailContent:
    translation = translator(message.language)
    _ = translation.gettext
    places = message.number("places")
    full = (
        translation.ngettext(
            "This performance is sold out. You're on the waiting list.",
            "This performance is sold out. You're on the waiting list for {count} seats.",
            places,
        )
        if message.show
        else translation.ngettext(
            "This time is sold out. You're on the waiting list.",
            "This time is sold out. You're on the waiting list for {count} spots.",
            places,
        )
    )
    return _about_slot(
        message,
        subject=_("On the waiting list: {venue}, {day}"),
        heading=_("You're on the waiting list"),
        paragraphs=(
            full.format(count=places),
            _("If a spot opens up, we'll hold it for you and email you. Until then there is nothing to do."),
        ),
        action=_link(_("View your position"), message.waitlist_url(sender)),
        notes=(_("Changed your mind? On the same page you can leave the list."),) if message.text("waitlist_token") else (),
    )  # fmt: skip


def waitlist_offer(message: OutboxMessage, sender: Sender) -> EmailContent:
    translation = translator(message.language)
    _ = translation.gettext
    places = message.number("places")
    if not message.text("waitlist_token"):
        raise Unsendable("token gone")
    moment = format_moment(message.moment("ends_at"), message.zone(), message.language)
    if message.show:
        subject = translation.ngettext(
            "A seat is free: {venue}, {day}", "{count} seats are free: {venue}, {day}", places
        )
        kept = translation.ngettext(
            "We're holding a seat for you until {moment}. After that it goes to the next in line.",
            "We're holding {count} seats for you until {moment}. After that they go to the next in line.",
            places,
        )
        take = translation.ngettext("Accept your seat", "Accept your seats", places)
    else:
        subject = translation.ngettext(
            "A spot has opened up: {venue}, {day}", "{count} spots have opened up: {venue}, {day}", places
        )
        kept = translation.ngettext(
            "We're holding a spot for you until {moment}. After that it goes to the next in line.",
            "We're holding {count} spots for you until {moment}. After that they go to the next in line.",
            places,
        )
        take = translation.ngettext("Accept your spot", "Accept your spots", places)
    return _about_slot(
        message,
        subject=subject,
        heading=_("A spot has opened up"),
        paragraphs=(kept.format(count=places, moment=moment),),
        action=_link(take, message.waitlist_url(sender)),
        notes=(_("Can't come? Decline on the same page, so that the next in line doesn't have to wait."),),
    )


def waitlist_lapsed(message: OutboxMessage, sender: Sender) -> EmailContent:
    translation = translator(message.language)
    _ = translation.gettext
    subject, heading = _("The offer has expired: {venue}, {day}"), _("The offer has expired")
    if message.show:
        gone = translation.ngettext(
            "The seat we held for you has gone to the next in line.",
            "The seats we held for you have gone to the next in line.",
            message.number("places"),
        )
        return _about_slot(
            message,
            subject=subject,
            heading=heading,
            paragraphs=(gone, _still_stands(_)),
            action=_other_performances(message, sender),
        )
    return _about_slot(
        message,
        subject=subject,
        heading=heading,
        paragraphs=(
            translation.ngettext(
                "The spot we held for you has gone to the next in line.",
                "The spots we held for you have gone to the next in line.",
                message.number("places"),
            ),
            _("Your tickets are still valid for any other time."),
        ),
        action=Link(_("Look for another time"), f"{sender.public_url}/reserve"),
    )


def waitlist_closed(message: OutboxMessage, sender: Sender) -> EmailContent:
    """Return the e-mail that says why the entry was closed, in the same words as the page behind its link."""
    if message.now >= message.moment("told_until"):
        raise Obsolete("too late")
    translation = translator(message.language)
    _ = translation.gettext
    why = {
        "slot_over": _("The time is over, and the offer wasn't accepted.")
        if message.payload.get("had_offer")
        else _("No spot opened up in time. We're sorry."),
        "slot_closed": _("This performance can no longer be booked.")
        if message.show
        else _("The venue does not offer this time any more."),
        "no_waitlist": _("The venue has closed its waiting list for this time."),
    }.get(message.text("cause"))
    if why is None:
        raise Unsendable("unreadable: cause")
    if message.show:
        return _about_slot(
            message,
            subject=_("The waiting list is closed: {venue}, {day}"),
            heading=_("This waiting list is closed"),
            paragraphs=(why, _still_stands(_)) if message.text("cause") == "no_waitlist" else (why,),
            action=_other_performances(message, sender),
        )
    good = message.number("good", 0)
    still = translation.ngettext(
        "Your ticket is still valid: book another time whenever you like.",
        "Your tickets are still valid: book another time whenever you like.",
        good,
    )
    return _about_slot(
        message,
        subject=_("The waiting list is closed: {venue}, {day}"),
        heading=_("This waiting list is closed"),
        paragraphs=(why, still) if good else (why,),
        action=Link(_("Book another time"), _booking_url(message, sender)) if good else None,
    )


def _still_stands(_: Callable[[str], str]) -> str:
    """Return the sentence about the request of a party that waited, in the words of its page."""
    return _("Your request still stands: if seats are free, the link in your first email confirms it.")


def _other_performances(message: OutboxMessage, sender: Sender) -> Link | None:
    if message.show is None:
        return None
    label = translator(message.language).gettext("See all performances")
    return Link(label, f"{sender.public_url}/shows/{message.show.show_id}")


def _booking_url(message: OutboxMessage, sender: Sender) -> str:
    """Return the URL of the booking page, with the tickets filled in if the row still has their codes."""
    codes = message.payload.get("ticket_codes")
    named = [code for code in codes if isinstance(code, str)] if isinstance(codes, list) else []
    tickets = f"ticket={quote(','.join(named), safe='')}&" if named else ""
    return f"{sender.public_url}/reserve?{tickets}orq={message.number('orq')}"


def _link(label: str, url: str) -> Link | None:
    return Link(label, url) if url else None


def _about_slot(
    message: OutboxMessage,
    *,
    subject: str,
    heading: str,
    paragraphs: tuple[str, ...],
    action: Link | None,
    notes: tuple[str, ...] = (),
) -> EmailContent:
    _ = translator(message.language).gettext
    date, start, end = message.slot("slot")
    day, hours = format_day(date, message.language), format_span(start, end, message.language)
    name, show = message.venue_name, message.show
    title = show.title_in(message.language) if show else ""
    return EmailContent(
        sender_name=name,
        subject=subject.format(venue=title or name, day=day, count=message.number("places")),
        preview=f"{day}, {hours}",
        greeting=_("Hello,"),
        heading=heading,
        paragraphs=paragraphs,
        visits=(VisitBlock(name, message.text("address"), day, hours, title=title, room=show.room if show else ""),),
        action=action,
        notes=notes,
    )
