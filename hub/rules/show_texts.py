"""Names and other texts that people write: how they are stored, how long they may be, and what they may not hold.

One rule for the portal, the API, imports and the command line: NFC, spaces of every width are one space, joiners stay, control
characters and those that turn the direction of the text are refused by name.
"""

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
# Embeddings, overrides and isolates would turn the names around them in a list. Right-to-left text needs none of them.
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
# They have no width and no meaning in a name: a byte order mark, a word joiner, a space of no width.
_NOTHING = dict.fromkeys(map(ord, "\u200b\u2060\ufeff"))
_LOST = "\ufffd"
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Cn", "Zs", "Zl", "Zp", "Mn", "Me"})


class Blank(ValueError):
    """A required text shows nothing."""


class TooLong(ValueError):
    """A text has more characters than its field."""


def clean_line(text: str, longest: int, *, required: bool = False) -> str:
    """Return one line as it is stored: NFC, single spaces, none around it. Raises ValueError with a readable sentence."""
    return _checked(" ".join(text.translate(_NOTHING).split()), longest, required=required)


def clean_text(text: str, longest: int) -> str:
    """Return a text of several lines as it is stored: NFC, `\\n` between lines, nothing around it. Raises ValueError likewise."""
    return _checked(text.translate(_NOTHING).replace("\r\n", "\n").replace("\r", "\n").strip(), longest, required=False)


def _checked(text: str, longest: int, *, required: bool) -> str:
    text = unicodedata.normalize("NFC", text)
    if _CONTROLS.search(text):
        raise ValueError("Control characters are not allowed")
    if _DIRECTIONS.search(text):
        raise ValueError("Characters that turn the direction of the text are not allowed")
    if _LOST in text:
        raise ValueError("A letter was lost before this text came here: it holds U+FFFD")
    if required and not any(unicodedata.category(one) not in _INVISIBLE for one in text):
        raise Blank("Must not be blank")
    if len(text) > longest:
        raise TooLong(f"At most {longest} characters")
    return text
