"""Types of venue policies: how a value is read from what people type, and what to type instead of a wrong one."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from hub.rules.address_list import parse_networks
from hub.rules.digits import ascii_digits
from hub.rules.show_texts import clean_line

LONGEST_TEXT = 500
LONGEST_EMAIL = 254
LONGEST_NUMBER = 40
FEWEST_DIGITS = 3
_SPAN = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])\s*[-\u2013]\s*([01]?[0-9]|2[0-3]):([0-5][0-9])", re.ASCII)

Parse = Callable[[str], Any]
"""Converts the text of an option to the column's value. Raises ValueError with a message for the user."""


@dataclass(frozen=True, slots=True)
class PolicyType:
    """The values that a policy may have. `metavar` stands for the value in the help; None if there are `choices`.

    `wrong` says what to type instead of a wrong value.
    """

    parse: Parse
    metavar: str | None
    wrong: str
    choices: tuple[str, ...] | None = None
    off: str | None = None
    """The word that removes the limit. The column is NULL then."""
    empty: str = "none"
    """What stands for no value where there is no limit to remove."""


def whole_number(least: int, most: int) -> Parse:
    """Return a parser of whole numbers from `least` to `most`, both included, in the digits of any script."""

    def parse(typed: str) -> int:
        text = ascii_digits(typed)
        if not text.isascii() or not text.isdigit() or len(text) > 19 or not least <= int(text) <= most:
            raise ValueError(f"{text!r} is not a whole number from {least} to {most}")
        return int(text)

    return parse


def number(least: int, most: int, metavar: str, *, off: str | None = None) -> PolicyType:
    count = whole_number(least, most)

    def parse(text: str) -> int | None:
        return None if off is not None and text in (off, "-1") else count(text)

    return PolicyType(parse, metavar, f"Give a whole number from {least} to {most}", off=off)


def choice(*choices: str) -> PolicyType:
    return PolicyType(str, None, "Choose one of these", choices)


def _country(text: str) -> str:
    if len(text) != 2 or not text.isascii() or not text.isalpha():
        raise ValueError(f"{text!r} is not a country code of two letters such as IT")
    return text.upper()


def _hours(text: str) -> tuple[int, ...]:
    """Parse hours before a slot; `none` is no reminder. Duplicates are removed, and the largest comes first."""
    hour = whole_number(1, 720)
    return () if text == "none" else tuple(sorted({hour(part.strip()) for part in text.split(",")}, reverse=True))


def _hours_of_day(typed: str) -> str:
    """Parse a span of the day such as `22:00-8:00` into `22:00-08:00`. It may go over midnight."""
    found = _SPAN.fullmatch(ascii_digits(typed).strip())
    if found is None or (found[1].zfill(2), found[2]) == (found[3].zfill(2), found[4]):
        raise ValueError(f"{typed!r} is not a span of the day")
    return f"{found[1].zfill(2)}:{found[2]}-{found[3].zfill(2)}:{found[4]}"


def _addresses(text: str) -> tuple[str, ...]:
    """Parse e-mail addresses in the order given, without duplicates; `none` is no address."""
    found = () if text == "none" else tuple(dict.fromkeys(part for part in re.split(r"[,\s]+", text) if part))
    for address in found:
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", address):
            raise ValueError(f"{address!r} is no address of mail")
    return found


def _webhook(text: str) -> str | None:
    """Parse a webhook URL; `none` is None."""
    if text == "none":
        return None
    parts = urlsplit(text)
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.username:
        raise ValueError("give an address such as https://example.org/hook, or none")
    return text


def _contact_email(text: str) -> str:
    found = _addresses(text)
    if len(found) > 1:
        raise ValueError("give one address")
    address = found[0] if found else ""
    if len(address) > LONGEST_EMAIL:
        raise ValueError("this address is too long")
    return address


def _contact_phone(text: str) -> str:
    """Parse a number as people read it: digits of any grouping, with or without a + before. Empty text is none."""
    line = clean_line(text, LONGEST_NUMBER)
    if line in ("", "none"):
        return ""
    if not re.fullmatch(r"\+?[0-9 ()/.-]+", line) or sum(letter.isdigit() for letter in line) < FEWEST_DIGITS:
        raise ValueError("give a phone number such as +39 06 1234567")
    return line


TEXT = PolicyType(lambda text: clean_line(text, LONGEST_TEXT), "TEXT", f"At most {LONGEST_TEXT} characters", empty="")
EMAIL = PolicyType(_contact_email, "ADDRESS", "Give one email address", empty="")
PHONE = PolicyType(_contact_phone, "NUMBER", "Give a phone number such as +39 06 1234567", empty="")
HOURS = PolicyType(_hours, "H,H", "Give hours from 1 to 720 with commas between them")
HOURS_OF_DAY = PolicyType(
    lambda text: None if text == "none" else _hours_of_day(text),
    "HH:MM-HH:MM",
    "Give two different times such as 22:00-08:00",
    off="none",
)
ADDRESSES = PolicyType(_addresses, "A,A", "Give email addresses with commas between them")
WEBHOOK = PolicyType(_webhook, "URL", "Give an address that begins with https://", off="none")
NETWORKS = PolicyType(parse_networks, "N,N", "Give networks such as 192.0.2.0/24 with commas between them")
COUNTRY = PolicyType(_country, "XX", "Give the two letters of a country, such as IT")
DENY_OR_ALLOW = choice("deny", "allow")
