"""E-mails about orders: placed and to be paid, confirmed with the tickets, cancelled, and a reminder of tickets without a visit.

Each describes the order at the time of writing, which may be later than the change.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import groupby
from urllib.parse import quote
from zoneinfo import ZoneInfo

from hub.confirmation.contact_links import map_url
from hub.confirmation.email_content import (
    EmailContent,
    Link,
    Obsolete,
    TicketBlock,
    VisitBlock,
    contacts_of,
)
from hub.confirmation.ordered_tickets import NamedTicket, Order
from hub.confirmation.outbox_message import OutboxMessage, Sender
from hub.text.languages import format_day, translator

MOST_PICTURED = 10
"""Tickets that an e-mail shows as QR codes. The others are named."""
MOST_LINKED = 10
"""Inactive tickets whose pages an e-mail links to. The codes of the others are entered there."""


def placed(message: OutboxMessage, _sender: Sender) -> EmailContent:
    """Return the e-mail about an order that waits for its payment."""
    order = _order(message)
    if order.status != "PENDING_PAYMENT":
        raise Obsolete("paid or cancelled")
    translation = translator(message.language)
    _ = translation.gettext
    return _email(
        message,
        order,
        subject=_("Your order {order} at {venue}: please pay").format(
            order=order.reference, venue=_venue(message, order)
        ),
        heading=_("Please pay your order first"),
        paragraphs=(
            _("We have your order {order}. Your tickets cannot be used before it is paid.").format(
                order=order.reference
            ),
            _("Pay where you ordered. We then send you the tickets with their QR codes."),
        ),
        visits=_blocks(message, order, pictured=0),
    )


def confirmed(message: OutboxMessage, sender: Sender) -> EmailContent:
    """Return the e-mail with the tickets, how to activate them, and how to book."""
    order = _order(message)
    if order.status == "PENDING_PAYMENT":
        return placed(message, sender)
    if not order.tickets:
        raise Obsolete("cancelled")
    translation = translator(message.language)
    _ = translation.gettext
    return _email(
        message,
        order,
        subject=translation.ngettext(
            "Your ticket for {venue}", "Your {count} tickets for {venue}", order.standing
        ).format(count=order.standing, venue=_venue(message, order)),
        heading=translation.ngettext("Here is your ticket", "Here are your tickets", order.standing),
        paragraphs=tuple(_next_steps(order, translation.gettext, translation.ngettext)),
        visits=_blocks(message, order, pictured=MOST_PICTURED),
        links=_links(order, sender, _),
        note=_more(order, translation.ngettext),
    )


def cancelled(message: OutboxMessage, _sender: Sender) -> EmailContent:
    """Return the e-mail about an order that was cancelled as a whole."""
    order = _order(message)
    if order.status != "CANCELLED":
        raise Obsolete("not cancelled")
    _ = translator(message.language).gettext
    return _email(
        message,
        order,
        subject=_("Cancelled: your order {order}").format(order=order.reference),
        heading=_("Your order is cancelled"),
        paragraphs=(
            _("Your order {order} is cancelled, with all of its tickets. They can no longer be used.").format(
                order=order.reference
            ),
        ),
    )


def reminder(message: OutboxMessage, sender: Sender) -> EmailContent:
    """Return the reminder that tickets have no time yet. It has no QR codes: these come with the confirmation of the visit."""
    order = _order(message)
    left = tuple(one for one in order.tickets if one.bookable)
    if order.status != "PAID" or not left:
        raise Obsolete("booked")
    order = replace(order, tickets=left, standing=order.unbooked)
    translation = translator(message.language)
    _ = translation.gettext
    return _email(
        message,
        order,
        subject=translation.ngettext(
            "Your ticket for {venue} has no time yet", "{count} tickets for {venue} have no time yet", order.unbooked
        ).format(count=order.unbooked, venue=_venue(message, order)),
        heading=_("When will you come?"),
        paragraphs=(
            translation.ngettext(
                "You haven't chosen a day and time for your ticket yet. Times can sell out.",
                "You haven't chosen a day and time for your {count} tickets yet. Times can sell out.",
                order.unbooked,
            ).format(count=order.unbooked),
            *_how_to_activate(order, translation.ngettext),
        ),
        visits=_blocks(message, order, pictured=0),
        links=_links(order, sender, _),
        note=_more(order, translation.ngettext),
    )


def _order(message: OutboxMessage) -> Order:
    if message.order is None:
        raise Obsolete("gone")
    return message.order


def _email(
    message: OutboxMessage,
    order: Order,
    *,
    subject: str,
    heading: str,
    paragraphs: tuple[str, ...],
    visits: tuple[VisitBlock, ...] = (),
    links: tuple[Link, ...] = (),
    note: str = "",
) -> EmailContent:
    """Return the e-mail. The first of `links` is its button."""
    _ = translator(message.language).gettext
    name = " ".join(order.customer_name.split())
    named = _("Order {order}").format(order=order.reference) if order.reference else ""
    return EmailContent(
        sender_name=_venue(message, order),
        subject=subject,
        preview=named or heading,
        greeting=_("Hello {name},").format(name=name) if name else _("Hello,"),
        heading=heading,
        paragraphs=paragraphs,
        visits=visits,
        action=links[0] if links else None,
        also=links[1:],
        notes=tuple(text for text in (note, named) if text),
        contacts=contacts_of(order.contact_email, order.contact_phone),
    )


def _venue(message: OutboxMessage, order: Order) -> str:
    return order.venue or message.organisation


def _next_steps(order: Order, _: Callable[[str], str], ngettext: Callable[[str, str, int], str]) -> list[str]:
    """Return what the customer does next with these tickets: activate them, book a time, or show them."""
    steps = _how_to_activate(order, ngettext)
    bookable = [one for one in order.tickets if one.bookable]
    if bookable and not any(one.must_book for one in bookable):
        steps.append(_("You can come without booking a time. You can still choose one if you like."))
    elif order.unbooked:
        steps.append(
            ngettext(
                "Choose the day and time of your visit with it.",
                "Choose the day and time of your visit with them.",
                order.standing,
            )
        )
    steps.append(ngettext("Show the QR code at the entrance, on your phone or on paper.", "Show the QR codes at the entrance, on your phone or on paper.", order.standing))  # fmt: skip
    return steps


def _how_to_activate(order: Order, ngettext: Callable[[str, str, int], str]) -> list[str]:
    if not any(ticket.status == "INACTIVE" for ticket in order.tickets):
        return []
    return [
        ngettext(
            "Your ticket is not active yet. Activate it on its page, by the link below. This cannot be undone, so wait until you know when you come.",
            "Activate each ticket that is not active yet on its page: use the links below, or enter its code there. This cannot be undone, so wait until you know when you come.",
            order.standing,
        )
    ]


def _blocks(message: OutboxMessage, order: Order, *, pictured: int) -> tuple[VisitBlock, ...]:
    """Return one block for the tickets of each product, the first ones as QR codes."""
    blocks, shown = [], 0
    for (product, venue), group in groupby(
        order.tickets, key=lambda one: (one.product_in(message.language), one.venue)
    ):
        tickets = list(group)
        blocks.append(
            VisitBlock(
                venue=venue or message.organisation,
                address=tickets[0].address,
                day=product,
                hours=_valid(tickets[0], message),
                tickets=tuple(TicketBlock(one.code, picture=shown + n < pictured) for n, one in enumerate(tickets)),
                map_url=map_url(venue, tickets[0].address) if tickets[0].address else "",
            )
        )
        shown += len(tickets)
    return tuple(blocks)


def _valid(ticket: NamedTicket, message: OutboxMessage) -> str:
    _ = translator(message.language).gettext
    if ticket.valid_until is None:
        return _("Valid without limit")
    last = ticket.valid_until.astimezone(ZoneInfo(ticket.timezone))
    return _("Valid until {day}").format(day=format_day(last.date(), message.language))


def _links(order: Order, sender: Sender, _: Callable[[str], str]) -> tuple[Link, ...]:
    """Return the links to the booking page: with the first ticket that can be booked, and with each that must be activated there."""
    inactive = [one for one in order.tickets if one.status == "INACTIVE"]
    links = [
        Link(
            _("Activate your ticket") if order.standing == 1 else _("Activate ticket {code}").format(code=one.code),
            _booking_page(order, sender, one),
        )
        for one in inactive[:MOST_LINKED]
    ]
    ready = next((one for one in order.tickets if one.bookable and one.status != "INACTIVE"), None)
    if ready is not None:
        links.insert(0, Link(_("Choose your time"), _booking_page(order, sender, ready)))
    return tuple(links)


def _booking_page(order: Order, sender: Sender, ticket: NamedTicket) -> str:
    """Return the address of the page where the ticket is booked, and activated before that."""
    asked = f"ticket={quote(ticket.code, safe='')}"
    page = f"/v/{order.slug}/reserve?{asked}" if order.slug else f"/reserve?{asked}&orq={order.org_id}"
    return f"{sender.public_url}{page}"


def _more(order: Order, ngettext: Callable[[str, str, int], str]) -> str:
    """Return how many tickets the e-mail does not name."""
    left = order.standing - len(order.tickets)
    if left <= 0:
        return ""
    return ngettext(
        "{count} more ticket is not named here. Your booking page shows it.",
        "{count} more tickets are not named here. Your booking page shows them.",
        left,
    ).format(count=left)
