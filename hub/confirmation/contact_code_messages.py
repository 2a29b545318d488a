"""The e-mail and the text message with a customer's one-time code."""

from urllib.parse import urlsplit

from hub.confirmation.email_content import EmailContent, Unsendable
from hub.confirmation.outbox_message import OutboxMessage, Sender
from hub.text.languages import translator


def contact_code_email(message: OutboxMessage, _sender: Sender) -> EmailContent:
    _ = translator(message.language).gettext
    code, name = _code(message), message.venue_name
    return EmailContent(
        sender_name=name,
        subject=_("{code} is your code for {venue}").format(code=code, venue=name),
        preview=_lasts(message),
        heading=_("Your code"),
        paragraphs=(_("Enter this code on the page that asked for it."), _lasts(message)),
        code=code,
        notes=(_("Didn't ask for a code? Someone may have mistyped their address. You can ignore this email."),),
    )


def contact_code_sms(message: OutboxMessage, sender: Sender) -> str:
    """Return the text. Its last line binds the code to this hub's domain, so that a phone offers it on no other site."""
    _ = translator(message.language).gettext
    code = _code(message)
    text = _("{code} is your code for {venue}").format(code=code, venue=message.venue_name)
    bound = urlsplit(sender.public_url)
    ending = f"\n\n@{bound.hostname} #{code}" if bound.scheme == "https" else ""
    return f"{text}. {_lasts(message)}{ending}"


def _code(message: OutboxMessage) -> str:
    code = message.text("code")
    if not code:
        raise Unsendable("token gone")
    return code


def _lasts(message: OutboxMessage) -> str:
    minutes = message.number("minutes", 5)
    return (
        translator(message.language)
        .ngettext("It's valid for {count} minute.", "It's valid for {count} minutes.", minutes)
        .format(count=minutes)
    )
