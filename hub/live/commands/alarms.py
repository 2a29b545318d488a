"""Commands about duplicate alarms: `acknowledge_alarm` of a manager."""

from typing import Any

from hub.actions.scanning import duplicate_alarms
from hub.live.commands.context import CommandContext
from hub.live.protocol import fields
from hub.live.protocol.fields import Fields


def read_alarm_id(given: Fields) -> int:
    return fields.whole(given, "alarm_id")


async def acknowledge_alarm(context: CommandContext, alarm_id: int) -> dict[str, Any]:
    return await duplicate_alarms.acknowledge_alarm(context.services, context.identity, alarm_id)
