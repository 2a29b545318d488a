"""The mail: one outgoing message as MIME, with text, HTML, the QR codes in it and the calendar file attached.

multipart/mixed
  multipart/alternative
    text/plain
    multipart/related        where there are QR codes; otherwise text/html alone
      text/html
      image/png ...          inline, named in the HTML by Content-ID
  text/calendar              where the mail is about a visit
"""

from collections.abc import Callable, Mapping
from email.errors import HeaderParseError
from email.headerregistry import Address, AddressHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP
from typing import cast

from hub.confirmation import alert_emails, qr_code, reservation_emails, waitlist_emails
from hub.confirmation.calendar_file import calendar_of, method_of
from hub.confirmation.email_content import Letter, Unsendable, as_html, as_text
from hub.confirmation.outbox_message import Outgoing, Sender
from hub.confirmation.sms_carrier import TextMessage
from hub.text.languages import html_lang

LETTERS: Mapping[str, Callable[[Outgoing, Sender], Letter]] = {
    "reservation.confirmed": reservation_emails.confirmed,
    "reservation.moved": reservation_emails.moved,
    "reservation.cancelled": reservation_emails.cancelled,
    "reservation.reminder": reservation_emails.reminder,
    "waitlist.joined": waitlist_emails.waitlist_joined,
    "waitlist.offer": waitlist_emails.waitlist_offer,
    "waitlist.lapsed": waitlist_emails.waitlist_lapsed,
    "waitlist.closed": waitlist_emails.waitlist_closed,
    "contact.code": waitlist_emails.contact_code,
    "alert.raised": alert_emails.alert_raised,
    "alert.cleared": alert_emails.alert_cleared,
}
TEXT_MESSAGES: Mapping[str, Callable[[Outgoing, Sender], str]] = {"contact.code": waitlist_emails.contact_code_sms}
_HEADERS = HeaderRegistry()
_LONGEST_SUBJECT = 200
_LONGEST_NAME = 80


def write_mail(outgoing: Outgoing, sender: Sender) -> EmailMessage:
    """The whole message, ready for any carrier. Raises Obsolete or Unsendable."""
    write = LETTERS.get(outgoing.kind)
    if write is None:
        raise Unsendable("unknown kind")
    return _message(write(outgoing, sender), outgoing, sender)


def write_text_message(outgoing: Outgoing, sender: Sender) -> TextMessage:
    """As `write_mail`, for a phone."""
    write = TEXT_MESSAGES.get(outgoing.kind)
    if write is None:
        raise Unsendable("unknown kind")
    return TextMessage(outgoing.recipient, write(outgoing, sender), outgoing.message_id)


def _message(letter: Letter, outgoing: Outgoing, sender: Sender) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["Subject"] = _one_line(letter.subject, _LONGEST_SUBJECT)
    message["From"] = Address(_one_line(letter.sender_name, _LONGEST_NAME), addr_spec=sender.address)
    message["To"] = _one_address(outgoing.recipient)
    message["Date"] = outgoing.now
    message["Message-ID"] = outgoing.message_id
    # Out-of-office programs do not answer a mail that says it was made by a machine (RFC 3834; the second is Exchange's).
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"

    message.set_content(as_text(letter, outgoing.language), cte="quoted-printable")
    row = outgoing.message_id.strip("<>")
    pictures = {code: f"qr{number}.{row}" for number, code in enumerate(letter.pictured)}
    message.add_alternative(as_html(letter, outgoing.language, pictures), subtype="html", cte="quoted-printable")
    html = message.get_body(("html",))
    assert html is not None
    for code, picture in pictures.items():
        html.add_related(
            qr_code.png(code),
            "image",
            "png",
            cid=f"<{picture}>",
            disposition="inline",
            filename=f"ticket-{_file_name(code)}.png",
        )
    if letter.entries:
        message.add_attachment(
            calendar_of(letter.entries, stamped_at=outgoing.now).decode("utf-8"),
            subtype="calendar",
            cte="quoted-printable",
            filename="visit.ics",
            params={"method": method_of(letter.entries)},
        )
    # Last: while a message is built, headers of content move into its first part.
    message["Content-Language"] = html_lang(outgoing.language)
    return message


def _one_address(recipient: str) -> str:
    """The address if it is one and only one: a comma, a line break or a name beside it would reach somebody else."""
    try:
        (address,) = cast("AddressHeader", _HEADERS("To", recipient)).addresses
        usable = address.addr_spec == recipient and address.domain != "" and recipient.isprintable()
    except (ValueError, IndexError, HeaderParseError):
        usable = False
    if not usable:
        raise Unsendable("address not readable")
    return recipient


def _one_line(text: str, longest: int) -> str:
    """Without line breaks and controls, so that no name can add a header, and no longer than a header should be."""
    line = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def _file_name(code: str) -> str:
    return "".join(character if character.isascii() and character.isalnum() else "-" for character in code)
