"""One person's data by e-mail address or phone number: what the hub knows, exported or erased."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, time
from typing import Any

import orjson

from db.statements import load
from hub.access.contact_proofs import ContactProofs
from hub.access.scope import refuse_other_venue
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change, refuse_fields
from hub.actions.booking.cancel import cancel_reservation
from hub.actions.privacy.erasure import erase_rows, rows_of
from hub.events.announcements import TicketsChanged
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.personal_data import PERSONAL, export_statement
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services
from hub.text.contact_details import check_contact, read_phone

DATA = load("privacy/personal_data")
CHANGED_BOOKINGS = load("shows/changed_bookings")
WAITLIST = load("waitlist/entries")
MOST_VISITS = 100


@dataclass(frozen=True, slots=True)
class VisitToCome:
    """A visit that a person still has: a `reservation`, a `request` for seats, or a place on a waiting list (`waiting`)."""

    kind: str
    id: int
    slot_id: int
    date: date
    start_time: time
    end_time: time
    venue: str
    title: str


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """What the hub has of a person: the number of rows by table, and the visits to come."""

    rows: dict[str, int]
    visits: tuple[VisitToCome, ...]


@dataclass(frozen=True, slots=True)
class ErasedPerson:
    """How many rows lost the person's data, and how many visits were cancelled first."""

    rows: int
    cancelled: int


@dataclass(frozen=True, slots=True)
class _Address:
    """An e-mail address in lower case, or a phone number in E.164. `name` stands for it in the audit log."""

    email: str | None
    phone: str | None

    @property
    def name(self) -> str:
        return hashlib.sha256((self.email or self.phone or "").encode()).hexdigest()[:12]


async def find_person(services: Services, by: Actor, address: str) -> FoundPerson:
    """Return what the hub has of the person with this e-mail address or phone number. Refuses INVALID_REQUEST, PERSON_NOT_FOUND,
    and FORBIDDEN to administrators of some venues: a person's data belongs to no one venue."""
    refuse_other_venue(by, None)
    who = await _read_address(services, by, address)
    rows = await _rows(services.database.records, services, by, who)
    return FoundPerson(
        {table: len(keys) for table, keys in rows.items() if keys},
        await _visits(services.database.records, services, by, rows),
    )


async def export_person(services: Services, by: Actor, address: str) -> dict[str, list[dict[str, Any]]]:
    """Return every row of the person by table, without links, codes and hashes. The audit log has a row, without the address.

    Refuses INVALID_REQUEST, PERSON_NOT_FOUND and FORBIDDEN as `find_person` does.
    """
    refuse_other_venue(by, None)
    who = await _read_address(services, by, address)
    exported: dict[str, list[dict[str, Any]]] = {}
    async with services.database.transaction() as connection:
        rows = await _rows(connection, services, by, who)
        for table in PERSONAL:
            keys = rows.get(table)
            if keys:
                lines = await connection.fetch(export_statement(table), by.org_id, keys)
                exported[table] = [orjson.loads(line["line"]) for line in lines]
        await record_change(
            connection,
            services,
            by,
            AuditAction.PERSON_EXPORTED,
            who.name,
            after={"rows": sum(map(len, exported.values()))},
        )
    telemetry.event(telemetry.PERSON_EXPORTED, person=who.name, staff_id=by.staff_id)
    return exported


async def erase_person(
    services: Services, by: Actor, address: str, *, cancel: bool = False, dry_run: bool = False
) -> ErasedPerson:
    """Erase the person's data from every table. Counts and the scan log stay true. Messages that wait are not sent any more.

    Refuses INVALID_REQUEST, PERSON_NOT_FOUND, and PERSON_EXPECTED with `visits` if one is to come, unless `cancel` ends these first.
    Refuses FORBIDDEN as `find_person` does.
    """
    refuse_other_venue(by, None)
    who = await _read_address(services, by, address)
    found = await find_person(services, by, address)
    if found.visits and not cancel:
        raise Refused(Reason.PERSON_EXPECTED, visits=[_as_dict(one) for one in found.visits])
    if dry_run:
        return ErasedPerson(sum(found.rows.values()), len(found.visits))
    cancelled = 0
    while found.visits:
        for visit in found.visits:
            await _cancel(services, by, visit)
        cancelled += len(found.visits)
        found = await find_person(services, by, address)
    async with change(services) as connection:
        rows = await _rows(connection, services, by, who)
        if await _visits(connection, services, by, rows):  # booked in this moment
            raise Refused(Reason.BUSY)
        erased = await erase_rows(connection, by.org_id, rows)
        await record_change(
            connection,
            services,
            by,
            AuditAction.PERSON_ERASED,
            who.name,
            after={"rows": erased, "cancelled": cancelled},
        )
    telemetry.event(telemetry.PERSON_ERASED, person=who.name, rows=erased, staff_id=by.staff_id)
    return ErasedPerson(erased, cancelled)


async def _read_address(services: Services, by: Actor, address: str) -> _Address:
    text = " ".join(address.replace("\0", " ").split())
    if "@" in text:
        try:
            return _Address(check_contact(text, None).email.lower(), None)
        except Refused:
            return _Address(text.lower(), None)
    venue = await services.venues.first(by.org_id)
    phone = read_phone(text, venue.country if venue is not None else "US")
    if phone is None:
        refuse_fields({"address": "Give an email address or a phone number"})
    return _Address(None, phone)


async def _rows(database: Any, services: Services, by: Actor, who: _Address) -> dict[str, list[Any]]:
    books = ContactProofs(services.settings, services.clock)
    hashes = books.address_hashes("email", who.email) if who.email else books.address_hashes("sms", who.phone or "")
    rows = rows_of(await database.fetchrow(DATA.rows_of_person, by.org_id, who.email, who.phone, hashes))
    if not any(rows.values()):
        raise Refused(Reason.PERSON_NOT_FOUND)
    return rows


async def _visits(database: Any, services: Services, by: Actor, rows: dict[str, list[Any]]) -> tuple[VisitToCome, ...]:
    found = await database.fetch(
        DATA.visits_to_come, by.org_id, rows["ticket_reservations"], rows["bookings"], rows["waitlist_entries"], MOST_VISITS,
        services.clock.now(),
    )  # fmt: skip
    return tuple(VisitToCome(*row) for row in found)


async def _cancel(services: Services, by: Actor, visit: VisitToCome) -> None:
    now = services.clock.now()
    match visit.kind:
        case "reservation":
            await cancel_reservation(services, visit.id, token=None, identity=None, by=by)
        case "request":
            row = await services.database.bookings.fetchrow(CHANGED_BOOKINGS.cancel_request, by.org_id, visit.id, now)
            if row is not None:
                services.announcer.publish([TicketsChanged.of(by.org_id, row["venue_id"], [row["code"]], "cancelled")])
        case _:
            # What was offered to the entry goes to the next one when the job serves the list.
            await services.database.fetch(WAITLIST.end_entries, by.org_id, [visit.id], "LEFT", None, now, [None])


def _as_dict(visit: VisitToCome) -> dict[str, Any]:
    return {"kind": visit.kind, "id": visit.id, "slot_id": visit.slot_id, "date": visit.date, "start_time": visit.start_time,
            "venue": visit.venue, "title": visit.title}  # fmt: skip
