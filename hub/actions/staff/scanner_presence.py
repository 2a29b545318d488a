"""The presence of scanners: which are connected to any process of the hub now, as these publish it in Redis."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from db.redis_client import REDIS_ERRORS
from hub.services import Services

STALE = timedelta(seconds=12)
"""Age from which what a process published belongs to a process that is gone."""


@dataclass(frozen=True, slots=True)
class ScannerPresence:
    """What is known of a connected scanner, or of one that was connected a short time ago (`live` False, `since` when it went)."""

    live: bool
    since: datetime
    operator: str | None
    gate: str | None
    battery: int | None
    charging: bool | None
    queue: int | None
    version: str | None


def devices_key(org_id: int) -> str:
    """Return the Redis hash with the connected devices of an organisation: one field for each process."""
    return f"venuehub:devices:{org_id}"


async def read_presence(services: Services, org_id: int) -> dict[str, ScannerPresence]:
    """Return the presence of every device of an organisation by its id; none if Redis does not answer."""
    try:
        fields = await services.redis.hgetall(devices_key(org_id))
    except REDIS_ERRORS:
        return {}
    now = services.clock.now()
    found: dict[str, ScannerPresence] = {}
    for body in fields.values():
        published = orjson.loads(body)
        at = datetime.fromisoformat(published["at"])
        for row in published["devices"]:
            one = _presence(row, at, gone=now - at > STALE)
            known = found.get(row["device_id"])
            if known is None or (known.live, known.since) < (one.live, one.since):
                found[row["device_id"]] = one
    return found


def _presence(row: dict[str, Any], at: datetime, *, gone: bool) -> ScannerPresence:
    live = row["live"] and not gone
    since = at if row["live"] and gone else datetime.fromisoformat(row["since"])
    operator = row["operator"]["name"]
    return ScannerPresence(
        live, since, operator, row["gate"], row["battery"], row["charging"], row["queue"], row["version"]
    )
