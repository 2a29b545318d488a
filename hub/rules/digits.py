"""Digits: those of every script become ASCII digits."""

import unicodedata


def ascii_digits(text: str) -> str:
    """Return the text with the decimal digits of every script, such as Arabic and Persian ones, as 0 to 9."""
    if text.isascii():
        return text
    return "".join([_ascii_digit(character) for character in text])


def _ascii_digit(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)
