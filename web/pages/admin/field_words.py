"""What may be wrong with a field of the organiser's forms, in the reader's language. Numbers inside a sentence are taken out first."""

from __future__ import annotations

import re

from hub.text.languages import N_, spoken, translator

KNOWN = (
    N_("Another organisation has this short name"),
    N_("At most {} slots at once"),
    N_("Choose a country"),
    N_("Choose a language"),
    N_("Choose a time zone of the list, such as Europe/Rome"),
    N_("Give both times, or neither for a closed day"),
    N_("Give at least {} characters"),
    N_("Give at least one gate"),
    N_("Give at most {} gates"),
    N_("Give the hours of at least one day"),
    N_("Give {} to {} characters"),
    N_("Give {} to {} characters without spaces"),
    N_("Give {} to {} digits; {} or more are better"),
    N_("Give {} to {} letters a to z, digits and dashes, and a letter first"),
    N_("Give {} to {} weeks"),
    N_("No slot of this length fits in"),
    N_("The two passwords differ"),
    N_("This is not the code that the hub printed last"),
    N_("This user name is taken"),
    N_("This venue has a gate of that name already"),
    N_("This venue has slots, whose times were set in its time zone"),
    N_("A performance lasts {} to {} minutes"),
    N_("A poster has at most {} MB"),
    N_("Give 1 to {} days"),
    N_("Give an email address or a phone number"),
    N_("Give at least one name"),
    N_("This line has too many columns"),
    N_("Tick the box first"),
    N_("{} people are in already"),
    N_("A poster is a PNG, JPEG or WebP image"),
    N_("A run has at most {} days"),
    N_("A run has at most {} performances"),
    N_("At most {} characters"),
    N_("Booking closes before it opens"),
    N_("Booking would close before it opens: change when it opens first"),
    N_("Characters that turn the direction of the text are not allowed"),
    N_("Choose a day"),
    N_("Choose at most {} gates"),
    N_("Choose one of these"),
    N_("Choose a room"),
    N_("Choose an image first"),
    N_("Clocks skip this time on that day"),
    N_("Control characters are not allowed"),
    N_("Each side has {} to {} pixels; this image has {} x {}"),
    N_("Every performance exists or is past"),
    N_("Give a day and a time"),
    N_("Give a day such as 2026-11-20"),
    N_("Give a time such as 20:00"),
    N_("Give a whole number"),
    N_("Give a whole number from {} to {}"),
    N_("Give at least one time"),
    N_("Give either a number of days or a last day"),
    N_("Give {} to {} days"),
    N_("Give {} to {} minutes"),
    N_("Give {} to {} people"),
    N_("Give {} to {} places"),
    N_("Give {} to {} seats"),
    N_("More seats are occupied than there are"),
    N_("Must not be blank"),
    N_("Administrators sign in with a password"),
    N_("Choose a password"),
    N_("Choose a role"),
    N_("Choose at most {} venues, or none for all of them"),
    N_("Choose either a password or a PIN"),
    N_("Choose fewer gates, or none for all of them"),
    N_("Give a password or a PIN, or send an invitation"),
    N_("Give at least {} characters"),
    N_("Give at most {} shifts"),
    N_("Give one shift in each line, such as 2026-11-20 09:00-18:00"),
    N_("Give the address that the invitation goes to"),
    N_("Give {} to {} characters without spaces"),
    N_("Give {} to {} digits"),
    N_("Only operators get a PIN this way. Send a link instead"),
    N_("The end is before the beginning"),
    N_("The form is damaged"),
    N_("There is no such gate at these venues"),
    N_("There is no such venue"),
    N_("This PIN is too easy to guess"),
    N_("This is not the same as above"),
    N_("This is not your present password or PIN"),
    N_("This password is too easy to guess"),
    N_("This user name is taken"),
    N_("The last day is before the first"),
    N_("The show has no duration: say how many minutes the performance lasts"),
    N_("The venue of this product has no such gate"),
    N_("There is no day in this run"),
    N_("This performance exists already"),
    N_("This time is past"),
    N_("This venue has a room of that name already"),
)
"""The sentences of rules and actions about the fields of these forms, for the catalogue."""
_NUMBER = re.compile(r"\d+")


def said_of_field(sentence: str) -> str:
    """Return the sentence in the language of the request; in English if the catalogue does not have it."""
    say = translator(spoken.get()).gettext
    whole = say(sentence)
    if whole != sentence:
        return whole
    template, numbers = _NUMBER.sub("{}", sentence), _NUMBER.findall(sentence)
    words = say(template)
    return words.format(*numbers) if words != template and words.count("{}") == len(numbers) else sentence
