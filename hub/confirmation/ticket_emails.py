"""E-mails about tickets without a reservation: cancelled."""

from hub.confirmation.email_content import EmailContent
from hub.confirmation.outbox_message import OutboxMessage, Sender
from hub.text.languages import translator

MOST_NAMED = 20
"""Codes that an e-mail names."""


def cancelled(message: OutboxMessage, _sender: Sender) -> EmailContent:
    """Return the e-mail to the buyer of tickets that the organiser has cancelled. Rows of earlier versions name one code."""
    translation = translator(message.language)
    _ = translation.gettext
    codes = [code for code in message.payload.get("codes") or [message.text("ticket_code")] if isinstance(code, str)]
    name, shown = " ".join(message.text("name").split()), codes[:MOST_NAMED]
    more = len(codes) - len(shown)
    return EmailContent(
        sender_name=message.venue_name,
        subject=_("Cancelled: your ticket {code}").format(code=codes[0])
        if len(codes) == 1
        else _("Cancelled: {count} tickets").format(count=len(codes)),
        preview=translation.ngettext(
            "This ticket is no longer valid.", "These tickets are no longer valid.", len(codes)
        ),
        greeting=_("Hello {name},").format(name=name) if name else _("Hello,"),
        heading=translation.ngettext("Your ticket is cancelled", "Your tickets are cancelled", len(codes)),
        paragraphs=(
            _("{venue} has cancelled your ticket {code}. It can no longer be used.").format(
                venue=message.venue_name, code=codes[0]
            )
            if len(codes) == 1
            else _("{venue} has cancelled these tickets. They can no longer be used.").format(venue=message.venue_name),
            *(shown if len(codes) > 1 else ()),
            *((_("and {count} more").format(count=more),) if more else ()),
        ),
    )
