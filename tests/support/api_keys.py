"""API keys of shops, made as administrators make them, and a shop that asks with one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from hub.actions.audit.actor import Actor
from hub.actions.integration.api_keys import ApiKeyFields, NewApiKey, add_key
from tests.support.api_client import Answer, Api
from tests.support.rows import count_rows
from tests.support.world import World

ORDERS = "/api/orders"


async def new_api_key(world: World, *scopes: str, **fields: Any) -> NewApiKey:
    """Make a key of the world's organisation, with the scope `orders` unless others are named."""
    wanted = ApiKeyFields("Web shop", scopes or ("orders",), **fields)
    return await add_key(world.hub.services, Actor(world.org_id), wanted)


async def count_order_requests(database: Any, **where: Any) -> int:
    """Count the requests with an Idempotency-Key that were carried out."""
    return await count_rows(database, "order_requests", **where)


@dataclass
class Shop:
    """A shop as a client over HTTP. Each request has a new Idempotency-Key unless one is given."""

    api: Api
    key: str
    product_id: int
    sent: list[str] = field(default_factory=list)

    async def post(self, path: str, body: Any, *, idempotency: str | None = None) -> Answer:
        self.sent.append(idempotency or str(uuid4()))
        headers = {"Idempotency-Key": self.sent[-1]}
        return await self.api.post(path, body, token=self.key, headers=headers)

    async def order(self, quantity: int = 1, *, idempotency: str | None = None, **fields: Any) -> Answer:
        body = {"items": [{"product_id": self.product_id, "quantity": quantity}], **fields}
        return await self.post(ORDERS, body, idempotency=idempotency)

    async def read(self, reference: str) -> Answer:
        return await self.api.get(f"{ORDERS}/{reference}", token=self.key)

    async def pay(self, reference: str, **how: Any) -> Answer:
        return await self.post(f"{ORDERS}/{reference}/pay", {}, **how)

    async def cancel(self, reference: str, reason: str = "Refunded", **how: Any) -> Answer:
        return await self.post(f"{ORDERS}/{reference}/cancel", {"reason": reason}, **how)

    async def refund(self, reference: str, codes: list[str], **how: Any) -> Answer:
        return await self.post(f"{ORDERS}/{reference}/refund", {"reason": "Refunded", "ticket_codes": codes}, **how)
