"""Text messages about visits and bookings: confirmed, and a reminder. Each fits into one segment.

With room for it, the message has the link that shows the QR code. Otherwise it has the code itself, or says that the e-mail has it.
"""

from collections.abc import Callable, Iterator
from datetime import date, time

from hub.confirmation.booked_party import by_slot
from hub.confirmation.booking_emails import booking_ahead, page_url
from hub.confirmation.outbox_message import OutboxMessage, Sender
from hub.confirmation.text_segment import one_segment
from hub.confirmation.visit_email import party_of, places_ahead
from hub.text.languages import format_short_day, format_time, sentence_gap, translator

SHORTEST_NAME = 12
_SHORT_NAMES = (24, SHORTEST_NAME)
"""Letters to which the name of a venue or show is cut, before the message does without its link."""


def confirmed(message: OutboxMessage, sender: Sender) -> str:
    _ = translator(message.language).gettext
    return _about_visit(
        message,
        sender,
        _("{venue}: your visit on {day}, {time} is booked."),
        _("{venue}: your visits are booked, the first on {day}, {time}."),
    )


def reminder(message: OutboxMessage, sender: Sender) -> str:
    _ = translator(message.language).gettext
    words = _("{venue}: see you on {day} at {time}.")
    return _about_visit(message, sender, words, words)


def booking_confirmed(message: OutboxMessage, sender: Sender) -> str:
    _ = translator(message.language).gettext
    return _about_booking(message, sender, _("{show}: your seats are booked for {day}, {time}."))


def booking_reminder(message: OutboxMessage, sender: Sender) -> str:
    _ = translator(message.language).gettext
    return _about_booking(message, sender, _("{show}: see you on {day} at {time}."))


def _about_visit(message: OutboxMessage, sender: Sender, one_time: str, several: str) -> str:
    party = party_of(message)
    places = places_ahead(party, message)
    first, words = places[0], one_time if len(by_slot(places)) == 1 else several
    code = first.ticket_code if len(places) == 1 else ""
    said = _sentence(words, message.language, first.date, first.start_time)
    return one_segment(_texts(said, party.venue.name, message.language, message.manage_url(sender), code))


def _about_booking(message: OutboxMessage, sender: Sender, words: str) -> str:
    """A booking's QR code opens its page, so it is not spelled out."""
    booking = booking_ahead(message)
    token = message.text("manage_token")
    said = _sentence(words, message.language, booking.date, booking.start_time)
    name = booking.show.title_in(message.language)
    return one_segment(_texts(said, name, message.language, page_url(sender, token) if token else "", ""))


def _sentence(words: str, language: str, day: date, start: time) -> Callable[[str], str]:
    """Return the first sentence as a function of the name in it."""
    on, at = format_short_day(day, language), format_time(start, language)
    return lambda name: words.format(venue=name, show=name, day=on, time=at)


def _texts(said: Callable[[str], str], name: str, language: str, link: str, code: str) -> Iterator[str]:
    """Yield the message from the most helpful form to the shortest one."""
    _ = translator(language).gettext
    tails = [_("Your QR code is in the email.")]
    if code:
        tails.insert(0, _("Show {code} at the entrance.").format(code=code))
    if link:
        tails.insert(0, _("QR code: {link}").format(link=link))
    name, gap = " ".join(name.split()), sentence_gap(language)
    for tail in tails:
        yield f"{said(name)}{gap}{tail}"
        for length in _SHORT_NAMES:
            if len(name) > length:
                yield f"{said(_cut(name, length))}{gap}{tail}"
    yield said(_cut(name, SHORTEST_NAME))


def _cut(name: str, length: int) -> str:
    return name if len(name) <= length else f"{name[:length].rstrip()}..."
