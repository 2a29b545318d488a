"""An outbox that sends nothing: one-time codes can be read where they wait."""

from __future__ import annotations

import asyncio
import json

import pytest

from hub.jobs.outbox import OutboxWorker
from tests.support.hub import Hub


def send_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on no hub of this process sends, also one that runs already."""

    async def nothing(_self: OutboxWorker) -> int:
        return 0

    monkeypatch.setattr(OutboxWorker, "send_due", nothing)


async def newest_code(hub: Hub, channel: str = "mail") -> str:
    """The last one-time code that waits to be sent this way; the first one may be on its way still."""
    newest = "SELECT payload FROM mail_outbox WHERE kind = 'contact.code' AND channel = $1 ORDER BY id DESC LIMIT 1"
    async with asyncio.timeout(60):
        while (payload := await hub.database.fetchval(newest, channel)) is None:
            await asyncio.sleep(0.02)
    return str(json.loads(payload)["code"])
