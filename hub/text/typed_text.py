"""Text that a visitor typed: a name, or notes. Any script and any emoji is kept; what breaks a line or a list is not."""

import re
import unicodedata

# Directional embeddings, overrides and isolates: in a list of names they would turn the names around them. Right-to-left text
# needs none of them, and the marks inside it (U+200E, U+200F) are kept.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Cn", "Zs", "Zl", "Zp", "Mn", "Me"})


def clean_line(text: str) -> str:
    """Return the text on one line: runs of blanks, line breaks and control characters are one space. "" if nothing is visible."""
    turned = _TURNING.sub("", text)
    line = " ".join("".join(one if unicodedata.category(one) != "Cc" else " " for one in turned).split())
    return line if _shows(line) else ""


def clean_lines(text: str) -> str:
    """Return the text as lines, each as `clean_line` has it, with at most one empty line between two."""
    lines = [clean_line(line) for line in text.splitlines()]
    return re.sub("\n{3,}", "\n\n", "\n".join(lines).strip("\n"))


def _shows(text: str) -> bool:
    return any(unicodedata.category(one) not in _INVISIBLE for one in text)
