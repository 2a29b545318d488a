"""E-mails to staff about their own account."""

from hub.confirmation.email_content import EmailContent, Link
from hub.confirmation.outbox_message import OutboxMessage, Sender
from hub.text.languages import format_moment, translator


def second_factor_reset(message: OutboxMessage, sender: Sender) -> EmailContent:
    _ = translator(message.language).gettext
    moment = format_moment(message.moment("at"), message.zone(), message.language)
    by = message.text("by")
    sentence = (
        _("{name} has removed the second step of the account {username} on {moment}.")
        if by
        else _("An administrator has removed the second step of the account {username} on {moment}.")
    ).format(name=by, username=message.text("username"), moment=moment)
    return EmailContent(
        sender_name=message.organisation,
        subject=_("Your second step of sign-in was reset · {organisation}").format(organisation=message.organisation),
        preview=sentence,
        heading=_("Your second step of sign-in was reset"),
        paragraphs=(sentence, _("You can sign in with your password now, and set up a new second step.")),
        action=Link(_("Sign in"), f"{sender.public_url}/operator/login"),
        notes=(_("You did not ask for this? Change your password at once and tell an administrator."),),
    )
