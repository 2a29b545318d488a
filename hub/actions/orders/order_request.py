"""What a shop asks for: a new order as it is checked and compared, and the request that carries an Idempotency-Key."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson

from db.statements import load
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

ORDERS = load("orders/orders")
MOST_ITEMS = 50
MOST_TICKETS = 5_000
"""Tickets of one order."""
REMEMBERED = timedelta(days=30)
"""Time for which a request with an Idempotency-Key is known. Its repeat changes nothing."""


@dataclass(frozen=True, slots=True)
class OrderItem:
    """So many tickets of a product, sold by a channel."""

    product_id: int
    quantity: int
    channel: str = "direct"


@dataclass(frozen=True, slots=True)
class Customer:
    """Who bought. `language` is that of the e-mails; None: that of the venue."""

    name: str | None = None
    email: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order to make. Without `reference` the hub gives it one. `mail` says whether the customer gets its e-mails from the hub."""

    items: tuple[OrderItem, ...]
    customer: Customer = Customer()
    reference: str | None = None
    paid: bool = False
    mail: bool = True

    @property
    def count(self) -> int:
        """Return how many tickets it has."""
        return sum(item.quantity for item in self.items)


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A request that may be repeated: the same `key` with the same `body` is carried out once."""

    action: str
    key: str
    body: Any

    @property
    def body_hash(self) -> bytes:
        return hashlib.sha256(orjson.dumps([self.action, self.body], option=orjson.OPT_SERIALIZE_DATACLASS)).digest()

    def key_hash(self, org_id: int) -> bytes:
        return hashlib.sha256(f"order:{org_id}:{self.key}".encode()).digest()


async def claim(connection: Any, services: Services, org_id: int, request: KeyedRequest | None) -> int | None:
    """Note the request in the caller's transaction, and return None; for a repeat return the order of the first one.

    A request that runs at the same time waits for the first to end. Refuses IDEMPOTENCY_KEY_REUSED for another body.
    """
    if request is None:
        return None
    now, key_hash = services.clock.now(), request.key_hash(org_id)
    new = await connection.fetchval(ORDERS.claim_request, org_id, key_hash, request.body_hash, now, now + REMEMBERED)
    if new is not None:
        return None
    first = await connection.fetchrow(ORDERS.first_request, org_id, key_hash)
    if first is None or first["order_id"] is None:
        raise Refused(Reason.BUSY)
    if first["body_hash"] != request.body_hash:
        raise Refused(Reason.IDEMPOTENCY_KEY_REUSED)
    return int(first["order_id"])


async def first_order(services: Services, org_id: int, request: KeyedRequest, *, any_body: bool = False) -> int | None:
    """Return the order of a request that was carried out before; None for a new one.

    Refuses IDEMPOTENCY_KEY_REUSED for another body, unless with `any_body` only the key counts.
    """
    first = await services.database.fetchrow(ORDERS.first_request, org_id, request.key_hash(org_id))
    if first is None or first["order_id"] is None:
        return None
    if not any_body and first["body_hash"] != request.body_hash:
        raise Refused(Reason.IDEMPOTENCY_KEY_REUSED)
    return int(first["order_id"])


async def name_order(connection: Any, org_id: int, request: KeyedRequest | None, order_id: int) -> None:
    """Note which order the claimed request is about."""
    if request is not None:
        await connection.execute(ORDERS.name_order_of_request, org_id, request.key_hash(org_id), order_id)


async def forget_old_requests(services: Services) -> None:
    """Delete the requests that nobody repeats any more."""
    await services.database.execute(ORDERS.drop_old_requests, services.clock.now())
