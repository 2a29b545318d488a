"""What a seller at a gate chooses from: products, and the times of today with their free places."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import Any

from db.statements import load
from hub.access.roles import Role, at_least
from hub.access.tokens import Identity
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.venue import Venue
from hub.services import Services
from hub.text.languages import N_

ON_SALE = load("door_sales/on_sale")
MOST_PRODUCTS = 200
_LEAST = {"managers": Role.MANAGER, "operators": Role.OPERATOR}


@dataclass(frozen=True, slots=True)
class ProductOnSale:
    """A product in the seller's language. `note` is for staff, and `question` is asked before an entry; both may be empty."""

    product_id: int
    name: str
    note: str
    question: str


@dataclass(frozen=True, slots=True)
class SlotOnSale:
    """A slot of today that has not ended. Date and times are the venue's own."""

    slot_id: int
    date: date
    start_time: time
    end_time: time
    is_running: bool
    free: int


@dataclass(frozen=True, slots=True)
class OnSale:
    products: tuple[ProductOnSale, ...]
    slots: tuple[SlotOnSale, ...]


def may_sell(venue: Venue, seller: Identity) -> bool:
    """Return whether the policy of the venue lets them sell at its door. Nobody stands at a kiosk, so it sells nothing."""
    least = _LEAST.get(venue.door_sales)
    return least is not None and seller.scanner_id is None and at_least(seller.role, least)


async def selling_venue(services: Services, seller: Identity) -> Venue:
    """Return the venue at whose door they sell. Refuses FORBIDDEN where its policy does not let them."""
    venue = await services.venues.read(seller.org_id, seller.venue_id)
    if not may_sell(venue, seller):
        raise Refused(Reason.FORBIDDEN, message=N_("You may not sell tickets at this entrance."))
    return venue


async def read_on_sale(services: Services, seller: Identity, language: str) -> OnSale:
    """Return the products and the times that the seller may choose. Refuses FORBIDDEN."""
    venue, now = await selling_venue(services, seller), services.clock.now()
    day, chinese = venue.business_day(now), language.startswith("zh")
    products = await services.database.fetch(ON_SALE.products_on_sale, venue.org_id, venue.id, day, MOST_PRODUCTS)
    slots = await services.database.fetch(ON_SALE.slots_on_sale, venue.org_id, venue.id, day, now)
    return OnSale(
        tuple(
            ProductOnSale(row["id"], *(_in_language(row, name, chinese=chinese) for name in ("name", "note", "question")))
            for row in products
        ),
        tuple(SlotOnSale(*row.values()) for row in slots),
    )  # fmt: skip


def _in_language(row: Any, column: str, *, chinese: bool) -> str:
    own, other = (f"{column}_zh", column) if chinese else (column, f"{column}_zh")
    return str(row[own] or row[other])
