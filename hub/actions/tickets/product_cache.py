"""The product cache: what the products of an organisation say at the gates of a venue, kept in memory for a few seconds."""

from db.database import Database
from db.statements import load
from hub.batching.kept_readings import KeptReadings
from hub.rules.product_at_gate import ProductAtGate, ProductsAtGate

PRODUCTS = load("tickets/products")
FRESH_SECONDS = 5.0
"""Seconds that products are cached, and so the time until a change reaches every process. As long as the venue's policies."""


class Products:
    """Caches by venue the products that have something to say at a gate. All others are not in it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: KeptReadings[tuple[int, int], ProductsAtGate] = KeptReadings("products", FRESH_SECONDS)

    async def at_gates(self, org_id: int, venue_id: int) -> ProductsAtGate:
        """Return the products with something to say at this venue, by id."""

        async def load() -> ProductsAtGate:
            return {
                row["id"]: ProductAtGate(
                    row["id"], row["name"], row["name_zh"], row["note"], row["note_zh"], row["attention"],
                    row["question"], row["question_zh"], None if row["gates"] is None else tuple(row["gates"]),
                )
                for row in await self._database.fetch(PRODUCTS.products_at_gates, org_id, venue_id)
            }  # fmt: skip

        return await self._known.read((org_id, venue_id), load)

    def forget(self) -> None:
        self._known.forget()
