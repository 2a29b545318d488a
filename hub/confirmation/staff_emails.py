"""The e-mails to staff: an invitation, and a link to a new password or PIN."""

from hub.confirmation.email_content import EmailContent, Link, Unsendable
from hub.confirmation.outbox_message import OutboxMessage, Sender
from hub.text.languages import format_moment, translator


def invited(message: OutboxMessage, sender: Sender) -> EmailContent:
    _ = translator(message.language).gettext
    name, organisation, by = message.text("name"), message.organisation, message.text("invited_by")
    sentence = (
        _("{by} has invited you to work with Venue Hub at {organisation}.")
        if by
        else _("You are invited to work with Venue Hub at {organisation}.")
    ).format(by=by, organisation=organisation)
    return EmailContent(
        sender_name=organisation,
        subject=_("Your invitation to {organisation}").format(organisation=organisation),
        preview=sentence,
        heading=_("Welcome to {organisation}").format(organisation=organisation),
        greeting=_("Hello {name},").format(name=name),
        paragraphs=(
            sentence,
            _("Your username is {username}.").format(username=message.text("username")),
            _("Choose your password with the link below. It works once, until {moment}.").format(
                moment=_moment(message)
            ),
        ),
        action=Link(_("Choose your password"), _url(message, sender)),
        notes=(_("You don't know {organisation}? Then you can ignore this email.").format(organisation=organisation),),
    )


def reset(message: OutboxMessage, sender: Sender) -> EmailContent:
    _ = translator(message.language).gettext
    sentence = _("With the link below you choose a new password. It works once, until {moment}.").format(
        moment=_moment(message)
    )
    return EmailContent(
        sender_name=message.organisation,
        subject=_("Your new password for {organisation}").format(organisation=message.organisation),
        preview=sentence,
        heading=_("Choose a new password"),
        greeting=_("Hello {name},").format(name=message.text("name")),
        paragraphs=(sentence, _("Your username is {username}.").format(username=message.text("username"))),
        action=Link(_("Choose a new password"), _url(message, sender)),
        notes=(_("You did not ask for this? Then you can ignore this email. Your password stays as it is."),),
    )


def _url(message: OutboxMessage, sender: Sender) -> str:
    url = message.staff_url(sender)
    if not url:
        raise Unsendable("token gone")
    return url


def _moment(message: OutboxMessage) -> str:
    return format_moment(message.moment("expires_at"), message.zone(), message.language)
