"""The check of a customer's e-mail address and phone number: syntax only, no network, about 30 microseconds if not cached.

Both errors are reported together. The address is returned with its domain in lower case, the number in E.164.
The libraries are imported when first used, so that a starting hub does not wait for them.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from hub.rules.digits import ascii_digits
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.text.languages import N_

_E164 = re.compile(r"\+[1-9][0-9]{1,14}", re.ASCII)
_GROUPING = re.compile(r"\(0\)|[\s().\-/\u2010-\u2015\u2212]")
"""What people and files put between the groups of a number, and the trunk zero in `+49 (0)170`."""
_LONGEST_EMAIL = 254
# Local parts that are valid under every rule. Nearly all are, and this pattern takes a tenth of the library's time.
_PLAIN_NAME = re.compile(r"[A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+)*", re.ASCII)
_LONGEST_NAME = 64
# What phones and word processors make of an apostrophe or a hyphen, and letters that have a spelling of their own in addresses.
_PLAIN_SIGNS = str.maketrans({
    **dict.fromkeys("\u2018\u2019\u02bc\u2032\u00b4`", "'"), **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
    "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d",
})  # fmt: skip
# The requirement documents accept 10 to 15 digits. Their own example, +1234567890, is one digit short for its country.
# Numbering plans grow, so a number of that length is not refused for being shorter than the plan of today.
_ENOUGH_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Contact:
    """Contact details as they are stored. `phone_e164` is empty if no number was given where none is needed."""

    email: str
    phone_e164: str


class NotDeliverable(ValueError):
    """No server can be relied on to deliver to this address. `suggestion` is the address that was probably meant, or None."""

    def __init__(self, suggestion: str | None) -> None:
        super().__init__(
            N_("Use plain letters before the @. Email can't be delivered to accents and curly apostrophes.")
        )
        self.suggestion = suggestion


def prepare() -> None:
    """Import both libraries now (35 ms), so that the first check does not wait for them."""
    _checked("a@example.com")
    _phone("+12025550123")


def check_contact(email: str, phone: str | None, fields: tuple[str, str] = ("email", "phone")) -> Contact:
    """Return the contact as it is stored. Refuses INVALID_CONTACT with one entry in `validation_errors` per bad field.

    An entry has a `suggestion` if an address cannot be delivered to and another one was probably meant.
    `fields` are the names of the two fields in the caller's body. `phone` is None where no number is needed and none was given.
    """
    errors: list[dict[str, str]] = []
    address = number = ""
    try:
        address = _email(email.strip())
    except NotDeliverable as problem:
        errors.append({"field": fields[0], "message": str(problem)})
        if problem.suggestion:
            errors[0]["suggestion"] = problem.suggestion
    except ValueError as problem:
        errors.append({"field": fields[0], "message": str(problem)})
    try:
        number = "" if phone is None else _phone(ascii_digits(phone.strip()))
    except ValueError as problem:
        errors.append({"field": fields[1], "message": str(problem)})
    if errors:
        raise Refused(Reason.INVALID_CONTACT, validation_errors=errors)
    return Contact(address, number)


def check_email(text: str) -> str:
    """Return an e-mail address as it is stored. Raises ValueError with a readable sentence."""
    return _email(text.strip())


def _email(text: str) -> str:
    # Control characters and lone surrogates are not printable, and neither e-mail nor Postgres can hold them.
    if not text.isprintable() or len(text) > _LONGEST_EMAIL:
        raise ValueError(N_("Invalid email format"))
    name, _, domain = text.rpartition("@")
    if len(name) <= _LONGEST_NAME and _PLAIN_NAME.fullmatch(name):
        return f"{name}@{_domain(domain)}"
    address = _checked(text)
    name, _, domain = address.rpartition("@")
    if not name.isascii():
        raise NotDeliverable(_in_plain_letters(name, domain))
    return f"{name}@{domain.lower()}"


def _in_plain_letters(name: str, domain: str) -> str | None:
    """Return the address with plain letters and signs; None if the name is in a script that has none."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", name.lower()).translate(_PLAIN_SIGNS))
    plain = "".join(one for one in folded if not unicodedata.combining(one))
    try:
        return _email(f"{plain}@{domain}") if plain.isascii() else None
    except ValueError:
        return None


def deliverable_form(address: str) -> str:
    """Return a stored address as mail servers take it: the domain in ASCII (`xn--`), which needs no SMTPUTF8. Raises ValueError."""
    name, _, domain = address.rpartition("@")
    if domain.isascii():
        return address
    from email_validator import EmailNotValidError, validate_email

    try:
        return f"{name}@{validate_email(f'a@{domain}', check_deliverability=False).ascii_domain}"
    except EmailNotValidError:
        raise ValueError("the domain has no form in ASCII") from None


@lru_cache(maxsize=2048)
def _domain(domain: str) -> str:
    """Return the domain as it is stored. Cached, because the same few domains repeat."""
    # The library limits the whole address too. `_email` has checked the typed text, which may be shorter than its normal form.
    return _checked(f"a@{domain}")[2:].lower()


def _checked(address: str) -> str:
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(address, check_deliverability=False, strict=True).normalized
    except EmailNotValidError:
        raise ValueError(N_("Invalid email format")) from None


@lru_cache(maxsize=2048)
def _phone(text: str) -> str:
    if not _E164.fullmatch(text):
        raise ValueError(N_("Phone must be in international format, such as +12025551234"))
    import phonenumbers

    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        raise ValueError(N_("Unknown country code")) from None
    # "Possible" and not "valid": number ranges in use change faster than the tables of any library.
    verdict = phonenumbers.is_possible_number_with_reason(number)
    if verdict in (phonenumbers.ValidationResult.IS_POSSIBLE, phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY):
        return text
    if verdict == phonenumbers.ValidationResult.TOO_SHORT and len(text) > _ENOUGH_DIGITS:
        return text
    raise ValueError(N_("This number has the wrong length for its country"))


def ungrouped_phone(text: str) -> str:
    """Return a number with its country code in one piece: `+39 06 123-4567` as `+39061234567`. Any other text stays as it is.

    For what staff type and files hold. A shop's or visitor's program sends E.164.
    """
    return _GROUPING.sub("", text.strip()) if text.strip().startswith("+") else text


def read_phone(text: str, country: str) -> str | None:
    """Return a typed phone number in E.164, or None if it is none. A national number belongs to `country` (ISO 3166)."""
    import phonenumbers

    try:
        number = phonenumbers.parse(text[:50], country)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
