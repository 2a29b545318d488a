"""Closing a slot with people booked, and opening it again.

The slot is closed at once, in a transaction of its own, after which nobody books it. Then everybody is moved, asked to choose, or notified,
in batches that a crash only interrupts: `finish_closures` goes on with whoever still stands in the slot.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db.statements import load
from hub.access.scope import refuse_other_venue
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change, refuse_fields, refuse_other_version
from hub.actions.booking.finish_closures import finish_closure
from hub.actions.venues.changed_slots import publish_slots
from hub.actions.venues.slot_records import ClosingWay, SlotRecord, record_of
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.show_texts import LONGEST_MESSAGE, clean_text
from hub.services import Services
from hub.text.languages import N_

CLOSURES = load("booking/slot_closures")


@dataclass(frozen=True, slots=True)
class Closing:
    """What happens to those booked. `message` is the administrator's own sentence in the e-mails."""

    way: ClosingWay
    move_to: int | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whom closing a slot concerns: `people` booked who are not in yet, in `parties`; those who are in; parties that wait."""

    people: int
    parties: int
    entered: int
    waiting: int
    unfit: int = 0
    """Of the people, those whose ticket is not good in the slot that they would be moved to."""


@dataclass(frozen=True, slots=True)
class ClosedSlot:
    """A closed slot and whom it concerned. `remaining` people are moved or notified by a job."""

    slot: SlotRecord
    concerned: Concerned
    remaining: int


async def close_slot(
    services: Services, by: Actor, slot_id: int, closing: Closing, *, version: int | None = None, dry_run: bool = False
) -> ClosedSlot:
    """Close a slot. Its waiting list is closed too. People who are in stay in. Closing a closed slot goes on where it was interrupted.

    Refuses SLOT_NOT_FOUND, VERSION_MISMATCH, SLOT_PAST, SLOT_CLOSING while people are moved here, SLOT_TOO_SMALL with how many of
    them fit into `move_to`, and INVALID_REQUEST for a message that is too long, or another slot that cannot take anybody.
    """
    text = _check(closing, slot_id)
    now = services.clock.now()
    wanted = [slot_id] if closing.move_to is None else [slot_id, closing.move_to]
    published: list[Any] = []
    async with change(services, dry_run=dry_run) as connection:
        rows = {row["id"]: row for row in await connection.fetch(CLOSURES.lock_slots, by.org_id, wanted)}
        row, target = rows.get(slot_id), rows.get(closing.move_to)
        if row is None:
            raise Refused(Reason.SLOT_NOT_FOUND)
        for one in rows.values():
            refuse_other_venue(by, one["venue_id"])
        concerned = await concerned_by(connection, by, slot_id, closing.move_to)
        if row["status"] == "ACTIVE":
            refuse_other_version(row, version)
            await _refuse(connection, by, row, target, closing, concerned=concerned, now=now)
            published = await _write(connection, by, row, closing, concerned, text=text, now=now)
            await record_change(
                connection, services, by, AuditAction.SLOT_CLOSED, slot_id, venue_id=row["venue_id"],
                before={"status": "ACTIVE"},
                after={"status": "CLOSED", "people": concerned.people, "way": closing.way, "move_to": closing.move_to,
                       "message": text},
            )  # fmt: skip
        record = await record_of(connection, by, slot_id)
    if dry_run:
        return ClosedSlot(record, concerned, concerned.people)
    if published:
        publish_slots(services, by.org_id, published)
        telemetry.event(
            telemetry.SLOT_CLOSED, slot_id=slot_id, staff_id=by.staff_id, way=closing.way, people=concerned.people
        )
    remaining = await finish_closure(services, by.org_id, slot_id)
    return ClosedSlot(await record_of(services.database, by, slot_id), concerned, remaining)


async def reopen_slot(
    services: Services, by: Actor, slot_id: int, *, version: int | None = None, dry_run: bool = False
) -> SlotRecord:
    """Open a closed slot. Whoever was moved or notified stays where they are. Opening an open slot changes nothing.

    Refuses SLOT_NOT_FOUND, VERSION_MISMATCH, SLOT_PAST, and SLOT_CLOSING while people are still being moved or notified.
    """
    now = services.clock.now()
    opened = None
    async with change(services, dry_run=dry_run) as connection:
        row = await connection.fetchrow(CLOSURES.lock_slots, by.org_id, [slot_id])
        if row is None:
            raise Refused(Reason.SLOT_NOT_FOUND)
        refuse_other_venue(by, row["venue_id"])
        if row["status"] != "ACTIVE":
            refuse_other_version(row, version)
            if row["ends_at"] <= now:
                raise Refused(Reason.SLOT_PAST)
            closure = await connection.fetchrow(CLOSURES.read_closure, by.org_id, slot_id)
            if closure is not None and closure["finished_at"] is None:
                raise Refused(Reason.SLOT_CLOSING)
            await connection.execute(CLOSURES.drop_closure, by.org_id, slot_id)
            opened = await connection.fetchrow(CLOSURES.reopen_slot, by.org_id, slot_id, now)
            await record_change(
                connection, services, by, AuditAction.SLOT_REOPENED, slot_id, venue_id=row["venue_id"],
                before={"status": "CLOSED"}, after={"status": "ACTIVE"},
            )  # fmt: skip
        record = await record_of(connection, by, slot_id)
    if opened is not None and not dry_run:
        publish_slots(services, by.org_id, [opened])
        telemetry.event(telemetry.SLOT_REOPENED, slot_id=slot_id, staff_id=by.staff_id)
    return record


async def read_concerned(services: Services, by: Actor, slot_id: int, move_to: int | None = None) -> Concerned:
    """Return whom closing a slot would concern. Refuses SLOT_NOT_FOUND."""
    await record_of(services.database, by, slot_id)
    return await concerned_by(services.database, by, slot_id, move_to)


async def concerned_by(database: Any, by: Actor, slot_id: int, move_to: int | None = None) -> Concerned:
    """Return whom closing a slot concerns, as `database` or a transaction sees it."""
    return Concerned(*await database.fetchrow(CLOSURES.concerned, by.org_id, slot_id, move_to))


def _check(closing: Closing, slot_id: int) -> str:
    """Return the message as it is stored. Refuses INVALID_REQUEST."""
    errors = {}
    if closing.way == "move" and closing.move_to is None:
        errors["move_to"] = N_("Choose the slot to move everybody to")
    elif closing.way != "move" and closing.move_to is not None:
        errors["move_to"] = N_("Only for moving everybody")
    elif closing.move_to == slot_id:
        errors["move_to"] = N_("Choose another slot")
    text = ""
    try:
        text = clean_text(closing.message, LONGEST_MESSAGE)
    except ValueError as wrong:
        errors["message"] = str(wrong)
    refuse_fields(errors)
    return text


async def _refuse(
    connection: Any, by: Actor, row: Any, target: Any, closing: Closing, *, concerned: Concerned, now: datetime
) -> None:
    if row["ends_at"] <= now:
        raise Refused(Reason.SLOT_PAST)
    if await connection.fetchval(CLOSURES.is_target, by.org_id, row["id"]):
        raise Refused(Reason.SLOT_CLOSING)
    if closing.way == "choose" and row["starts_at"] <= now and concerned.people:
        refuse_fields({"notify": N_("This slot has begun, so nobody can choose in time: move them or tell them")})
    if closing.way != "move":
        return
    if target is None:
        refuse_fields({"move_to": N_("There is no such slot")})
    if target["status"] != "ACTIVE":
        refuse_fields({"move_to": N_("That slot is closed")})
    if target["ends_at"] <= now:
        refuse_fields({"move_to": N_("That slot is over")})
    free = target["total_capacity"] - target["booked_count"] - target["held_count"]
    fit = min(free, concerned.people - concerned.unfit)
    if fit < concerned.people:
        raise Refused(
            Reason.SLOT_TOO_SMALL, people=concerned.people, fit=max(fit, 0), free=max(free, 0), unfit=concerned.unfit
        )


async def _write(
    connection: Any, by: Actor, row: Any, closing: Closing, concerned: Concerned, *, text: str, now: datetime
) -> list[Any]:
    """Close the locked slot, and keep the places of the target for everybody who is to be moved. Return the changed slots' counts."""
    slot_id = row["id"]
    published = [await connection.fetchrow(CLOSURES.close_slot, by.org_id, slot_id, now)]
    kept = concerned.people if closing.way == "move" else 0
    await connection.execute(CLOSURES.add_closure, by.org_id, slot_id, closing.way, closing.move_to, kept, text, now)
    if kept:
        published.append(await connection.fetchrow(CLOSURES.keep_places, by.org_id, closing.move_to, kept, now))
    if closing.way == "choose":
        await connection.execute(CLOSURES.note_parties, by.org_id, slot_id)
    return published
