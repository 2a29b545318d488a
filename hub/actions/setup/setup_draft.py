"""The draft of the first set-up: what was entered so far, part by part, checked when it is entered and again at the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from db.statements import load
from hub.access.roles import Role
from hub.actions.audit.changes import refuse_fields
from hub.actions.staff.accounts import check_staff, stored_name
from hub.actions.venues.gates import check_gate
from hub.actions.venues.venue_records import VenueChange, check_venue
from hub.rules.opening_hours import MOST_CAPACITY
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.show_texts import LONGEST_NAME, clean_line
from hub.rules.slot_plan import PlannedSlot, plan_slots
from hub.rules.staff_secrets import composed_username
from hub.services import Services
from hub.text.languages import N_

SETUP = load("setup/first_setup")
MOST_WEEKS = 52
MOST_GATES = 50
MOST_OPERATORS = 5
MOST_SLOTS = 20_000
"""Slots that the set-up makes at most. More can be made afterwards."""
_WEEK = range(1, 8)


@dataclass(frozen=True, slots=True)
class Place:
    """The organisation and its first venue."""

    organisation: str
    venue: str
    address: str
    timezone: str
    country: str
    language: str


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours by weekday (1 is Monday), as `HH:MM`. A day without hours is closed."""

    days: Mapping[str, tuple[str, str]]
    minutes: int
    capacity: int
    weeks: int


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in. The secret is kept as its hash: of a password for the owner, of a PIN for an operator."""

    name: str
    username: str
    secret_hash: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What was entered so far. A part that was not entered yet is None or empty."""

    place: Place | None = None
    hours: Hours | None = None
    gates: tuple[str, ...] = ()
    owner: Person | None = None
    operators: tuple[Person, ...] = field(default=())

    @property
    def missing(self) -> str:
        """Return the first part that is still needed; "" if the set-up can be finished."""
        parts = (("place", self.place), ("hours", self.hours), ("gates", self.gates), ("people", self.owner))
        return next((name for name, part in parts if not part), "")


async def read_draft(services: Services) -> Draft:
    """Return the draft. Refuses NOT_FOUND if there is nothing to set up."""
    row = await services.database.fetchrow(SETUP.read_setup)
    if row is None:
        raise Refused(Reason.NOT_FOUND)
    return draft_of(row["draft"])


async def save_place(services: Services, place: Place) -> None:
    """Keep the organisation and the venue. Refuses INVALID_REQUEST with every wrong field."""
    errors: dict[str, str] = {}
    try:
        organisation = clean_line(place.organisation, LONGEST_NAME, required=True)
    except ValueError as wrong:
        organisation, errors["organisation"] = "", str(wrong)
    try:
        change = VenueChange(place.venue, place.timezone, place.address, place.country, place.language)
        venue = check_venue(change)
    except Refused as refused:
        refuse_fields(
            errors
            | {"venue" if one["field"] == "name" else one["field"]: one["message"] for one in refused.details["errors"]}
        )
        raise
    refuse_fields(errors)
    await _save(services, "place", asdict(Place(
        organisation, venue.name or "", venue.address or "", venue.timezone or "", venue.country or "", venue.language or ""
    )))  # fmt: skip


async def save_hours(services: Services, hours: Hours) -> None:
    """Keep the opening hours. Refuses INVALID_REQUEST for hours that make no slot."""
    plan_week(hours, date(2000, 1, 3), ZoneInfo("UTC"))
    await _save(services, "hours", asdict(hours))


async def save_gates(services: Services, names: list[str]) -> None:
    """Keep the gates, each once. Refuses INVALID_REQUEST."""
    try:
        gates = list(dict.fromkeys(check_gate(name) for name in names if name.strip()))
    except Refused as refused:
        raise Refused(
            Reason.INVALID_REQUEST, errors=[{"field": "gates", "message": refused.details["errors"][0]["message"]}]
        ) from None
    if not gates:
        refuse_fields({"gates": N_("Give at least one gate")})
    if len(gates) > MOST_GATES:
        refuse_fields({"gates": f"Give at most {MOST_GATES} gates"})
    await _save(services, "gates", gates)


@dataclass(frozen=True, slots=True)
class TypedPerson:
    """A person as typed. An empty secret keeps the one that was stored for this user name."""

    name: str
    username: str
    secret: str


