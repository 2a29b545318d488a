"""Changing one guest, taking it off the list, and ending the guests of a cancelled performance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from db.statements import load
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change, refuse_fields, refuse_other_version
from hub.actions.booking.cancel import cancel_reservation
from hub.actions.guests.add_guests import checked_guest
from hub.actions.guests.guest_list import GUESTS, GuestRecord, guest_of, read_guest
from hub.actions.venues.changed_slots import publish_slots
from hub.events.announcements import SlotChanged, TicketsChanged
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.guest_lists import GuestDraft
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services
from hub.text.languages import N_

CHANGES = load("booking/changes")
AT_ONCE = 200
"""Guests that are read at once."""


@dataclass(frozen=True, slots=True)
class GuestChange:
    """What changes in a guest. None leaves it as it is; an empty `email` removes the address."""

    name: str | None = None
    party: int | None = None
    note: str | None = None
    email: str | None = None


async def change_guest(
    services: Services, by: Actor, guest_id: int, changes: GuestChange, *, version: int | None = None, invite: bool = False,
    dry_run: bool = False,
) -> GuestRecord:  # fmt: skip
    """Change a guest. With `invite` the code is sent to the address. Refuses GUEST_NOT_FOUND, VERSION_MISMATCH, INVALID_REQUEST.

    A party never has fewer people than are in, and grows only into free places (SLOT_FULL).
    """
    slot = None
    async with change(services, dry_run=dry_run) as connection:
        row = await connection.fetchrow(GUESTS.lock_guest, by.org_id, guest_id)
        if row is None:
            raise Refused(Reason.GUEST_NOT_FOUND)
        await guest_of(connection, by, guest_id)
        refuse_other_version(row, version)
        place = await connection.fetchrow(GUESTS.lock_places, by.org_id, guest_id)
        if place is None:
            raise Refused(Reason.GUEST_NOT_FOUND)
        guest = checked_guest(
            GuestDraft(
                row["name"] if changes.name is None else changes.name,
                place["places"] if changes.party is None else changes.party,
                row["note"] if changes.note is None else changes.note,
                row["email"] if changes.email is None else changes.email,
            )
        )
        if guest.party != place["places"]:
            slot = await _resize(connection, services, by, place, guest.party)
        await connection.execute(
            GUESTS.change_guest, by.org_id, guest_id, guest.name, guest.note, guest.email, invite, services.clock.now()
        )
        # Names and addresses are a visitor's data, which the log never holds.
        before = {"party": place["places"], "name": "", "note": "", "email": ""}
        after = {
            "party": guest.party,
            **{name: _changed(row[name], getattr(guest, name)) for name in ("name", "note", "email")},
        }
        await record_change(
            connection,
            services,
            by,
            AuditAction.GUEST_CHANGED,
            guest_id,
            venue_id=row["venue_id"],
            before=before,
            after=after,
        )
        record = await guest_of(connection, by, guest_id)
    if not dry_run:
        if slot is not None:
            publish_slots(services, by.org_id, [slot])
        services.announcer.publish([TicketsChanged.of(by.org_id, row["venue_id"], [row["code"]], "reserved")])
    return record


async def remove_guest(
    services: Services, by: Actor, guest_id: int, *, version: int | None = None, dry_run: bool = False
) -> GuestRecord:
    """Take a guest off the list. The places are free, or gone if the slot was larger for them. Repeating it changes nothing.

    A guest with an address gets an e-mail. Refuses GUEST_NOT_FOUND, VERSION_MISMATCH, and GUEST_IN once somebody of the party is in.
    """
    guest = await read_guest(services, by, guest_id)
    if version is not None and guest.version != version:
        raise Refused(Reason.VERSION_MISMATCH, version=guest.version)
    if guest.admitted:
        raise Refused(Reason.GUEST_IN)
    if dry_run or guest.status == "CANCELLED":
        return guest
    try:
        await cancel_reservation(services, guest.reservation_id, token=None, identity=None, by=by)
    except Refused as no:
        if no.reason is Reason.TICKET_ALREADY_USED:
            raise Refused(Reason.GUEST_IN) from None
        raise
    telemetry.event(telemetry.GUEST_REMOVED, guest_id=guest_id, slot_id=guest.slot_id, staff_id=by.staff_id)
    return await read_guest(services, by, guest_id)


async def end_guests(services: Services, org_id: int, performance_id: int) -> int:
    """End the guests of a cancelled performance of whom nobody is in, and email those with an address. Return how many ended."""
    ended = 0
    while True:
        rows = await services.database.fetch(GUESTS.guests_to_end, org_id, performance_id, AT_ONCE)
        if not rows:
            return ended
        for row in rows:
            # One by one, because each gets an e-mail of its own. Whoever came in or was taken off the list meanwhile is left.
            written = await services.database.fetch(
                CHANGES.cancel_places, org_id, [row["id"]], [row["version"]], [row["reservation_id"]], services.clock.now(),
                "performance", None,
            )  # fmt: skip
            if written:
                ended += 1
                changed = SlotChanged.of(written[0])
                services.announcer.publish(
                    [changed, TicketsChanged.of(org_id, changed.venue_id, [row["code"]], "cancelled")]
                )


async def _resize(connection: Any, services: Services, by: Actor, place: Any, people: int) -> Any:
    """Give the reservation another number of places, and return the slot's counts."""
    if people < place["admitted"]:
        refuse_fields({"party": f"{place['admitted']} people are in already"})
    slot = await connection.fetchrow(GUESTS.lock_slot, by.org_id, place["slot_id"])
    if not place["added_places"] and people - place["places"] > slot["free"]:
        raise Refused(
            Reason.SLOT_FULL,
            free=max(slot["free"], 0),
            message=N_("There are not enough free spaces for these guests."),
        )
    return await connection.fetchrow(GUESTS.resize_guest, by.org_id, place["id"], people, services.clock.now())


def _changed(was: str | None, now: str | None) -> str:
    return "" if (was or "") == (now or "") else "changed"
