"""E-mails about tickets without a reservation: cancelled."""

from hub.confirmation.email_content import EmailContent
from hub.confirmation.outbox_message import OutboxMessage, Sender
from hub.text.languages import translator


def cancelled(message: OutboxMessage, _sender: Sender) -> EmailContent:
    """Return the e-mail to the buyer of a ticket that the organiser has cancelled."""
    _ = translator(message.language).gettext
    code, name = message.text("ticket_code"), " ".join(message.text("name").split())
    return EmailContent(
        sender_name=message.venue_name,
        subject=_("Cancelled: your ticket {code}").format(code=code),
        preview=_("This ticket is no longer valid."),
        greeting=_("Hello {name},").format(name=name) if name else _("Hello,"),
        heading=_("Your ticket is cancelled"),
        paragraphs=(
            _("{venue} has cancelled your ticket {code}. It can no longer be used.").format(
                venue=message.venue_name, code=code
            ),
        ),
    )
