"""Commands of a scanner: `validate`, `verify` and `exit` by code or ticket id, `undo`, and `history`.

By code, on a device that may scan, they return a Future of a batch and need no task of their own: this is the hot path of the
product.
"""

import asyncio
from collections.abc import Coroutine
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from hub.access.scope import gate_within
from hub.actions.scanning.scan_history import own_history
from hub.actions.scanning.undo_scan import undo_scan
from hub.live.commands.context import CommandContext
from hub.live.protocol import fields
from hub.live.protocol.fields import Fields
from hub.rules.decisions import Decision
from hub.rules.scan_requests import ANSWERS, LARGEST_PARTY, LONGEST_SCANNED_TEXT, Answer, Mode, ScanRequest

LONGEST_REASON = 500

ScanReply = asyncio.Future[Decision] | Coroutine[Any, Any, Decision]


class Scan(NamedTuple):
    """Either `code` or `ticket_id` is given."""

    code: str | None
    ticket_id: int | None
    scan_id: UUID | None
    scanned_at: datetime | None
    gate: str | None
    people: int | None = None
    party: bool = False
    answer: Answer | None = None


def read_look(given: Fields) -> Scan:
    """A scan whose `scan_id` may be missing (`validate`)."""
    return _read_scan(given, fields.uuid_or_none(given, "scan_id"))


def read_scan(given: Fields) -> Scan:
    """A scan that changes something and so needs its `scan_id` (`verify`, `exit`)."""
    scan = _read_scan(given, fields.uuid(given, "scan_id"))
    if "count" in given or "party" in given:
        scan = scan._replace(people=read_count(given), party=fields.flag(given, "party"))
    return scan._replace(answer=read_answer(given)) if "answer" in given else scan


def read_answer(given: Fields) -> Answer | None:
    """Return the answer to the question of a ticket's product."""
    return None if given.get("answer") is None else fields.word(given, "answer", ANSWERS)


def read_count(given: Fields) -> int | None:
    return fields.whole_or_none(given, "count", 1, LARGEST_PARTY)


def _read_scan(given: Fields, scan_id: UUID | None) -> Scan:
    code, ticket_id = given.get("code"), None
    if code is not None:
        code = fields.text(given, "code", LONGEST_SCANNED_TEXT)
    if given.get("ticket_id") is not None:
        ticket_id = fields.whole(given, "ticket_id")
    if (code is None) is (ticket_id is None):
        fields.refuse("code", "give either code or ticket_id")
    return Scan(
        code,
        ticket_id,
        scan_id,
        fields.timestamp_or_none(given, "scanned_at"),
        fields.text_or_none(given, "gate", 64),
    )


def validate(context: CommandContext, scan: Scan) -> ScanReply:
    return _enter(context, scan, "validate")


def verify(context: CommandContext, scan: Scan) -> ScanReply:
    return _enter(context, scan, "verify")


def _enter(context: CommandContext, scan: Scan, mode: Literal["validate", "verify"]) -> ScanReply:
    if scan.code is None or not context.device_is_admitted():
        return _enter_checked(context, scan, mode)
    return context.scans.entry_scans.submit(_scan_request(context, scan, mode, scan.code))


async def _enter_checked(context: CommandContext, scan: Scan, mode: Literal["validate", "verify"]) -> Decision:
    await context.check_device()
    code = scan.code or await _code_of(context, scan)
    return await context.scans.entry_scans.submit(_scan_request(context, scan, mode, code))


def leave(context: CommandContext, scan: Scan) -> ScanReply:
    if scan.code is None or not context.device_is_admitted():
        return _leave_checked(context, scan)
    return context.scans.exit_scans.submit(_scan_request(context, scan, "exit", scan.code))


async def _leave_checked(context: CommandContext, scan: Scan) -> Decision:
    await context.check_device()
    code = scan.code or await _code_of(context, scan)
    return await context.scans.exit_scans.submit(_scan_request(context, scan, "exit", code))


async def _code_of(context: CommandContext, scan: Scan) -> str:
    assert scan.ticket_id is not None
    return await context.scans.entry_scans.code_of(context.identity.org_id, scan.ticket_id)


def _scan_request(context: CommandContext, scan: Scan, mode: Mode, code: str) -> ScanRequest:
    device = context.device
    return ScanRequest.of(
        context.identity, context.own_venue_id(), mode, code, "socket", scan_id=scan.scan_id, scanned_at=scan.scanned_at,
        gate=gate_within(context.identity, scan.gate or device.gate), device=device.id or device.name,
        count=scan.people, party=scan.party, answer=scan.answer,
    )  # fmt: skip


class Undo(NamedTuple):
    scan_id: UUID
    reason: str


def read_undo(given: Fields) -> Undo:
    return Undo(fields.uuid(given, "scan_id"), fields.text(given, "reason", LONGEST_REASON))


async def undo(context: CommandContext, request: Undo) -> dict[str, Any]:
    identity = context.identity
    return await undo_scan(
        context.services,
        org_id=identity.org_id,
        operator_id=identity.staff_id,
        operator_name=identity.name,
        role=identity.role,
        venue_ids=identity.venue_ids,
        scan_id=request.scan_id,
        reason=request.reason,
        gate=context.device.gate,
    )


class History(NamedTuple):
    limit: int
    before: str | None


def read_history(given: Fields) -> History:
    return History(fields.whole_or_none(given, "limit", 1, 200) or 50, fields.text_or_none(given, "before", 200))


async def history(context: CommandContext, request: History) -> dict[str, Any]:
    identity = context.identity
    return await own_history(
        context.services,
        org_id=identity.org_id,
        operator_id=identity.staff_id,
        limit=request.limit,
        before=request.before,
    )
