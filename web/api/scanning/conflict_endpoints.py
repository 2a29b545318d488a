"""The endpoints of the door's other side: queued scans taken over, and the conflicts among them decided."""

from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from aiohttp import web
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from hub.access.roles import Role, at_least
from hub.actions.scanning import conflicts as deeds
from hub.actions.scanning.offline_sync import LARGEST_SKEW_MS, MOST_SCANS, QueuedScan
from hub.actions.venues.venues import read_venue
from hub.rules.offline_scan import ConflictKind
from hub.rules.reasons import Reason
from web.api.requests import Body, FilledText, Gate, ScannedText, Text, uuid_text
from web.api.responses import Done, Shape
from web.api.scanning.decision_query import which_decisions
from web.api.scanning.responses import Decision, FirstEntry
from web.json_body import read_json
from web.json_responses import done
from web.keys import OFFLINE_SYNC, SERVICES
from web.request_fields import path_id, staff_of

SYNC_LIMIT = 64 * 1024
Colour = Literal["GREEN", "YELLOW", "RED"]


def _moment(value: object) -> datetime:
    if isinstance(value, str) and len(value) <= 40:
        try:
            found = datetime.fromisoformat(value)
            if found.tzinfo is not None:
                return found.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise PydanticCustomError("moment", "Give a moment such as 2026-11-20T09:00:00Z")


class OfflineScan(Body):
    scan_id: Annotated[
        UUID, BeforeValidator(uuid_text), Field(description="Made by the device; what names this scan for ever.")
    ]
    code: Annotated[ScannedText, Field(max_length=512)]
    scanned_at: Annotated[datetime, BeforeValidator(_moment), Field(description="By the device's clock.")]
    offline_result: Annotated[Colour, Field(description="What the scanner showed.")]
    gate: Gate
    mode: Annotated[Literal["verify", "validate", "exit"], Field(default="verify")]
    admitted: Annotated[
        bool | None,
        Field(
            default=None, description="Whether somebody was let in; left out, told from `mode` and `offline_result`."
        ),
    ]


class SyncScans(Body):
    scans: Annotated[list[OfflineScan], Field(min_length=1, max_length=MOST_SCANS)]
    skew_ms: Annotated[
        int,
        Field(default=0, ge=-LARGEST_SKEW_MS, le=LARGEST_SKEW_MS,
              description="How far the device's clock is ahead of the hub's."),
    ]  # fmt: skip
    device: Annotated[Text | None, Field(default=None, max_length=64)]


class DecideConflict(Body):
    decision: Annotated[
        Literal["stays", "leaves", "mistake"],
        Field(description="They may stay; they were asked to leave; nobody went in."),
    ]
    note: Annotated[FilledText | None, Field(default=None, max_length=500)]


class Synced(Shape):
    scan_id: UUID
    outcome: Literal["accepted", "duplicate", "conflict", "refused"]
    """`duplicate`: taken over before. `refused`: the scan_id was used for another code."""
    reason: Reason
    decision: Decision | None
    """The hub's own, as of the moment of the scan."""
    repeated: bool = False
    """Of a conflict: whether it was told before."""
    conflict_id: int | None = None
    kind: ConflictKind | None = None
    first_entry: FirstEntry | None = None
    """Of a conflict `already_verified`: the entry that counts."""


class SyncedScans(Shape):
    results: list[Synced]
    server_time: datetime


class SyncedAnswer(Done):
    data: SyncedScans


class Person(Shape):
    id: int
    name: str | None


class Conflict(Shape):
    conflict_id: int
    scan_id: UUID
    venue_id: int
    kind: ConflictKind
    offline_result: Colour
    result: Colour
    reason: Reason
    ticket_code: str
    ticket_id: int | None
    operator: Person
    gate: str | None
    device: str | None
    scanned_at: datetime
    """The device's moment, brought to the hub's clock."""
    logged_at: datetime
    earlier: bool
    """Whether this scan was before the entry that counts."""
    first_entry: FirstEntry | None
    decision: Literal["stays", "leaves", "mistake"] | None
    note: str | None
    decided_by: str | None
    decided_at: datetime | None


class ConflictAnswer(Done):
    data: Conflict


class ConflictPage(Shape):
    conflicts: list[Conflict]
    next: int | None
    """The `before` of the following page; null at the end."""


class ConflictPageAnswer(Done):
    data: ConflictPage


async def sync(request: web.Request) -> web.Response:
    operator = staff_of(request)
    body = await read_json(request, SyncScans, SYNC_LIMIT)
    full = at_least(operator.role, Role.MANAGER)
    venue = await read_venue(request.app[SERVICES], operator.org_id, operator.venue_id)
    scans = [
        QueuedScan(s.scan_id, s.code, s.scanned_at, s.offline_result, s.gate, s.mode, s.admitted) for s in body.scans
    ]
    synced = await request.app[OFFLINE_SYNC].sync(
        operator,
        operator.venue_id,
        scans,
        device=body.device,
        skew_ms=body.skew_ms,
        contact="full" if full else venue.show_contact,
    )
    return done(synced)


async def conflicts(request: web.Request) -> web.Response:
    return done(await deeds.list_conflicts(request.app[SERVICES], staff_of(request), **which_decisions(request)))


async def decide(request: web.Request) -> web.Response:
    staff = staff_of(request, Role.MANAGER)
    conflict_id = path_id(request, "conflict_id")
    body = await read_json(request, DecideConflict)
    return done(await deeds.decide_conflict(request.app[SERVICES], staff, conflict_id, body.decision, body.note))
