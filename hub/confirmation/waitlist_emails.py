"""The other letters: those of the waiting list, and the one-time code by mail and by text message."""

from urllib.parse import quote, urlsplit

from hub.confirmation.email_content import Letter, Link, Obsolete, Unsendable, VisitLines
from hub.confirmation.outbox_message import Outgoing, Sender
from hub.text.languages import format_day, format_moment, format_span, translator


def waitlist_joined(outgoing: Outgoing, sender: Sender) -> Letter:
    translation = translator(outgoing.language)
    _ = translation.gettext
    places = outgoing.number("places")
    return _about_slot(
        outgoing,
        subject=_("On the waiting list: {venue}, {day}"),
        heading=_("You are on the waiting list"),
        paragraphs=(
            translation.ngettext(
                "This time is full. You are waiting for a place.",
                "This time is full. You are waiting for {count} places.",
                places,
            ).format(count=places),
            _("As soon as there is room we send you an offer and keep it for you until the time it names. Until then "
              "there is nothing to do."),
        ),
        action=_link(_("See where you stand"), outgoing.waitlist_url(sender)),
        notes=(_("Changed your mind? On the same page you can leave the list."),) if outgoing.text("waitlist_token") else (),
    )  # fmt: skip


def waitlist_offer(outgoing: Outgoing, sender: Sender) -> Letter:
    translation = translator(outgoing.language)
    _ = translation.gettext
    places = outgoing.number("places")
    if not outgoing.text("waitlist_token"):
        raise Unsendable("token gone")
    moment = format_moment(outgoing.moment("ends_at"), outgoing.zone(), outgoing.language)
    return _about_slot(
        outgoing,
        subject=translation.ngettext(
            "A place is free: {venue}, {day}", "{count} places are free: {venue}, {day}", places
        ),
        heading=_("There is room for you"),
        paragraphs=(
            translation.ngettext(
                "We are keeping a place for you until {moment}. After that it goes to the next in line.",
                "We are keeping {count} places for you until {moment}. After that they go to the next in line.",
                places,
            ).format(count=places, moment=moment),
        ),
        action=_link(translation.ngettext("Take the place", "Take the places", places), outgoing.waitlist_url(sender)),
        notes=(_("On the same page you can say no, so that the next in line need not wait."),),
    )


def waitlist_lapsed(outgoing: Outgoing, sender: Sender) -> Letter:
    translation = translator(outgoing.language)
    _ = translation.gettext
    return _about_slot(
        outgoing,
        subject=_("The offer has lapsed: {venue}, {day}"),
        heading=_("The offer has lapsed"),
        paragraphs=(
            translation.ngettext(
                "The place we kept for you has gone to the next in line.",
                "The places we kept for you have gone to the next in line.",
                outgoing.number("places"),
            ),
            _("Your tickets are still good for any other time."),
        ),
        action=Link(_("Look for another time"), f"{sender.public_url}/reserve"),
    )


def waitlist_closed(outgoing: Outgoing, sender: Sender) -> Letter:
    """The words are those of the page behind the link."""
    if outgoing.now >= outgoing.moment("told_until"):
        raise Obsolete("too late")
    translation = translator(outgoing.language)
    _ = translation.gettext
    why = {
        "slot_over": _("The time is over, and the offer was not taken.")
        if outgoing.payload.get("had_offer")
        else _("The time has come, and no place came free before. We are sorry."),
        "slot_closed": _("The venue does not offer this time any more."),
        "no_waitlist": _("The venue has closed its waiting list for this time."),
    }.get(outgoing.text("cause"))
    if why is None:
        raise Unsendable("unreadable: cause")
    good = outgoing.number("good", 0)
    still = translation.ngettext(
        "Your ticket is still good: book another time whenever you like.",
        "Your tickets are still good: book another time whenever you like.",
        good,
    )
    return _about_slot(
        outgoing,
        subject=_("The waiting list is closed: {venue}, {day}"),
        heading=_("This waiting list is closed"),
        paragraphs=(why, still) if good else (why,),
        action=Link(_("Book another time"), _booking_url(outgoing, sender)) if good else None,
    )


def contact_code(outgoing: Outgoing, _sender: Sender) -> Letter:
    _ = translator(outgoing.language).gettext
    code, name = _code(outgoing), _name(outgoing)
    return Letter(
        sender_name=name,
        subject=_("{code} is your code for {venue}").format(code=code, venue=name),
        preview=_lasts(outgoing),
        heading=_("Your code"),
        paragraphs=(_("Type this code on the page that asked for it."), _lasts(outgoing)),
        code=code,
        notes=(_("You did not ask for a code? Somebody will have mistyped an address; you can ignore this mail."),),
    )


def contact_code_sms(outgoing: Outgoing, sender: Sender) -> str:
    """The last line lets a phone offer the code on this hub's own page, and on no other ("origin-bound one-time codes")."""
    _ = translator(outgoing.language).gettext
    code = _code(outgoing)
    text = _("{code} is your code for {venue}").format(code=code, venue=_name(outgoing))
    bound = urlsplit(sender.public_url)
    ending = f"\n\n@{bound.hostname} #{code}" if bound.scheme == "https" else ""
    return f"{text}. {_lasts(outgoing)}{ending}"


def _code(outgoing: Outgoing) -> str:
    code = outgoing.text("code")
    if not code:
        raise Unsendable("token gone")
    return code


def _lasts(outgoing: Outgoing) -> str:
    minutes = outgoing.number("minutes", 5)
    return (
        translator(outgoing.language)
        .ngettext("It is good for {count} minute.", "It is good for {count} minutes.", minutes)
        .format(count=minutes)
    )


def _name(outgoing: Outgoing) -> str:
    """The venue's name where the row has it, the organisation's otherwise."""
    return outgoing.text("venue_name") or outgoing.organisation


def _booking_url(outgoing: Outgoing, sender: Sender) -> str:
    """The booking page with the tickets filled in, where the row still has their codes."""
    codes = outgoing.payload.get("ticket_codes")
    named = [code for code in codes if isinstance(code, str)] if isinstance(codes, list) else []
    tickets = f"ticket={quote(','.join(named), safe='')}&" if named else ""
    return f"{sender.public_url}/reserve?{tickets}orq={outgoing.number('orq')}"


def _link(label: str, url: str) -> Link | None:
    return Link(label, url) if url else None


def _about_slot(
    outgoing: Outgoing,
    *,
    subject: str,
    heading: str,
    paragraphs: tuple[str, ...],
    action: Link | None,
    notes: tuple[str, ...] = (),
) -> Letter:
    _ = translator(outgoing.language).gettext
    date, start, end = outgoing.slot("slot")
    day, hours = format_day(date, outgoing.language), format_span(start, end, outgoing.language)
    name = _name(outgoing)
    return Letter(
        sender_name=name,
        subject=subject.format(venue=name, day=day, count=outgoing.number("places")),
        preview=f"{day}, {hours}",
        greeting=_("Hello,"),
        heading=heading,
        paragraphs=paragraphs,
        visits=(VisitLines(name, outgoing.text("address"), day, hours),),
        action=action,
        notes=notes,
    )
