"""What the pages say about webhooks: each event, and why a request was not taken."""

from __future__ import annotations

from collections.abc import Mapping

from hub.rules.webhook_events import TEST_EVENT, EventName
from hub.text.languages import N_, translator

EVENT_WORDS: Mapping[EventName, str] = {
    "order.created": N_("An order was made"),
    "order.paid": N_("An order was paid"),
    "order.cancelled": N_("An order was cancelled"),
    "ticket.activated": N_("A ticket was activated"),
    "ticket.cancelled": N_("A ticket was cancelled"),
    "reservation.created": N_("A ticket was booked into a slot"),
    "reservation.modified": N_("A reservation was moved to another slot"),
    "reservation.cancelled": N_("A reservation was cancelled"),
    "booking.created": N_("Somebody asked for seats of a performance"),
    "booking.confirmed": N_("A booking of seats was confirmed"),
    "booking.cancelled": N_("A booking of seats was cancelled"),
    "entry.recorded": N_("Somebody came in"),
    "entry.undone": N_("A scan was undone"),
    "exit.recorded": N_("Somebody left"),
    "entry.refused": N_("A code was refused at a gate"),
    "slot.full": N_("The last space of a slot was taken"),
    "slot.closed": N_("A slot was closed"),
    "waitlist.offered": N_("Spaces were offered to the waiting list"),
}
_ALL_WORDS: Mapping[str, str] = {
    **{str(name): words for name, words in EVENT_WORDS.items()},
    TEST_EVENT: N_("Test"),
    "batch": N_("Several events"),
}
_FORBIDDEN = N_("The address is in a private network. Whoever runs the hub can allow it with HUB_WEBHOOK_NETWORKS.")
_SECRET_LOST = N_("The secret cannot be read any more. Make a new one.")
_STATUS = N_("The receiver answered with status %(status)s")
_NO_ANSWER = N_("The receiver did not answer (%(reason)s)")


def said_of_event(kind: str, language: str) -> str:
    """Return what happened, in this language. An event of another version of the hub is its own name."""
    words = _ALL_WORDS.get(kind)
    return kind if words is None else translator(language).gettext(words)


def said_of_error(error: str, language: str) -> str:
    """Return why a request was not taken, in this language."""
    say = translator(language).gettext
    if error == "address forbidden":
        return say(_FORBIDDEN)
    if error.startswith("secret lost"):
        return say(_SECRET_LOST)
    kind, _, detail = error.rpartition(" ")
    return say(_STATUS) % {"status": detail} if kind == "status" else say(_NO_ANSWER) % {"reason": detail}
