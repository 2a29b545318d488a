"""Commands of the box office at the gate: `door_slots` lists the places of today, and `book_and_admit` gives one to a visitor with a ticket."""

from typing import Any, NamedTuple
from uuid import UUID

from hub.access.scope import gate_within
from hub.actions.box_office.book_and_admit import book_and_admit
from hub.actions.box_office.places_at_door import slots_at_door
from hub.live.commands.context import CommandContext
from hub.live.commands.scanning import read_answer
from hub.live.protocol import fields
from hub.live.protocol.fields import Fields
from hub.rules.decisions import Decision
from hub.rules.scan_requests import LONGEST_SCANNED_TEXT, Answer, ScanRequest


class DoorBooking(NamedTuple):
    """`admit` False: only the place is booked."""

    code: str
    slot_id: int
    scan_id: UUID
    gate: str | None
    admit: bool
    answer: Answer | None


def read_nothing(_: Fields) -> None:
    return None


def read_booking(given: Fields) -> DoorBooking:
    return DoorBooking(
        fields.text(given, "code", LONGEST_SCANNED_TEXT),
        fields.whole(given, "slot_id"),
        fields.uuid(given, "scan_id"),
        fields.text_or_none(given, "gate", 64),
        given.get("admit") is None or fields.flag(given, "admit"),
        read_answer(given),
    )


async def list_slots(context: CommandContext, _: None) -> dict[str, Any]:
    context.own_venue_id()
    return {"slots": [one._asdict() for one in await slots_at_door(context.services, context.identity)]}


async def book(context: CommandContext, wanted: DoorBooking) -> Decision:
    await context.check_device()
    device = context.device
    request = ScanRequest.of(
        context.identity, context.own_venue_id(), "verify", wanted.code, "socket", scan_id=wanted.scan_id,
        gate=gate_within(context.identity, wanted.gate or device.gate), device=device.id or device.name, answer=wanted.answer,
    )  # fmt: skip
    return await book_and_admit(
        context.services, context.scans.entry_scans, context.identity, request, wanted.slot_id, admit=wanted.admit
    )
