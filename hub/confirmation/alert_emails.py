"""The letters of the alerts: what a manager is told by mail when a measure is over its threshold, and when it no longer is."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from hub.confirmation.email_content import Letter, Link, Unsendable
from hub.confirmation.outbox_message import Outgoing, Sender
from hub.text.languages import format_day, format_moment, translator


def alert_raised(outgoing: Outgoing, sender: Sender) -> Letter:
    _ = translator(outgoing.language).gettext
    alert = _alert(outgoing)
    title, line = _words(alert, outgoing)
    paragraphs = [line]
    slots = alert.get("details", {}).get("slots")
    if isinstance(slots, list) and slots:
        paragraphs.append(", ".join(str(slot) for slot in slots))
    unplaced = alert.get("details", {}).get("unplaced")
    if isinstance(unplaced, int) and unplaced:
        paragraphs.append(_("Of these at no known venue: {count}.").format(count=unplaced))
    paragraphs.append(_("Since {moment}.").format(moment=_moment(outgoing, alert["raised_at"])))
    return Letter(
        sender_name=_venue(outgoing),
        subject=_("Alert: {title} · {venue}").format(title=title, venue=_venue(outgoing)),
        preview=line,
        heading=title,
        paragraphs=tuple(paragraphs),
        action=Link(_("Open the control room"), f"{sender.public_url}/manager"),
        notes=(_("You get this mail because your address is among those the venue wants alerts sent to."),),
    )


def alert_cleared(outgoing: Outgoing, sender: Sender) -> Letter:
    _ = translator(outgoing.language).gettext
    alert = _alert(outgoing)
    title, _line = _words(alert, outgoing)
    line = _("It began at {raised} and was over at {cleared}.").format(
        raised=_moment(outgoing, alert["raised_at"]), cleared=_moment(outgoing, alert["cleared_at"])
    )
    return Letter(
        sender_name=_venue(outgoing),
        subject=_("Over: {title} · {venue}").format(title=title, venue=_venue(outgoing)),
        preview=line,
        heading=_("Over: {title}").format(title=title),
        paragraphs=(line,),
        action=Link(_("Open the control room"), f"{sender.public_url}/manager"),
    )


def _words(alert: dict[str, Any], outgoing: Outgoing) -> tuple[str, str]:
    """What it is called, and what was measured."""
    _ = translator(outgoing.language).gettext
    value, threshold = f"{alert['value']:g}", f"{alert['threshold']:g}"

    def day(subject: str) -> str:
        return format_day(date.fromisoformat(subject), outgoing.language)

    words: dict[str, Callable[[], tuple[str, str]]] = {
        "failure_rate": lambda: (
            _("Many bookings fail"),
            _("{value} % of the bookings of the last 15 minutes have failed; the limit is {threshold} %."),
        ),
        "utilisation": lambda: (
            _("Nearly full: {day}").format(day=day(alert["subject"])),
            _("The fullest time is booked to {value} %; the limit is {threshold} %."),
        ),
        "latency": lambda: (
            _("Slow answers"),
            _(
                "One answer in twenty of the whole hub took longer than {value} ms in the last 5 minutes; the limit is {threshold} ms."
            ),
        ),
        "login_failures": lambda: (
            _("Many failed sign-ins"),
            _("{value} sign-ins were refused in the last 15 minutes; the limit is {threshold}."),
        ),
    }
    try:
        title, line = words[alert["kind"]]()
    except (KeyError, TypeError, ValueError):
        raise Unsendable("unreadable: alert") from None
    return title, line.format(value=value, threshold=threshold)


def _alert(outgoing: Outgoing) -> dict[str, Any]:
    alert = outgoing.payload.get("alert")
    if not isinstance(alert, dict):
        raise Unsendable("unreadable: alert")
    return alert


def _moment(outgoing: Outgoing, moment: Any) -> str:
    return format_moment(datetime.fromisoformat(str(moment)), outgoing.zone(), outgoing.language)


def _venue(outgoing: Outgoing) -> str:
    return outgoing.text("venue_name") or outgoing.organisation
