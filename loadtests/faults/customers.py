"""Customers: each sends its booking under one idempotency key until it is answered, and writes every attempt down."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
import uuid
from collections.abc import Iterable, Iterator

import orjson

from loadtests.faults.history import NO_ANSWER, Attempt, Booking, History
from loadtests.stock import id_of
from loadtests.wire.http_client import Answer, HttpClient, open_http, post

PATIENCE = 10.0
"""Seconds that a client waits for one answer before it counts the request as unanswered."""
TEMPORARY = (429, 502, 503, 504)


class Customer:
    """A keep-alive connection that is made again when it was lost."""

    def __init__(self, url: str, history: History, *, patience: float = PATIENCE, new_keys: bool = False) -> None:
        """`new_keys` is for controls: every attempt has a key of its own, so that a repeat is another request."""
        self._url = url
        self._history = history
        self._patience = patience
        self._new_keys = new_keys
        self._client: HttpClient | None = None

    async def book(self, number: int, slot_id: int, *, give_up: float = 60.0) -> Booking:
        """Book the ticket, and repeat for `give_up` seconds whatever was not answered; 0: one attempt."""
        booking = self._history.begin(number, slot_id, str(uuid.uuid4()))
        ends = time.monotonic() + give_up
        while True:
            answer = await self._attempt(booking)
            if answer is not None and answer.status not in TEMPORARY:
                _take(booking, answer)
                return booking
            if time.monotonic() > ends:
                booking.outcome = "unknown" if _perhaps_done(booking) else "refused"
                booking.code = "not answered" if booking.outcome == "unknown" else str(booking.attempts[-1].status)
                return booking
            await asyncio.sleep(random.uniform(0.05, 0.3))

    async def _attempt(self, booking: Booking) -> Answer | None:
        key = str(uuid.uuid4()) if self._new_keys else booking.key
        began, status = time.monotonic(), NO_ANSWER
        try:
            client = await self._connected()
            answer = await client.ask(_request(booking, key), timeout=self._patience)
            status = answer.status
            return answer
        except OSError:
            self.close()
            return None
        finally:
            booking.attempts.append(Attempt(began, time.monotonic() - began, status))

    async def _connected(self) -> HttpClient:
        if self._client is None or self._client.lost.done():
            try:
                self._client = await asyncio.wait_for(open_http(self._url), self._patience)
            except TimeoutError as error:
                raise ConnectionError("no connection in time") from error
        return self._client

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


def _request(booking: Booking, key: str) -> bytes:
    document = {
        "ticket_id": id_of(booking.number),
        "slot_id": booking.slot_id,
        "customer_email": f"guest{booking.number}@example.com",
        "customer_phone": f"+1202555{booking.number % 10000:04d}",
    }
    return post("/api/reservations/create", document, {"Idempotency-Key": key})


def _take(booking: Booking, answer: Answer) -> None:
    with contextlib.suppress(ValueError, TypeError):
        document = orjson.loads(answer.body)
        if answer.status == 200:
            booking.outcome = "booked"
            booking.reservation_id = int(document["data"]["reservation_id"])
            return
        booking.code = str((document.get("error") or {}).get("code") or answer.status)
        booking.outcome = "refused"
        return
    booking.outcome, booking.code = "refused", f"{answer.status} unreadable"


def _perhaps_done(booking: Booking) -> bool:
    """Return whether an attempt may have booked although nobody was told: 503 leaves that open too."""
    return any(attempt.status in (NO_ANSWER, 503) for attempt in booking.attempts)


async def sell(customers: Iterable[Customer], orders: Iterator[tuple[int, int]], until: float = float("inf"), *,
               give_up: float = 60.0, pause: float = 0.0) -> None:  # fmt: skip
    """Let every customer book one order (ticket, slot) after another, until a moment of `time.monotonic` or the last order."""

    async def one(customer: Customer) -> None:
        for number, slot_id in orders:
            await customer.book(number, slot_id, give_up=give_up)
            if time.monotonic() >= until:
                return
            if pause:
                await asyncio.sleep(random.uniform(0.5, 1.5) * pause)

    await asyncio.gather(*(one(customer) for customer in customers))
