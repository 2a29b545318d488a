"""E-mails as MIME messages: plain text, HTML, inline QR codes and the venue's logo, and the calendar file as an attachment.

multipart/mixed
  multipart/alternative
    text/plain
    multipart/related        where there are pictures; otherwise text/html alone
      text/html
      image/png ...          inline, named in the HTML by Content-ID
  text/calendar              where the mail is about a visit
"""

from collections.abc import Callable, Mapping
from email.errors import HeaderParseError
from email.header import Header
from email.headerregistry import Address, AddressHeader, BaseHeader, HeaderRegistry, UniqueUnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from textwrap import wrap
from typing import cast

from hub.confirmation import (
    account_emails,
    alert_emails,
    booking_emails,
    contact_code_messages,
    ended_visit_emails,
    order_emails,
    qr_code,
    reservation_emails,
    staff_emails,
    ticket_emails,
    visit_texts,
    waitlist_emails,
)
from hub.confirmation.calendar_file import calendar_of, method_of
from hub.confirmation.email_content import EmailContent, LogoPart, Unsendable, as_html, as_text
from hub.confirmation.outbox_message import OutboxMessage, Sender
from hub.confirmation.sms_carrier import TextMessage
from hub.text.contact_details import deliverable_form
from hub.text.languages import html_lang

EMAILS: Mapping[str, Callable[[OutboxMessage, Sender], EmailContent]] = {
    "reservation.confirmed": reservation_emails.confirmed,
    "reservation.resent": reservation_emails.confirmed,
    "reservation.moved": reservation_emails.moved,
    "reservation.cancelled": ended_visit_emails.cancelled,
    "reservation.reminder": reservation_emails.reminder,
    "reservation.message": reservation_emails.own_message,
    "reservation.contact_changed": reservation_emails.contact_changed,
    "guest.invited": reservation_emails.invited,
    "reservation.choose": ended_visit_emails.choose_again,
    "booking.requested": booking_emails.requested,
    "booking.confirmed": booking_emails.confirmed,
    "booking.moved": booking_emails.moved,
    "booking.message": booking_emails.own_message,
    "booking.cancelled": booking_emails.cancelled,
    "booking.reminder": booking_emails.reminder,
    "waitlist.joined": waitlist_emails.waitlist_joined,
    "waitlist.offer": waitlist_emails.waitlist_offer,
    "waitlist.lapsed": waitlist_emails.waitlist_lapsed,
    "waitlist.closed": waitlist_emails.waitlist_closed,
    "ticket.cancelled": ticket_emails.cancelled,
    "order.placed": order_emails.placed,
    "order.confirmed": order_emails.confirmed,
    "order.reminder": order_emails.reminder,
    "order.cancelled": order_emails.cancelled,
    "contact.code": contact_code_messages.contact_code_email,
    "staff.invited": staff_emails.invited,
    "staff.reset": staff_emails.reset,
    "alert.raised": alert_emails.alert_raised,
    "alert.cleared": alert_emails.alert_cleared,
    "staff.second_factor_reset": account_emails.second_factor_reset,
}
TEXT_MESSAGES: Mapping[str, Callable[[OutboxMessage, Sender], str]] = {
    "contact.code": contact_code_messages.contact_code_sms,
    "reservation.confirmed": visit_texts.confirmed,
    "reservation.reminder": visit_texts.reminder,
    "booking.confirmed": visit_texts.booking_confirmed,
    "booking.reminder": visit_texts.booking_reminder,
}


class _Subject(UniqueUnstructuredHeader):
    """A subject that begins on the line of its name and is read as it was written.

    Python's own folding puts a long text below its name, and loses blanks between encoded words.
    """

    def fold(self, *, policy: "Policy[EmailMessage]") -> str:
        if not str(self).isascii():
            text = Header(str(self), "utf-8", header_name="Subject").encode(linesep=policy.linesep)
            return f"Subject: {text}{policy.linesep}"
        longest = policy.max_line_length or 78
        lines = wrap(f"Subject: {self}", longest - 1, break_long_words=False, break_on_hyphens=False)
        return f"{policy.linesep} ".join(lines) + policy.linesep


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("subject", cast("type[BaseHeader]", _Subject))
_POLICY = SMTP.clone(header_factory=_HEADERS)
_LONGEST_SUBJECT = 200
_LONGEST_NAME = 80


