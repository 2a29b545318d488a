"""The hub's jobs in one process: everything that is done once, however many processes serve."""

from __future__ import annotations

import asyncio

from hub.batching.task_ending import end_tasks
from hub.jobs import table
from hub.jobs.outbox import OutboxJob
from hub.jobs.periodic_jobs import start_jobs
from hub.jobs.webhooks import WebhookJob
from hub.observability import telemetry
from hub.services import Services

SENDING_SECONDS = 3.0
"""Seconds that a stopping process gives the messages and webhook events that it is sending."""


class HubJobs:
    """Call `start` once, `stop` when the process is to end, and then `close`."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._outbox = OutboxJob(services)
        self._webhooks = WebhookJob(services)
        self._sending: list[asyncio.Task[None]] = []
        self._others: list[asyncio.Task[None]] = []

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._sending = [
            loop.create_task(self._outbox.run(), name="outbox"),
            loop.create_task(self._webhooks.run(), name="webhooks"),
        ]
        self._others = start_jobs(table.HUB_JOBS, self._services)
        telemetry.jobs_processes.set(1)

    def stop(self) -> None:
        """Claim no more messages and events."""
        telemetry.jobs_processes.set(0)
        self._outbox.stop()
        self._webhooks.stop()

    async def close(self) -> None:
        """End every job: the outbox and the webhooks after what they are sending."""
        if self._sending:
            await asyncio.wait(self._sending, timeout=SENDING_SECONDS)
        await end_tasks([*self._sending, *self._others])
