"""Countries of telephone numbers: names and codes, and national numbers converted to E.164."""

from dataclasses import dataclass
from functools import lru_cache

from babel import Locale


@dataclass(frozen=True, slots=True)
class Country:
    """`code` is ISO 3166, `dial` the digits after the plus."""

    code: str
    name: str
    dial: int


@lru_cache(maxsize=4)
def countries(language: str) -> tuple[Country, ...]:
    """Every country with numbers of its own, by its name in `language`."""
    import phonenumbers

    names = Locale.parse(language).territories
    known = [
        Country(code, str(names.get(code, code)), phonenumbers.country_code_for_region(code))
        for code in phonenumbers.SUPPORTED_REGIONS
    ]
    return tuple(sorted(known, key=lambda one: one.name))


def international(typed: str, country: str) -> str:
    """`02 1234 5678` dialled in Italy is `+390212345678`. What is no number there comes back as it was typed."""
    import phonenumbers

    region = country if country in phonenumbers.SUPPORTED_REGIONS else None
    try:
        number = phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException:
        return typed
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