async def save_people(services: Services, owner: TypedPerson, operators: list[TypedPerson]) -> None:
    """Keep who signs in: the owner with a password, operators with PINs. Only hashes of the secrets are stored.

    Refuses INVALID_REQUEST with every wrong field: `name`, `username` and `password` of the owner, and those of an operator with
    its number, such as `pin-2`.
    """
    stored = await read_draft(services)
    errors = _wrong_person(owner, Role.OWNER, stored.owner, "")
    for number, one in enumerate(operators, start=1):
        kept = next((person for person in stored.operators if _key(person.username) == _key(one.username)), None)
        errors |= _wrong_person(one, Role.OPERATOR, kept, f"-{number}")
    taken = {_key(owner.username)}
    for number, one in enumerate(operators, start=1):
        if _key(one.username) in taken and one.username:
            errors.setdefault(f"username-{number}", N_("This user name is taken"))
        taken.add(_key(one.username))
    refuse_fields(errors)
    hashed = {
        "owner": await _hashed(services, owner, [stored.owner]),
        "operators": [await _hashed(services, one, stored.operators) for one in operators],
    }
    await _save(services, "people", hashed)


def plan_week(hours: Hours, first: date, zone: ZoneInfo) -> list[PlannedSlot]:
    """Return the slots of these hours from `first` on. Refuses INVALID_REQUEST with the weekday that makes no sense."""
    errors: dict[str, str] = {}
    if not 1 <= hours.weeks <= MOST_WEEKS:
        errors["weeks"] = f"Give 1 to {MOST_WEEKS} weeks"
    if not 1 <= hours.capacity <= MOST_CAPACITY:
        errors["capacity"] = f"Give 1 to {MOST_CAPACITY} spaces"
    if not hours.days:
        errors["days"] = N_("Give the hours of at least one day")
    refuse_fields(errors)
    slots: list[PlannedSlot] = []
    for number in range(hours.weeks * 7):
        day = first + timedelta(days=number)
        open_and_close = hours.days.get(str(day.isoweekday()))
        if open_and_close is None:
            continue
        opens, closes = (time.fromisoformat(text) for text in open_and_close)
        try:
            slots += plan_slots(day, 1, opens, closes, hours.minutes, zone)
        except ValueError:
            field_name = f"open-{day.isoweekday()}" if 5 <= hours.minutes <= 1440 else "minutes"
            refuse_fields({field_name: N_("No slot of this length fits in")})
    if len(slots) > MOST_SLOTS:
        refuse_fields({"weeks": f"At most {MOST_SLOTS} slots at once"})
    # Hours past midnight may meet those of the next day.
    return list({(slot.date, slot.start_time): slot for slot in slots}.values())


def draft_of(stored: str) -> Draft:
    """Return the draft as it was stored."""
    parts: dict[str, Any] = orjson.loads(stored)
    people = parts.get("people") or {}
    return Draft(
        Place(**parts["place"]) if "place" in parts else None,
        Hours(**parts["hours"]) if "hours" in parts else None,
        tuple(parts.get("gates", ())),
        Person(**people["owner"]) if people else None,
        tuple(Person(**one) for one in people.get("operators", ())),
    )


def _wrong_person(typed: TypedPerson, role: Role, kept: Person | None, suffix: str) -> dict[str, str]:
    by_pin = role is not Role.OWNER
    is_kept = not typed.secret and kept is not None and _key(kept.username) == _key(typed.username)
    secret = "73825164" if is_kept else typed.secret
    errors = check_staff(
        composed_username(typed.username),
        stored_name(typed.name),
        role,
        None if by_pin else secret,
        secret if by_pin else None,
    )
    return {f"{one['field']}{suffix}": one["message"] for one in errors}


async def _hashed(services: Services, typed: TypedPerson, stored: Any) -> dict[str, str]:
    username, name = composed_username(typed.username), stored_name(typed.name)
    if not typed.secret:
        kept = next(one for one in stored if one is not None and _key(one.username) == _key(username))
        return asdict(Person(name, username, kept.secret_hash))
    return asdict(Person(name, username, await services.passwords.hash(typed.secret)))


def _key(username: str) -> str:
    return composed_username(username).lower()


async def _save(services: Services, part: str, value: Any) -> None:
    if await services.database.fetchval(SETUP.save_part, part, orjson.dumps(value).decode()) is None:
        raise Refused(Reason.NOT_FOUND)
