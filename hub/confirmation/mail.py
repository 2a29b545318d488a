"""The confirmation mail: plain text and HTML with the QR code in it, the picture and a calendar file attached."""

from dataclasses import dataclass
from datetime import date, datetime, time
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from string import Template

from hub.confirmation import qr_code
from hub.confirmation.calendar_file import CalendarEntry, calendar_file

RESERVATION_CONFIRMED = "reservation.confirmed"

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ConfirmationMail:
    """What one `reservation.confirmed` mail says. Date and times are the venue's; an empty `manage_url` is left out."""

    reservation_id: int
    recipient: str
    customer_name: str | None
    venue_name: str
    venue_timezone: str
    ticket_code: str
    date: date
    start_time: time
    end_time: time
    starts_at: datetime
    ends_at: datetime
    manage_url: str
    qr_text: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """Whose mail it is. `message_id` stays the same when a mail is sent again, so that a repeat can be recognised."""

    sender: str
    host: str
    message_id: str
    sent_at: datetime


def confirmation_message(mail: ConfirmationMail, envelope: Envelope) -> EmailMessage:
    """The whole message, ready for any carrier."""
    venue = _one_line(mail.venue_name)
    day = f"{_DAYS[mail.date.weekday()]}, {mail.date.day} {_MONTHS[mail.date.month - 1]} {mail.date.year}"
    hours = f"{mail.start_time:%H:%M} – {mail.end_time:%H:%M}"
    greeting = f"Hello {_one_line(mail.customer_name)}," if mail.customer_name else "Hello,"
    words = {"venue": venue, "day": day, "hours": hours, "code": mail.ticket_code, "greeting": greeting}

    message = EmailMessage(policy=SMTP)
    message["Subject"] = f"Your visit to {venue} on {day}"
    message["From"] = Address(venue, addr_spec=envelope.sender)
    message["To"] = mail.recipient
    message["Date"] = envelope.sent_at
    message["Message-ID"] = envelope.message_id
    # Out-of-office programs do not answer a mail that says it was made by a machine (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"

    text_change = f"\nView, move or cancel your reservation:\n{mail.manage_url}\n" if mail.manage_url else ""
    message.set_content(_TEXT.substitute(words, change=text_change), cte="quoted-printable")

    picture = qr_code.png(mail.qr_text)
    picture_id = f"qr-{mail.reservation_id}@{envelope.host}"
    link = _LINK.substitute(url=escape(mail.manage_url)) if mail.manage_url else ""
    escaped = {name: escape(word) for name, word in words.items()}
    html = _HTML.substitute(escaped, picture=escape(picture_id), change=link)
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    html_part = message.get_body(("html",))
    assert html_part is not None
    html_part.add_related(picture, "image", "png", cid=f"<{picture_id}>", disposition="inline")

    name = "".join(character if character.isalnum() or character in "-_" else "-" for character in mail.ticket_code)
    message.add_attachment(picture, "image", "png", filename=f"ticket-{name}.png")
    calendar = calendar_file(
        CalendarEntry(
            mail.reservation_id,
            envelope.host,
            venue,
            mail.venue_timezone,
            mail.ticket_code,
            mail.starts_at,
            mail.ends_at,
            mail.manage_url,
        ),
        stamped_at=envelope.sent_at,
    )
    message.add_attachment(
        calendar.decode("utf-8"),
        subtype="calendar",
        cte="quoted-printable",
        filename="visit.ics",
        params={"method": "PUBLISH"},
    )
    return message


def _one_line(text: str) -> str:
    """Without line breaks and controls, so that no name can add a header."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


_TEXT = Template("""\
$greeting

your reservation is confirmed.

$venue
$day
$hours
Ticket $code

Show the attached QR code at the entrance, on your phone or printed.
$change
""")

_LINK = Template(
    '<p style="margin:24px 0 0"><a href="$url" style="color:#0b57d0">View, move or cancel your reservation</a></p>'
)

# Tables and inline styles only: what mail programs agree on. The QR code stands on white even in dark mode.
_HTML = Template("""\
<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Your visit to $venue</title></head>
<body style="margin:0;padding:0;background:#f2f4f7">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#f2f4f7">
<tr><td align="center" style="padding:24px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"
 style="max-width:480px;background:#ffffff;border-radius:12px;font-family:Arial,Helvetica,sans-serif;color:#1c2430">
<tr><td style="padding:28px 28px 8px;font-size:16px;line-height:24px">
<p style="margin:0 0 12px">$greeting</p>
<h1 style="margin:0 0 20px;font-size:22px;line-height:28px">Your reservation is confirmed</h1>
<p style="margin:0;font-size:18px;line-height:26px"><strong>$venue</strong><br>$day<br>$hours</p>
</td></tr>
<tr><td align="center" style="padding:16px 28px">
<img src="cid:$picture" width="264" height="264" alt="QR code of ticket $code"
 style="display:block;background:#ffffff;image-rendering:pixelated">
<p style="margin:8px 0 0;font-family:Consolas,Menlo,monospace;font-size:16px">$code</p>
</td></tr>
<tr><td style="padding:8px 28px 28px;font-size:15px;line-height:22px">
<p style="margin:0">Show this QR code at the entrance, on your phone or printed.</p>
$change
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
""")
