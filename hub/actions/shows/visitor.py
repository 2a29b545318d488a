"""The visitor who asks for seats: checks the name, the contact and the notes that were typed."""

import re
from dataclasses import dataclass

from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.show_texts import Blank, TooLong, clean_line, clean_text
from hub.text.contact_details import check_contact
from hub.text.languages import N_

LONGEST_NAME = 200
LONGEST_NOTES = 1000
"""Characters of a name and of notes, as they are stored."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """A visitor's details as they are stored. `phone` is in E.164, or None."""

    name: str
    email: str
    phone: str | None
    notes: str


def read_visitor(name: str, email: str, phone: str | None = None, notes: str | None = None) -> Visitor:
    """Return the details as they are stored. Refuses INVALID_REQUEST for the name or the notes, else INVALID_CONTACT.

    A blank phone number is none.
    """
    errors = []
    line = lines = ""
    try:
        line = clean_line(name, LONGEST_NAME, required=True)
    except TooLong:
        errors.append({"field": "name", "message": N_("Please shorten your name to 200 characters")})
    except Blank:
        errors.append({"field": "name", "message": N_("Please enter your name")})
    except ValueError as wrong:
        errors.append({"field": "name", "message": str(wrong)})
    try:
        lines = re.sub("\n{3,}", "\n\n", clean_text(notes or "", LONGEST_NOTES))
    except TooLong:
        errors.append({"field": "notes", "message": N_("Please shorten your notes to 1000 characters")})
    except ValueError as wrong:
        errors.append({"field": "notes", "message": str(wrong)})
    if errors:
        raise Refused(Reason.INVALID_REQUEST, errors=errors)
    contact = check_contact(email, phone if phone and phone.strip() else None)
    return Visitor(line, contact.email, contact.phone_e164 or None, lines)
