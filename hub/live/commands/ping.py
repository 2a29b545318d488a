"""Command `ping`: what time it is at the hub."""

from typing import Any

from hub.live.commands.context import CommandContext
from hub.live.protocol.fields import Fields
from hub.rules.timestamps import rfc3339


def read_nothing(_: Fields) -> None:
    return None


def ping(context: CommandContext, _: None) -> dict[str, Any]:
    return {"server_time": rfc3339(context.services.clock.now())}
