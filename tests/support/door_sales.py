"""Door sales in tests: a seller over HTTP, with a new id for each sale unless one is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tests.support.hub import Hub
from tests.support.world import World

ADDRESS = "/api/operator/door-sales"


@dataclass
class Seller:
    """An operator who sells at a gate of the world's venue."""

    hub: Hub
    world: World
    token: str

    async def sell(self, slot_id: int, count: int = 1, **fields: Any) -> tuple[int, Any]:
        """Sell, and return the status with the data, or with the error."""
        return await sell_at(self.hub, self.token, self.sale(slot_id, count, **fields))

    def sale(self, slot_id: int, count: int = 1, **fields: Any) -> dict[str, Any]:
        """Return the body of a sale of the world's product."""
        return {
            "scan_id": str(uuid4()), "slot_id": slot_id, "product_id": self.world.product_id, "count": count, "gate": "A", **fields
        }  # fmt: skip


async def seller_of(hub: Hub, world: World, role: str = "OPERATOR", *, policy: str = "operators") -> Seller:
    """Let operators sell at the world's venue, and return one at this hub."""
    await world.policy(door_sales=policy)
    hub.services.venues.forget()
    return Seller(hub, world, await world.staff(role))


async def sell_at(hub: Hub, token: str, body: dict[str, Any]) -> tuple[int, Any]:
    status, reply = await hub.post(ADDRESS, body, token=token)
    return status, reply["data"] if reply["success"] else reply["error"]
