"""The command that finds guests by name: `find_guests`. A guest who was found is then verified by code, as every other."""

from typing import Any

from hub.actions.guests.guest_list import GuestAtGate, find_guests
from hub.live.commands.context import CommandContext
from hub.live.protocol import fields
from hub.live.protocol.fields import Fields

LONGEST_NAME = 100


def read_name(given: Fields) -> str:
    return fields.text(given, "name", LONGEST_NAME)


async def find(context: CommandContext, name: str) -> dict[str, Any]:
    found = await find_guests(context.services, context.identity.org_id, context.own_venue_id(), name)
    return {"guests": [_as_dict(one) for one in found]}


def _as_dict(one: GuestAtGate) -> dict[str, Any]:
    return {
        "guest_id": one.guest_id,
        "name": one.name,
        "note": one.note,
        "size": one.party,
        "admitted": one.admitted,
        "code": one.code,
        "date": one.date,
        "start_time": one.start_time,
        "end_time": one.end_time,
        "whole_day": one.whole_day,
        "title": one.title,
    }
