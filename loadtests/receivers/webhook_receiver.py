"""The webhook receiver of a shop: it checks each request's signature and the order of the events, and refuses some at first.

A receiver of real life is not always there. So one request in `REFUSES_ONE_IN` gets 503, and the hub must bring its events again, in the
order of their object.
"""

from __future__ import annotations

import hashlib
import hmac
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

OLDEST_SIGNATURE = 300.0
"""Seconds between a signature's moment and now."""
REFUSES_ONE_IN = 25
MOST_PROBLEMS = 20


@dataclass(slots=True)
class ReceivedEvent:
    """An event that was taken, once however often it came."""

    sequence: int
    kind: str
    object: str
    times: int = 1


@dataclass
class WebhookReceiver:
    """What came to one webhook. Before `expect` it refuses every request for now."""

    refuses_one_in: int = REFUSES_ONE_IN
    secret: str = ""
    clock_offset: float = 0.0
    """Seconds by which the hub's clock is ahead."""
    events: dict[str, ReceivedEvent] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    requests: int = 0
    refused: int = 0
    _last: dict[str, int] = field(default_factory=dict)

    def expect(self, secret: str, clock_offset: float) -> None:
        """Begin with the webhook of this secret, and forget what came before."""
        self.secret, self.clock_offset = secret, clock_offset
        self.requests = self.refused = 0
        for kept in (self.events, self.problems, self._last):
            kept.clear()

    def receive(self, headers: Mapping[str, str], body: bytes) -> int:
        """Take a request and return the status of its answer: 204, 401 for a wrong signature, 503 for "come again"."""
        self.requests += 1
        if not self.secret or (self.refuses_one_in and random.randrange(self.refuses_one_in) == 0):
            self.refused += 1
            return 503
        if not self._is_signed(headers.get("Hub-Signature", ""), body):
            self._problem(f"a request with the signature {headers.get('Hub-Signature', 'none')!r} is not the hub's")
            return 401
        document = orjson.loads(body)
        events = document.get("events", [document])
        self._check_headers(headers, events)
        for event in events:
            self._take(event)
        return 204

    def document(self) -> dict[str, Any]:
        """Return everything that came, as JSON has it. A receiver must expect that an event comes more than once."""
        return {
            "events": {event_id: [event.sequence, event.kind, event.object] for event_id, event in self.events.items()},
            "problems": self.problems, "requests": self.requests, "refused": self.refused,
            "repeated": sum(event.times > 1 for event in self.events.values()),
        }  # fmt: skip

    def _is_signed(self, signature: str, body: bytes) -> bool:
        parts = [part.partition("=") for part in signature.split(",")]
        moment = next((value for name, _, value in parts if name == "t"), "")
        if not moment.isdigit() or abs(time.time() + self.clock_offset - int(moment)) > OLDEST_SIGNATURE:
            return False
        expected = hmac.new(self.secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
        return any(hmac.compare_digest(expected, value) for name, _, value in parts if name == "v1")

    def _check_headers(self, headers: Mapping[str, str], events: list[dict[str, Any]]) -> None:
        first, last = events[0]["sequence"], events[-1]["sequence"]
        span = str(first) if len(events) == 1 else f"{first}-{last}"
        if headers.get("Hub-Event-Id") != events[0]["id"] or headers.get("Hub-Sequence") != span:
            self._problem(f"headers {headers.get('Hub-Event-Id')} {headers.get('Hub-Sequence')} on events {span}")

    def _take(self, event: dict[str, Any]) -> None:
        known = self.events.get(event["id"])
        if known is not None:
            known.times += 1
            if (known.sequence, known.kind, known.object) != (event["sequence"], event["type"], event["object"]):
                self._problem(f"event {event['id']} came again as another one")
            return
        subject, number = event["object"], event["sequence"]
        if number <= self._last.get(subject, 0):
            self._problem(f"{event['type']} {number} of {subject} came after {self._last[subject]}")
        self._last[subject] = max(number, self._last.get(subject, 0))
        self.events[event["id"]] = ReceivedEvent(number, event["type"], subject)

    def _problem(self, sentence: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(sentence)
