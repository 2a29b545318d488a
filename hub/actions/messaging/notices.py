"""Notices to staff at a gate: stored for devices that are not connected, then published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from db.statements import load
from hub.events.announcements import TopicEvent
from hub.rules.timestamps import rfc3339
from hub.rules.venue_day import midnight
from hub.services import Services

NOTICES = load("messaging/notices")
TOPIC = "notices"
REPEATED_FOR = timedelta(minutes=15)
"""Age up to which a scanner that reconnects gets the notices it missed. Older ones are of no use at a gate, but for messages."""
KEPT = timedelta(days=2)
MOST = 20


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice to one staff member (`staff_id`) at any gate, to everybody at one `gate` of the venue, to one `device` there, or to all.

    `kind` says what the page does with `data`; docs/protocol.md lists both.
    """

    kind: str
    data: dict[str, Any]
    venue_id: int
    staff_id: int | None = None
    gate: str | None = None
    device: str | None = None
    to_all: bool = False
    """Set if it is for everybody at the venue. Else exactly one of the three is."""

    def __post_init__(self) -> None:
        named = [one for one in (self.staff_id, self.gate, self.device) if one is not None]
        assert len(named) + self.to_all == 1, "a notice is for one of them"


async def give_notices(services: Services, org_id: int, notices: Sequence[Notice]) -> list[int]:
    """Store and publish notices, and return their ids. The change they are about must be committed already."""
    if not notices:
        return []
    now = services.clock.now()
    bodies = [orjson.dumps(notice.data, default=str).decode() for notice in notices]
    rows = await services.database.fetch(
        NOTICES.give_notices, org_id, [n.venue_id for n in notices], [n.staff_id for n in notices],
        [n.gate for n in notices], [n.kind for n in notices], bodies, now, [n.device for n in notices],
    )  # fmt: skip
    ids = [row["id"] for row in rows]
    services.announcer.publish(
        TopicEvent.of(org_id, TOPIC, _as_dict(notice_id, n.kind, orjson.Fragment(body), now), venue_id=n.venue_id,
                     staff_id=n.staff_id, gate=n.gate, device=n.device)
        for notice_id, n, body in zip(ids, notices, bodies, strict=True)
    )  # fmt: skip
    return ids


async def recent_notices(
    services: Services, org_id: int, *, staff_id: int, venue_id: int | None, gate: str | None, device: str | None = None
) -> list[dict[str, Any]]:
    """Return the notices of the last 15 minutes for this staff member at this gate and device, oldest first.

    Messages that this person has not read are repeated until the end of the venue's business day.
    """
    now = services.clock.now()
    since = now - REPEATED_FOR
    day_began = since
    if venue_id is not None:
        venue = await services.venues.read(org_id, venue_id)
        day_began = min(since, midnight(venue.business_day(now), venue.zone))
    rows = await services.database.fetch(
        NOTICES.recent_notices, org_id, since, staff_id, venue_id, gate, MOST, device, day_began
    )
    return [_as_dict(row["id"], row["kind"], orjson.Fragment(row["data"]), row["told_at"]) for row in rows]


async def drop_old_notices(services: Services) -> None:
    await services.database.jobs.execute(NOTICES.drop_old_notices, services.clock.now() - KEPT)


def _as_dict(notice_id: int, kind: str, data: Any, told_at: datetime) -> dict[str, Any]:
    return {"notice_id": notice_id, "kind": kind, "told_at": rfc3339(told_at), "data": data}
