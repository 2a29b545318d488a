"""Scanners of an organisation: listed, added with an enrolment code, changed, revoked and wiped from afar."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db.statements import load
from hub.access.scanners import device_id_of, scanner_changed, token_hash
from hub.access.scope import refuse_other_venue, venue_within
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import BEYOND, change, record_change, refuse_fields, refuse_other_version
from hub.actions.staff.scanner_presence import ScannerPresence, read_presence
from hub.actions.venues.venues import venue_of
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scanners import CODE_ALPHABET, CODE_LENGTH, CODE_LIFETIME, MODES, ScannerState, Wipe, state_of
from hub.rules.show_texts import clean_line
from hub.services import Services
from hub.text.languages import N_

SCANNERS = load("staff/scanners")
LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class ScannerRecord:
    """A scanner as administrators see it. `presence` is None if it has not been connected for a quarter of an hour."""

    scanner_id: int
    device_id: str
    venue_id: int
    venue: str
    timezone: str
    name: str
    gate: str | None
    mode: str
    state: ScannerState
    code_expires_at: datetime | None
    enrolled_at: datetime | None
    last_seen_at: datetime | None
    revoked_at: datetime | None
    wipe: Wipe | None
    wiped_at: datetime | None
    wiped_lost: int | None
    version: int
    presence: ScannerPresence | None = None


@dataclass(frozen=True, slots=True)
class ScannerPage:
    """One page of scanners, newest first. `next` is the `before` of the following page; None at the end."""

    scanners: tuple[ScannerRecord, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class ScannerDraft:
    """A scanner to enrol. Without `venue_id` it belongs to the administrator's venue; without `gate` its operator chooses one."""

    name: str
    gate: str | None = None
    mode: str = "both"
    venue_id: int | None = None


@dataclass(frozen=True, slots=True)
class ScannerChange:
    """What changes in a scanner. None leaves it as it is; an empty `gate` lets its operator choose one."""

    name: str | None = None
    gate: str | None = None
    mode: str | None = None
    venue_id: int | None = None


@dataclass(frozen=True, slots=True)
class VenuePlaces:
    """A venue with the names of its gates."""

    venue_id: int
    venue: str
    gates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenEnrolment:
    """A scanner that waits for its code. The code is known only now; the hub keeps its hash."""

    scanner: ScannerRecord
    code: str


async def list_scanners(
    services: Services, by: Actor, *, venue_id: int | None = None, ended: bool | None = None, search: str = "",
    before: int | None = None, limit: int = 50,
) -> ScannerPage:  # fmt: skip
    """Return scanners of the organisation: all, or only those that were revoked (`ended`), or only the others.

    Refuses FORBIDDEN for a venue outside of the scope of `by`.
    """
    venue_id = venue_within(by, venue_id, by.venue_id)
    pattern = f"%{_escaped(search)}%" if search else None
    rows = await services.database.fetch(
        SCANNERS.list_scanners, by.org_id, venue_id, before or BEYOND, ended, pattern, limit + 1
    )
    presence = await read_presence(services, by.org_id)
    now = services.clock.now()
    scanners = tuple(_record(row, now, presence.get(device_id_of(row["id"]))) for row in rows[:limit])
    return ScannerPage(scanners, scanners[-1].scanner_id if len(rows) > limit else None)


async def read_places(services: Services, by: Actor) -> tuple[VenuePlaces, ...]:
    """Return the places where a scanner may stand."""
    rows = await services.database.fetch(SCANNERS.venues_and_gates, by.org_id)
    return tuple(
        VenuePlaces(row["id"], row["name"], tuple(row["gates"]))
        for row in rows
        if not by.venue_ids or row["id"] in by.venue_ids
    )


async def read_scanner(services: Services, by: Actor, scanner_id: int) -> ScannerRecord:
    """Return one scanner. Refuses SCANNER_NOT_FOUND."""
    presence = await read_presence(services, by.org_id)
    scanner = await _read(services.database, services, by, scanner_id, presence.get(device_id_of(scanner_id)))
    refuse_other_venue(by, scanner.venue_id)
    return scanner


