"""An outbox that sends nothing: one-time codes can be read where they wait."""

from __future__ import annotations

import asyncio
import json

import pytest

from hub.jobs.outbox import OutboxWorker
from tests.support.hub import Hub


async def _nothing(_self: OutboxWorker) -> int:
    return 0


def send_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop all hubs of this process from sending, including those that run already."""
    monkeypatch.setattr(OutboxWorker, "send_due", _nothing)
    bring_nothing_back(monkeypatch)


def bring_nothing_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let messages wait for longer than any does, so that a test has some that are never sent."""
    monkeypatch.setattr(OutboxWorker, "bring_back", _nothing)


async def newest_code(hub: Hub, channel: str = "mail") -> str:
    """Wait for a one-time code in this channel, and return the newest."""
    newest = "SELECT payload FROM mail_outbox WHERE kind = 'contact.code' AND channel = $1 ORDER BY id DESC LIMIT 1"
    async with asyncio.timeout(60):
        while (payload := await hub.database.fetchval(newest, channel)) is None:
            await asyncio.sleep(0.02)
    return str(json.loads(payload)["code"])
