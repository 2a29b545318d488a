"""The segments of a text message, counted as a provider does."""

from __future__ import annotations

_BASIC = set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ÄÖÑÜ§¿äöñüà")
_BASIC |= {chr(one) for one in (*range(65, 91), *range(97, 123))}


def segments(text: str) -> int:
    """Count the segments: 160 letters of the GSM alphabet or 70 others in one, and a little less in each of several."""
    if all(letter in _BASIC or letter in "^{}\\[~]|€" for letter in text):
        units = sum(1 if letter in _BASIC else 2 for letter in text)
        return 1 if units <= 160 else -(-units // 153)
    units = sum(2 if ord(letter) > 0xFFFF else 1 for letter in text)
    return 1 if units <= 70 else -(-units // 67)
