"""The audit of webhooks: every event of the log came to the receiver, signed, and those of each order in the order of its changes."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from loadtests.audit.audit import Audit
from loadtests.audit.last_facts import last_facts

DELIVERED_WITHIN = 60.0
"""Seconds in which all events must have come after the run: a refused request is repeated after five seconds."""


async def check(audit: Audit) -> None:
    """Wait until the webhook has everything. Then every event of the log came, those of an order in the order of its changes."""
    if "webhook" not in audit.ground:
        return
    deadline = time.monotonic() + DELIVERED_WITHIN
    while waiting := await _events_waiting(audit):
        if time.monotonic() > deadline:
            audit.problems.append(f"{waiting} webhook events were not delivered within {DELIVERED_WITHIN:.0f} s")
            return
        await asyncio.sleep(0.5)
    document = await asyncio.to_thread(_received, audit.ground["receivers"])
    logged = await audit.connection.fetch(
        """
        SELECT e.event_id::text AS id, e.sequence, e.kind, e.object FROM webhook_events e
        JOIN webhooks w ON w.org_id = e.org_id AND w.id = $2 AND e.kind = ANY(w.events) AND e.at >= w.created_at
        WHERE e.org_id = $1
        """,
        audit.org_id, audit.ground["webhook"], timeout=120,
    )  # fmt: skip
    events = {row["id"]: [row["sequence"], row["kind"], row["object"]] for row in logged}
    audit.problems += [f"webhook: {problem}" for problem in document["problems"]]
    audit.problems += compare_events(events, document["events"])
    orders, _ = last_facts(audit.facts.get("orders", ()), "reference")
    audit.expect_none("orders with other webhook events than their changes", wrong_orders(document["events"], orders))
    audit.notes.append(
        f"{len(events):,} webhook events in {document['requests']:,} signed requests, each object's in order; "
        f"{document['refused']} requests refused at first, {document['repeated']} events came again"
    )


def compare_events(logged: Mapping[str, list[Any]], received: Mapping[str, list[Any]]) -> list[str]:
    """Return which events of the log did not come, or came without being there, or came as something else."""
    missing, strange = logged.keys() - received.keys(), received.keys() - logged.keys()
    changed = [event for event in logged.keys() & received.keys() if logged[event] != received[event]]
    return [
        f"webhook: {len(found)} events {what}, such as {min(found)}"
        for found, what in (
            (missing, "did not come"),
            (strange, "are not in the log"),
            (changed, "differ from the log"),
        )
        if found
    ]


def wrong_orders(received: Mapping[str, list[Any]], orders: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the orders whose events are not those of their changes, in that order."""
    kinds: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for sequence, kind, subject in received.values():
        kinds[subject].append((sequence, kind))
    problems = []
    for order in orders:
        came = [kind for _, kind in sorted(kinds[f"order:{order['order_id']}"])]
        if came != order["events"]:
            problems.append(f"{order['reference']} had {order['events']}, and {came} came")
    return problems


async def _events_waiting(audit: Audit) -> int:
    """Return how many events have no number yet, were not handed out, or wait for another try."""
    return int(
        await audit.connection.fetchval(
            """
            SELECT (SELECT count(*) FROM webhook_inbox WHERE org_id = $1)
                 + (SELECT greatest(coalesce(c.last, 0) - w.position, 0) FROM webhooks w
                    LEFT JOIN webhook_counters c ON c.org_id = w.org_id WHERE w.org_id = $1 AND w.id = $2)
                 + (SELECT count(*) FROM webhook_retries WHERE org_id = $1 AND webhook_id = $2)
            """,
            audit.org_id, audit.ground["webhook"],
        )
    )  # fmt: skip


def _received(receivers: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{receivers}/events", timeout=60) as answer:  # noqa: S310 - of this run
        document: dict[str, Any] = json.load(answer)
        return document
