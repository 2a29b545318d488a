"""Texts of shows and rooms: how they are stored, how long they may be, and what they may not hold."""

import re
import unicodedata

LONGEST_NAME = 100
"""Characters of a room's name or a spoken language."""
LONGEST_TITLE = 200
LONGEST_SUBTITLE = 300
LONGEST_DESCRIPTION = 20_000
"""Characters of a description in Markdown."""
LONGEST_NOTE = 2_000
"""Characters of a note on accessibility, or of what a visitor agrees to."""
LONGEST_MESSAGE = 1_000
"""Characters of the organiser's own words in an e-mail about a performance that is cancelled or moved."""

TRANSLATED = {
    "title": LONGEST_TITLE,
    "subtitle": LONGEST_SUBTITLE,
    "description": LONGEST_DESCRIPTION,
    "accessibility": LONGEST_NOTE,
    "consent": LONGEST_NOTE,
}
"""The texts of a show that may be translated, each with its greatest length."""

# Joiners stay, because scripts and emoji need them.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def clean_line(text: str, longest: int, *, required: bool = False) -> str:
    """Return one line as it is stored: NFC, single spaces, none around it. Raises ValueError with a readable sentence."""
    return _checked(" ".join(text.split()), longest, required=required)


def clean_text(text: str, longest: int) -> str:
    """Return a text of several lines as it is stored: NFC, `\\n` between lines, nothing around it. Raises ValueError likewise."""
    return _checked(text.replace("\r\n", "\n").replace("\r", "\n").strip(), longest, required=False)


def _checked(text: str, longest: int, *, required: bool) -> str:
    text = unicodedata.normalize("NFC", text)
    if _CONTROLS.search(text):
        raise ValueError("Control characters are not allowed")
    if _DIRECTIONS.search(text):
        raise ValueError("Characters that turn the direction of the text are not allowed")
    if required and not text:
        raise ValueError("Must not be blank")
    if len(text) > longest:
        raise ValueError(f"At most {longest} characters")
    return text