def write_email(message: OutboxMessage, sender: Sender) -> EmailMessage:
    """Return the e-mail of an outbox message, ready to be sent. Raises Obsolete or Unsendable."""
    write = EMAILS.get(message.kind)
    if write is None:
        raise Unsendable("unknown kind")
    return _message(write(message, sender), message, sender)


def write_text_message(message: OutboxMessage, sender: Sender) -> TextMessage:
    """Return the text message (SMS) of an outbox message, ready to be sent. Raises Obsolete or Unsendable."""
    write = TEXT_MESSAGES.get(message.kind)
    if write is None:
        raise Unsendable("unknown kind")
    return TextMessage(message.recipient, write(message, sender), message.message_id)


def new_email(subject: str) -> EmailMessage:
    """Return an e-mail that has a subject alone, in one line of at most 200 characters."""
    email = EmailMessage(policy=_POLICY)
    email["Subject"] = _one_line(subject, _LONGEST_SUBJECT)
    return email


def _message(content: EmailContent, message: OutboxMessage, sender: Sender) -> EmailMessage:
    email = new_email(content.subject)
    email["From"] = Address(_one_line(content.sender_name, _LONGEST_NAME), addr_spec=sender.address)
    email["To"] = _one_address(message.recipient)
    email["Date"] = message.now
    email["Message-ID"] = message.message_id
    # Out-of-office programs do not answer e-mails with these headers (RFC 3834; the second one is for Exchange).
    email["Auto-Submitted"] = "auto-generated"
    email["X-Auto-Response-Suppress"] = "All"

    email.set_content(as_text(content, message.language), cte="quoted-printable")
    row = message.message_id.strip("<>")
    pictures = {ticket.code: f"qr{number}.{row}" for number, ticket in enumerate(content.pictured)}
    logo = None if message.logo is None else LogoPart(f"logo.{row}", *message.logo.shown)
    email.add_alternative(as_html(content, message.language, pictures, logo), subtype="html", cte="quoted-printable")
    html = email.get_body(("html",))
    assert html is not None
    if message.logo is not None:
        html.add_related(
            message.logo.image, "image", "png", cid=f"<logo.{row}>", disposition="inline", filename="logo.png"
        )
    for ticket in content.pictured:
        html.add_related(
            qr_code.png(ticket.code),
            "image",
            "png",
            cid=f"<{pictures[ticket.code]}>",
            disposition="inline",
            filename=f"{'booking' if ticket.booking else 'ticket'}-{_file_name(ticket.code)}.png",
        )
    if content.entries:
        email.add_attachment(
            calendar_of(content.entries, stamped_at=message.now).decode("utf-8"),
            subtype="calendar",
            cte="quoted-printable",
            filename="visit.ics",
            params={"method": method_of(content.entries)},
        )
    # Set these headers last: while the message is built, content headers move into its first part.
    email["Content-Language"] = html_lang(message.language)
    return email


def _one_address(recipient: str) -> str:
    """Return `recipient` with its domain in ASCII if it is exactly one address.

    A comma, a line break or a display name could reach somebody else.
    """
    try:
        recipient = deliverable_form(recipient)
        (address,) = cast("AddressHeader", _HEADERS("To", recipient)).addresses
        usable = address.addr_spec == recipient and address.domain != "" and recipient.isprintable()
    except (ValueError, IndexError, HeaderParseError):
        usable = False
    if not usable:
        raise Unsendable("address not readable")
    return recipient


def _one_line(text: str, longest: int) -> str:
    """Return `text` in one line of at most `longest` characters. Control characters go, so that no name can add a header."""
    line = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def _file_name(code: str) -> str:
    return "".join(character if character.isascii() and character.isalnum() else "-" for character in code)
