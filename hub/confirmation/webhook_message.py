"""The request of a webhook: its body, and the headers by which the receiver knows that it is ours.

    Hub-Event-Id: 5f0c...           the same for every try of an event; of several events, that of the first
    Hub-Event: entry.recorded       of several events: batch
    Hub-Sequence: 812               of several events: 812-911
    Hub-Signature: t=1795000000,v1=9c1f...

`v1` is the HMAC-SHA256 of `t.body` with the subscription's secret, in hex. For a time after a rotation there are two, one by each secret.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from hub.rules.timestamps import rfc3339
from hub.rules.webhook_events import TEST_EVENT


def body_of(rows: Sequence[Any], org_id: int, *, batch: bool) -> bytes:
    """Return the JSON of the events of these rows of the log: one event, or with `batch` a list of them."""
    events = [_event(row, org_id) for row in rows]
    return b'{"events":[%b]}' % b",".join(events) if batch else events[0]


def body_of_test(org_id: int, event_id: str, at: datetime) -> bytes:
    """Return the JSON of a test, which looks like an event without a number."""
    return orjson.dumps(
        {
            "id": event_id, "type": TEST_EVENT, "sequence": None, "organisation_id": org_id, "venue_id": None,
            "object": "webhook", "created_at": rfc3339(at), "data": {},
        }
    )  # fmt: skip


class Named(NamedTuple):
    """What a request is about: the kind and the id of its first event, and the numbers of all; none for a test."""

    kind: str
    event_id: str
    sequences: Sequence[int]


def headers_of(about: Named, secrets: Sequence[str], now: datetime, body: bytes) -> dict[str, str]:
    """Return the headers of a request that is signed with these secrets."""
    sequences = about.sequences
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Venue-Hub-Webhook",
        "Hub-Event": about.kind if len(sequences) < 2 else "batch",
        "Hub-Event-Id": about.event_id,
        "Hub-Signature": signature(secrets, int(now.timestamp()), body),
    }
    if sequences:
        headers["Hub-Sequence"] = str(sequences[0]) if len(sequences) == 1 else f"{sequences[0]}-{sequences[-1]}"
    return headers


def signature(secrets: Sequence[str], seconds: int, body: bytes) -> str:
    """Return the value of `Hub-Signature` at a moment, with one `v1` for each secret."""
    signed = b"%d.%b" % (seconds, body)
    marks = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={seconds}", *(f"v1={mark}" for mark in marks)])


def _event(row: Any, org_id: int) -> bytes:
    """Return the JSON of one event. `data` is JSON as the database keeps it."""
    head = orjson.dumps(
        {
            "id": str(row["event_id"]), "type": row["kind"], "sequence": row["sequence"], "organisation_id": org_id,
            "venue_id": row["venue_id"], "object": row["object"], "created_at": rfc3339(row["at"]),
        }
    )  # fmt: skip
    data: str = row["data"]
    return head[:-1] + b',"data":' + data.encode() + b"}"
