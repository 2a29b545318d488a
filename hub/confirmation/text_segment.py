"""Segments of text messages: a message of one segment costs once and arrives in one piece.

A segment holds 160 letters of the GSM alphabet (3GPP TS 23.038), or 70 UTF-16 units if one letter is not in it.
"""

from collections.abc import Iterable

GSM_UNITS, UTF16_UNITS = 160, 70
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€")
"""Letters that take two units."""
_PLAIN = str.maketrans({
    "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u2026": "...", "\u00a0": " ",
    "\u202f": " ",
})  # fmt: skip
"""Signs of typography that have a plain form in the alphabet."""


def one_segment(texts: Iterable[str]) -> str:
    """Return the first text that fits into one segment, or else the last one, cut off."""
    text = ""
    for one in texts:
        text = _plain_form(one)
        if _fits(text):
            return text
    while text and not _fits(f"{text}..."):
        text = text[:-1]
    return f"{text.rstrip()}..."


def _plain_form(text: str) -> str:
    """Return the text in the GSM alphabet if only typography keeps it out, else as it is."""
    plain = text.translate(_PLAIN)
    return plain if _in_alphabet(plain) else text


def _in_alphabet(text: str) -> bool:
    return all(letter in _BASIC or letter in _EXTENDED for letter in text)


def _fits(text: str) -> bool:
    if _in_alphabet(text):
        return len(text) + sum(letter in _EXTENDED for letter in text) <= GSM_UNITS
    return len(text.encode("utf-16-le")) // 2 <= UTF16_UNITS
