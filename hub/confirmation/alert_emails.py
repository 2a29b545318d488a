"""E-mails about alerts: a measured value has reached its threshold, or is below it again."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from hub.confirmation.email_content import EmailContent, Link, Unsendable
from hub.confirmation.outbox_message import OutboxMessage, Sender
from hub.text.languages import format_day, format_moment, translator


def alert_raised(message: OutboxMessage, sender: Sender) -> EmailContent:
    _ = translator(message.language).gettext
    alert = _alert(message)
    title, sentence = _words(alert, message)
    paragraphs = [sentence]
    slots = alert.get("details", {}).get("slots")
    if isinstance(slots, list) and slots:
        paragraphs.append(", ".join(str(slot) for slot in slots))
    unplaced = alert.get("details", {}).get("unplaced")
    if isinstance(unplaced, int) and unplaced:
        paragraphs.append(_("Of these at no known venue: {count}.").format(count=unplaced))
    paragraphs.append(_("Since {moment}.").format(moment=_moment(message, alert["raised_at"])))
    return EmailContent(
        sender_name=message.venue_name,
        subject=_("Alert: {title} · {venue}").format(title=title, venue=message.venue_name),
        preview=sentence,
        heading=title,
        paragraphs=tuple(paragraphs),
        action=Link(_("Open the control room"), f"{sender.public_url}/manager"),
        notes=(_("You get this email because the venue sends its alerts to your address."),),
    )


def alert_cleared(message: OutboxMessage, sender: Sender) -> EmailContent:
    _ = translator(message.language).gettext
    alert = _alert(message)
    title, _sentence = _words(alert, message)
    sentence = _("It began at {raised} and ended at {cleared}.").format(
        raised=_moment(message, alert["raised_at"]), cleared=_moment(message, alert["cleared_at"])
    )
    return EmailContent(
        sender_name=message.venue_name,
        subject=_("Resolved: {title} · {venue}").format(title=title, venue=message.venue_name),
        preview=sentence,
        heading=_("Resolved: {title}").format(title=title),
        paragraphs=(sentence,),
        action=Link(_("Open the control room"), f"{sender.public_url}/manager"),
    )


def _words(alert: dict[str, Any], message: OutboxMessage) -> tuple[str, str]:
    """Return the alert's title, and a sentence with the measured value and its limit."""
    _ = translator(message.language).gettext
    value, threshold = f"{alert['value']:g}", f"{alert['threshold']:g}"

    def day(subject: str) -> str:
        return format_day(date.fromisoformat(subject), message.language)

    words: dict[str, Callable[[], tuple[str, str]]] = {
        "failure_rate": lambda: (
            _("Many bookings fail"),
            _("{value} % of the bookings of the last 15 minutes have failed (alert at {threshold} %)."),
        ),
        "utilisation": lambda: (
            _("Nearly full: {day}").format(day=day(alert["subject"])),
            _("The fullest time is {value} % booked (alert at {threshold} %)."),
        ),
        "latency": lambda: (
            _("Slow responses"),
            _(
                "Across the whole hub, 1 response in 20 took longer than {value} ms in the last 5 minutes (alert at {threshold} ms)."
            ),
        ),
        "login_failures": lambda: (
            _("Many failed sign-ins"),
            _("{value} sign-ins were refused in the last 15 minutes (alert at {threshold})."),
        ),
        "names_locked": lambda: (
            _("A password or PIN is being guessed"),
            _("User names locked for at least the third time in a row, in the last 15 minutes: {value}."),
        ),
        "people_inside": lambda: (
            _("The venue is full"),
            _("{value} people are inside; the limit is {threshold}."),
        ),
    }
    try:
        title, sentence = words[alert["kind"]]()
    except (KeyError, TypeError, ValueError):
        raise Unsendable("unreadable: alert") from None
    return title, sentence.format(value=value, threshold=threshold)


def _alert(message: OutboxMessage) -> dict[str, Any]:
    alert = message.payload.get("alert")
    if not isinstance(alert, dict):
        raise Unsendable("unreadable: alert")
    return alert


def _moment(message: OutboxMessage, moment: Any) -> str:
    return format_moment(datetime.fromisoformat(str(moment)), message.zone(), message.language)
