"""Sends the tickets of an address again, for customers who lost the mail. Nothing tells a stranger what was bought."""

from db.statements import load
from hub.actions.audit.actor import Actor
from hub.actions.orders.create_order import queue_mail
from hub.services import Services
from hub.settings import Rate

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
        if await services.rate_limit.admit(f"order-again:{row['org_id']}:{row['id']}", ONE_ORDER) > 0:
            continue
        async with services.database.transaction() as connection:
            await queue_mail(connection, services, Actor(row["org_id"]), row["id"], "order.confirmed")
        queued += 1
    return queued
