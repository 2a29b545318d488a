"""The endpoints of messages to everybody of a slot: whom one reaches, send it, and what has become of it."""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID, uuid4, uuid5

from aiohttp import web
from pydantic import Field

from hub.access.roles import Role
from hub.actions.messaging.slot_messages import (
    SlotMessage,
    message_slot,
    messages_of_slot,
    read_message,
    read_message_slot,
    read_reach,
)
from hub.rules.show_texts import LONGEST_MESSAGE
from web.api.administration import actor_of, answer, is_dry_run
from web.api.requests import AdminRequest, FilledText, Id
from web.json_body import invalid, read_json
from web.keys import SERVICES
from web.limits import LARGEST_ID
from web.request_fields import idempotency_key, path_id, query_int, query_limit

_KEYS = UUID("4b0f6c5e-9d0a-4f0e-8a61-5f6f6a6d9d10")
"""The name space of Idempotency-Keys."""


class NewSlotMessage(AdminRequest):
    slot_id: Id
    message: Annotated[FilledText, Field(max_length=LONGEST_MESSAGE, examples=["We open 30 minutes later today."])]


async def list_messages(request: web.Request) -> web.Response:
    by, services = actor_of(request, Role.MANAGER), request.app[SERVICES]
    slot_id = query_int(request, "slot_id", 1, LARGEST_ID)
    if slot_id is None:
        raise invalid(("slot_id", "Give a slot"))
    before, limit = query_int(request, "before", 1, LARGEST_ID), query_limit(request)
    await read_message_slot(services, by, slot_id)
    reach = await read_reach(services, by, slot_id)
    found, following = await messages_of_slot(services, by, slot_id, before=before, limit=limit)
    return answer(
        {
            "messages": [_fields(one) for one in found],
            "next": following,
            "reach": {**asdict(reach), "languages": dict(reach.languages)},
        }
    )


async def send_message(request: web.Request) -> web.Response:
    by, dry_run, key = actor_of(request, Role.MANAGER), is_dry_run(request), idempotency_key(request)
    body = await read_json(request, NewSlotMessage)
    own = uuid4() if key is None else uuid5(_KEYS, key)
    sent = await message_slot(request.app[SERVICES], by, body.slot_id, body.message, own, dry_run=dry_run)
    return answer(_fields(sent), made=not dry_run)


async def show_message(request: web.Request) -> web.Response:
    by = actor_of(request, Role.MANAGER)
    return answer(_fields(await read_message(request.app[SERVICES], by, path_id(request, "message_id"))))


def _fields(one: SlotMessage) -> dict[str, Any]:
    return {**asdict(one), "waiting": one.waiting}
