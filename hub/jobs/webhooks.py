"""The webhook job: numbers new events, and delivers them to each subscription in a task of its own.

Each subscription is leased by one process at a time, so that its events go out in order. A receiver that is slow or down costs its own task and
nothing else. In a rush of scans a subscription rests between its rounds.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from datetime import timedelta
from functools import partial
from math import inf
from uuid import UUID, uuid4

from db.pool import DatabaseDown
from db.statements import load
from hub.actions.webhooks.delivery_round import LEASE, Sender, deliver_round
from hub.actions.webhooks.number_events import EventNumbers
from hub.actions.webhooks.secrets import seal_of
from hub.confirmation.webhook_carrier import WebhookCarrier
from hub.observability import logs
from hub.rules.event_pace import rest_after
from hub.rules.webhook_delivery import latest_attempt, latest_rest
from hub.services import Services

DELIVERIES = load("webhooks/deliveries")
PERIOD_SECONDS = 0.25
IDLE_SECONDS = 1.0
"""Seconds between two looks while nobody has a subscription."""
MOST_SERVED = 200
"""Subscriptions that one process serves at once."""
_SKEW = timedelta(seconds=60)


class WebhookJob:
    """`run()` until `stop()`."""

    def __init__(self, services: Services) -> None:
        self._services = services
        carrier = WebhookCarrier(services.settings.webhook_networks, limit=0)
        self._sender = Sender(services, carrier, seal_of(services.settings))
        self._numbers = EventNumbers(services.database.jobs)
        self._stopping = asyncio.Event()
        self._tasks: dict[tuple[int, int], asyncio.Task[None]] = {}
        self._idle_until = -inf

    def stop(self) -> None:
        """Stop after the requests that are under way."""
        self._stopping.set()

    async def run(self) -> None:
        """Deliver until `stop()`. The job waits while Postgres is down, logs any other error, and goes on."""
        try:
            while not self._stopping.is_set():
                try:
                    await self.look()
                except DatabaseDown:
                    pass  # health checks report it; the next turn tries again
                except Exception as error:  # noqa: BLE001 - one odd row must not end all deliveries
                    logs.event("webhooks.round.failed", "ERROR", error=f"{type(error).__name__}: {error}")
                await self._rest(PERIOD_SECONDS)
            if self._tasks:
                await asyncio.wait(self._tasks.values(), timeout=2)
        finally:
            for task in self._tasks.values():
                task.cancel()
            await self._sender.carrier.rest()

    async def look(self) -> None:
        """Number the new events, and begin to serve the subscriptions that have something due."""
        if time.monotonic() < self._idle_until:
            return
        database, now = self._services.database.jobs, self._services.clock.now()
        numbered = await self._numbers.give()
        lease_id = uuid4()
        rows = await database.fetch(
            DELIVERIES.claim_webhooks, now, now + LEASE, lease_id, MOST_SERVED - len(self._tasks), now + LEASE + _SKEW,
            latest_rest(now), latest_attempt(now),
        )  # fmt: skip
        for row in rows:
            key = row["org_id"], row["id"]
            task = asyncio.get_running_loop().create_task(self._serve(*key, lease_id), name="webhook")
            self._tasks[key] = task
            task.add_done_callback(partial(self._forget, key))
        if not numbered and not rows and not self._tasks and not await database.fetchval(DELIVERIES.any_webhook):
            self._idle_until = time.monotonic() + IDLE_SECONDS

    async def _rest(self, seconds: float) -> None:
        """Wait so long, or until `stop()`."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    def _forget(self, key: tuple[int, int], done: asyncio.Task[None]) -> None:
        if self._tasks.get(key) is done:
            del self._tasks[key]

    async def _serve(self, org_id: int, webhook_id: int, lease_id: UUID) -> None:
        """Run rounds of one subscription until nothing is due. Its lease ends by itself if Postgres goes away."""
        try:
            while not self._stopping.is_set():
                events = await deliver_round(self._sender, org_id, webhook_id, lease_id)
                if not events:
                    return
                if self._numbers.in_a_rush(org_id):
                    await self._rest(rest_after(events))
            await self._services.database.jobs.execute(DELIVERIES.release_webhook, org_id, webhook_id, lease_id)
        except DatabaseDown:
            pass
        except Exception as error:  # noqa: BLE001 - the other subscriptions go on
            logs.event(
                "webhooks.delivery.failed", "ERROR", webhook_id=webhook_id, error=f"{type(error).__name__}: {error}"
            )
