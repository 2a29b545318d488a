"""An outbox that sends nothing: one-time codes can be read where they wait."""

from __future__ import annotations

import asyncio
import json

import pytest

from hub.jobs.outbox import OutboxWorker
from tests.support.hub import Hub


def send_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop all hubs of this process from sending, including those that run already."""

    async def nothing(_self: OutboxWorker) -> int:
        return 0

    monkeypatch.setattr(OutboxWorker, "send_due", nothing)


async def newest_code(hub: Hub, channel: str = "mail") -> str:
    """Wait for a one-time code in this channel, and return the newest."""
    newest = "SELECT payload FROM mail_outbox WHERE kind = 'contact.code' AND channel = $1 ORDER BY id DESC LIMIT 1"
    async with asyncio.timeout(60):
        while (payload := await hub.database.fetchval(newest, channel)) is None:
            await asyncio.sleep(0.02)
    return str(json.loads(payload)["code"])
