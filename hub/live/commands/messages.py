"""Commands about the gates: `send_message` and `ring` of a manager, `read_message` of whoever got one."""

from typing import Any, NamedTuple

from hub.actions.messaging import gate_messages as actions
from hub.live.commands.context import CommandContext
from hub.live.protocol import fields
from hub.live.protocol.fields import Fields

LONGEST_MESSAGE = 300
LONGEST_NAME = 64


class NewMessage(NamedTuple):
    text: str
    gate: str | None
    venue_id: int | None


class Ring(NamedTuple):
    device_id: str
    venue_id: int | None


def read_new_message(given: Fields) -> NewMessage:
    return NewMessage(
        fields.text(given, "text", LONGEST_MESSAGE), fields.text_or_none(given, "gate", LONGEST_NAME),
        fields.whole_or_none(given, "venue_id"),
    )  # fmt: skip


def read_ring(given: Fields) -> Ring:
    return Ring(fields.text(given, "device_id", LONGEST_NAME), fields.whole_or_none(given, "venue_id"))


def read_message_id(given: Fields) -> int:
    return fields.whole(given, "message_id")


async def send_message(context: CommandContext, new: NewMessage) -> dict[str, Any]:
    return await actions.send_message(
        context.services, context.identity, new.text, gate=new.gate, venue_id=new.venue_id
    )


async def ring(context: CommandContext, wanted: Ring) -> dict[str, Any]:
    return await actions.ring_device(context.services, context.identity, wanted.device_id, venue_id=wanted.venue_id)


async def read_message(context: CommandContext, message_id: int) -> dict[str, Any]:
    return await actions.read_message(context.services, context.identity, message_id, context.device.gate)