async def add_scanner(services: Services, by: Actor, draft: ScannerDraft, *, dry_run: bool = False) -> OpenEnrolment:
    """Add a scanner and return its enrolment code. Refuses INVALID_REQUEST with every wrong field, and NOT_FOUND for a venue."""
    venue_id = await venue_of(services, by, draft.venue_id)
    refuse_other_venue(by, venue_id)
    code, now = _new_code(), services.clock.now()
    async with change(services, dry_run=dry_run) as connection:
        name, gate_id = await _check(connection, by, venue_id, name=draft.name, gate=draft.gate, mode=draft.mode)
        scanner_id = await connection.fetchval(
            SCANNERS.add_scanner,
            by.org_id,
            venue_id,
            gate_id,
            name,
            draft.mode,
            token_hash(code),
            now + CODE_LIFETIME,
            now,
        )
        scanner = await _read(connection, services, by, scanner_id)
        await record_change(
            connection, services, by, AuditAction.SCANNER_ADDED, scanner_id, venue_id=venue_id, after=_recorded(scanner)
        )
    if not dry_run:
        telemetry.event(telemetry.SCANNER_CHANGED, change="added", scanner_id=scanner_id, staff_id=by.staff_id)
    return OpenEnrolment(scanner, code)


async def renew_code(
    services: Services, by: Actor, scanner_id: int, *, version: int | None = None, dry_run: bool = False
) -> OpenEnrolment:
    """Give a scanner a new enrolment code, for another device or because the code ran out. Until then its token stays good."""
    code, now = _new_code(), services.clock.now()
    async with change(services, dry_run=dry_run) as connection:
        await _lock(connection, by, scanner_id, version)
        await connection.execute(SCANNERS.renew_code, by.org_id, scanner_id, token_hash(code), now + CODE_LIFETIME, now)
        scanner = await _read(connection, services, by, scanner_id)
        await record_change(
            connection, services, by, AuditAction.SCANNER_CODE_RENEWED, scanner_id, venue_id=scanner.venue_id
        )
    return OpenEnrolment(scanner, code)


async def change_scanner(
    services: Services, by: Actor, scanner_id: int, changes: ScannerChange, *, version: int | None = None,
    dry_run: bool = False,
) -> ScannerRecord:  # fmt: skip
    """Change a scanner. Its open socket gets its new name, gate and mode at once.

    Refuses SCANNER_NOT_FOUND, VERSION_MISMATCH, INVALID_REQUEST, and NOT_FOUND for an unknown venue.
    """
    venue = None if changes.venue_id is None else await services.venues.read(by.org_id, changes.venue_id)
    if venue is not None:
        refuse_other_venue(by, venue.id)
    async with change(services, dry_run=dry_run) as connection:
        await _lock(connection, by, scanner_id, version)
        was = await _read(connection, services, by, scanner_id)
        venue_id = was.venue_id if venue is None else venue.id
        gate = was.gate if changes.gate is None and venue_id == was.venue_id else changes.gate or None
        mode = changes.mode or was.mode
        name, gate_id = await _check(connection, by, venue_id, name=changes.name or was.name, gate=gate, mode=mode)
        await connection.execute(
            SCANNERS.change_scanner, by.org_id, scanner_id, name, venue_id, gate_id, mode, services.clock.now()
        )
        scanner = await _read(connection, services, by, scanner_id)
        await record_change(
            connection, services, by, AuditAction.SCANNER_CHANGED, scanner_id, venue_id=venue_id, before=_recorded(was),
            after=_recorded(scanner),
        )  # fmt: skip
    if not dry_run:
        _announce(services, by, scanner, "changed")
    return scanner


async def revoke_scanner(
    services: Services, by: Actor, scanner_id: int, *, version: int | None = None, dry_run: bool = False
) -> ScannerRecord:
    """Revoke a scanner: its sockets close at once in all processes, and its token and its code are refused."""
    async with change(services, dry_run=dry_run) as connection:
        await _lock(connection, by, scanner_id, version)
        await connection.execute(SCANNERS.revoke_scanner, by.org_id, scanner_id, services.clock.now())
        scanner = await _read(connection, services, by, scanner_id)
        await record_change(
            connection, services, by, AuditAction.SCANNER_REVOKED, scanner_id, venue_id=scanner.venue_id,
            before=_recorded(scanner),
        )  # fmt: skip
    if not dry_run:
        _announce(services, by, scanner, "revoked")
    return scanner


