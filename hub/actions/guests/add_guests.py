"""Adding guests to a list, one or many: all of them or none, under the lock of their slot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from secrets import randbelow
from typing import Any

from hub.access.randomness import random_bytes, secret_token, token_hash
from hub.access.scope import refuse_other_venue
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change, refuse_fields
from hub.actions.guests.guest_list import GUESTS
from hub.actions.venues.changed_slots import publish_slots
from hub.events.announcements import TicketsChanged
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.guest_lists import MOST_AT_ONCE, GuestDraft, WrongLine, check_guest, read_list
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.ticket_code import new_guest_code
from hub.rules.venue_day import day_bounds, today
from hub.services import Services
from hub.text.contact_details import check_contact
from hub.text.languages import N_

_ID_BYTES = 6
"""Ids of tickets are drawn from 2^48, as Postgres draws them."""


@dataclass(frozen=True, slots=True)
class GuestPlace:
    """What guests are listed for: a slot or performance, or else a whole day of a venue."""

    slot_id: int | None = None
    venue_id: int | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class AddedGuests:
    """What was added to the list of a slot. `skipped` names were on it before; they are not added again.

    `slot_id` is 0 after a dry run for a day that has had no guests.
    """

    slot_id: int
    guest_ids: tuple[int, ...]
    people: int
    skipped: tuple[str, ...]


async def add_guests(
    services: Services, by: Actor, place: GuestPlace, drafts: Sequence[GuestDraft], *, counts: bool = True,
    invite: bool = False, language: str = "en", again: bool = False, dry_run: bool = False,
) -> AddedGuests:  # fmt: skip
    """Add guests. With `counts` they take free places; without, the slot becomes larger by theirs. `invite` emails them their codes.

    A name that stands on the list already is skipped, unless `again`. Refuses INVALID_REQUEST with every wrong field, SLOT_NOT_FOUND,
    SLOT_PAST, SLOT_CLOSED for a cancelled performance, and SLOT_FULL with `free`.
    """
    guests = [checked_guest(draft) for draft in drafts]
    if not 1 <= len(guests) <= MOST_AT_ONCE:
        refuse_fields({"guests": f"Give 1 to {MOST_AT_ONCE} guests"})
    now = services.clock.now()
    async with change(services, dry_run=dry_run) as connection:
        slot = await _lock_slot(connection, services, by, place)
        if slot["ends_at"] <= now:
            raise Refused(Reason.SLOT_PAST)
        if slot["cancelled_at"] is not None:
            raise Refused(Reason.PERFORMANCE_CANCELLED)
        skipped: list[str] = []
        if not again:
            guests, skipped = await _without_listed(connection, by, slot["id"], guests)
        if not guests:
            return AddedGuests(slot["id"], (), 0, tuple(skipped))
        counts = counts and not slot["for_guests"]
        people = sum(guest.party for guest in guests)
        if counts and people > slot["free"]:
            raise Refused(
                Reason.SLOT_FULL,
                free=max(slot["free"], 0),
                message=N_("There are not enough free spaces for these guests."),
            )
        ids = [int.from_bytes(random_bytes(_ID_BYTES)) for _ in guests]
        codes = [new_guest_code(randbelow) for _ in guests]
        row = await connection.fetchrow(
            GUESTS.add_guests, by.org_id, slot["id"], slot["venue_id"], now, ids, codes, [one.name for one in guests],
            [one.note for one in guests], [one.email for one in guests], [one.party for one in guests],
            [token_hash(secret_token()) for _ in guests], language, not counts, invite, by.staff_id,
        )  # fmt: skip
        await record_change(
            connection, services, by, AuditAction.GUESTS_ADDED, slot["id"], venue_id=slot["venue_id"],
            after={"guests": len(guests), "people": people, "counts": counts, "date": row["date"], "start_time": row["start_time"]},
        )  # fmt: skip
    if not dry_run:
        publish_slots(services, by.org_id, [row])
        services.announcer.publish([TicketsChanged.of(by.org_id, slot["venue_id"], codes, "reserved")])
        telemetry.event(
            telemetry.GUESTS_ADDED, slot_id=slot["id"], guests=len(guests), people=people, staff_id=by.staff_id
        )
    return AddedGuests(slot["id"], tuple(ids), people, tuple(skipped))


def read_guest_list(text: str) -> list[GuestDraft]:
    """Return the guests of a pasted list or a CSV file. Refuses INVALID_REQUEST with each wrong line as `line 3` and its field."""
    guests, wrong = read_list(text)
    for number, draft in guests:
        if draft.email is not None and (problem := _address_problem(draft.email)):
            wrong.append(WrongLine(number, "email", problem))
    if not guests and not wrong:
        refuse_fields({"lines": "Give at least one name"})
    if wrong:
        wrong.sort(key=lambda one: one.line)
        raise Refused(
            Reason.INVALID_REQUEST,
            errors=[
                {"field": "lines", "line": one.line, "column": one.field, "message": one.message} for one in wrong[:100]
            ],
        )
    return [draft for _, draft in guests]


def checked_guest(draft: GuestDraft) -> GuestDraft:
    """Return the guest as it is stored. Refuses INVALID_REQUEST with every wrong field."""
    guest, errors = check_guest(draft)
    if guest.email is not None:
        try:
            guest = GuestDraft(guest.name, guest.party, guest.note, check_contact(guest.email, None).email)
        except Refused as no:
            errors["email"] = no.details["validation_errors"][0]["message"]
    refuse_fields(errors)
    return guest


def _address_problem(email: str) -> str:
    try:
        check_contact(email, None)
    except Refused as no:
        return str(no.details["validation_errors"][0]["message"])
    return ""


async def _lock_slot(connection: Any, services: Services, by: Actor, place: GuestPlace) -> Any:
    """Return the slot, locked. The slot of a day's guests is made with the first of them."""
    slot_id = place.slot_id
    if slot_id is None:
        if place.venue_id is None or place.day is None:
            refuse_fields({"slot_id": "Give a slot, or a venue and a date"})
        assert place.venue_id is not None
        assert place.day is not None
        venue = await services.venues.read(by.org_id, place.venue_id)
        if place.day < today(services.clock.now(), venue.zone):
            raise Refused(Reason.SLOT_PAST)
        starts_at, ends_at = day_bounds(place.day, venue.zone)
        await connection.execute(GUESTS.add_day, by.org_id, venue.id, place.day, starts_at, ends_at)
        slot_id = await connection.fetchval(GUESTS.read_day, by.org_id, venue.id, place.day)
    row = await connection.fetchrow(GUESTS.lock_slot, by.org_id, slot_id)
    if row is None:
        raise Refused(Reason.SLOT_NOT_FOUND)
    refuse_other_venue(by, row["venue_id"])
    return row


async def _without_listed(
    connection: Any, by: Actor, slot_id: int, guests: list[GuestDraft]
) -> tuple[list[GuestDraft], list[str]]:
    """Return the guests that are not on the list yet, and the names that are. A name that comes twice is added once."""
    rows = await connection.fetch(GUESTS.listed_names, by.org_id, slot_id, [one.name.lower() for one in guests])
    listed = {row["name"] for row in rows}
    new, skipped = [], []
    for guest in guests:
        if guest.name.lower() in listed:
            skipped.append(guest.name)
        else:
            new.append(guest)
            listed.add(guest.name.lower())
    return new, skipped
