"""One round of a subscription: what is due is read, posted in streams, and the outcome is stored in one transaction.

All events of an object are in one stream, which posts one request after the other. So a receiver gets the events of an object in their
order, and those of different objects side by side. After a failure the later events of that object wait, and no others.

Nothing is stored before the receiver has answered. A process that dies meanwhile leaves its lease, and the next one posts the round again.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, NamedTuple
from uuid import UUID
from zlib import crc32

from db.statements import load
from hub.access.seal import Seal
from hub.actions.webhooks.secrets import open_secrets
from hub.confirmation.webhook_carrier import Answer, WebhookCarrier
from hub.confirmation.webhook_message import Named, body_of, headers_of
from hub.observability import logs, webhook_metrics
from hub.rules.webhook_delivery import asked_again, is_down, is_given_up, latest_attempt, next_attempt
from hub.services import Services

DELIVERIES = load("webhooks/deliveries")
LEASE = timedelta(seconds=60)
STREAMS = 8
"""Requests to one receiver at once."""
WINDOW = 128
"""Events of a round, or as many as fill two requests of each stream."""
POSTING_SECONDS = 25.0
"""Seconds after which a round begins no further request. One takes 20 s at most, and all must end within the lease."""
_LONGEST_REQUEST = 4000
"""Characters of a body that the log keeps."""


@dataclass(slots=True)
class _Round:
    """A round under way, and the outcome of its events."""

    lease: Any
    lease_id: UUID
    secrets: list[str]
    started: float
    failures: int
    answered: bool = False
    taken: list[int] = field(default_factory=list)
    """Events that were tried again, and taken now. A new one has nothing stored that could be forgotten."""
    failed: list[tuple[Any, str]] = field(default_factory=list)
    left: list[Any] = field(default_factory=list)
    """New events that were not posted, because an earlier one of their object waits or the round ended."""
    log: list[tuple[Any, ...]] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        return is_down(self.failures) or monotonic() - self.started > POSTING_SECONDS


class Sender(NamedTuple):
    """What a process delivers with."""

    services: Services
    carrier: WebhookCarrier
    seal: Seal


async def deliver_round(sender: Sender, org_id: int, webhook_id: int, lease_id: UUID) -> int:
    """Post what is due and store the outcome. Return how many events it was about; 0: not to go on, and the lease is given back."""
    services = sender.services
    database, now = services.database.jobs, services.clock.now()
    lease = await database.fetchrow(DELIVERIES.read_lease, org_id, webhook_id, lease_id, now + LEASE)
    if lease is None:
        await database.execute(DELIVERIES.release_webhook, org_id, webhook_id, lease_id)
        return 0
    secrets = open_secrets(sender.seal, org_id, webhook_id, lease, now)
    round_ = _Round(lease, lease_id, secrets, monotonic(), lease["failures"])
    last, most = lease["last"] or 0, max(WINDOW, 2 * STREAMS * lease["batch"])
    new = await database.fetch(DELIVERIES.new_events, org_id, webhook_id, lease["position"], last, most)
    retries = await database.fetch(DELIVERIES.due_retries, org_id, webhook_id, now, most, latest_attempt(now))
    position = new[-1]["sequence"] if len(new) == most else last
    if not new and not retries and position <= lease["position"]:
        await database.execute(DELIVERIES.release_webhook, org_id, webhook_id, lease_id)
        return 0
    standing = [row for row in new if not row["waits"]]
    if is_down(lease["failures"]):
        # One request asks whether the receiver is back: with a new event, because one that failed may fail for reasons of its own.
        standing, retries = (standing[:1], []) if standing else ([], retries[:1])
        if standing:
            position = standing[0]["sequence"]
            new = [row for row in new if row["sequence"] <= position]
    round_.left = [row for row in new if row["waits"]]
    await _post_all(sender, round_, retries, standing)
    await _store(services, round_, position)
    return 0 if is_down(round_.failures) else len(retries) + len(new)


async def _post_all(sender: Sender, round_: _Round, retries: Sequence[Any], new: Sequence[Any]) -> None:
    """Post the retries one by one and the new events in batches, in streams by their object."""
    size = round_.lease["batch"]
    # As few streams as fill their requests, because a request costs the same for one event as for a hundred.
    count = min(STREAMS, max(1, -(-len(new) // size))) if size > 1 and not retries else STREAMS
    streams: list[list[list[Any]]] = [[] for _ in range(count)]
    for row in retries:
        streams[crc32(row["object"].encode()) % count].append([row])
    by_stream: list[list[Any]] = [[] for _ in range(count)]
    for row in new:
        by_stream[crc32(row["object"].encode()) % count].append(row)
    for stream, rows in zip(streams, by_stream, strict=True):
        stream += [rows[n : n + size] for n in range(0, len(rows), size)]
    probing = is_down(round_.failures)
    await asyncio.gather(*(_post_stream(sender, round_, stream, probing=probing) for stream in streams if stream))


async def _post_stream(sender: Sender, round_: _Round, stream: Iterable[list[Any]], *, probing: bool) -> None:
    waiting: set[str] = set()
    for rows in stream:
        standing = [row for row in rows if row["object"] not in waiting]
        round_.left += [
            row for row in rows if row["object"] in waiting and "waits" in row
        ]  # a retry stays as it is stored
        if not standing:
            continue
        if round_.is_over and not probing:
            round_.left += [row for row in standing if "waits" in row]
            continue
        answer = await _post(sender, round_, standing)
        if answer.error is None:
            round_.failures, round_.answered = 0, True
            round_.taken += [row["sequence"] for row in standing if "waits" not in row]
        else:
            # The next tries of an event that failed alone do not count: its receiver may be well.
            round_.failures += probing or standing[0]["attempts"] == 0
            round_.failed += [(row, answer.error) for row in standing]
            waiting |= {row["object"] for row in standing}


async def _post(sender: Sender, round_: _Round, rows: Sequence[Any]) -> Answer:
    lease, first, sequences = round_.lease, rows[0], [row["sequence"] for row in rows]
    now = sender.services.clock.now()
    body = body_of(rows, lease["org_id"], batch=lease["batch"] > 1)
    if round_.secrets:
        headers = headers_of(Named(first["kind"], str(first["event_id"]), sequences), round_.secrets, now, body)
        answer = await sender.carrier.post(lease["url"], headers, body)
    else:
        answer = Answer(None, None, "secret lost: rotate it", 0)
    webhook_metrics.request_answered(len(rows), taken=answer.error is None)
    round_.log.append((
        first["event_id"], first["kind"] if len(rows) == 1 else "batch", ",".join(map(str, sequences)),
        1 + first["attempts"], now, answer.milliseconds, body.decode()[:_LONGEST_REQUEST], answer.status, answer.text,
        answer.error,
    ))  # fmt: skip
    return answer


async def _store(services: Services, round_: _Round, position: int) -> None:
    """Store the outcome if the lease is still held. If not, another process posts these events again."""
    lease, now = round_.lease, services.clock.now()
    key = lease["org_id"], lease["id"]
    async with services.database.jobs.transaction() as connection:
        if await connection.fetchval(DELIVERIES.hold_lease, *key, round_.lease_id) is None:
            return
        if round_.taken:
            await connection.execute(DELIVERIES.store_taken, *key, round_.taken)
        waiting = [_failed(row, error, now) for row, error in round_.failed]
        waiting += [(row["sequence"], row["object"], 0, None, now, None, None) for row in round_.left]
        if waiting:
            await connection.execute(DELIVERIES.store_waiting, *key, *map(list, zip(*waiting, strict=True)))
        recovered = is_down(lease["failures"]) and round_.answered
        await connection.execute(
            DELIVERIES.store_round, *key, round_.lease_id, position, round_.failures,
            asked_again(round_.failures, now, random.random), now, recovered, round_.answered,
        )  # fmt: skip
        if round_.log:
            await connection.execute(DELIVERIES.log_deliveries, *key, *map(list, zip(*round_.log, strict=True)))
        if not round_.log or is_down(round_.failures):
            await connection.execute(DELIVERIES.release_webhook, *key, round_.lease_id)


def _failed(row: Any, error: str, now: datetime) -> tuple[Any, ...]:
    """Return the row of an event that was not taken, as `store_waiting` wants it."""
    attempts, since = row["attempts"] + 1, row["first_failed_at"] or now
    given_up = is_given_up(since, now)
    if given_up:
        webhook_metrics.events_given_up.inc()
        logs.event("webhook.event.given_up", "WARNING", sequence=row["sequence"], kind=row["kind"], error=error)
    due = next_attempt(attempts, now, random.random)
    return row["sequence"], row["object"], attempts, since, due, error, now if given_up else None
