"""Fields of a frame: each is read by a function that names the field it refuses.

All accepted values can be stored in Postgres. Text is bounded and has no NUL (orjson refuses lone surrogates), numbers are
whole and exact in every JSON parser, and timestamps have a time zone.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, NoReturn
from uuid import UUID

from hub.access.uuids import read_uuid
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused

Fields = Mapping[str, Any]

_MONTH = re.compile(r"(2[01][0-9]{2})-(0[1-9]|1[0-2])", re.ASCII)

LARGEST = 2**53
"""Largest number that JavaScript represents exactly."""


def refuse(field: str, message: str) -> NoReturn:
    raise Refused(Reason.INVALID_REQUEST, errors=[{"field": field, "message": message}])


def text(fields: Fields, name: str, longest: int) -> str:
    value = fields.get(name)
    if type(value) is not str or not value or len(value) > longest or "\0" in value:
        refuse(name, f"give text of 1 to {longest} characters")
    return value


def text_or_none(fields: Fields, name: str, longest: int) -> str | None:
    return None if fields.get(name) is None else text(fields, name, longest)


def whole(fields: Fields, name: str, least: int = 1, most: int = LARGEST) -> int:
    value = fields.get(name)
    if type(value) is not int or not least <= value <= most:
        refuse(name, f"give a whole number from {least} to {most}")
    return value


def whole_or_none(fields: Fields, name: str, least: int = 1, most: int = LARGEST) -> int | None:
    return None if fields.get(name) is None else whole(fields, name, least, most)


def flag(fields: Fields, name: str) -> bool:
    """Return a boolean that is false if it is missing."""
    value = fields.get(name)
    if value is not None and type(value) is not bool:
        refuse(name, "give true or false")
    return bool(value)


def uuid(fields: Fields, name: str) -> UUID:
    value = fields.get(name)
    # UUID() accepts braces, "urn:uuid:" and dashes anywhere. The length check admits only the canonical form.
    if type(value) is str and len(value) == 36:
        try:
            found = read_uuid(value)
        except ValueError:
            refuse(name, "give a UUID")
        if value[8] == value[13] == value[18] == value[23] == "-":
            return found
    refuse(name, "give a UUID")


def uuid_or_none(fields: Fields, name: str) -> UUID | None:
    return None if fields.get(name) is None else uuid(fields, name)


def timestamp_or_none(fields: Fields, name: str) -> datetime | None:
    value = fields.get(name)
    if value is None:
        return None
    if type(value) is str and len(value) <= 40:
        try:
            # The first and last year of the calendar overflow when converted to UTC.
            found = datetime.fromisoformat(value)
            if found.tzinfo is not None:
                return found.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    refuse(name, "give a moment such as 2026-11-20T09:00:00Z")


def timestamp(fields: Fields, name: str) -> datetime:
    found = timestamp_or_none(fields, name)
    if found is None:
        refuse(name, "give a moment such as 2026-11-20T09:00:00Z")
    return found


def word(fields: Fields, name: str, words: tuple[str, ...]) -> Any:
    value = fields.get(name)
    if type(value) is not str or value not in words:
        refuse(name, f"give one of {', '.join(words)}")
    return value


def month(fields: Fields, name: str) -> tuple[int, int]:
    value = fields.get(name)
    found = _MONTH.fullmatch(value) if type(value) is str else None
    if found is None:
        refuse(name, "give a month such as 2026-11")
    return int(found[1]), int(found[2])


def day_or_none(fields: Fields, name: str) -> date | None:
    value = fields.get(name)
    if value is None:
        return None
    if type(value) is str and len(value) == 10 and value.isascii():
        try:
            found = date.fromisoformat(value)
        except ValueError:
            refuse(name, "give a date such as 2026-11-20")
        if found.isoformat() == value:  # not 2026-W47-5
            return found
    refuse(name, "give a date such as 2026-11-20")