async def wipe_scanner(
    services: Services, by: Actor, scanner_id: int, *, wipe: Wipe = "after_sync", version: int | None = None,
    dry_run: bool = False,
) -> ScannerRecord:  # fmt: skip
    """Tell a scanner to delete what it keeps off line, at once or at its next contact.

    `after_sync`: it sends its scans first, and is used for nothing else. `now`: scans that it has not sent are lost, and it
    reports how many. Refuses SCANNER_NOT_FOUND, VERSION_MISMATCH, and SCANNER_NOT_IN_USE if it was never enrolled or is wiped.
    """
    async with change(services, dry_run=dry_run) as connection:
        await _lock(connection, by, scanner_id, version)
        was = await _read(connection, services, by, scanner_id)
        if was.state not in ("enrolled", "revoked", "wiping") or was.enrolled_at is None:
            raise Refused(Reason.SCANNER_NOT_IN_USE)
        wiped = "now" if was.revoked_at is not None else wipe
        await connection.execute(SCANNERS.wipe_scanner, by.org_id, scanner_id, wiped, services.clock.now())
        scanner = await _read(connection, services, by, scanner_id)
        await record_change(
            connection, services, by, AuditAction.SCANNER_WIPE_ASKED, scanner_id, venue_id=scanner.venue_id,
            after={"name": scanner.name, "wipe": scanner.wipe},
        )  # fmt: skip
    if not dry_run:
        _announce(services, by, scanner, "wipe asked")
    return scanner


def _announce(services: Services, by: Actor, scanner: ScannerRecord, what: str) -> None:
    """Tell every process, and the scanner itself."""
    services.announcer.publish(scanner_changed(by.org_id, scanner.scanner_id, scanner))
    telemetry.event(telemetry.SCANNER_CHANGED, change=what, scanner_id=scanner.scanner_id, staff_id=by.staff_id)


async def _lock(connection: Any, by: Actor, scanner_id: int, version: int | None) -> None:
    row = await connection.fetchrow(SCANNERS.lock_scanner, by.org_id, scanner_id)
    if row is None:
        raise Refused(Reason.SCANNER_NOT_FOUND)
    refuse_other_venue(by, row["venue_id"])
    refuse_other_version(row, version)


async def _check(
    connection: Any, by: Actor, venue_id: int, *, name: str, gate: str | None, mode: str
) -> tuple[str, int | None]:
    """Return the name as it is stored and the gate's id. Refuses INVALID_REQUEST with every wrong field."""
    errors: dict[str, str] = {}
    cleaned, gate_id = name, None
    try:
        cleaned = clean_line(name, LONGEST_NAME, required=True)
    except ValueError as wrong:
        errors["name"] = str(wrong)
    if gate:
        gate_id = await connection.fetchval(SCANNERS.find_gate, by.org_id, venue_id, gate)
        if gate_id is None:
            errors["gate"] = N_("This venue has no such gate")
    elif mode == "kiosk":
        errors["gate"] = N_("A kiosk needs a gate")
    if mode not in MODES:
        errors["mode"] = N_("Choose a mode")
    refuse_fields(errors)
    return cleaned, gate_id


async def _read(
    database: Any, services: Services, by: Actor, scanner_id: int, presence: ScannerPresence | None = None
) -> ScannerRecord:
    row = await database.fetchrow(SCANNERS.read_scanner, by.org_id, scanner_id)
    if row is None:
        raise Refused(Reason.SCANNER_NOT_FOUND)
    return _record(row, services.clock.now(), presence)


def _record(row: Any, now: datetime, presence: ScannerPresence | None) -> ScannerRecord:
    return ScannerRecord(
        row["id"], device_id_of(row["id"]), row["venue_id"], row["venue"], row["timezone"], row["name"], row["gate"],
        row["mode"], state_of(row, now), row["code_expires_at"], row["enrolled_at"], row["last_seen_at"], row["revoked_at"],
        row["wipe"], row["wiped_at"], row["wiped_lost"], row["version"], presence,
    )  # fmt: skip


def _recorded(scanner: ScannerRecord) -> dict[str, Any]:
    """Return what the audit log keeps of a scanner."""
    return {"name": scanner.name, "venue": scanner.venue, "gate": scanner.gate, "mode": scanner.mode}


def _new_code() -> str:
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def _escaped(text: str) -> str:
    """Return the text for ILIKE, where `%`, `_` and the backslash stand for themselves."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
