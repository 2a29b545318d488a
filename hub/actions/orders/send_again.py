"""Sends the tickets of an address again, for customers who lost the mail. Nothing tells a stranger what was bought."""

from db.statements import load
from hub.services import Services
from hub.settings import Rate
from hub.text.languages import DEFAULT

ORDERS = load("orders/orders")
ONE_ORDER = Rate(1, 300)
"""The tickets of an order go out again at most once in five minutes, whoever asks."""
MOST_ORDERS = 10
"""Orders of one address that are sent again at once, the newest first."""


async def send_orders_again(services: Services, email: str) -> int:
    """Send the tickets of this address that have no time yet again, in every organisation. Return how many mails were queued."""
    rows = await services.database.fetch(ORDERS.orders_of_address, email.strip().lower(), MOST_ORDERS)
    queued = 0
    for row in rows:
        org_id, ids = row["org_id"], row["ticket_ids"]
        bucket = f"order-again:{org_id}:{row['id']}" + (f":{ids[0]}" if ids else "")
        if await services.rate_limit.admit(bucket, ONE_ORDER) > 0:
            continue
        venue = await services.venues.first(org_id)
        await services.database.execute(
            ORDERS.queue_again, org_id, row["id"], row["recipient"], ids, DEFAULT if venue is None else venue.language,
            services.clock.now(),
        )  # fmt: skip
        queued += 1
    return queued
