"""E-mails about alerts: a measured value has reached its threshold, or is below it again."""

from datetime import date, datetime
from typing import Any

from hub.confirmation.alert_words import ALERT_WORDS, PARTS
from hub.confirmation.email_content import EmailContent, Link, Unsendable
from hub.confirmation.outbox_message import OutboxMessage, Sender
from hub.text.languages import format_day, format_moment, format_number, translator


def alert_raised(message: OutboxMessage, sender: Sender) -> EmailContent:
    _ = translator(message.language).gettext
    alert = _alert(message)
    title, sentence, advice = _words(alert, message)
    paragraphs = [sentence, advice]
    slots = _slots(alert)
    if len(slots) > 1:
        paragraphs.append(_("Nearly full: {slots}").format(slots=", ".join(slots)))
    unplaced = alert.get("details", {}).get("unplaced")
    if isinstance(unplaced, int) and unplaced:
        paragraphs.append(_("Of these at no known venue: {count}.").format(count=unplaced))
    pool = alert.get("details", {}).get("pool")
    if pool in PARTS:
        paragraphs.append(_("Part of the hub: {part}").format(part=_(PARTS[pool])))
    paragraphs.append(_("Since {moment}.").format(moment=_moment(message, alert["raised_at"])))
    return EmailContent(
        sender_name=message.venue_name,
        subject=_("Alert: {title} · {venue}").format(title=title, venue=message.venue_name),
        preview=sentence,
        heading=title,
        paragraphs=tuple(paragraphs),
        action=Link(_("Open the control room"), f"{sender.public_url}/manager"),
        notes=(_why(message),),
    )


def alert_cleared(message: OutboxMessage, sender: Sender) -> EmailContent:
    _ = translator(message.language).gettext
    alert = _alert(message)
    title, now, _advice = _words(alert, message)
    sentence = _("It began on {raised} and ended on {cleared}.").format(
        raised=_moment(message, alert["raised_at"]), cleared=_moment(message, alert["cleared_at"])
    )
    return EmailContent(
        sender_name=message.venue_name,
        subject=_("Resolved: {title} · {venue}").format(title=title, venue=message.venue_name),
        preview=sentence,
        heading=_("Resolved: {title}").format(title=title),
        # A value that is still over its threshold was measured before there were too few cases, or nobody watched it.
        paragraphs=(sentence, now) if alert["value"] < alert["threshold"] else (sentence,),
        action=Link(_("Open the control room"), f"{sender.public_url}/manager"),
        notes=(_why(message),),
    )


def _why(message: OutboxMessage) -> str:
    _ = translator(message.language).gettext
    return _("You get this email because the venue sends its alerts to your address.")


def _words(alert: dict[str, Any], message: OutboxMessage) -> tuple[str, str, str]:
    """Return the alert's title, a sentence with the measured value and its limit, and what to do."""
    _ = translator(message.language).gettext
    try:
        words = ALERT_WORDS[alert["kind"]]
        value, threshold = (format_number(round(alert[name]), message.language) for name in ("value", "threshold"))
        subject = alert["subject"]
        day = format_day(date.fromisoformat(subject), message.language) if subject else ""
    except (KeyError, TypeError, ValueError):
        raise Unsendable("unreadable: alert") from None
    title = _(words.title).format(day=day)
    slot = next(iter(_slots(alert)), "")
    sentence = _(words.sentence).format(value=value, threshold=threshold, slot=slot)
    # A number and its sign stay in one line.
    return title, sentence.replace(" %", "\u00a0%"), _(words.advice)


def _slots(alert: dict[str, Any]) -> list[str]:
    """Return the times that are nearly full, the fullest first."""
    details = alert.get("details")
    slots = details.get("slots") if isinstance(details, dict) else None
    return [str(slot) for slot in slots] if isinstance(slots, list) else []


def _alert(message: OutboxMessage) -> dict[str, Any]:
    alert = message.payload.get("alert")
    if not isinstance(alert, dict):
        raise Unsendable("unreadable: alert")
    return alert


def _moment(message: OutboxMessage, moment: Any) -> str:
    return format_moment(datetime.fromisoformat(str(moment)), message.zone(), message.language)
