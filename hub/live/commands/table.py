"""The commands: one table of what a signed-in client may ask, who may, how it is read and what is done.

A deed answers at once (a dict), later without a task of its own (a Future), or later with one (a coroutine). `validate`
and `verify` by code are Futures of the door's lane: they are the product's hot path.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from uuid import UUID

from hub.access.roles import Role
from hub.actions.scanning.scan_history import own_history
from hub.actions.scanning.undo_scan import undo_scan
from hub.live.commands import disputes
from hub.live.commands.subscriptions import read_subscribe, read_unsubscribe, subscribe, unsubscribe
from hub.live.commands.sync import read_sync, sync
from hub.live.protocol import fields
from hub.live.protocol.fields import Fields
from hub.rules.decisions import Decision
from hub.rules.scan_requests import ScanRequest
from hub.rules.timestamps import rfc3339

if TYPE_CHECKING:
    from hub.live.commands.dispatcher import Conversation

Answer = dict[str, Any] | asyncio.Future[Decision] | Coroutine[Any, Any, dict[str, Any] | Decision]

LONGEST_CODE = 512
"""A camera delivers URLs as well."""


@dataclass(frozen=True, slots=True)
class Row:
    role: Role
    read: Callable[[Fields], Any]
    deed: Callable[["Conversation", Any], Answer]


class Scan(NamedTuple):
    code: str | None
    ticket_id: int | None
    scan_id: UUID | None
    scanned_at: Any
    gate: str | None


def _read_validate(given: Fields) -> Scan:
    return _read_scan(given, fields.uuid_or_none(given, "scan_id"))


def _read_verify(given: Fields) -> Scan:
    return _read_scan(given, fields.uuid(given, "scan_id"))


def _read_scan(given: Fields, scan_id: UUID | None) -> Scan:
    code, ticket_id = given.get("code"), None
    if code is not None:
        code = fields.text(given, "code", LONGEST_CODE)
    if given.get("ticket_id") is not None:
        ticket_id = fields.whole(given, "ticket_id")
    if (code is None) is (ticket_id is None):
        fields.refuse("code", "give either code or ticket_id")
    return Scan(
        code,
        ticket_id,
        scan_id,
        fields.moment_or_none(given, "scanned_at"),
        fields.text_or_none(given, "gate", 64),
    )


def _validate(talk: "Conversation", scan: Scan) -> Answer:
    return _present(talk, scan, "validate")


def _verify(talk: "Conversation", scan: Scan) -> Answer:
    return _present(talk, scan, "verify")


def _present(talk: "Conversation", scan: Scan, mode: Literal["validate", "verify"]) -> Answer:
    if scan.code is None:
        return _present_by_id(talk, scan, mode)
    return talk.hub.door.submit(_presentation(talk, scan, mode, scan.code))


async def _present_by_id(talk: "Conversation", scan: Scan, mode: Literal["validate", "verify"]) -> Decision:
    assert scan.ticket_id is not None
    code = await talk.hub.door.code_of(talk.identity.org_id, scan.ticket_id)
    return await talk.hub.door.submit(_presentation(talk, scan, mode, code))


def _presentation(talk: "Conversation", scan: Scan, mode: Literal["validate", "verify"], code: str) -> ScanRequest:
    who, device = talk.identity, talk.device
    return ScanRequest(who.org_id, talk.own_venue(), who.staff_id, who.name, mode, code, scan.scan_id,
                        scan.scanned_at, scan.gate or device.gate, device.id or device.name, "socket")  # fmt: skip


def _exit(talk: "Conversation", scan: Scan) -> Answer:
    return _leave(talk, scan, scan.code) if scan.code is not None else _leave_by_id(talk, scan)


async def _leave_by_id(talk: "Conversation", scan: Scan) -> Decision:
    assert scan.ticket_id is not None
    return await _leave(talk, scan, await talk.hub.door.code_of(talk.identity.org_id, scan.ticket_id))


def _leave(talk: "Conversation", scan: Scan, code: str) -> asyncio.Future[Decision]:
    who, device = talk.identity, talk.device
    return talk.hub.exit_scans.submit(
        ScanRequest(who.org_id, talk.own_venue(), who.staff_id, who.name, "exit", code, scan.scan_id, scan.scanned_at,
                     scan.gate or device.gate, device.id or device.name, "socket")
    )  # fmt: skip


class Undo(NamedTuple):
    scan_id: UUID
    reason: str


def _read_undo(given: Fields) -> Undo:
    return Undo(fields.uuid(given, "scan_id"), fields.text(given, "reason", 500))


async def _undo(talk: "Conversation", undo: Undo) -> dict[str, Any]:
    who = talk.identity
    return await undo_scan(
        talk.hub.services,
        org_id=who.org_id,
        operator_id=who.staff_id,
        operator_name=who.name,
        role=who.role,
        scan_id=undo.scan_id,
        reason=undo.reason,
        gate=talk.device.gate,
    )


class History(NamedTuple):
    limit: int
    before: str | None


def _read_history(given: Fields) -> History:
    return History(fields.whole_or_none(given, "limit", 1, 200) or 50, fields.text_or_none(given, "before", 200))


async def _history(talk: "Conversation", history: History) -> dict[str, Any]:
    who = talk.identity
    return await own_history(
        talk.hub.services, org_id=who.org_id, operator_id=who.staff_id, limit=history.limit, before=history.before
    )


def _read_nothing(_: Fields) -> None:
    return None


def _ping(talk: "Conversation", _: None) -> Answer:
    return {"server_time": rfc3339(talk.hub.services.clock.now())}


COMMANDS: dict[str, Row] = {
    "validate": Row(Role.OPERATOR, _read_validate, _validate),
    "verify": Row(Role.OPERATOR, _read_verify, _verify),
    "exit": Row(Role.OPERATOR, _read_verify, _exit),
    "sync": Row(Role.OPERATOR, read_sync, sync),
    "undo": Row(Role.OPERATOR, _read_undo, _undo),
    "history": Row(Role.OPERATOR, _read_history, _history),
    "ask_supervisor": Row(Role.OPERATOR, disputes.read_question, disputes.ask_supervisor),
    "withdraw": Row(Role.OPERATOR, disputes.read_scan_id, disputes.withdraw),
    "override": Row(Role.MANAGER, disputes.read_override, disputes.override),
    "decline": Row(Role.MANAGER, disputes.read_decline, disputes.decline),
    "subscribe": Row(Role.OPERATOR, read_subscribe, subscribe),
    "unsubscribe": Row(Role.OPERATOR, read_unsubscribe, unsubscribe),
    "ping": Row(Role.OPERATOR, _read_nothing, _ping),
}
