"""A device's offline queue: scans made offline, and how they are synced."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from tests.support.websocket_client import Socket
from tests.support.world import NOON


def queued(code: str, minutes: float = -10, offline: str = "GREEN", **fields: Any) -> dict[str, Any]:
    """Return a scan in a device's queue, `minutes` from noon."""
    at = (NOON + timedelta(minutes=minutes)).isoformat()
    return {"scan_id": str(uuid4()), "code": code, "scanned_at": at, "offline_result": offline, **fields}


async def sync(socket: Socket, *scans: dict[str, Any], **fields: Any) -> list[dict[str, Any]]:
    reply = await socket.command("sync", scans=list(scans), **fields)
    assert reply["success"], reply
    results: list[dict[str, Any]] = reply["data"]["results"]
    assert [result["scan_id"] for result in results] == [scan["scan_id"] for scan in scans], "in the order asked"
    return results
