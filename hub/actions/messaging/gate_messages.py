"""Messages of the control room to a gate or to all gates, confirmed by who read them; and the ring of one scanner.

A message is a row, and goes out as a notice, so that a scanner which was offline gets it when it is back, until the business day
ends. Whoever reads it confirms it, and the control room sees who did, and where.
"""

from datetime import datetime, timedelta
from typing import Any

import orjson

from db.statements import load
from hub.access.scope import refuse_other_venue
from hub.access.tokens import Identity
from hub.actions.messaging.notices import Notice, give_notices
from hub.events.announcements import TopicEvent
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.timestamps import rfc3339
from hub.rules.venue import Venue
from hub.services import Services
from hub.text.languages import N_

MESSAGES = load("messaging/gate_messages")
TOPIC = "messages"
SHOWN_FOR = timedelta(hours=12)
KEPT = timedelta(days=30)
MOST = 20


async def send_message(
    services: Services, by: Identity, text: str, *, gate: str | None, venue_id: int | None
) -> dict[str, Any]:
    """Send a message to everybody at a gate, or at the venue. Refuses NOT_FOUND, and FORBIDDEN outside of the scope."""
    wanted = venue_id or by.venue_id or 0
    refuse_other_venue(by, wanted)
    venue = await services.venues.read(by.org_id, wanted)
    now = services.clock.now()
    message_id = await services.database.fetchval(
        MESSAGES.add_message, by.org_id, venue.id, gate, text, by.staff_id, now
    )
    data = {"message_id": message_id, "text": text, "gate": gate, "by": by.name, "sent_at": rfc3339(now)}
    await give_notices(services, by.org_id, [Notice("message", data, venue.id, gate=gate, to_all=gate is None)])
    return await _publish(services, by.org_id, message_id)


async def read_message(services: Services, by: Identity, message_id: int, gate: str | None) -> dict[str, Any]:
    """Record that this person has read the message at this gate. A repeat changes nothing. Refuses NOT_FOUND."""
    venue_id = await services.database.fetchval(MESSAGES.venue_of_message, by.org_id, message_id)
    if venue_id is None or venue_id != by.venue_id:
        raise Refused(Reason.NOT_FOUND, message=N_("There is no such message"))
    await services.database.execute(MESSAGES.read_by, by.org_id, message_id, by.staff_id, gate, services.clock.now())
    await _publish(services, by.org_id, message_id)
    return {"message_id": message_id}


async def ring_device(services: Services, by: Identity, device_id: str, *, venue_id: int | None) -> dict[str, Any]:
    """Let one scanner of the venue ring, so that whoever has mislaid it, or does not answer, hears it."""
    wanted = venue_id or by.venue_id or 0
    refuse_other_venue(by, wanted)
    venue = await services.venues.read(by.org_id, wanted)
    data = {"by": by.name, "rung_at": rfc3339(services.clock.now())}
    await give_notices(services, by.org_id, [Notice("ring", data, venue.id, device=device_id)])
    return {"device_id": device_id}


async def recent_messages(services: Services, org_id: int, venue_id: int | None) -> list[dict[str, Any]]:
    """Return the newest messages of the last twelve hours, newest first."""
    return await _read(services, org_id, venue_id, services.clock.now() - SHOWN_FOR, None)


async def drop_old_messages(services: Services) -> None:
    await services.database.jobs.execute(MESSAGES.drop_old_messages, services.clock.now() - KEPT)


async def _publish(services: Services, org_id: int, message_id: int) -> dict[str, Any]:
    (message,) = await _read(services, org_id, None, services.clock.now() - KEPT, message_id)
    services.announcer.publish([TopicEvent.of(org_id, TOPIC, {"message": message}, venue_id=message["venue_id"])])
    return message


async def _read(
    services: Services, org_id: int, venue_id: int | None, since: datetime, message_id: int | None
) -> list[dict[str, Any]]:
    rows = await services.database.fetch(MESSAGES.read_messages, org_id, venue_id, since, message_id, MOST)
    return [_as_dict(row, await services.venues.read(org_id, row["venue_id"])) for row in rows]


def _as_dict(row: Any, venue: Venue) -> dict[str, Any]:
    readers = orjson.loads(row["readers"]) if isinstance(row["readers"], str) else row["readers"]
    return {
        "message_id": row["id"],
        "venue_id": row["venue_id"],
        "gate": row["gate"],
        "text": row["text"],
        "by": {"id": row["sent_by"], "name": row["sender"] or ""},
        "sent_at": rfc3339(row["sent_at"]),
        "valid_until": rfc3339(venue.ends_of_day(venue.business_day(row["sent_at"]))),
        "read": [
            {
                "id": one["id"],
                "name": one["name"] or "",
                "gate": one["gate"],
                "read_at": rfc3339(datetime.fromisoformat(one["read_at"])),
            }
            for one in readers
        ],
    }
